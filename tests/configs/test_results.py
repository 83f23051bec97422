"""What is published comes from the runs beside it."""

import json
import statistics

import pytest
import yaml

from skdsrl_mmaction.benchmark.comparison.report import make_table
from tests.support.paths import ROOT

README = (ROOT / 'configs/README.md').read_text()
RESULTS = ROOT / 'configs/results'
TABLES = sorted(path.parent for path in RESULTS.glob('*/table.md'))


def read_records(folder):
    return [
        json.loads(path.read_text()) for path in folder.glob('runs/*.json')
    ]


def cells(line):
    return [cell.strip() for cell in line.strip('|').split('|')]


def test_there_are_results():
    assert TABLES


@pytest.mark.parametrize('folder', TABLES, ids=lambda path: path.name)
def test_table_is_made_of_the_runs(folder):
    text = (folder / 'table.md').read_text()
    table = text.split('\n\n')[0] + '\n'
    assert table in README
    head, _, *rows = map(cells, table.splitlines())
    against = [x.split(' − ')[1] for x in head if x.startswith('top-1 −')]
    records = read_records(folder)
    assert all(r['commit'] and '+' not in r['commit'] for r in records)
    by_name = {
        row[0]: [r for r in records if r['name'] == row[0]] for row in rows
    }
    assert sum(map(len, by_name.values())) == len(records)
    assert make_table(by_name, against) == table


def test_metafile():
    """Everything in it was run here: numbers are means over the runs."""
    index = yaml.safe_load((ROOT / 'model-index.yml').read_text())
    (path,) = index['Import']
    meta = yaml.safe_load((ROOT / path).read_text())
    collections = {c['Name']: c for c in meta['Collections']}
    names = set()
    for model in meta['Models']:
        assert (ROOT / model['Config']).is_file()
        assert model['In Collection'] in collections
        names.add(model['Name'])
        runs = [
            r
            for r in read_records(RESULTS / 'ut_interaction')
            if model['Config'] == f'configs/{r["name"]}.py'
        ]
        data = model['Metadata']
        assert data['Parameters'] == runs[0]['parameters']
        assert data['FLOPs'] == runs[0]['flops']
        (result,) = model['Results']
        for key, metric in (
            ('top1', 'Top 1 Accuracy'),
            ('top5', 'Top 5 Accuracy'),
        ):
            mean = statistics.mean(100 * r[key] for r in runs)
            assert result['Metrics'][metric] == pytest.approx(mean, abs=0.05)
    assert len(names) == len(meta['Models']) == 5
    for collection in collections.values():
        assert (ROOT / collection['README']).is_file()
