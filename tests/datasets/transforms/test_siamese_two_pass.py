import numpy as np
import pytest
from mmaction.registry import TRANSFORMS

CLIP = [
    dict(type='UniformSampleFrames', clip_len=10),
    dict(type='PoseDecode'),
    dict(type='FormatGCNInput', num_person=2),
]
HEATMAPS = [
    *CLIP[:2],
    dict(type='PoseCompact', hw_ratio=1.0),
    dict(type='Resize', scale=(24, 24), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5, left_kp=[1], right_kp=[2]),
    dict(type='GeneratePoseTarget'),
    dict(type='FormatShape', input_format='NCTHW_Heatmap'),
]


def two_pass(transforms, keys):
    return TRANSFORMS.build(
        dict(type='SiameseTwoPass', transforms=transforms, keys=keys)
    )


def skeleton(frames=100, **kwargs):
    """Joint v of frame t is at (t + 1, 10 v + 1)."""
    keypoint = np.ones((1, frames, 4, 2), np.float32)
    keypoint[..., 0] += np.arange(frames)[:, None]
    keypoint[..., 1] += 10 * np.arange(4)
    return dict(
        keypoint=keypoint,
        total_frames=frames,
        img_shape=(60, 120),
        modality='Pose',
        start_index=0,
        label=1,
        **kwargs,
    )


def test_each_view_has_its_own_clip():
    results = two_pass(CLIP, ['keypoint'])(skeleton())
    # Clips x persons x T x V x C.
    assert results['keypoint'].shape == (2, 2, 10, 4, 2)
    assert results['num_clips'] == 2
    frames = results['keypoint'][:, 0, :, 0, 0] - 1
    assert np.array_equal(frames.ravel(), results['frame_inds'])
    assert not np.array_equal(*frames)
    assert (np.diff(frames) > 0).all()


def test_a_sampler_before_it_gives_both_views_the_same_clip():
    sample = TRANSFORMS.build(CLIP[0])(skeleton())
    results = two_pass(CLIP[1:], ['keypoint'])(sample)
    assert np.array_equal(*results['keypoint'])
    assert results['num_clips'] == 2


def test_what_one_view_writes_the_other_does_not_see():
    def shift(results):
        assert results['keypoint'][0, 0, 0, 0] == 1
        results['keypoint'] += 1  # in place, as PreNormalize2D does
        return results

    given = skeleton()
    two_pass([shift, *CLIP], ['keypoint'])(dict(given))
    assert given['keypoint'][0, 0, 0, 0] == 1


def test_draws_of_each_view_are_recorded():
    flips = set()
    for seed in range(20):
        np.random.seed(seed)
        results = two_pass(HEATMAPS, ['imgs'])(skeleton())
        # Views x joints x T x H x W.
        assert results['imgs'].shape == (2, 4, 10, 24, 24)
        flips.add(tuple(bool(view['flip']) for view in results['views']))
    assert len(flips) == 4


def test_views_equal_two_runs_of_the_transforms():
    np.random.seed(3)
    both = two_pass(HEATMAPS, ['imgs'])(skeleton())['imgs']
    np.random.seed(3)
    for view in both:
        results = skeleton()
        for step in HEATMAPS:
            results = TRANSFORMS.build(step)(results)
        assert np.array_equal(results['imgs'][0], view)


def test_views_of_different_shapes():
    lengths = iter([3, 4])

    def cut(results):
        results['keypoint'] = results['keypoint'][:, :, : next(lengths)]
        return results

    with pytest.raises(ValueError, match='SiameseTwoPass made views of diff'):
        two_pass([*CLIP, cut], ['keypoint'])(skeleton())


def test_a_key_that_is_not_made():
    with pytest.raises(ValueError, match=r"keys=\('imgs',\), but its tran"):
        two_pass(CLIP, ['imgs'])(skeleton())


def test_a_transform_that_cannot_be_built():
    with pytest.raises(ValueError, match=r'SiameseTwoPass.transforms\[1\] is'):
        two_pass([CLIP[0], dict(type='Nothing')], ['imgs'])
