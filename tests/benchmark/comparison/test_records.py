import json

import pytest

from skdsrl_mmaction.benchmark.comparison.data import digest
from skdsrl_mmaction.benchmark.comparison.records import (
    compute_key,
    explain_difference,
    key_form,
    read_records,
)

VERSIONS = dict(skdsrl_mmaction='1', torch='2', mmengine='3', cv2='4')


def older(name='a', fold=0, seed=0, **config):
    return dict(
        name=name, fold=fold, seed=seed, config=config, key=digest(config)
    )


def newer(**kwargs):
    record = dict(older(**kwargs), key_form=2, data={}, versions=VERSIONS)
    return dict(record, key=compute_key(record))


def write(folder, *records):
    for i, record in enumerate(records):
        (folder / f'{i}.json').write_text(json.dumps(record))
    return str(folder)


def test_both_forms_are_read(tmp_path):
    given = [older('b', 1), newer(name='a', seed=2), older('b'), newer()]
    found = read_records(write(tmp_path, *given))
    assert list(found) == ['a', 'b']
    assert [r['seed'] for r in found['a']] == [0, 2]
    assert [r['fold'] for r in found['b']] == [0, 1]
    assert [key_form(r) for r in found['a'] + found['b']] == [2, 2, 1, 1]


def test_key_covers_data_and_versions():
    record = newer()
    for changed in (
        dict(record, data=dict(train=1)),
        dict(record, config=dict(tau=1)),
        dict(record, versions=dict(VERSIONS, torch='9')),
    ):
        assert compute_key(changed) != record['key']
    assert (
        compute_key(dict(record, versions=dict(VERSIONS, cv2='9')))
        == (record['key'])
    )


def test_differences_are_named():
    record = newer(tau=1)
    content = dict(config=dict(tau=1), data={}, versions=dict(torch='9'))
    assert explain_difference(record, content) == 'version of torch (2)'
    content = dict(config={}, data=dict(train=1), versions=dict(torch='2'))
    assert explain_difference(record, content) == 'config, data'
    assert explain_difference(older(), content) == 'the form of its key'


@pytest.mark.parametrize('record', [older(tau=1), newer(tau=1)])
def test_a_changed_record_is_refused(tmp_path, record):
    record['config']['tau'] = 2
    with pytest.raises(ValueError, match='0.json: key=.* does not fit'):
        read_records(write(tmp_path, record))


def test_two_records_of_one_run_are_refused(tmp_path):
    with pytest.raises(ValueError, match='0.json.*1.json.* same name, fold'):
        read_records(write(tmp_path, older(lr=1), older(lr=2)))


def test_there_must_be_records(tmp_path):
    with pytest.raises(FileNotFoundError, match='holds no records'):
        read_records(str(tmp_path))
