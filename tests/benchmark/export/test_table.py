"""The table of exported models."""

import numpy as np
import pytest

from skdsrl_mmaction.benchmark.export.table import (
    Variant,
    exported_table,
    measure,
)


def scores_of(label, classes=3):
    return np.eye(classes)[[label]]


def test_all_variants_see_the_same_clips():
    seen = dict(a=[], b=[])

    def variant(name, label):
        def run(frames):
            seen[name].append(int(frames[0, 0]))
            return scores_of(label)

        return Variant(name, run)

    variants = [variant('a', 0), variant('b', 1), Variant('none')]
    labels = [0, 0, 1, 2]
    measure(variants, [(np.full((1, 2), i), x) for i, x in enumerate(labels)])
    assert seen == dict(a=[0, 1, 2, 3], b=[0, 1, 2, 3])
    assert variants[0].accuracy == 2 / 4
    assert variants[1].accuracy == 1 / 4
    assert variants[2].hits == []


def test_latency_is_the_median_without_the_first_clips():
    slow_start = [900.0, 800.0, 700.0, 5.0, 1.0, 3.0]
    assert Variant('a', milliseconds=slow_start).latency == 3.0
    assert Variant('a', milliseconds=[4.0, 2.0]).latency == 3.0


def test_table():
    torch = Variant('torch', scores_of, None, '', [2.0] * 4, [True, False])
    absent = Variant('int8', note='not written: no --calibration')
    text = exported_table([torch, absent])
    assert text.splitlines()[2:] == [
        '| torch |  | 2.0 ms | 0.500 |  |',
        '| int8 |  |  |  | not written: no --calibration |',
    ]
    size = Variant('onnx', scores_of, 12_345_678, '', [1.0], [True])
    assert '| 12.3 MB |' in exported_table([size])


@pytest.mark.parametrize('hits, share', [([True], 1), ([False, True], 0.5)])
def test_accuracy_is_a_share(hits, share):
    assert Variant('a', hits=hits).accuracy == share
