"""The table of exported models."""

import numpy as np

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
    assert variants[0].agreement(variants[1]) == 0
    assert variants[2].predictions == []


def test_latency_is_the_median_without_the_first_clips():
    slow_start = [900.0, 800.0, 700.0, 5.0, 1.0, 3.0]
    assert Variant('a', milliseconds=slow_start).latency == 3.0
    assert Variant('a', milliseconds=[4.0, 2.0]).latency == 3.0


def test_table():
    labels = [0, 1, 2, 2]
    torch = Variant('torch', scores_of, None, '', [2.0], [0, 1, 0, 0], labels)
    onnx = Variant(
        'onnx', scores_of, 12_345_678, 'exact', [1.0], [0, 0, 0, 0], labels
    )
    absent = Variant('int8', note='not written: no --calibration')
    variants = [torch, onnx, absent]
    assert exported_table(variants).splitlines()[1:] == [
        '| --- | --: | --: | --: | --: | --- |',
        '| torch |  | 2.0 ms | 0.500 | 1.000 |  |',
        '| onnx | 12.3 MB | 1.0 ms | 0.250 | 0.750 | exact |',
        '| int8 |  |  |  |  | not written: no --calibration |',
    ]
    untrained = exported_table(variants, is_trained=False)
    assert '| 12.3 MB | 1.0 ms |  |  | exact |' in untrained
