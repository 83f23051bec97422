import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from skdsrl_mmaction.benchmark.comparison.overrides import apply_overrides
from skdsrl_mmaction.benchmark.comparison.worker import train_and_test
from tests.support.drawing import assert_equal
from tests.support.paths import ROOT
from tests.support.tiny import tiny_config, tiny_overrides
from tests.support.waiting import until

SMALL = {
    'SampleFrames.clip_len': 4,
    'RandomCrop.size': 32,
    'CenterCrop.crop_size': 32,
}


@pytest.fixture
def cfg(tiny_dataset, tmp_path):
    """One epoch with two workers of the DataLoader; no validation."""
    cfg = tiny_config(tiny_dataset)
    cfg.merge_from_dict(tiny_overrides(tiny_dataset, workers=2))
    apply_overrides(cfg, transform_options=SMALL)
    cfg.train_cfg.max_epochs = 1
    cfg.param_scheduler = None
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.default_hooks.checkpoint = dict(type='CheckpointHook', interval=-1)
    cfg.work_dir = str(tmp_path / 'work')
    return cfg


def start(cfg, folder):
    """Start a worker as the executor does, with a pipe for its stdin."""
    cfg.dump(folder / 'config.py')
    (folder / 'record.json').write_text('{"name": "mine"}')
    paths = [str(folder / x) for x in ('config.py', 'record.json', 'out.json')]
    return subprocess.Popen(
        [
            *(sys.executable, '-m'),
            *('skdsrl_mmaction.benchmark.comparison.worker', *paths),
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_workers_of_the_loader_do_not_wait_for_stdin(cfg, tmp_path):
    worker = start(cfg, tmp_path)
    try:
        assert worker.wait(300) == 0
    finally:
        worker.kill()
    record = json.loads((tmp_path / 'out.json').read_text())
    assert record['name'] == 'mine' and record['iterations'] == 2
    assert 0 <= record['top1'] <= record['top5'] == 1  # of 3 classes
    assert record['parameters'] > 0 and record['flops'] > 0


def children(pid):
    found = []
    for path in Path('/proc').glob('[0-9]*/stat'):
        try:
            fields = path.read_text().rsplit(')', 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(path.parent)
    return found


@pytest.mark.skipif(not os.path.isdir('/proc'), reason='needs /proc')
def test_worker_and_its_loader_end_with_the_parent(cfg, tmp_path):
    cfg.train_cfg.max_epochs = 10_000
    worker = start(cfg, tmp_path)
    deadline = time.time() + 300
    while len(children(worker.pid)) < 2:
        assert worker.poll() is None and time.time() < deadline
        time.sleep(0.2)
    loaders = children(worker.pid)
    worker.stdin.close()  # which happens to a parent that is killed
    assert worker.wait(60) in (75, -signal.SIGTERM)
    while any(path.exists() for path in loaders):
        assert time.time() < deadline
        time.sleep(0.2)
    assert not (tmp_path / 'out.json').exists()


@pytest.fixture
def long(cfg):
    """Validates, so that the best weights are tested."""
    cfg.randomness = dict(seed=0)
    cfg.train_cfg.update(max_epochs=30, val_interval=10)
    cfg.val_cfg = dict(type='ValLoop')
    cfg.val_dataloader = cfg.test_dataloader
    cfg.val_evaluator = cfg.test_evaluator
    cfg.default_hooks.checkpoint.update(
        interval=3, max_keep_ckpts=1, save_best='acc/top1', rule='greater'
    )
    cfg.train_dataloader.update(num_workers=0, persistent_workers=False)
    return cfg


def facts(record):
    """All but what differs from run to run."""
    return {key: x for key, x in record.items() if key != 'resources'}


def weights(folder):
    return torch.load(folder / 'work' / 'epoch_30.pth')['state_dict']


@pytest.mark.slow
def test_a_run_that_was_stopped_goes_on(long, tmp_path):
    """Stopped in training, and in the test."""
    folders = [tmp_path / x for x in ('unbroken', 'stopped')]
    for folder in folders:
        folder.mkdir()
        long.work_dir = str(folder / 'work')
        worker = start(long, folder)
        if folder.name == 'stopped':
            work = folder / 'work'
            until(lambda work=work: list(work.glob('epoch_*.pth')), 300)
            worker.stdin.close()
            assert worker.wait(60) == 75
            assert list(folder.glob('work/iter_*.pth'))
            worker = start(long, folder)
        assert worker.wait(300) == 0
        worker.stdin.close()
    unbroken, stopped = (
        json.loads((x / 'out.json').read_text()) for x in folders
    )
    assert facts(stopped) == facts(unbroken)
    assert stopped['iterations'] == 60
    assert_equal(*map(weights, folders))

    seconds, _ = torch.load(long.work_dir + '/epoch_30.pth')['meta']['used']
    again = train_and_test(long)  # no epoch is left
    assert {'name': 'mine', **facts(again)} == facts(stopped)
    assert again['resources']['train_seconds'] > seconds


def test_several_samples_of_a_video(cfg):
    """RepeatAugDataset loads a list of samples for each video."""
    cfg.model.type = 'Recognizer3D'
    del cfg.model['distill_head'], cfg.model['siamese_head']
    loader = cfg.train_dataloader
    loader.update(
        num_workers=0,
        persistent_workers=False,
        collate_fn=dict(type='repeat_pseudo_collate'),
    )
    loader.dataset.type = 'RepeatAugDataset'
    one_view = Config.fromfile(ROOT / 'configs/baseline_r3d18_ucf101.py')
    loader.dataset.pipeline = one_view.train_dataloader.dataset.pipeline
    options = dict(SMALL, **{'VideoInit.type': 'DecordInit'})
    apply_overrides(cfg, transform_options=options)
    result = train_and_test(cfg)
    assert result['iterations'] == 2  # 8 videos, 4 in a step


def test_what_fails_late_is_tried_first(cfg):
    """Nothing is trained, so no work dir is made."""
    cfg.test_evaluator.metric_list = 'mean_class_accuracy'
    with pytest.raises(ValueError, match='acc/top1'):
        train_and_test(cfg)
    assert not os.path.exists(cfg.work_dir)


def test_the_best_weights_are_tested(cfg, monkeypatch):
    """Validation prefers the first epoch, whose weights then come back."""
    cfg.merge_from_dict(
        {
            'train_dataloader.num_workers': 0,
            'train_dataloader.persistent_workers': False,
            'train_cfg.max_epochs': 2,
            'train_cfg.val_interval': 1,
        }
    )
    cfg.test_dataloader.update(num_workers=0, persistent_workers=False)
    cfg.val_dataloader = cfg.test_dataloader
    cfg.val_evaluator, cfg.val_cfg = cfg.test_evaluator, dict(type='ValLoop')
    cfg.default_hooks.checkpoint.update(save_best='acc/top1', rule='less')
    scores = iter([0.3, 0.6, 0.9])
    monkeypatch.setattr(
        'mmaction.evaluation.AccMetric.compute_metrics',
        lambda *_: dict(top1=next(scores)),
    )
    monkeypatch.setattr(
        'skdsrl_mmaction.benchmark.comparison.worker.rehearse_test',
        lambda cfg: None,
    )
    loaded = []
    load = Runner.load_checkpoint
    monkeypatch.setattr(
        Runner,
        'load_checkpoint',
        lambda self, path: loaded.append(path) or load(self, path),
    )
    result = train_and_test(cfg)
    assert result['chosen'] == 'best_acc_top1_epoch_1.pth'
    assert result['top1'] == 0.9 and result['iterations'] == 4
    assert loaded == [os.path.join(cfg.work_dir, result['chosen'])]
