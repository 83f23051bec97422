import logging
import os
import shutil
from pathlib import Path

import pytest
import torch.distributed as dist
from mmengine.hooks import Hook

from skdsrl_mmaction.datasets.bad_videos import UnreadableVideo
from skdsrl_mmaction.engine import BadVideosHook, guard_videos
from tests.support.bad_videos import KINDS, write_bad_video, write_h264
from tests.support.ranks import run_ranks
from tests.support.small_run import small_loader, small_runner


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """108 good and 12 bad videos; train.txt, and val.txt with good ones."""
    folder = tmp_path_factory.mktemp('videos')
    names = []
    write_h264(str(folder / 'good.mp4'), frames=10)
    for i in range(108):
        (folder / f'good_{i}.mp4').symlink_to(folder / 'good.mp4')
        names.append(f'good_{i}')
    for i, kind in enumerate(KINDS):
        write_bad_video(folder / f'bad_{kind}.mp4', kind)
        names.insert(10 * i + 5, f'bad_{kind}')
    lines = [f'{name}.mp4 0\n' for name in names]
    (folder / 'train.txt').write_text(''.join(lines))
    (folder / 'val.txt').write_text(''.join(lines[:5]))
    (folder / 'bad_val.txt').write_text(''.join(lines[:8]))
    return folder


def guarded(
    work_dir, train, val=None, share=0.5, look=True, hooks=(), **kwargs
):
    """A Runner of ``train_cfg.max_bad_videos=share``."""
    kwargs.setdefault('train_cfg', dict(by_epoch=True, max_epochs=2))
    if share is not None:
        kwargs['train_cfg']['max_bad_videos'] = share
    runner = small_runner(work_dir, train, val, hooks, **kwargs)
    guard_videos(runner, look=look)
    return runner


def recorded(work_dir):
    with open(work_dir / 'bad_videos.txt') as file:
        return [line.split('\t')[0].rsplit('/', 1)[-1] for line in file]


ALL = sorted(f'bad_{kind}.mp4' for kind in KINDS)


class Messages(logging.Handler):
    def __init__(self):
        super().__init__()
        self.texts = []

    def emit(self, record):
        self.texts.append(record.getMessage())


def logged(runner):
    handler = Messages()
    runner.logger.addHandler(handler)
    return handler.texts


@pytest.mark.parametrize('workers', [0, 2])
@pytest.mark.parametrize('look', [True, False])
def test_training_completes_and_each_bad_video_is_listed_once(
    folder, tmp_path, workers, look
):
    train = small_loader(folder, 'train.txt', workers)
    runner = guarded(tmp_path, train, look=look)
    texts = logged(runner)
    runner.train()
    assert runner.iter == 60
    assert sorted(recorded(tmp_path)) == ALL
    warnings = [text for text in texts if text.startswith('bad video ')]
    assert len(warnings) == len(KINDS)
    assert any(
        f'{folder}/train.txt, line 6: cannot read the video' in text
        for text in warnings
    )


def test_the_default_share_stops_after_the_first_epoch(folder, tmp_path):
    train = small_loader(folder, 'train.txt')
    runner = guarded(tmp_path, train, share=None)
    with pytest.raises(RuntimeError) as caught:
        runner.train()
    assert runner.iter == 30
    first, *lines = str(caught.value).splitlines()
    assert first.startswith('12 of 120 videos cannot be read')
    assert 'train_cfg.max_bad_videos=0.05' in first
    assert str(tmp_path / 'bad_videos.txt') in first
    with open(tmp_path / 'bad_videos.txt') as file:
        assert lines == file.read().splitlines()[:5]
    assert (tmp_path / 'epoch_1.pth').exists()


def test_what_a_look_shows_stops_before_the_first_step(
    folder, tmp_path, capfd
):
    train = small_loader(folder, 'train.txt')
    runner = guarded(tmp_path, train, share=0.03)
    with pytest.raises(RuntimeError, match='^4 of 120 videos'):
        runner.train()
    assert runner.iter == 0
    assert len(recorded(tmp_path)) == 4
    assert '100%' in capfd.readouterr().err


def test_one_never_stops(folder, tmp_path):
    lines = (folder / 'train.txt').read_text().splitlines()
    lines = [lines[0], *(line for line in lines if 'bad' in line)]
    (folder / 'most.txt').write_text('\n'.join(lines))
    train = small_loader(folder, 'most.txt')
    guarded(tmp_path, train, share=1).train()
    assert sorted(recorded(tmp_path)) == ALL


@pytest.mark.parametrize('workers', [0, 2])
def test_iterations_without_epochs(folder, tmp_path, workers):
    """Its workers start before the first hook is called."""
    train = small_loader(folder, 'train.txt', workers)
    runner = guarded(
        tmp_path,
        train,
        share=0.05,
        train_cfg=dict(by_epoch=False, max_iters=100),
    )
    with pytest.raises(RuntimeError, match='12 of 120 videos'):
        runner.train()
    assert runner.iter == 29  # within the last iteration of 30


