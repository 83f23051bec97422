"""What the tests share: videos, written here or real ones, and processes."""

import os
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope

import skdsrl_mmaction  # noqa: F401  the host repaired, all classes registered

ROOT = Path(__file__).resolve().parents[1]
REAL_VIDEOS = Path(
    os.environ.get('SKDSRL_REAL_VIDEOS', ROOT.parent / 'shared' / 'data')
)


@pytest.fixture(autouse=True)
def seed():
    np.random.seed(0)
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def default_scope():
    init_default_scope('mmaction')


@pytest.fixture(scope='session')
def real_videos():
    """The folder of real videos; skips where there is none."""
    if not REAL_VIDEOS.is_dir():
        pytest.skip(f'no real videos in {REAL_VIDEOS}; set SKDSRL_REAL_VIDEOS')
    return REAL_VIDEOS


@pytest.fixture(scope='session')
def python():
    """Run Python in a process of its own, from the top of the checkout."""
    import subprocess

    def run(*args, check=True, **kwargs):
        done = subprocess.run(
            [sys.executable, *map(str, args)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=600,
            **kwargs,
        )
        if check and done.returncode:
            pytest.fail(
                f'{args}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}'
            )
        return done

    return run


def write_counting_video(path, frames, size=(64, 48), fourcc='mp4v'):
    """Write a video whose frame i has grey level 10 * i.

    Smaller steps would be lost: the encoder skips frames that hardly differ.
    """
    writer = cv2.VideoWriter(
        str(path), cv2.VideoWriter_fourcc(*fourcc), 25, size
    )
    assert writer.isOpened()
    for i in range(frames):
        writer.write(np.full((size[1], size[0], 3), 10 * i, np.uint8))
    writer.release()
    return path


@pytest.fixture(scope='session')
def counting_video(tmp_path_factory):
    """25 frames of 64 x 48; frame i has grey level 10 * i."""
    folder = tmp_path_factory.mktemp('counting')
    return write_counting_video(folder / 'counting.mp4', 25)


@pytest.fixture(scope='session')
def short_video(tmp_path_factory):
    """10 frames of 64 x 48, fewer than a clip; frame i has level 10 * i."""
    folder = tmp_path_factory.mktemp('short')
    return write_counting_video(folder / 'short.mp4', 10)


@pytest.fixture(scope='session')
def tiny_dataset(tmp_path_factory):
    """A folder with 12 videos of 3 classes: train.txt (8), val.txt (4)."""
    folder = tmp_path_factory.mktemp('tiny')
    rng = np.random.default_rng(0)
    lines = []
    for i in range(12):
        writer = cv2.VideoWriter(
            str(folder / f'{i}.mp4'),
            cv2.VideoWriter_fourcc(*'mp4v'),
            25,
            (64, 48),
        )
        for _ in range(24):
            writer.write(rng.integers(0, 256, (48, 64, 3), dtype=np.uint8))
        writer.release()
        lines.append(f'{i}.mp4 {i % 3}\n')
    (folder / 'train.txt').write_text(''.join(lines[:8]))
    (folder / 'val.txt').write_text(''.join(lines[8:]))
    return folder


def tiny_overrides(folder, batch_size=4, workers=0):
    """Keys that make a UCF101 config tiny, and their values, for a folder."""
    options = {
        'model.backbone.base_channels': 4,
        'model.cls_head.in_channels': 32,
        'model.cls_head.num_classes': 3,
        'model.siamese_head.proj_channels': 16,
        'model.siamese_head.pred_channels': 8,
        'train_dataloader.batch_size': batch_size,
        'train_dataloader.dataset.ann_file': str(folder / 'train.txt'),
        'val_dataloader.dataset.ann_file': str(folder / 'val.txt'),
        'test_dataloader.dataset.ann_file': str(folder / 'val.txt'),
    }
    for split in ('train', 'val', 'test'):
        loader = f'{split}_dataloader'
        options[f'{loader}.dataset.data_prefix.video'] = str(folder)
        options[f'{loader}.num_workers'] = workers
        options[f'{loader}.persistent_workers'] = workers > 0
    return options


def tiny_options(folder, **kwargs):
    """The same for a command line, after ``--cfg-options``."""
    overrides = tiny_overrides(folder, **kwargs)
    return [f'{key}={value}' for key, value in overrides.items()]


def tiny_config(folder):
    """The SKD-SRL config of UCF101, tiny."""
    cfg = Config.fromfile('configs/skdsrl_r3d18_ucf101.py')
    cfg.merge_from_dict(tiny_overrides(folder))
    return cfg


def load_tool(name):
    """Import tools/``name``.py, which is no package, as a module."""
    import importlib.util

    path = ROOT / 'tools' / f'{name}.py'
    spec = importlib.util.spec_from_file_location(f'tool_{name}', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
