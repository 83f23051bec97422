import pickle

import numpy as np
import pytest
from mmaction.datasets import RawframeDataset, RepeatAugDataset, VideoDataset
from mmaction.registry import DATASETS, TRANSFORMS

from skdsrl_mmaction.datasets.bad_videos import (
    BadVideoRecord,
    UnreadableVideo,
    guard_dataset,
    line_of,
    video_datasets,
)
from tests.support.bad_videos import KINDS, write_bad_video
from tests.support.videos import write_counting_video

LOADERS = dict(
    VideoInit='DecordDecode',
    DecordInit='DecordDecode',
    PyAVInit='PyAVDecode',
    OpenCVInit='OpenCVDecode',
)


@TRANSFORMS.register_module()
class FailsBefore:
    """A loader with a fault that is not the video's."""

    def __init__(self, error):
        self.error = error

    def __call__(self, results):
        raise self.error


def pipeline(loader='VideoInit', clip_len=2):
    return [
        dict(type=loader),
        dict(type='SampleFrames', clip_len=clip_len, num_clips=1),
        dict(type=LOADERS[loader]),
    ]


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """12 bad videos in a row, and a good one at each end; list.txt."""
    folder = tmp_path_factory.mktemp('mixed')
    names = ['first', *KINDS, 'last']
    for name in names:
        path = folder / f'{name}.mp4'
        if name in KINDS:
            write_bad_video(path, name)
        else:
            write_counting_video(path, 10)
    lines = [f'{name}.mp4 {i}\n' for i, name in enumerate(names)]
    (folder / 'list.txt').write_text(''.join(lines))
    return folder


def dataset_of(folder, kind=VideoDataset, steps=None, **kwargs):
    return kind(
        ann_file=str(folder / 'list.txt'),
        data_prefix=dict(video=str(folder)),
        pipeline=pipeline() if steps is None else steps,
        **kwargs,
    )


def recorded(record):
    with open(record.path) as file:
        return [line.rstrip('\n').split('\t') for line in file]


@pytest.mark.parametrize('loader', LOADERS)
def test_another_sample_takes_the_place_of_each_bad_one(
    folder, tmp_path, loader
):
    dataset = dataset_of(folder, steps=pipeline(loader))
    record = BadVideoRecord(tmp_path)
    guard_dataset(dataset, record)
    for i in range(len(dataset)):
        sample = dataset[i]
        assert sample['label'] in (0, len(KINDS) + 1)
        assert len(sample['imgs']) == 2
    found = recorded(record)
    assert sorted(path for path, _, _ in found) == sorted(
        f'{folder}/{kind}.mp4' for kind in KINDS
    )
    for path, place, reason in found:
        line = 2 + KINDS.index(path.split('/')[-1][:-4])
        assert place == f'{folder}/list.txt, line {line}'
        assert reason
    reasons = {path.split('/')[-1][:-4]: reason for path, _, reason in found}
    assert reasons['missing'] == 'missing' and reasons['empty'] == 'empty'
    assert reasons['fifo'] == 'a FIFO'
    assert reasons['directory'] == 'a directory'


@pytest.mark.parametrize('kind', KINDS)
def test_without_a_record_the_error_names_file_and_line(folder, kind):
    dataset = dataset_of(folder, test_mode=True)
    guard_dataset(dataset, None)
    i = 1 + KINDS.index(kind)
    with pytest.raises(UnreadableVideo) as caught:
        dataset[i]
    lines = str(caught.value).splitlines()
    assert len(lines) == 1
    assert f'{folder}/list.txt, line {i + 1}: ' in lines[0]
    assert f"'{folder}/{kind}.mp4'" in lines[0]


def test_inside_wrappers(folder, tmp_path):
    leaf = dict(
        type='VideoDataset',
        ann_file=str(folder / 'list.txt'),
        data_prefix=dict(video=str(folder)),
        pipeline=pipeline(),
    )
    repeated = dict(type='RepeatDataset', times=2, dataset=leaf)
    wrapped = DATASETS.build(
        dict(type='ConcatDataset', datasets=[repeated, leaf])
    )
    assert len(list(video_datasets(wrapped))) == 2
    record = BadVideoRecord(tmp_path)
    for dataset in video_datasets(wrapped):
        guard_dataset(dataset, record)
        guard_dataset(dataset, record)  # once is enough
    for i in range(len(wrapped)):
        assert wrapped[i]['label'] in (0, len(KINDS) + 1)
    assert len(recorded(record)) == len(KINDS)


