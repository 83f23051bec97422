import copy

import pytest
from mmaction.datasets import VideoDataset
from mmaction.registry import DATASETS

from skdsrl_mmaction.datasets.transforms import SiameseTwoView
from skdsrl_mmaction.engine import check_data
from tests.support.tiny import tiny_config


@DATASETS.register_module()
class OwnDataset(VideoDataset):
    """Annotation files of the stock format."""


class OtherDataset(VideoDataset):
    """Annotation files of another format."""

    def load_data_list(self):
        return []


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


# --- labels -----------------------------------------------------------------


DUMP = dict(type='DumpResults', out_file_path='predictions.pkl')


@pytest.mark.parametrize(
    'evaluator, is_refused',
    [
        (dict(type='AccMetric'), True),
        ([dict(type='AccMetric'), DUMP], True),
        (dict(type='Evaluator', metrics=[dict(type='AccMetric')]), True),
        ([], True),  # nothing is asked for, so nothing is known
        ([DUMP], False),
        (DUMP, False),
        ([dict(DUMP, type='mmengine.DumpResults')], False),
    ],
)
def test_a_line_without_a_label(cfg, tmp_path, evaluator, is_refused):
    (tmp_path / 'list.txt').write_text('8.mp4 1\n9.mp4\n')
    cfg.test_dataloader.dataset.ann_file = str(tmp_path / 'list.txt')
    cfg.test_evaluator = evaluator
    if is_refused:
        with pytest.raises(ValueError, match="line 2: '9.mp4' has no label"):
            check(cfg)
    else:
        check(cfg)


@pytest.mark.parametrize('split', ['train', 'val'])
def test_training_and_validation_need_labels(cfg, tmp_path, split):
    (tmp_path / 'list.txt').write_text('8.mp4\n')
    cfg.val_evaluator = [DUMP]
    cfg[f'{split}_dataloader'].dataset.ann_file = str(tmp_path / 'list.txt')
    with pytest.raises(ValueError, match=f'{split}.*line 1.* has no label'):
        check(cfg)


def test_more_classes_than_labels_warn(cfg, capsys):
    check(cfg)
    assert 'num_classes' not in capsys.readouterr().out
    cfg.model.cls_head.num_classes = 400
    check(cfg)
    printed = capsys.readouterr().out
    assert 'num_classes=400' in printed and 'num_classes=3 would' in printed


def test_two_labels_of_one_video_warn(cfg, tmp_path, capsys):
    train_list(cfg, tmp_path, '0.mp4 1\n1.mp4 2\n0.mp4 1\n2.mp4 0\n')
    check(cfg)
    assert 'two labels' not in capsys.readouterr().out
    train_list(cfg, tmp_path, '0.mp4 1\n1.mp4 2\n0.mp4 2\n2.mp4 0\n')
    check(cfg)
    printed = capsys.readouterr().out
    assert "0.mp4' has two labels, 1 in line 1 and 2 in line 3" in printed


# --- encodings --------------------------------------------------------------


@pytest.mark.parametrize(
    'content, message',
    [
        (b'\xef\xbb\xbf0.mp4 1\n', r'list.txt\' begins with a byte order'),
        ('0.mp4 1\n'.encode('utf-16'), 'begins with a byte order'),
        (b'0.mp4 1\ncaf\xe9.mp4 1\n', 'line 2: the byte 0xe9 is not UTF-8'),
    ],
)
def test_lists_in_other_encodings(cfg, tmp_path, content, message):
    (tmp_path / 'list.txt').write_bytes(content)
    cfg.train_dataloader.dataset.ann_file = str(tmp_path / 'list.txt')
    with pytest.raises(ValueError, match=message):
        check(cfg)


def test_line_ends_of_windows(cfg, tmp_path):
    (tmp_path / 'list.txt').write_bytes(b'0.mp4 1\r\n1.mp4 2\r\n' * 2)
    cfg.train_dataloader.dataset.ann_file = str(tmp_path / 'list.txt')
    check(cfg)


def test_fewer_videos_than_a_batch(cfg):
    cfg.train_dataloader.batch_size = 9
    with pytest.raises(ValueError, match='batch_size=9.*8 samples'):
        check(cfg)


def test_views_of_model_and_pipeline(cfg):
    two_view = cfg.train_dataloader.dataset.pipeline.pop(3)
    with pytest.raises(ValueError, match='trains on 2 view.*add SiameseTwo'):
        check(cfg)
    cfg.model.type = 'Recognizer3D'
    check(cfg)
    cfg.train_dataloader.dataset.pipeline.insert(3, two_view)
    with pytest.raises(ValueError, match='trains on 1 view.*take out Siamese'):
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


def write_frames(folder, numbers, name='img_{:05}.jpg'):
    folder.mkdir()
    for number in numbers:
        (folder / name.format(number)).write_bytes(b'.')