def test_distinct_videos_are_counted(folder, tmp_path):
    """A video that is repeated counts once."""
    train = small_loader(folder, 'train.txt')
    train['dataset'] = dict(
        type='RepeatDataset', times=2, dataset=train['dataset']
    )
    runner = guarded(tmp_path, train, share=0.05)
    with pytest.raises(RuntimeError, match='12 of 120 videos'):
        runner.train()


# --- a work dir that holds the list of another run --------------------------


def test_a_new_run_begins_a_new_list(folder, tmp_path):
    (tmp_path / 'bad_videos.txt').write_text('old.mp4\tlist.txt\tempty\n')
    train = small_loader(folder, 'val.txt')
    guarded(tmp_path, train).train()
    assert not (tmp_path / 'bad_videos.txt').exists()


def test_a_resumed_run_keeps_what_is_still_bad(folder, tmp_path):
    """Repaired videos, and those no longer in the list, do not count."""
    videos = tmp_path / 'videos'
    shutil.copytree(folder, videos, symlinks=True, ignore=skip_fifos)
    work_dir = tmp_path / 'work'
    train = small_loader(videos, 'train.txt')
    runner = guarded(work_dir, train)
    runner.train()
    assert len(recorded(work_dir)) == 12

    shutil.copy(videos / 'good.mp4', videos / 'bad_missing.mp4')
    shutil.copy(videos / 'good.mp4', videos / 'bad_text.mp4')
    lines = (videos / 'train.txt').read_text().splitlines()
    lines = [line for line in lines if 'zeros' not in line]
    (videos / 'train.txt').write_text('\n'.join(lines))
    train = small_loader(videos, 'train.txt')
    runner = guarded(
        work_dir,
        train,
        share=0.085,  # 12 would be too many
        resume=True,
        train_cfg=dict(by_epoch=True, max_epochs=3),
    )
    runner.train()
    assert set(ALL) - set(recorded(work_dir)) == {
        'bad_missing.mp4',
        'bad_text.mp4',
    }


def skip_fifos(folder, names):
    return [name for name in names if 'fifo' in name]


# --- validation, test and options -------------------------------------------


@pytest.mark.parametrize('workers', [0, 1])
def test_a_bad_video_of_the_validation_is_named(folder, tmp_path, workers):
    train = small_loader(folder, 'val.txt')
    val = small_loader(
        folder, 'bad_val.txt', workers, shuffle=False, test_mode=True
    )
    runner = guarded(tmp_path, train, val)
    with pytest.raises(UnreadableVideo) as caught:
        runner.train()
    last = str(caught.value).splitlines()[-1]
    assert last.endswith(
        f'{folder}/bad_val.txt, line 6: cannot read the video '
        f"'{folder}/bad_missing.mp4': missing"
    )


@pytest.mark.parametrize('share', [-0.1, 1.5, 50])
def test_a_share_that_is_none(share):
    with pytest.raises(ValueError, match=f'max_bad_videos={share} must be'):
        BadVideosHook(share)


# --- memory -----------------------------------------------------------------


class Memory(Hook):
    """Resident megabytes of this process and its children, now and then."""

    def __init__(self):
        self.samples = []

    def after_train_iter(
        self, runner, batch_idx, data_batch=None, outputs=None
    ):
        if runner.iter % 50 == 49:
            me = os.getpid()
            children = Path(f'/proc/{me}/task/{me}/children').read_text()
            self.samples.append(
                [
                    int(Path(f'/proc/{x}/statm').read_text().split()[1]) / 256
                    for x in [me, *children.split()]
                ]
            )


@pytest.mark.skipif(not Path('/proc').is_dir(), reason='needs /proc')
def test_memory_is_flat(folder, tmp_path):
    memory = Memory()
    guarded(
        tmp_path,
        small_loader(folder, 'train.txt', workers=1),
        hooks=[memory],
        train_cfg=dict(by_epoch=False, max_iters=400),
    ).train()
    assert len(memory.samples) == 8
    for begin, end in zip(memory.samples[1], memory.samples[-1]):
        assert end < begin + 8


# --- two ranks --------------------------------------------------------------


def train(folder, work_dir, share):
    dist.init_process_group('gloo')
    runner = guarded(
        work_dir,
        small_loader(folder, 'train.txt', workers=1),
        share=share,
        launcher='pytorch',
        cfg=dict(
            model_wrapper_cfg=dict(
                type='MMDistributedDataParallel', device_ids=None
            )
        ),
    )
    try:
        runner.train()
    except RuntimeError as error:
        return str(error)
    return f'{runner.iter} iterations'


def test_two_ranks_write_one_list(folder, tmp_path):
    outcomes = run_ranks(train, 2, folder, tmp_path, 0.5)
    assert outcomes == ['30 iterations'] * 2
    assert sorted(recorded(tmp_path)) == ALL


def test_two_ranks_stop_together(folder, tmp_path):
    for outcome in run_ranks(train, 2, folder, tmp_path, 0.05):
        assert outcome.startswith('12 of 120 videos cannot be read')
