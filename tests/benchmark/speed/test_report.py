import pytest

from skdsrl_mmaction.benchmark.speed.loading import FLOOR, STOCK
from skdsrl_mmaction.benchmark.speed.loop import ALONE, LOOP
from skdsrl_mmaction.benchmark.speed.report import (
    loop_table,
    rate_table,
    step_table,
    totals,
    video_table,
    with_spread,
    write_report,
)
from skdsrl_mmaction.benchmark.speed.step import CE_ONLY, SKDSRL

VIDEOS = {
    'a.mp4': {
        STOCK: [dict(open=20, decode=80), dict(open=20, decode=180)],
        'ours, pyav': [dict(open=10, decode=40), dict(open=10, decode=40)],
        FLOOR: [dict(decode=25), dict(decode=20)],
    },
    'a.mp4, shrunk': {
        STOCK: [dict(decode=40), dict(decode=40)],
        'ours, pyav': [dict(decode=10), dict(decode=20)],
        FLOOR: [dict(decode=5), dict(decode=5)],
    },
}


def cells(table):
    lines = table.splitlines()
    return [[x.strip() for x in line.split('|')[1:-1]] for line in lines]


def test_spread():
    assert with_spread([1, 2, 3, 4, 50]) == '3.0 [2.0, 4.0]'
    assert with_spread([1.234], 2) == '1.23 [1.23, 1.23]'
    assert totals(VIDEOS['a.mp4'][STOCK]).tolist() == [100, 200]


def test_ratios_are_of_the_same_round():
    rows = {tuple(row[:2]): row[2:] for row in cells(video_table(VIDEOS))}
    row = rows['a.mp4', 'ours, pyav']
    assert row[0] == '50.0 [50.0, 50.0]'
    assert row[1] == row[2] == '3.00 [2.50, 3.50]'  # of 100 / 50, 200 / 50
    assert row[3] == '2.25 [2.12, 2.38]'  # of 50 / 25 and 50 / 20
    assert row[4:] == ['10.0', '40.0', '0.0', '0.0', '0.0']
    row = rows['a.mp4, shrunk', 'ours, pyav']
    assert row[1] == '3.00 [2.50, 3.50]'  # of 40 / 10 and 40 / 20
    assert row[2] == '10.00 [10.00, 10.00]'  # 100 / 10, 200 / 20


def test_rates():
    table = rate_table({'a.mp4': {STOCK: [10, 20], 'ours, pyav': [20, 60]}})
    assert cells(table)[-1] == [
        'a.mp4',
        'ours, pyav',
        '40.0 [30.0, 50.0]',
        '2.50 [2.25, 2.75]',
    ]


def test_steps():
    table = step_table(
        {SKDSRL: [2.2, 3.3], CE_ONLY: [2, 3]},
        {SKDSRL: 21 * 2**20, CE_ONLY: 20 * 2**20},
    )
    row = cells(table)[2]
    assert row[0] == SKDSRL and row[3:] == ['21', '1.050']
    assert row[2] == '1.100 [1.100, 1.100]'


def test_loop():
    """Each iteration against the step after it."""
    row = cells(loop_table({ALONE: [1, 2, 4], LOOP: [1.1, 2.4, 4.4]}))[-1]
    assert row == [LOOP, '2.40 [1.75, 3.40]', '1.100 [1.100, 1.150]']


@pytest.mark.parametrize('with_steps', [True, False])
def test_written(tmp_path, with_steps):
    steps = (
        {SKDSRL: [1], CE_ONLY: [1]},
        {SKDSRL: 1, CE_ONLY: 1},
        {ALONE: [1], LOOP: [1]},
    )
    text = write_report(
        str(tmp_path),
        VIDEOS,
        {'a.mp4': {STOCK: [1]}} if with_steps else {},
        *(steps if with_steps else (None, None, None)),
        'Foot.',
    )
    assert (tmp_path / 'table.md').read_text() == text
    assert text.endswith('Foot.\n') and (CE_ONLY in text) == with_steps
    assert ('videos/s' in text) == (LOOP in text) == with_steps
    assert (tmp_path / 'plot.png').stat().st_size > 5000
