import sys

import decord
import numpy as np
import pytest
from conftest import load_tool

tool = load_tool('make_demo_data')


def test_files_and_lists(monkeypatch, tmp_path):
    argv = ['make_demo_data', str(tmp_path), '--train', '2', '--test', '1']
    monkeypatch.setattr(sys, 'argv', argv)
    tool.main()
    for split, videos in ('train', 12), ('test', 6):
        lines = (tmp_path / f'{split}.txt').read_text().splitlines()
        assert len(lines) == videos
        for line in lines:
            name, label = line.split()
            assert tool.CLASSES[int(label)] in name
            assert (
                len(decord.VideoReader(str(tmp_path / 'videos' / name))) == 40
            )
    with pytest.raises(SystemExit, match='already'):
        tool.main()  # nothing is overwritten


def motion(name, seed):
    """Step from frame to frame, on the torus the square moves on."""
    path = tool.trajectory(name, np.random.default_rng(seed))
    size = np.array([tool.WIDTH, tool.HEIGHT])
    return (np.diff(path, axis=0) + size / 2) % size - size / 2


@pytest.mark.parametrize('seed', range(5))
def test_only_motion_tells_the_classes_apart(seed):
    """Which coordinate moves, and how; mirroring only negates x."""
    for name in tool.CLASSES:
        dx, dy = motion(name, seed).T
        steady_y, steady_x = np.ptp(dy) < 1e-6, np.ptp(dx) < 1e-6
        expected = dict(
            rise=(dy < 0).all() and steady_y and (dx == 0).all(),
            fall=(dy > 0).all() and steady_y and (dx == 0).all(),
            drift=(dx != 0).all() and steady_x and (dy == 0).all(),
            sway=not steady_x and (dy == 0).all(),
            bob=not steady_y and (dx == 0).all(),
            rest=(dx == 0).all() and (dy == 0).all(),
        )
        assert [key for key, holds in expected.items() if holds] == [name]