def test_raw_frames(cfg, tmp_path):
    write_frames(tmp_path / 'frames', range(1, 21))
    dataset = dict(
        type='RawframeDataset',
        ann_file=str(tmp_path / 'list.txt'),
        data_prefix=dict(img=str(tmp_path)),
        pipeline=cfg.train_dataloader.dataset.pipeline[1:],
    )
    cfg.train_dataloader.dataset = dataset
    cfg.train_dataloader.batch_size = 2
    for line in 2 * 'frames 20 1\n', 2 * 'frames\t20\t1\n':
        (tmp_path / 'list.txt').write_text(line)
        check(cfg)
    (tmp_path / 'list.txt').write_text('frames 20\n')
    with pytest.raises(ValueError, match='folder frames label'):
        check(cfg)


@pytest.mark.parametrize(
    'numbers, line, options, message',
    [
        (range(20), 'a 20 1', {}, "no 'img_00020.jpg' of its 20 .*00000.jpg"),
        (range(20), 'a 20 1', dict(start_index=0), None),
        (range(1, 20), 'a 20 1', {}, "no 'img_00020.jpg'"),
        (range(1, 21), 'a 20 1', dict(filename_tmpl='{:05}.jpg'), '00001.jpg'),
        (range(1, 21), 'a 20 1', dict(filename_tmpl='{}_{}.jpg'), 'number'),
        # Python 3.9 does not put 'x' into {:05}.
        (range(1, 21), 'a 20 1', dict(modality='Flow'), 'img_x0000|flow_'),
        (range(8, 21), 'a 7 13 1', dict(with_offset=True), None),
        (range(7, 20), 'a 7 13 1', dict(with_offset=True), 'img_00020.jpg'),
        (range(1, 21), 'b 20 1', {}, r"data_prefix.img.*b', the first"),
    ],
)
def test_names_of_frames(cfg, tmp_path, numbers, line, options, message):
    write_frames(tmp_path / 'a', numbers)
    (tmp_path / 'list.txt').write_text(f'{line}\n' * 4)
    cfg.train_dataloader.dataset = dict(
        type='RawframeDataset',
        ann_file=str(tmp_path / 'list.txt'),
        data_prefix=dict(img=str(tmp_path)),
        pipeline=cfg.train_dataloader.dataset.pipeline[1:],
        **options,
    )
    if message is None:
        check(cfg)
    else:
        with pytest.raises((FileNotFoundError, ValueError), match=message):
            check(cfg)


def test_frames_of_videos_count_from_0(cfg):
    cfg.train_dataloader.dataset.start_index = 1
    with pytest.raises(ValueError, match='start_index=1 must be 0'):
        check(cfg)


def test_other_storage_is_not_looked_into(cfg):
    dataset = cfg.train_dataloader.dataset
    dataset.data_prefix.video = 'bucket'
    dataset.pipeline[0] = dict(type='DecordInit', io_backend='petrel')
    check(cfg)


# --- datasets and transforms under other names ------------------------------


@pytest.mark.parametrize(
    'kind', ['mmaction.VideoDataset', VideoDataset, 'OwnDataset', OwnDataset]
)
def test_datasets_under_other_names_are_checked(cfg, kind):
    cfg.train_dataloader.dataset.type = kind
    check(cfg)
    cfg.train_dataloader.dataset.ann_file = 'nowhere.txt'
    with pytest.raises(FileNotFoundError, match='nowhere.txt'):
        check(cfg)


def test_a_dataset_with_another_annotation_file_is_left_alone(cfg):
    cfg.train_dataloader.dataset.type = OtherDataset
    cfg.train_dataloader.dataset.ann_file = 'nowhere.json'
    check(cfg)


@pytest.mark.parametrize(
    'step',
    [
        dict(type='mmaction.SiameseTwoView', transforms=[]),
        dict(type=SiameseTwoView, transforms=[]),
        SiameseTwoView([]),
    ],
)
def test_transforms_under_other_names_are_found(cfg, step):
    cfg.train_dataloader.dataset.pipeline[3] = step
    check(cfg)
    cfg.model.type = 'mmaction.Recognizer3D'
    with pytest.raises(ValueError, match='trains on 1 view'):
        check(cfg)


def test_views_made_in_two_passes(cfg):
    """By skeletons, whose annotation files are not checked, or by frames."""
    dataset = cfg.train_dataloader.dataset
    dataset.pipeline[3] = dict(
        type='SiameseTwoPass', transforms=[], keys=['imgs']
    )
    check(cfg)
    cfg.model.type = 'SKDSRLRecognizer2D'
    dataset.pipeline[1] = dict(type='SampleFrames', clip_len=1, num_clips=8)
    check(cfg)  # each view has all segments


