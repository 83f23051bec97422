import av
import cv2
import numpy as np
import pytest
from mmaction.registry import TRANSFORMS
from mmengine.dataset import Compose

from tests.support.paths import REAL_VIDEOS

CLIP = dict(type='SampleFrames', clip_len=16, frame_interval=1, num_clips=1)
TO_TENSOR = [
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
CROP = [dict(type='Resize', scale=(-1, 40)), dict(type='RandomCrop', size=32)]


def two_view(transforms=(), **kwargs):
    return TRANSFORMS.build(
        dict(type='SiameseTwoView', transforms=list(transforms), **kwargs)
    )


def numbered(frames, **kwargs):
    """Frame i is filled with i."""
    imgs = [np.full((4, 6, 3), i, np.uint8) for i in range(frames)]
    return dict(
        imgs=imgs, modality='RGB', img_shape=(4, 6), clip_len=16, **kwargs
    )


def levels(imgs):
    return np.asarray(imgs).reshape(len(imgs), -1)[:, 0].tolist()


def test_first_half_is_view_1():
    results = two_view()(numbered(32, num_clips=2))
    assert levels(results['imgs']) == list(range(32))
    assert results['num_clips'] == 2
    packed = TRANSFORMS.build(TO_TENSOR[0])(results)['imgs']
    assert packed.shape == (2, 3, 16, 4, 6)  # views x C x T x H x W
    assert (packed[0, 0, :, 0, 0] == np.arange(16)).all()
    assert (packed[1, 0, :, 0, 0] == np.arange(16, 32)).all()


def test_format_shape_may_stand_inside_a_view():
    inside = two_view([TO_TENSOR[0]])(numbered(32, num_clips=2))['imgs']
    outside = TRANSFORMS.build(TO_TENSOR[0])(
        two_view()(numbered(32, num_clips=2))
    )['imgs']
    assert (inside == outside).all()


def test_same_clip():
    results = two_view(same_clip=True)(numbered(16, num_clips=1))
    assert levels(results['imgs']) == list(range(16)) * 2
    assert results['num_clips'] == 2


def test_same_clip_is_one_switch():
    """It also works where two clips have been sampled and decoded."""
    results = two_view(same_clip=True)(numbered(32, num_clips=2, num_views=2))
    assert levels(results['imgs']) == list(range(16)) * 2
    assert results['num_clips'] == 2


def test_segments_of_a_2d_recognizer():
    results = two_view()(dict(numbered(8, num_clips=8), clip_len=1))
    assert levels(results['imgs']) == list(range(8))
    assert results['num_clips'] == 8


def test_colours_lie_apart_in_memory():
    """Then FormatShape moves nothing, and a clip of a colour is one block."""
    imgs = [np.random.randint(0, 256, (4, 6, 3), np.uint8) for _ in range(32)]
    out = two_view()(dict(imgs=imgs, num_clips=2, clip_len=16))
    assert np.array_equal(out['imgs'], imgs)
    packed = TRANSFORMS.build(TO_TENSOR[0])(dict(out))['imgs']
    assert np.shares_memory(packed, out['imgs'])
    assert packed[1, 2].flags.c_contiguous


@pytest.mark.parametrize('kind', ['float32', 'grey', 'one channel'])
def test_frames_that_are_no_uint8_colours(kind):
    shape = {'grey': (4, 6), 'one channel': (4, 6, 1)}.get(kind, (4, 6, 3))
    imgs = np.random.rand(32, *shape).astype(np.float32)
    if kind != 'float32':
        imgs = (255 * imgs).astype(np.uint8)
    out = two_view()(dict(imgs=list(imgs), num_clips=2))['imgs']
    assert out.dtype == imgs.dtype and np.array_equal(out, imgs)


@pytest.mark.parametrize('same_clip', [True, False])
def test_views_are_drawn_independently(same_clip):
    transform = two_view(
        [dict(type='Flip', flip_ratio=0.5), dict(type='ClipBrightness')],
        same_clip=same_clip,
    )
    outcomes = set()
    for _ in range(200):
        imgs = [np.tile(np.arange(6, dtype=np.uint8), (4, 1))] * 16
        imgs = [np.stack([i] * 3, -1) + 100 for i in imgs]
        if not same_clip:
            imgs = imgs * 2  # the same arrays twice, as a decoder may give
        out = transform(
            dict(
                imgs=imgs,
                num_clips=1 if same_clip else 2,
                modality='RGB',
                img_shape=(4, 6),
            )
        )['imgs']
        view1, view2 = out[:16].astype(int), out[16:].astype(int)
        # One draw for all frames of a view.
        assert (view1 == view1[0]).all() and (view2 == view2[0]).all()
        outcomes.add(
            tuple(
                (v[0, 0, 0, 0] > v[0, 0, -1, 0], v[0, 0].min() == 100)
                for v in (view1, view2)
            )
        )
    assert len(outcomes) == 16  # every combination of flip and brightness


def test_frames_that_a_decoder_shares_are_flipped_once():
    """Stock Flip writes into its frames; a looped clip holds one twice."""
    frame = np.zeros((2, 4, 3), np.uint8)
    frame[:, 0] = 255
    flip = two_view([dict(type='Flip', flip_ratio=1)])
    out = flip(
        dict(imgs=[frame] * 4, num_clips=2, modality='RGB', img_shape=(2, 4))
    )['imgs']
    assert (out[:, :, -1] == 255).all() and (out[:, :, 0] == 0).all()


def test_one_clip_is_a_clear_error():
    with pytest.raises(ValueError, match='num_clips=1.*SampleTwoClips'):
        two_view()(numbered(16, num_clips=1))


def test_views_of_different_shapes():
    crop = two_view([dict(type='RandomResizedCrop')])
    with pytest.raises(ValueError, match='different shapes'):
        for _ in range(20):
            crop(
                dict(
                    imgs=[np.zeros((64, 96, 3), np.uint8)] * 32,
                    num_clips=2,
                    img_shape=(64, 96),
                )
            )


@pytest.mark.parametrize(
    'transform, message',
    [
        (dict(type='NoSuchTransform'), 'NoSuchTransform'),
        (dict(type='ClipHue', shift=0.1), 'shift'),
        (dict(type='ClipHue', prob=2), 'ClipHue.prob'),
        (3, '3'),
    ],
)
def test_unknown_view_option_is_found_at_build(transform, message):
    flip = dict(type='Flip')
    with pytest.raises(ValueError, match=rf'transforms\[1\].*{message}'):
        two_view([flip, transform])


def test_same_clip_must_be_a_bool():
    with pytest.raises(ValueError, match="same_clip.*'yes'"):
        two_view(same_clip='yes')


# --- from files -------------------------------------------------------------

LOADERS = {
    'default': (dict(type='VideoInit'), dict(type='DecordDecode')),
    'decord': (dict(type='DecordInit'), dict(type='DecordDecode')),
    'opencv': (dict(type='OpenCVInit'), dict(type='OpenCVDecode')),
    'pyav': (dict(type='PyAVInit'), dict(type='PyAVDecode')),
}


def from_file(path, loader, transforms=CROP):
    if loader == 'pyav':
        pytest.importorskip('av')
    opener, decoder = LOADERS[loader]
    pipeline = Compose(
        [
            opener,
            dict(type='SampleTwoClips', sampler=CLIP),
            decoder,
            dict(type='SiameseTwoView', transforms=transforms),
            *TO_TENSOR,
        ]
    )
    return pipeline(
        dict(filename=str(path), start_index=0, modality='RGB', label=1)
    )


def decoded_indices(inputs):
    """Frame numbers of a counting video: level 10 * i."""
    return np.rint(inputs[:, 0].float().mean(dim=(2, 3)).numpy() / 10)


@pytest.mark.parametrize('loader', LOADERS)
def test_clips_hold_the_frames_that_were_sampled(counting_video, loader):
    for _ in range(5):
        packed = from_file(counting_video, loader)
        assert packed['inputs'].shape == (2, 3, 16, 32, 32)
        clips = decoded_indices(packed['inputs'])
        assert (np.diff(clips, axis=1) == 1).all()
        assert packed['data_samples'].gt_label == 1


@pytest.mark.parametrize('loader', LOADERS)
def test_videos_shorter_than_a_clip(short_video, loader):
    clips = decoded_indices(from_file(short_video, loader)['inputs'])
    assert (clips == np.arange(16) % 10).all()


def test_raw_frames(tmp_path):
    for i in range(20):
        frame = np.full((48, 64, 3), 10 * i, np.uint8)
        cv2.imwrite(str(tmp_path / f'img_{i + 1:05}.png'), frame)
    pipeline = Compose(
        [
            dict(type='SampleTwoClips', sampler=CLIP),
            dict(type='RawFrameDecode'),
            dict(type='SiameseTwoView', transforms=CROP),
            *TO_TENSOR,
        ]
    )
    packed = pipeline(
        dict(
            frame_dir=str(tmp_path),
            filename_tmpl='img_{:05}.png',
            total_frames=20,
            start_index=1,
            modality='RGB',
            label=0,
        )
    )
    clips = decoded_indices(packed['inputs'])
    assert (np.diff(clips, axis=1) == 1).all()


def test_the_video_is_opened_and_decoded_once(counting_video, monkeypatch):
    import decord

    calls = []
    for name in ('__init__', 'get_batch'):
        stock = getattr(decord.VideoReader, name)

        def count(*args, name=name, stock=stock, **kwargs):
            calls.append(name)
            return stock(*args, **kwargs)

        monkeypatch.setattr(decord.VideoReader, name, count)
    from_file(counting_video, 'decord')
    assert calls == ['__init__', 'get_batch']


@pytest.mark.parametrize(
    'name, backend',
    [
        ('videos/kinetics_demo.mp4', 'pyav'),
        ('videos/kinetics_demo.mp4', 'decord'),
        ('ut_interaction/hugging/set1_seq01_02.mp4', 'pyav'),
        # With B-frames in AVI, decord gives neighbours.
        ('videos/ucf_like_mpeg4.avi', 'pyav'),
        ('ut_interaction_avi/kicking__set1_seq01_01.avi', 'pyav'),
    ],
)
def test_real_videos_give_sequential_frames(real_videos, name, backend):
    """Every frame of both clips is the one that decoding in order gives."""
    path = real_videos / name
    with av.open(str(path)) as container:
        frames = np.stack(
            [
                frame.to_ndarray(format='rgb24')
                for frame in container.decode(video=0)
            ]
        )
    for start in (0, len(frames) - 16, None):
        pipeline = Compose(
            [
                dict(type='VideoInit', backend=backend),
                dict(type='SampleTwoClips', sampler=CLIP),
                dict(type='DecordDecode'),
                dict(type='SiameseTwoView', transforms=[]),
            ]
        )
        if start is not None:
            sampler = pipeline.transforms[1].sampler
            sampler._sample_clips = lambda *_, s=start: np.array([s])
        results = pipeline(dict(filename=str(path), start_index=0))
        assert results['total_frames'] == len(frames)
        assert (results['imgs'] == frames[results['frame_inds']]).all()


def test_the_papers_views_of_every_real_video(real_videos):
    from mmengine.config import Config

    root = REAL_VIDEOS
    cfg = Config.fromfile('configs/skdsrl_r3d18_ucf101.py')
    pipeline = Compose(cfg.train_dataloader.dataset.pipeline)
    videos = sorted(root.rglob('*.mp4'))[::12] + sorted(root.rglob('*.avi'))
    assert videos
    for path in videos:
        packed = pipeline(
            dict(filename=str(path), start_index=0, modality='RGB', label=0)
        )
        assert packed['inputs'].shape == (2, 3, 16, 112, 112), path
        assert str(packed['inputs'].dtype) == 'torch.uint8'


OPERATORS = (
    'ClipContrast',
    'ClipBrightness',
    'ClipHue',
    'ClipGaussianBlur',
    'ChannelSplit',
)


def test_each_view_records_what_makes_it_again():
    """Crop, flip and operators with their strengths, without a draw."""
    frame = np.random.randint(0, 256, (40, 50, 3), np.uint8)
    steps = [
        dict(type='RandomCrop', size=32),
        dict(type='Flip', flip_ratio=0.5),
        *(dict(type=name) for name in OPERATORS),
    ]
    transform, acted = two_view(steps), set()
    for _ in range(20):
        imgs = [frame.copy() for _ in range(8)]
        results = transform(
            dict(imgs=imgs, num_clips=2, modality='RGB', img_shape=(40, 50))
        )
        for i, view in enumerate(results['views']):
            share = np.array([50, 40, 50, 40])
            x, y, w, h = np.rint(view['crop_quadruple'] * share).astype(int)
            clip = np.stack([frame[y : y + h, x : x + w]] * 4)
            if view['flip']:
                clip = clip[:, :, ::-1]
            for name, strength in view.get('operators', ()):
                operator = TRANSFORMS.build(dict(type=name))
                clip = operator._apply(np.ascontiguousarray(clip), strength)
                acted.add(name)
            assert np.array_equal(clip, results['imgs'][4 * i : 4 * i + 4])
    assert acted == set(OPERATORS)


def test_the_record_of_a_view_is_its_own():
    steps = [dict(type='ClipBrightness', prob=1)]
    results = two_view(steps)(numbered(4, num_clips=2))
    (first,), (second,) = [x['operators'] for x in results['views']]
    assert first[0] == second[0] == 'ClipBrightness'
    assert first[1] != second[1]
