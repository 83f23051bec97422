import numpy as np
import pytest
from mmaction.registry import DATASETS, TRANSFORMS
from mmengine.dataset import Compose

from tests.support.videos import write_counting_video


def init(path, **kwargs):
    transform = TRANSFORMS.build(dict(type='VideoInit', **kwargs))
    return transform(dict(filename=str(path), start_index=0))


@pytest.mark.parametrize('backend', ['pyav', 'decord'])
def test_what_the_sampler_gets(counting_video, backend):
    results = init(counting_video, backend=backend)
    assert results['total_frames'] == len(results['video_reader']) == 25
    assert results['avg_fps'] == 25


@pytest.mark.parametrize('backend', ['pyav', 'decord'])
def test_mp4_is_the_default_extension(tmp_path, backend):
    write_counting_video(tmp_path / 'video.mp4', 12)
    results = init(tmp_path / 'video', backend=backend)
    assert results['total_frames'] == 12


@pytest.mark.parametrize('backend', ['pyav', 'decord'])
def test_the_stock_decoder_reads_from_it(counting_video, backend):
    pipeline = Compose(
        [
            dict(type='VideoInit', backend=backend),
            dict(type='SampleFrames', clip_len=4, num_clips=2),
            dict(type='DecordDecode'),
        ]
    )
    results = pipeline(dict(filename=str(counting_video), start_index=0))
    means = [frame.mean() / 10 for frame in results['imgs']]
    assert np.abs(means - results['frame_inds']).max() < 0.5
    assert results['img_shape'] == (48, 64)


@pytest.mark.parametrize('backend', ['pyav', 'decord'])
def test_files_that_cannot_be_read(tmp_path, backend):
    with pytest.raises(FileNotFoundError, match='none.mp4'):
        init(tmp_path / 'none.mp4', backend=backend)
    for content in (b'', b'no video' * 99):
        path = tmp_path / 'bad.avi'
        path.write_bytes(content)
        with pytest.raises(ValueError, match='cannot read.*bad.avi'):
            init(path, backend=backend)


def test_unknown_backend():
    with pytest.raises(ValueError, match="VideoInit.backend.*'opencv'"):
        TRANSFORMS.build(dict(type='VideoInit', backend='opencv'))


def test_it_takes_the_place_of_the_stock_loader(counting_video):
    assert init(counting_video, io_backend='disk')['total_frames'] == 25
    with pytest.raises(ValueError, match="io_backend.*'disk'.*'petrel'"):
        TRANSFORMS.build(dict(type='VideoInit', io_backend='petrel'))


def test_flips_of_a_video_shorter_than_a_clip(short_video):
    """Flip writes into its frames, of which a looped clip holds some twice."""
    pipeline = Compose(
        [
            dict(type='VideoInit'),
            dict(type='SampleFrames', clip_len=16),
            dict(type='DecordDecode'),
        ]
    )
    results = pipeline(dict(filename=str(short_video), start_index=0))
    for frame in results['imgs']:
        frame[:, :32] = 255
    flip = TRANSFORMS.build(dict(type='Flip', flip_ratio=1))
    for frame in flip(dict(results, modality='RGB'))['imgs']:
        assert (frame[:, 32:] == 255).all() and (frame[:, :32] < 255).all()


def test_repeated_augmentation_has_two_views_of_each_repeat(tiny_dataset):
    """RepeatAugDataset knows loaders by name, DecordInit alone."""
    dataset = DATASETS.build(
        dict(
            type='RepeatAugDataset',
            ann_file=str(tiny_dataset / 'train.txt'),
            data_prefix=dict(video=str(tiny_dataset)),
            num_repeats=2,
            pipeline=[
                dict(type='DecordInit'),
                dict(
                    type='SampleTwoClips',
                    sampler=dict(type='SampleFrames', clip_len=8),
                ),
                dict(type='DecordDecode'),
                dict(
                    type='SiameseTwoView',
                    transforms=[
                        dict(type='RandomCrop', size=32),
                        dict(type='Flip'),
                        dict(type='ClipContrast'),
                        dict(type='ClipHue'),
                    ],
                ),
                dict(type='FormatShape', input_format='NCTHW'),
                dict(type='PackActionInputs'),
            ],
        )
    )
    first, second = (sample['inputs'] for sample in dataset[0])
    assert first.shape == second.shape == (2, 3, 8, 32, 32)
    assert (first != second).any()
