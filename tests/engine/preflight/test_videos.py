import os

import pytest
from mmengine.config import Config

from skdsrl_mmaction.datasets.bad_videos import UnreadableVideo
from skdsrl_mmaction.engine import check_videos
from skdsrl_mmaction.engine.preflight import videos
from tests.support.bad_videos import KINDS, write_bad_video, write_h264
from tests.support.small_run import small_loader, steps

LOADERS = ['VideoInit', 'DecordInit', 'PyAVInit', 'OpenCVInit']


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """good.txt; mixed.txt, whose lines 2 to 13 are bad."""
    folder = tmp_path_factory.mktemp('looked_at')
    write_h264(str(folder / 'a.mp4'), frames=24)
    write_h264(str(folder / 'b.mp4'), frames=24, seed=1)
    for kind in KINDS:
        write_bad_video(folder / f'{kind}.mp4', kind)
    names = ['a', *KINDS, 'b']
    lines = [f'{name}.mp4 {i}\n' for i, name in enumerate(names)]
    (folder / 'mixed.txt').write_text(''.join(lines))
    (folder / 'good.txt').write_text(lines[0] + lines[-1])
    return folder


@pytest.fixture
def counted(monkeypatch):
    """How many videos were loaded by each look."""
    counts = []

    def call_each(function, items, workers, seconds):
        counts.append(sum(item is not None for item in items))
        for item in items:  # in this process, for the tests' speed
            yield (None if item is None else function(item)), None

    monkeypatch.setattr(videos, 'call_each', call_each)
    return counts


def config(folder, tmp_path, name, loader='VideoInit', **dataset):
    pipeline = steps(loader)
    pipeline[1].update(num_clips=3, test_mode=True)
    val = small_loader(
        folder,
        name,
        shuffle=False,
        pipeline=pipeline,
        test_mode=True,
        **dataset,
    )
    return Config(dict(work_dir=str(tmp_path), val_dataloader=val))


def dataset_of(cfg):
    from mmaction.registry import DATASETS

    return DATASETS.build(cfg.val_dataloader.dataset)


def labels(cfg):
    dataset = dataset_of(cfg)
    return [dataset.get_data_info(i)['label'] for i in range(len(dataset))]


@pytest.mark.parametrize('loader', LOADERS)
def test_bad_videos_are_an_error(folder, tmp_path, counted, loader):
    cfg = config(folder, tmp_path, 'mixed.txt', loader)
    with pytest.raises(UnreadableVideo) as caught:
        check_videos(cfg, ['val'])
    (line,) = str(caught.value).splitlines()
    assert line.startswith('val_dataloader.dataset: 12 bad videos')
    assert f'{folder}/mixed.txt, line 2' in line
    assert f'{folder}/missing.mp4' in line and '--skip-bad' in line


@pytest.mark.parametrize('loader', LOADERS)
def test_skipping_them(folder, tmp_path, counted, capsys, loader):
    cfg = config(folder, tmp_path, 'mixed.txt', loader)
    check_videos(cfg, ['val'], skip_bad=True)
    assert labels(cfg) == [0, len(KINDS) + 1]
    for i in range(2):
        assert dataset_of(cfg)[i]['inputs'].shape[0] == 3
    printed = capsys.readouterr().out
    for i, kind in enumerate(KINDS, start=2):
        assert (
            f"mixed.txt, line {i}: cannot read the video '{folder}/{kind}"
            in printed
        )
    assert 'left out of val_dataloader.dataset: 12 bad videos' in printed
    # Good videos are not looked at, and nothing is skipped, again.
    check_videos(cfg, ['val'])


def test_skipping_from_a_part_of_the_file(folder, tmp_path, counted):
    cfg = config(folder, tmp_path, 'mixed.txt', indices=[13, 4, 0, 2])
    check_videos(cfg, ['val'], skip_bad=True)
    assert labels(cfg) == [13, 0]


def test_good_videos_change_nothing(folder, tmp_path, counted):
    cfg = config(folder, tmp_path, 'good.txt')
    before = cfg.to_dict()
    check_videos(cfg, ['val'], skip_bad=True)
    assert cfg.to_dict() == before
    assert os.listdir(tmp_path) == []


def test_all_bad(folder, tmp_path, counted):
    cfg = config(folder, tmp_path, 'mixed.txt', indices=[1, 2])
    with pytest.raises(ValueError, match='all 2 videos are bad'):
        check_videos(cfg, ['val'], skip_bad=True)


