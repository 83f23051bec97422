import decord
import numpy as np
import pytest
from mmengine.config import Config

from skdsrl_mmaction.cli import make_demo_data
from skdsrl_mmaction.datasets.preparation import demo_data
from tests.support.paths import ROOT


def write(folder, *options):
    counts = ('--train', '2', '--val', '1', '--test', '1')
    make_demo_data.main([str(folder), *counts, *options])


def content(folder):
    return {x.name: x.read_bytes() for x in folder.rglob('*.*')}


def test_files(tmp_path):
    write(tmp_path)
    names = list(demo_data.CLASSES)
    for split, videos in ('train', 12), ('val', 6), ('test', 6):
        lines = (tmp_path / f'{split}.txt').read_text().splitlines()
        assert len(lines) == videos
        for line in lines:
            file, label = line.split()
            assert file.rsplit('_', 1)[0] == f'{split}_{names[int(label)]}'
            path = tmp_path / 'videos' / file
            assert len(decord.VideoReader(str(path))) == demo_data.FRAMES
    # No two parts share a video.
    assert len(set(content(tmp_path / 'videos').values())) == 24
    before = content(tmp_path)
    with pytest.raises(SystemExit, match='already'):
        write(tmp_path, '--seed', '1')
    assert content(tmp_path) == before


def test_a_data_set_without_a_validation_part_receives_one(tmp_path):
    write(tmp_path)
    whole = content(tmp_path)
    for path in [tmp_path / 'val.txt', *tmp_path.glob('videos/val_*')]:
        path.unlink()
    (tmp_path / 'train.txt').write_text('mine')
    write(tmp_path)
    assert content(tmp_path) == {**whole, 'train.txt': b'mine'}


def test_the_demo_chooses_its_checkpoint_on_other_videos_than_it_tests():
    cfg = Config.fromfile(ROOT / 'configs/skdsrl_r3d18_demo.py')
    parts = [
        cfg[f'{split}_dataloader'].dataset.ann_file
        for split in ('train', 'val', 'test')
    ]
    assert parts == [f'data/demo/{x}.txt' for x in ('train', 'val', 'test')]


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
