"""Ranks that must have the same in common."""

import os

import pytest
from mmengine.config import Config

from skdsrl_mmaction.engine.agreement import (
    compare_ranks,
    compare_runs,
    one_outcome,
)
from skdsrl_mmaction.engine.process_group import open_group
from tests.support.ranks import run_ranks


def rank():
    return int(os.environ['RANK'])


def join():
    cfg = Config(dict(launcher='pytorch', env_cfg=dict(start_timeout=30)))
    open_group(cfg)


def fail(failing):
    join()
    with one_outcome():
        if rank() in failing:
            raise ValueError(f'tau={rank()} is wrong')
    return 'passed'


def test_all_ranks_fail_where_one_does():
    first, second, third = run_ranks(fail, 3, [1])
    assert isinstance(second, ValueError) and str(second) == 'tau=1 is wrong'
    for other in (first, third):
        assert isinstance(other, RuntimeError)
        assert str(other) == 'rank 1 has ended by ValueError: tau=1 is wrong'


def test_each_rank_raises_its_own_error():
    found = run_ranks(fail, 2, [0, 1])
    assert [str(x) for x in found] == ['tau=0 is wrong', 'tau=1 is wrong']
    assert run_ranks(fail, 2, []) == ['passed', 'passed']


def test_one_process_raises_as_ever():
    with pytest.raises(KeyError):
        with one_outcome():
            raise KeyError


def differ(by_rank):
    join()
    compare_ranks(by_rank[rank()])
    return 'same'


def test_values_that_differ():
    same = dict(a='1', b='2')
    assert run_ranks(differ, 2, [same, dict(b='2', a='1')]) == ['same'] * 2

    for error in run_ranks(differ, 3, [same, same, dict(a='3', c='4')]):
        text = str(error)
        assert 'the ranks differ: a is 3 on rank 2, and 1 on rank 0;' in text
        assert 'b is absent on rank 2, and 2 on rank 0;' in text
        assert 'c is 4 on rank 2, and absent on rank 0;' in text
        assert 'rank 1' not in text

    many = {str(i): 'x' for i in range(10)}
    for error in run_ranks(differ, 2, [{}, many]):
        assert '; and 7 more; start all' in str(error)


def config(folder, **overrides):
    lines = overrides.pop('lines', 2)
    (folder / 'train.txt').write_text('a.mp4 0\n' * lines)
    cfg = Config(
        dict(
            work_dir=str(folder / 'work'),
            load_from='/here/epoch_1.pth',
            hook=Config,  # a class, whose text may have an address
            model=dict(heads=[dict(tau=10)]),
            train_dataloader=dict(
                dataset=dict(
                    type='RepeatDataset',
                    times=2,
                    dataset=dict(
                        ann_file='train.txt',
                        data_root=str(folder),
                        data_prefix=dict(video=str(folder)),
                    ),
                )
            ),
        )
    )
    cfg.merge_from_dict(overrides)
    return cfg


def compare(cfgs):
    join()
    compare_runs(cfgs[rank()], ['train', 'val'])
    return 'same'


@pytest.fixture
def folders(tmp_path):
    for name in ('first', 'second'):
        (tmp_path / name).mkdir()
    return tmp_path / 'first', tmp_path / 'second'


def test_nodes_may_have_folders_of_their_own(folders):
    first, second = folders
    cfgs = [config(first), config(second, load_from='/there/epoch_1.pth')]
    assert run_ranks(compare, 2, cfgs) == ['same'] * 2


@pytest.mark.parametrize(
    'key, value, text',
    [
        (
            'model.heads.0.tau',
            5,
            'model.heads.0.tau is 5 on rank 1, and 10 on rank 0',
        ),
        (
            'load_from',
            '/here/epoch_2.pth',
            "load_from is 'epoch_2.pth' on rank 1, and 'epoch_1.pth' on",
        ),
        (
            'lines',
            3,
            'train_dataloader.dataset.dataset.ann_file is a file of 3 lines',
        ),
    ],
)
def test_what_differs_is_named(folders, key, value, text):
    first, second = folders
    cfgs = [config(first), config(second, **{key: value})]
    for error in run_ranks(compare, 2, cfgs):
        assert isinstance(error, ValueError)
        assert text in str(error)


def test_the_content_of_an_annotation_file(folders):
    first, second = folders
    cfgs = [config(first), config(second)]
    (second / 'train.txt').write_text('a.mp4 0\na.mp4 1\n')
    for error in run_ranks(compare, 2, cfgs):
        assert 'ann_file is a file of 2 lines (sha256' in str(error)
