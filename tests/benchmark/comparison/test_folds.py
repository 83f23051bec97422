import pytest

from skdsrl_mmaction.benchmark.comparison.folds import (
    count_classes,
    read_samples,
    split_folds,
    thin_out,
    write_folds,
)

SAMPLES = [
    f'{name}/set{1 + i // 5}_seq{i:02d}_{j}.mp4 {label}'
    for label, name in enumerate(['hug', 'kick', 'push'])
    for i in range(10)
    for j in range(2)
]


def test_every_group_is_tested_once_and_never_trained_on():
    folds = split_folds(SAMPLES, 3, r'seq\d+')
    assert len(folds) == 3
    tested = [line for _, test in folds for line in test]
    assert sorted(tested) == sorted(SAMPLES)
    for train, test in folds:
        assert sorted(train + test) == sorted(SAMPLES)
        groups = [
            {line.split('_')[1] for line in part} for part in (train, test)
        ]
        assert not groups[0] & groups[1]
        assert 3 <= len(groups[1]) <= 4
        assert {line[-1] for line in test} == {'0', '1', '2'}


def test_folds_do_not_depend_on_the_order_of_the_lists():
    there = split_folds(SAMPLES, 3, r'seq\d+')
    back = split_folds(SAMPLES[::-1], 3, r'seq\d+')
    assert [set(test) for _, test in there] == [set(test) for _, test in back]


@pytest.mark.parametrize('folds', [0, 1, 11])
def test_number_of_folds(folds):
    with pytest.raises(ValueError, match=f'--folds={folds} .* 2 to 10'):
        split_folds(SAMPLES, folds, r'seq\d+')


def test_a_line_without_a_group_is_named():
    with pytest.raises(ValueError, match=r"--group='seq.*'other.mp4 1'"):
        split_folds([*SAMPLES, 'other.mp4 1'], 2, r'seq\d+')


def test_read_samples(tmp_path):
    (tmp_path / 'a.txt').write_text('a.mp4 0\nb.mp4 4\n\n')
    (tmp_path / 'b.txt').write_text('c.mp4 2')
    files = [str(tmp_path / x) for x in ('a.txt', 'b.txt')]
    samples = read_samples(files)
    assert samples == ['a.mp4 0', 'b.mp4 4', 'c.mp4 2']
    assert count_classes(samples) == 5
    with pytest.raises(ValueError, match="'a.mp4 0' occurs twice"):
        read_samples([*files, files[0]])


def test_folds_are_named_after_their_content(tmp_path):
    folder = tmp_path / 'lists'
    folds = split_folds(SAMPLES, 2, r'seq\d+')
    written = write_folds(folds, str(folder))
    for files, parts in zip(written, folds):
        for split, lines in zip(('train', 'test'), parts):
            assert read_samples([files[split]]) == lines
    assert write_folds(folds, str(folder)) == written
    assert len(list(folder.iterdir())) == 4
    # Other folds do not overwrite them.
    write_folds(split_folds(SAMPLES, 2, r'set\d+'), str(folder))
    assert len(list(folder.iterdir())) == 8


@pytest.mark.parametrize('share, each', [(0.25, 5), (0.5, 10), (0.01, 1)])
def test_a_share_of_each_class_spread_over_the_list(share, each):
    kept = thin_out(SAMPLES, share)
    assert [line for line in SAMPLES if line in kept] == kept
    for label in '012':
        places = [i for i, x in enumerate(SAMPLES) if x[-1] == label]
        chosen = [i for i in places if SAMPLES[i] in kept]
        assert len(chosen) == each
        steps = {b - a for a, b in zip(chosen, chosen[1:])}
        assert steps <= {20 // each}
    assert thin_out(SAMPLES, 1) == SAMPLES


@pytest.mark.parametrize('share', [0, -0.5, 1.5])
def test_shares_out_of_range(share):
    with pytest.raises(ValueError, match=f'--train-share={share} must be'):
        thin_out(SAMPLES, share)