def test_repeated_augmentation(folder, tmp_path):
    dataset = dataset_of(
        folder,
        RepeatAugDataset,
        steps=pipeline('DecordInit'),
        num_repeats=2,
    )
    record = BadVideoRecord(tmp_path)
    guard_dataset(dataset, record)
    for i in range(len(dataset)):
        assert len(dataset[i]) == 2
    assert len(recorded(record)) == len(KINDS)


def test_replacements_depend_on_the_seed_alone(folder, tmp_path):
    def labels():
        dataset = dataset_of(folder)
        guard_dataset(dataset, BadVideoRecord(tmp_path))
        np.random.seed(1)
        return [dataset[i]['label'] for i in range(len(dataset)) for _ in 'ab']

    assert labels() == labels()
    assert len(set(labels())) == 2


def test_a_guarded_data_set_can_be_pickled(folder, tmp_path):
    """Workers that are spawned receive it so."""
    dataset = dataset_of(folder)
    guard_dataset(dataset, BadVideoRecord(tmp_path))
    copy = pickle.loads(pickle.dumps(dataset))
    assert copy[3]['label'] in (0, len(KINDS) + 1)
    assert recorded(BadVideoRecord(tmp_path))


class Shaky:
    """A decoder that fails at some positions."""

    def __call__(self, results):
        if min(results['frame_inds']) > 4:
            raise OSError('broken\nmore about it')
        results['imgs'] = [0]
        return results


def test_a_video_that_fails_at_some_positions(folder, tmp_path):
    steps = [*pipeline()[:2], Shaky()]
    dataset = dataset_of(folder, steps=steps, indices=1)
    record = BadVideoRecord(tmp_path)
    guard_dataset(dataset, record)
    for _ in range(50):
        assert dataset[0]['frame_inds'].min() <= 4
    place = f'{folder}/list.txt, line 1'
    assert recorded(record) == [[f'{folder}/first.mp4', place, 'broken']]


def test_no_good_video_ends(folder, tmp_path):
    dataset = dataset_of(folder, indices=[1, 2, 3], max_refetch=20)
    guard_dataset(dataset, BadVideoRecord(tmp_path))
    with pytest.raises(RuntimeError, match='21 videos.*bad_videos.txt lists'):
        dataset[0]


@pytest.mark.parametrize(
    'error', [ImportError('no decord'), MemoryError(), OSError(24, 'files')]
)
def test_faults_of_the_machine_are_errors(folder, tmp_path, error):
    steps = [dict(type='FailsBefore', error=error), *pipeline()[1:]]
    dataset = dataset_of(folder, steps=steps)
    guard_dataset(dataset, BadVideoRecord(tmp_path))
    with pytest.raises(type(error)):
        dataset[0]


@pytest.mark.parametrize('place', [1, 3])
def test_faults_of_other_transforms_are_errors(folder, tmp_path, place):
    steps = pipeline()
    if place == 1:
        steps[1] = dict(type='SampleTwoClips', sampler=dict(type='Flawed'))
    else:
        steps.append(dict(type='FailsBefore', error=ValueError('mine')))

    @TRANSFORMS.register_module(force=True)
    class Flawed:
        def __call__(self, results):
            raise ValueError('mine')

    dataset = dataset_of(folder, steps=steps)
    guard_dataset(dataset, BadVideoRecord(tmp_path))
    with pytest.raises(ValueError, match='^mine$'):
        dataset[0]


def test_a_frame_that_is_missing(tmp_path):
    (tmp_path / 'a').mkdir()
    (tmp_path / 'list.txt').write_text('a 5 0\n')
    dataset = RawframeDataset(
        ann_file=str(tmp_path / 'list.txt'),
        data_prefix=dict(img=str(tmp_path)),
        pipeline=[
            dict(type='SampleFrames', clip_len=2, num_clips=1),
            dict(type='RawFrameDecode'),
        ],
    )
    guard_dataset(dataset, None)
    with pytest.raises(UnreadableVideo, match=r"list.txt, line 1: .*/a'"):
        dataset[0]


@pytest.mark.parametrize(
    'indices, lines',
    [(None, [1, 2]), (3, [1, 2]), ([5, 2], [6, 3]), (-3, [None, None])],
)
def test_lines(folder, indices, lines):
    dataset = dataset_of(folder, indices=indices)
    assert [line_of(dataset, i) for i in (0, 1)] == lines
