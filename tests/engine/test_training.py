"""New runs, resumed ones and finished ones in a work dir."""

import errno
import os
import shutil

import pytest
import torch

from tests.support.drawing import (
    NoteHook,
    assert_equal,
    drawing_config,
    plain_text,
    train,
    weights,
)


@pytest.fixture(autouse=True)
def unformatted_config(monkeypatch):
    plain_text(monkeypatch)


def names(folder):
    return {path.name for path in folder.glob('*.pth*')}


def test_a_new_run_does_not_mix_with_another(tmp_path):
    cfg = drawing_config(tmp_path)
    train(cfg)
    before = {x: (tmp_path / x).read_bytes() for x in names(tmp_path)}
    with pytest.raises(FileExistsError) as error:
        train(cfg)
    message = str(error.value)
    assert '--resume' in message and '--overwrite' in message
    assert str(tmp_path) in message and '\n' not in message
    assert before == {x: (tmp_path / x).read_bytes() for x in names(tmp_path)}


def test_overwrite(tmp_path):
    """Old files go once a new one is whole, and others never."""
    cfg = drawing_config(tmp_path)
    cfg.default_hooks.checkpoint.max_keep_ckpts = -1
    cfg.train_cfg.max_epochs = 5
    train(cfg)
    old = names(tmp_path)
    assert {f'epoch_{i}.pth' for i in range(1, 6)} < old
    others = {'teacher.pth', 'epoch_of_mine.pth', 'epoch_1.pth.bak'}
    for name in others:
        (tmp_path / name).touch()
    cfg.train_cfg.max_epochs = 3
    train(cfg, ('after_train_epoch', 1), overwrite=True)
    assert names(tmp_path) == old | others  # nothing new was whole
    unbroken = weights(train(drawing_config(tmp_path / 'unbroken')))
    assert_equal(weights(train(cfg, overwrite=True)), unbroken)
    new = names(tmp_path) - others
    assert others < names(tmp_path)
    assert {x for x in new if not x.startswith('best')} == {
        f'epoch_{i}.pth' for i in range(1, 4)
    }
    assert sum(x.startswith('best') for x in new) == 1


def test_overwrite_and_resume_exclude_each_other(tmp_path):
    with pytest.raises(ValueError, match='--resume.*--overwrite'):
        train(drawing_config(tmp_path), resume='auto', overwrite=True)


@pytest.mark.parametrize('by_epoch', [True, False])
def test_a_finished_run(tmp_path, by_epoch, caplog):
    cfg = drawing_config(tmp_path, by_epoch)
    train(cfg)
    before = os.stat(tmp_path / 'last_checkpoint').st_mtime_ns
    assert train(cfg, resume='auto') is None
    assert os.stat(tmp_path / 'last_checkpoint').st_mtime_ns == before
    key = 'max_epochs' if by_epoch else 'max_iters'
    cfg.train_cfg[key] += 4
    assert train(cfg, resume='auto').iter == (28 if by_epoch else 16)


def test_nothing_to_resume(tmp_path):
    """It starts from the beginning, with the weights it would start from."""
    donor = train(drawing_config(tmp_path / 'donor'))
    donor = str(tmp_path / 'donor/epoch_3.pth')
    new = drawing_config(tmp_path / 'new', load_from=donor)
    requeued = drawing_config(tmp_path / 'requeued', load_from=donor)
    expected = weights(train(new))
    assert_equal(weights(train(requeued, resume='auto')), expected)


def test_resume_from_a_file(tmp_path):
    unbroken = train(drawing_config(tmp_path / 'unbroken'))
    train(drawing_config(tmp_path / 'killed'), ('before_train_iter', 6))
    file = str(tmp_path / 'killed/epoch_1.pth')
    resumed = train(drawing_config(tmp_path / 'other'), resume=file)
    assert_equal(weights(resumed), weights(unbroken))
    assert names(tmp_path / 'killed') >= {'epoch_1.pth'}
    by_config = drawing_config(tmp_path / 'third', resume=True, load_from=file)
    assert_equal(weights(train(by_config)), weights(unbroken))
    with pytest.raises(ValueError, match='absent.pth'):
        train(drawing_config(tmp_path / 'x'), resume=f'{tmp_path}/absent.pth')


def test_the_seed_of_the_run_is_kept(tmp_path):
    """Without ``--seed`` a run draws one, and goes on with that."""
    cfg = drawing_config(tmp_path / 'killed', **{'randomness.seed': None})
    train(cfg, ('before_train_iter', 6))
    seed = torch.load(tmp_path / 'killed/epoch_1.pth')['meta']['seed']
    unbroken = train(
        drawing_config(tmp_path / 'unbroken', **{'randomness.seed': seed})
    )
    assert_equal(weights(train(cfg, resume='auto')), weights(unbroken))


def test_a_copy_leaves_the_original_alone(tmp_path):
    cfg = drawing_config(tmp_path / 'original')
    train(cfg, ('before_train_iter', 10))
    shutil.copytree(tmp_path / 'original', tmp_path / 'copy')
    before = names(tmp_path / 'original')
    cfg = drawing_config(tmp_path / 'copy')
    cfg.val_evaluator = dict(type='RisingMetric')
    resumed = train(cfg, resume='auto')
    assert names(tmp_path / 'original') == before
    assert any(name.startswith('best') for name in before)
    best = resumed.message_hub.get_info('best_ckpt')
    assert best.startswith(str(tmp_path / 'copy'))
    assert names(tmp_path / 'copy') == {'epoch_3.pth', os.path.basename(best)}


def test_an_old_checkpoint_goes_after_the_new_one_is_named(
    tmp_path, monkeypatch
):
    seen = []
    remove = os.remove

    def watched(path, *args, **kwargs):
        latest = (tmp_path / 'last_checkpoint').read_text()
        seen.append((os.path.basename(path), os.path.basename(latest)))
        assert torch.load(latest)['meta']
        remove(path, *args, **kwargs)

    monkeypatch.setattr(os, 'remove', watched)
    train(drawing_config(tmp_path))
    kept = [pair for pair in seen if pair[0].startswith('epoch')]
    assert kept == [
        ('epoch_1.pth', 'epoch_2.pth'),
        ('epoch_2.pth', 'epoch_3.pth'),
    ]


def test_a_disk_that_fills_up(tmp_path, monkeypatch):
    """The error names the file; the run goes on from the last good one."""
    unbroken = weights(train(drawing_config(tmp_path / 'unbroken')))
    folder = tmp_path / 'work'
    cfg = drawing_config(folder)

    def fsync(descriptor):
        if 6 in NoteHook.batches:  # within the second epoch
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    NoteHook.batches.clear()
    with monkeypatch.context() as patch:
        patch.setattr(os, 'fsync', fsync)
        with pytest.raises(OSError, match='No space left') as error:
            train(cfg)
    assert error.value.filename == str(folder / 'epoch_2.pth')
    assert names(folder) == {'epoch_1.pth', 'best_top1_epoch_1.pth'}
    assert_equal(weights(train(cfg, resume='auto')), unbroken)
