import math

import cv2
import pytest
from scipy.stats import ttest_rel

from skdsrl_mmaction.benchmark.comparison.report import (
    make_footer,
    make_table,
    paired_difference,
    write_report,
)


def runs(*top1, first_seed=0):
    """Runs over folds 0 and 1 and as many seeds as it takes."""
    return [
        dict(
            fold=i % 2,
            seed=first_seed + i // 2,
            budget='steps',
            key_form=2,
            top1=value,
            top5=None,
            mean_class=value / 2,
            iterations=100,
            parameters=2_000_000,
            flops=3_000_000_000,
            resources=dict(
                device='cpu (AVX2), 1 thread(s)',
                train_seconds=60 * (1 + i),
                peak_memory_mb=500,
            ),
        )
        for i, value in enumerate(top1)
    ]


A = runs(0.50, 0.60, 0.40, 0.70)
B = runs(0.52, 0.66, 0.44, 0.78)


def test_paired_difference_by_hand():
    """2, 6, 4 and 8 points: mean 5, deviation sqrt(20 / 3), t(3) = 3.1824."""
    found = paired_difference(B, A)
    assert found.pairs == 4
    assert found.mean == pytest.approx(5)
    half = 3.182446 * math.sqrt(20 / 3) / 2
    assert found.low == pytest.approx(5 - half)
    assert found.high == pytest.approx(5 + half)


def test_paired_difference_by_scipy():
    pairs = [[100 * r['top1'] for r in records] for records in (B, A)]
    interval = ttest_rel(*pairs).confidence_interval(0.95)
    found = paired_difference(B, A)
    assert (found.low, found.high) == pytest.approx(tuple(interval))


def test_pairs_go_by_fold_and_seed_not_by_place():
    assert paired_difference(B[::-1], A) == paired_difference(B, A)
    assert paired_difference(B[1:], A).pairs == 3
    assert paired_difference(B[1:2], A).mean == pytest.approx(6)
    assert math.isnan(paired_difference(B[1:2], A).low)
    assert paired_difference(runs(0.5, first_seed=9), A) is None


def test_table():
    table = make_table({'a': A, 'b': B, 'none': []}, ['a'])
    rows = [
        [cell.strip() for cell in line.strip('|\n').split('|')]
        for line in table.splitlines()
    ]
    assert rows[0][:6] == (
        ['config', 'runs', 'top-1', 'top-5', 'mean class', 'top-1 − a']
    )
    # Standard deviation of 50, 60, 40, 70: sqrt(500 / 3).
    assert rows[2] == (
        ['a', '4', '55.0 ± 12.9', '–', '27.5 ± 6.5', '']
        + ['100', '2.5', '500', '2.00', '3.00', '1.00', '1.00']
    )
    assert rows[3][5] == '+5.0 [+0.9, +9.1]'
    assert rows[4][:6] == ['none', '0', '–', '–', '–', '–']


def test_costs_are_medians_of_pairs():
    """Steps take 0.6 to 2.4 s in A, and 1.2, 1.8 and 9.6 s here.

    The last one was made on another device.
    """
    costly = [
        dict(
            A[i],
            iterations=n,
            resources=dict(device=device, train_seconds=x, peak_memory_mb=550),
        )
        for i, n, x, device in (
            (0, 50, 60, 'cpu (AVX2), 1 thread(s)'),
            (2, 100, 180, 'cpu (AVX2), 1 thread(s)'),
            (3, 10, 96, 'cpu (AVX2), 1 thread(s)'),
            (1, 100, 12, 'cpu (AVX512), 1 thread(s)'),
        )
    ]
    table = make_table(dict(a=A, b=costly, none=[]), ['a', 'b'])
    head, _, _, row, none = table.splitlines()
    assert head.endswith('| step time / a | memory / a |')
    assert row.endswith('| 2.00 | 1.10 |')
    assert none.endswith('| – | – |')
    assert 'step time' not in make_table(dict(a=A), [])


def test_steps_are_in_order():
    several = [dict(A[0], iterations=10), dict(A[1], iterations=9)]
    assert '| 9/10 |' in make_table(dict(a=several), [])


def test_footer():
    """Read off the records, so that a table can be made of them alone."""
    assert make_footer(dict(a=A, b=B[:1])) == (
        'Equal steps; the last weights, 2 fold(s) × seeds 0, 1; mean ± '
        'standard deviation; differences are paired over folds and seeds, '
        'with a 95 % interval.\n'
    )
    older = {k: v for k, v in A[0].items() if k != 'key_form'}
    assert make_footer(dict(a=[*A, older])).endswith('\n\nkey: older form\n')
    assert make_footer(dict(a=[])) == 'No run is finished.\n'


def test_files(tmp_path):
    text = write_report(str(tmp_path), dict(a=A, b=B), ['a'])
    assert (tmp_path / 'table.md').read_text() == text
    assert text.endswith('interval.\n')
    picture = cv2.imread(str(tmp_path / 'plot.png'))
    # Both colours of the marks are there.
    assert (abs(picture - [180.0, 119, 31]).sum(2) < 9).any()  # C0, in BGR
    assert (abs(picture - [14.0, 127, 255]).sum(2) < 9).any()  # C1
    with pytest.raises(ValueError, match="--against 'c' must be one of"):
        write_report(str(tmp_path), dict(a=A), ['c'])