def test_a_video_is_loaded_again_only_if_it_changed(tmp_path, counted):
    for name in 'ab':
        write_h264(str(tmp_path / f'{name}.mp4'), frames=4)
    (tmp_path / 'list.txt').write_text('a.mp4 0\nb.mp4 1\nc.mp4 2\n')
    cfg = config(tmp_path, tmp_path, 'list.txt')
    for _ in range(2):  # bad ones are looked at each time
        with pytest.raises(UnreadableVideo, match='c.mp4'):
            check_videos(cfg, ['val'])
    write_h264(str(tmp_path / 'c.mp4'), frames=4)
    check_videos(cfg, ['val'])
    check_videos(cfg, ['val'])
    write_bad_video(tmp_path / 'a.mp4', 'text')
    with pytest.raises(UnreadableVideo, match='a.mp4'):
        check_videos(cfg, ['val'])
    assert counted == [3, 1, 1, 1]


def test_without_a_cache_that_can_be_written(
    folder, tmp_path, counted, monkeypatch
):
    monkeypatch.setenv('XDG_CACHE_HOME', '/dev/null/cache')
    for _ in range(2):
        check_videos(config(folder, tmp_path, 'good.txt'), ['val'])
    assert counted == [2, 2]


@pytest.mark.parametrize('skip_bad', [False, True])
def test_processes(folder, tmp_path, skip_bad):
    """As users have it: a crash would be one bad video more."""
    cfg = config(folder, tmp_path, 'mixed.txt')
    if skip_bad:
        check_videos(cfg, ['val'], skip_bad)
        assert labels(cfg) == [0, len(KINDS) + 1]
    else:
        with pytest.raises(UnreadableVideo, match='12 bad videos'):
            check_videos(cfg, ['val'])


def test_wrapped_data_sets(folder, tmp_path, counted):
    cfg = config(folder, tmp_path, 'good.txt')
    bad = config(folder, tmp_path, 'mixed.txt').val_dataloader.dataset
    cfg.val_dataloader.dataset = dict(
        type='ConcatDataset', datasets=[cfg.val_dataloader.dataset, bad]
    )
    with pytest.raises(UnreadableVideo, match=r'dataset.datasets\[1\]: 12'):
        check_videos(cfg, ['val'])


def test_a_cut_that_begins_well(tmp_path, counted):
    """decord decodes the first frame, and not the last one."""
    write_h264(str(tmp_path / 'a.mp4'), 48, options={'movflags': 'faststart'})
    with open(tmp_path / 'a.mp4', 'rb+') as file:
        file.truncate(os.path.getsize(tmp_path / 'a.mp4') * 6 // 10)
    (tmp_path / 'list.txt').write_text('a.mp4 0\n')
    with pytest.raises(UnreadableVideo):
        check_videos(
            config(tmp_path, tmp_path, 'list.txt', 'DecordInit'), ['val']
        )


@pytest.mark.parametrize('backend', ['http', 'petrel'])
def test_other_storage_is_not_looked_at(folder, tmp_path, counted, backend):
    cfg = config(folder, tmp_path, 'mixed.txt', 'DecordInit')
    cfg.val_dataloader.dataset.pipeline[0].io_backend = backend
    check_videos(cfg, ['val'])
    assert counted == []


def test_frames(tmp_path, counted):
    import cv2
    import numpy as np

    for name, count in ('a', 5), ('b', 4):
        (tmp_path / name).mkdir()
        for i in range(1, count + 1):
            image = np.zeros((8, 8, 3), np.uint8)
            cv2.imwrite(str(tmp_path / name / f'img_{i:05}.jpg'), image)
    (tmp_path / 'list.txt').write_text('a 5 0\nb 5 1\nc 5 2\n')
    cfg = config(tmp_path, tmp_path, 'list.txt')
    cfg.val_dataloader.dataset.update(
        type='RawframeDataset', data_prefix=dict(img=str(tmp_path))
    )
    pipeline = cfg.val_dataloader.dataset.pipeline
    pipeline[:3] = [pipeline[1], dict(type='RawFrameDecode')]
    with pytest.raises(UnreadableVideo, match=r'2 bad.*line 2: .*00005.jpg'):
        check_videos(cfg, ['val'])
    check_videos(cfg, ['val'], skip_bad=True)
    assert labels(cfg) == [0]
