import copy

import pytest

from skdsrl_mmaction.engine import check_data
from tests.support.tiny import tiny_config


@pytest.fixture
def cfg(tiny_dataset):
    return tiny_config(tiny_dataset)


def check(cfg):
    check_data(cfg, ['train', 'val', 'test'])


def train_list(cfg, tmp_path, text):
    (tmp_path / 'list.txt').write_text(text)
    cfg.train_dataloader.dataset.ann_file = str(tmp_path / 'list.txt')


def test_good_data_passes(cfg):
    check(cfg)


def test_missing_list(cfg):
    cfg.val_dataloader.dataset.ann_file = 'nowhere.txt'
    with pytest.raises(
        FileNotFoundError,
        match="val_dataloader.dataset.ann_file='nowhere.txt'.*path label",
    ):
        check(cfg)
    check_data(cfg, ['train'])


@pytest.mark.parametrize(
    'line, message',
    [
        ('0.mp4', 'must be "path label"'),
        ('0.mp4,1', 'must be "path label"'),
        ('my video.mp4 1', 'must be "path label"'),
        ('', 'must be "path label"'),
        ('0.mp4 one', "label 'one' must be a whole number"),
        ('0.mp4 3', r'label 3 is not in \[0, 3\).*num_classes=3'),
        ('0.mp4 -1', r'label -1 is not in \[0, 3\)'),
    ],
)
def test_malformed_line_is_named(cfg, tmp_path, line, message):
    train_list(cfg, tmp_path, f'0.mp4 1\n{line}\n1.mp4 2\n')
    with pytest.raises(ValueError, match=f'line 2: .*{message}'):
        check(cfg)


def test_empty_list(cfg, tmp_path):
    train_list(cfg, tmp_path, '')
    with pytest.raises(ValueError, match='is empty'):
        check(cfg)


def test_wrong_folder(cfg):
    cfg.train_dataloader.dataset.data_prefix.video = 'elsewhere'
    with pytest.raises(
        FileNotFoundError, match="data_prefix.video='elsewhere'.*0.mp4"
    ):
        check(cfg)


def test_unlabelled_lists_may_be_tested_but_not_trained_on(cfg, tmp_path):
    (tmp_path / 'list.txt').write_text('8.mp4\n')
    cfg.test_dataloader.dataset.ann_file = str(tmp_path / 'list.txt')
    check(cfg)


def test_fewer_videos_than_a_batch(cfg):
    cfg.train_dataloader.batch_size = 9
    with pytest.raises(ValueError, match='batch_size=9.*8 samples'):
        check(cfg)


def test_fewer_videos_than_a_batch_in_each_process(cfg, monkeypatch):
    monkeypatch.setenv('WORLD_SIZE', '2')
    check(cfg)  # batches of 4
    cfg.train_dataloader.batch_size = 5
    with pytest.raises(ValueError, match='4 for each of 2 processes'):
        check(cfg)


def test_views_of_model_and_pipeline(cfg):
    two_view = cfg.train_dataloader.dataset.pipeline.pop(3)
    with pytest.raises(ValueError, match='trains on 2 view.*add SiameseTwo'):
        check(cfg)
    cfg.model.type = 'Recognizer3D'
    check(cfg)
    cfg.train_dataloader.dataset.pipeline.insert(3, two_view)
    with pytest.raises(ValueError, match='trains on 1 view.*take SiameseTwo'):
        check(cfg)


def test_wrapped_datasets_are_followed(cfg, tmp_path):
    inner = cfg.train_dataloader.dataset
    cfg.train_dataloader.dataset = dict(
        type='RepeatDataset',
        times=2,
        dataset=dict(
            type='ConcatDataset', datasets=[inner, copy.deepcopy(inner)]
        ),
    )
    check(cfg)
    broken = cfg.train_dataloader.dataset.dataset.datasets[1]
    broken.ann_file = 'nowhere.txt'
    with pytest.raises(
        FileNotFoundError, match=r'dataset.dataset.datasets\[1\].ann_file'
    ):
        check(cfg)


def test_raw_frames(cfg, tmp_path):
    (tmp_path / 'frames').mkdir()
    dataset = dict(
        type='RawframeDataset',
        ann_file=str(tmp_path / 'list.txt'),
        data_prefix=dict(img=str(tmp_path)),
        pipeline=cfg.train_dataloader.dataset.pipeline[1:],
    )
    cfg.train_dataloader.dataset = dataset
    cfg.train_dataloader.batch_size = 1
    for line in 'frames 20 1\n', 'frames\t20\t1\n':
        (tmp_path / 'list.txt').write_text(line)
        check(cfg)
    (tmp_path / 'list.txt').write_text('frames 20\n')
    with pytest.raises(ValueError, match='folder frames label'):
        check(cfg)


def test_other_storage_is_not_looked_into(cfg):
    dataset = cfg.train_dataloader.dataset
    dataset.data_prefix.video = 'bucket'
    dataset.pipeline[0] = dict(type='DecordInit', io_backend='petrel')
    check(cfg)
