import numpy as np
import pytest
from mmaction.registry import TRANSFORMS


def sample(sampler, total_frames):
    transform = TRANSFORMS.build(dict(type='SampleTwoClips', sampler=sampler))
    return transform(dict(total_frames=total_frames, start_index=0))


CLIP = dict(type='SampleFrames', clip_len=16, frame_interval=1, num_clips=1)


def test_two_runs_of_16_frames_anywhere_and_independent():
    starts = []
    for _ in range(3000):
        results = sample(CLIP, 26)
        assert results['num_clips'] == 2 and results['clip_len'] == 16
        clips = results['frame_inds'].reshape(2, 16)
        assert (np.diff(clips, axis=1) == 1).all()
        starts.append(clips[:, 0])
    starts = np.array(starts)
    assert set(starts[:, 0]) == set(starts[:, 1]) == set(range(11))
    assert abs(np.corrcoef(starts.T)[0, 1]) < 0.06
    assert (starts[:, 0] > starts[:, 1]).mean() > 0.4  # in either order


def test_short_videos_loop_as_in_the_host():
    inds = sample(CLIP, 10)['frame_inds'].reshape(2, 16)
    assert (inds == np.arange(16) % 10).all()


def test_segments():
    sampler = dict(type='SampleFrames', clip_len=1, num_clips=4)
    results = sample(sampler, 40)
    inds = results['frame_inds'].reshape(2, 4)
    assert results['num_clips'] == 8
    for view in inds:
        assert (view // 10 == np.arange(4)).all()  # one in each quarter
    assert (inds[0] != inds[1]).any()


@pytest.mark.parametrize('name', ['DenseSampleFrames', 'UniformSample'])
def test_other_samplers(name):
    sampler = dict(type=name, clip_len=4, num_clips=1)
    assert sample(sampler, 100)['frame_inds'].shape == (8,)


def test_position_that_repeated_augmentation_asks_for():
    """RepeatAugDataset gives the sampler nothing but these two keys."""
    results = sample(CLIP, 50)
    assert set(results) == {
        'total_frames',
        'start_index',
        'frame_inds',
        'clip_len',
        'frame_interval',
        'num_clips',
        'num_views',
    }