@pytest.mark.parametrize('kind', ['PoseDataset', 'AudioDataset'])
def test_views_of_other_inputs(cfg, kind):
    cfg.train_dataloader.dataset.update(type=kind, ann_file='nowhere.pkl')
    cfg.model.type = 'SKDSRLRecognizerGCN'
    cfg.train_dataloader.dataset.pipeline[3] = dict(type='PoseDecode')
    with pytest.raises(ValueError, match='trains on 2 view.*SiameseTwoPass'):
        check(cfg)
    cfg.model.type = 'RecognizerGCN'
    check(cfg)


# --- segments of 2D recognizers ---------------------------------------------


@pytest.fixture
def tsn(cfg):
    """8 segments, in a pipeline that gives each view 4 of them."""
    cfg.model.type = 'SKDSRLRecognizer2D'
    pipeline = cfg.train_dataloader.dataset.pipeline
    pipeline[1] = dict(type='SampleFrames', clip_len=1, num_clips=8)
    return cfg


def test_views_of_half_the_segments(tsn):
    with pytest.raises(
        ValueError,
        match=r'pipeline\[1\].num_clips=8.* 4 segments.*SampleTwoClips',
    ):
        check(tsn)


def test_views_of_all_segments(tsn):
    pipeline = tsn.train_dataloader.dataset.pipeline
    sampler = pipeline[1]
    pipeline[3]['same_clip'] = True
    check(tsn)
    pipeline[3]['same_clip'] = False
    pipeline[1] = dict(type='SampleTwoClips', sampler=sampler)
    check(tsn)
    # Two clips in one go are what a 3D recognizer can be trained on.
    pipeline[1] = dict(sampler, num_clips=2)
    tsn.model.type = 'SKDSRLRecognizer3D'
    check(tsn)


# --- number of processes ----------------------------------------------------


@pytest.mark.parametrize(
    'launcher, name',
    [
        ('pytorch', 'WORLD_SIZE'),
        ('slurm', 'SLURM_NTASKS'),
        ('mpi', 'OMPI_COMM_WORLD_SIZE'),
    ],
)
def test_fewer_videos_than_a_batch_in_each_process(
    cfg, monkeypatch, launcher, name
):
    for other in 'WORLD_SIZE', 'SLURM_NTASKS', 'OMPI_COMM_WORLD_SIZE':
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, '2')
    cfg.launcher = launcher
    check(cfg)  # batches of 4
    cfg.train_dataloader.batch_size = 5
    with pytest.raises(ValueError, match='4 for each of 2 processes'):
        check(cfg)
    cfg.launcher = 'none'  # each process of a job by itself
    check(cfg)


# --- a batch of one video ---------------------------------------------------


@pytest.fixture
def uneven(cfg):
    """8 videos in batches of 7."""
    cfg.train_dataloader.update(batch_size=7, drop_last=False)
    return cfg


def refused(cfg):
    with pytest.raises(ValueError, match='batch of 1 video.*drop_last=True'):
        check(cfg)


def test_a_last_batch_of_one_video(uneven):
    refused(uneven)
    uneven.train_dataloader.batch_size = 6
    check(uneven)
    uneven.train_dataloader.batch_size = 1
    refused(uneven)


def test_a_batch_size_of_one(cfg):
    cfg.train_dataloader.update(batch_size=1, drop_last=True)
    refused(cfg)


def test_a_last_batch_of_one_video_in_each_process(uneven, monkeypatch):
    monkeypatch.setenv('WORLD_SIZE', '2')
    uneven.launcher = 'pytorch'
    check(uneven)
    uneven.train_dataloader.batch_size = 3
    refused(uneven)


def test_a_last_batch_of_one_video_of_wrapped_datasets(uneven):
    inner = uneven.train_dataloader.dataset
    uneven.train_dataloader.dataset = dict(
        type='ConcatDataset',
        datasets=[
            dict(type='RepeatDataset', times=2, dataset=inner),
            copy.deepcopy(inner),
        ],
    )
    uneven.train_dataloader.batch_size = 23
    refused(uneven)
    inner['indices'] = 5  # the first five videos
    check(uneven)
    uneven.train_dataloader.batch_size = 17
    refused(uneven)


@pytest.mark.parametrize(
    'keys',
    [
        {'model.siamese_head': None},
        {'model.type': 'Recognizer3D'},
        {'sync_bn': 'torch'},
        {'train_dataloader.drop_last': True},
        {'train_dataloader.sampler.type': 'InfiniteSampler'},
    ],
)
def test_where_a_batch_of_one_video_does_no_harm(uneven, keys):
    uneven.merge_from_dict(keys)
    if 'model.type' in keys:
        del uneven.train_dataloader.dataset.pipeline[3]
    check(uneven)
