from collections import Counter

import pytest

from skdsrl_mmaction.benchmark.comparison.data import describe_data
from skdsrl_mmaction.benchmark.comparison.folds import read_samples
from skdsrl_mmaction.benchmark.comparison.run import Run
from skdsrl_mmaction.benchmark.comparison.validation import (
    cut_validation,
    use_validation,
)
from tests.support.tiny import tiny_config

SAMPLES = [
    f'c{label}/seq{i % 5}_{i}.mp4 {label}'
    for label in range(3)
    for i in range(20)
]


@pytest.mark.parametrize('share', [0.1, 0.25, 0.5])
def test_each_class_keeps_its_share(share):
    train, val = cut_validation(SAMPLES, share, '.+')
    assert sorted(train + val) == sorted(SAMPLES)
    assert len(val) == 60 * share
    assert train == [x for x in SAMPLES if x in train]
    counts = Counter(x.split()[1] for x in val)
    assert set(counts.values()) == {20 * share}


def test_the_cut_depends_on_names_alone():
    _, val = cut_validation(SAMPLES, 0.2, '.+')
    _, again = cut_validation(SAMPLES[::-1], 0.2, '.+')
    assert sorted(val) == sorted(again)
    assert val != SAMPLES[:12]


def test_groups_are_not_split():
    train, val = cut_validation(SAMPLES, 0.3, r'seq\d')
    names = [{x[3:7] for x in part} for part in (train, val)]
    assert not names[0] & names[1]
    assert len(val) == 24  # two sequences of five, at least 18 videos


def test_something_must_be_left():
    with pytest.raises(ValueError, match='--val=0.9 leaves nothing.*1 groups'):
        cut_validation(SAMPLES, 0.9, 'seq')
    with pytest.raises(ValueError, match='--group.*matches nothing'):
        cut_validation(SAMPLES, 0.9, 'none')


@pytest.fixture
def cfg(tiny_dataset):
    return tiny_config(tiny_dataset)


def test_a_config(cfg, tiny_dataset, tmp_path):
    tested = str(cfg.test_dataloader)
    pipeline = cfg.val_dataloader.dataset.pipeline
    use_validation('mine', cfg, 0.25, '.+', str(tmp_path))
    train, val = (
        read_samples([cfg[f'{x}_dataloader'].dataset.ann_file])
        for x in ('train', 'val')
    )
    whole = read_samples([str(tiny_dataset / 'train.txt')])
    assert len(val) == 2 and sorted(train + val) == sorted(whole)
    dataset = cfg.val_dataloader.dataset
    assert dataset.data_prefix == cfg.train_dataloader.dataset.data_prefix
    assert dataset.pipeline == pipeline and dataset.test_mode
    assert str(cfg.test_dataloader) == tested


def test_the_cut_is_in_the_key_of_a_run(cfg, tmp_path):
    keys = set()
    for share in 0.25, 0.5, 0.25:
        made = type(cfg)(cfg.to_dict())
        use_validation('mine', made, share, '.+', str(tmp_path / str(share)))
        data = describe_data(made)
        assert data['val'][0]['videos'].startswith(f'{share * 8:.0f} files')
        run = Run('mine', made, 0, 0, data)
        assert str(tmp_path) not in str(run.content)
        keys.add(run.key)
    assert len(keys) == 2


@pytest.mark.parametrize('what', ['several', 'none', 'other', 'indices'])
def test_data_that_cannot_be_cut(cfg, tmp_path, what):
    loader = cfg.train_dataloader
    if what == 'several':
        both = [loader.dataset, loader.dataset]
        loader.dataset = dict(type='ConcatDataset', datasets=both)
    elif what == 'none':
        cfg.val_dataloader = None
    elif what == 'other':
        loader.dataset.type = 'PoseDataset'
    else:
        loader.dataset.indices = 3
    split = 'val' if what == 'none' else 'train'
    with pytest.raises(ValueError, match=f'mine: {split}_dataloader.*--val'):
        use_validation('mine', cfg, 0.2, '.+', str(tmp_path))
