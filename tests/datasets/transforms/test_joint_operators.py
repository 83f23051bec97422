"""Rotation and jitter of joints against their plain definitions."""

import numpy as np
import pytest
from mmaction.registry import TRANSFORMS
from scipy.spatial.transform import Rotation

# 2 persons, 5 frames, 4 joints.
SHAPE = (2, 5, 4)


def build(name, **kwargs):
    return TRANSFORMS.build(dict(type=name, **kwargs))


def joints(dims=3):
    found = np.random.default_rng(0).normal(size=(*SHAPE, dims))
    found[1, 3:] = 0  # a person leaves
    return found.astype(np.float32)


def apply(operator, keypoint):
    results = operator(dict(keypoint=keypoint.copy()))
    return results['keypoint'], results


def test_rotation_about_x_then_y_then_z():
    before = joints()
    out, results = apply(build('JointRotation', prob=1), before)
    ((name, angles),) = results['operators']
    assert name == 'JointRotation'
    turn = Rotation.from_euler('xyz', angles)  # extrinsic
    wanted = turn.apply(before.reshape(-1, 3)).reshape(before.shape)
    np.testing.assert_allclose(out, wanted, atol=1e-6)
    assert max(map(abs, angles)) <= 0.3
    assert out.dtype == np.float32


def test_rotation_in_the_plane_keeps_scores():
    before = np.concatenate([joints(2), np.full((*SHAPE, 1), 0.7)], axis=-1)
    out, results = apply(build('JointRotation', dims=2, prob=1), before)
    ((_, angles),) = results['operators']
    plane = before[..., 0] + 1j * before[..., 1]
    turned = plane * np.exp(1j * angles[2])
    np.testing.assert_allclose(out[..., 0], turned.real, atol=1e-6)
    np.testing.assert_allclose(out[..., 1], turned.imag, atol=1e-6)
    assert (out[..., 2] == before[..., 2]).all()


def test_lengths_are_kept():
    before = joints()
    out, _ = apply(build('JointRotation', max_angle=3, prob=1), before)
    for a in range(4):
        lengths = [
            np.linalg.norm(x - x[:, :, a : a + 1], axis=-1)
            for x in (before, out)
        ]
        np.testing.assert_allclose(*lengths, atol=1e-5)


def test_jitter_is_one_offset_a_joint():
    before = joints()
    out, results = apply(build('JointJitter', std=0.5, prob=1), before)
    offsets = out - before
    assert (out[1, 3:] == 0).all()
    for person, frames in ((0, 5), (1, 3)):
        first = offsets[person, :1]
        np.testing.assert_allclose(
            offsets[person, :frames], first.repeat(frames, axis=0), atol=1e-6
        )
        assert len(np.unique(first)) == 12  # of 4 joints
    assert len(results['operators']) == 1


def test_standard_deviation_of_the_jitter():
    before = np.ones((1, 1, 20000, 3), np.float32)
    out, _ = apply(build('JointJitter', std=0.05, prob=1), before)
    assert (out - before).std() == pytest.approx(0.05, rel=0.02)
    assert (out - before).mean() == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize('name', ['JointRotation', 'JointJitter'])
def test_half_float_becomes_float32_and_double_stays(name):
    for given, wanted in ((np.float16, np.float32), (np.float64, np.float64)):
        out, _ = apply(build(name, prob=1), joints().astype(given))
        assert out.dtype == wanted


@pytest.mark.parametrize('name', ['JointRotation', 'JointJitter'])
def test_draws_come_from_numpy_each_with_its_probability(name):
    operator = build(name)
    outs = []
    for seed in (1, 1, *range(400)):
        np.random.seed(seed)
        outs.append(apply(operator, joints())[0])
    assert np.array_equal(outs[0], outs[1])
    changed = [not np.array_equal(out, joints()) for out in outs[2:]]
    assert 160 < sum(changed) < 240


@pytest.mark.parametrize(
    'name, arguments, message',
    [
        ('JointRotation', dict(max_angle=-0.1), r'max_angle must be radians'),
        ('JointRotation', dict(dims=4), 'JointRotation.dims must be 2 or 3'),
        ('JointJitter', dict(std=-1), 'JointJitter.std must be finite'),
        ('JointJitter', dict(std=float('nan')), 'JointJitter.std must be'),
        ('JointJitter', dict(prob=1.5), r'JointJitter.prob must be in \[0'),
    ],
)
def test_arguments_out_of_range(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        build(name, **arguments)


@pytest.mark.parametrize('name', ['JointRotation', 'JointJitter'])
def test_too_few_coordinates(name):
    with pytest.raises(ValueError, match=f'{name}.dims=3, but joints have 2'):
        apply(build(name, prob=1), joints(2))
