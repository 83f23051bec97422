import sys

import decord
import numpy as np
import pytest

from skdsrl_mmaction.cli import make_demo_data
from skdsrl_mmaction.datasets.preparation import demo_data


def test_files_and_lists(monkeypatch, tmp_path):
    argv = ['make_demo_data', str(tmp_path), '--train', '2', '--test', '1']
    monkeypatch.setattr(sys, 'argv', argv)
    make_demo_data.main()
    names = list(demo_data.CLASSES)
    for split, videos in ('train', 12), ('test', 6):
        lines = (tmp_path / f'{split}.txt').read_text().splitlines()
        assert len(lines) == videos
        for line in lines:
            file, label = line.split()
            assert file.rsplit('_', 1)[0] == f'{split}_{names[int(label)]}'
            path = tmp_path / 'videos' / file
            assert len(decord.VideoReader(str(path))) == demo_data.FRAMES
    with pytest.raises(SystemExit, match='already'):
        make_demo_data.main()  # nothing is overwritten


@pytest.mark.parametrize('seed', range(5))
def test_only_motion_tells_the_classes_apart(seed):
    """Mirroring negates x, and no class asks for the sign of x."""
    first, seen = [], set()
    for name in demo_data.CLASSES:
        video = demo_data.render(name, np.random.default_rng(seed))
        first.append(video[0])
        steps = np.diff(
            demo_data.trajectory(name, np.random.default_rng(seed)), axis=0
        )
        np.testing.assert_allclose(steps, np.tile(steps[0], (len(steps), 1)))
        x, y = steps[0]
        seen.add((abs(x) > 0, np.sign(y)))
        still = (video[1] == video[0]).all()
        assert still == (name == 'rest')
        # The pattern moves and never changes.
        assert all(
            (np.sort(frame, axis=None) == np.sort(video[0], axis=None)).all()
            for frame in video
        )
    assert len(seen) == len(demo_data.CLASSES)
    # The same draw gives every class the same first frame.
    assert all((frame == first[0]).all() for frame in first)
