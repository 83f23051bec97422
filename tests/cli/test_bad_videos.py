"""Training and testing on lists with bad videos, as users run them."""

import json
import pickle
import sys

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from skdsrl_mmaction.cli import test, train
from tests.support.bad_videos import write_bad_video
from tests.support.paths import ROOT
from tests.support.small_run import steps
from tests.support.tiny import tiny_config, tiny_options

CONFIG = 'configs/skdsrl_r3d18_ucf101.py'


@pytest.fixture(scope='module')
def lists(tiny_dataset, tmp_path_factory):
    """mixed.txt with a bad video in line 3, beside the tiny data set."""
    folder = tmp_path_factory.mktemp('lists')
    bad = write_bad_video(folder / 'bad.mp4', 'text')
    lines = (tiny_dataset / 'val.txt').read_text().splitlines()
    lines.insert(2, f'{bad} 1')
    (folder / 'mixed.txt').write_text('\n'.join(lines) + '\n')
    (folder / 'unlabelled.txt').write_text('8.mp4\n9.mp4\n')
    return folder


@pytest.fixture(scope='module')
def checkpoint(tiny_dataset, tmp_path_factory):
    init_default_scope('mmaction')  # before the fixture of each test
    model = MODELS.build(tiny_config(tiny_dataset).model)
    path = tmp_path_factory.mktemp('weights') / 'random.pth'
    torch.save(dict(state_dict=model.state_dict(), meta={}), path)
    return path


def last_line(done):
    return done.stderr.strip().splitlines()[-1]


def test_a_test_with_a_bad_video(
    python, tiny_dataset, lists, checkpoint, tmp_path
):
    argv = [
        *('tools/test.py', CONFIG, checkpoint, '--work-dir', tmp_path),
        *('--cfg-options', *tiny_options(tiny_dataset)),
        f'test_dataloader.dataset.ann_file={lists}/mixed.txt',
    ]
    done = python(*argv, check=False)
    assert done.returncode == 1
    named = f"{lists}/mixed.txt, line 3: cannot read the video '{lists}/bad.m"
    assert named in last_line(done)
    # Found in the test itself: the name is in the last line too.
    done = python(*argv[:5], '--no-check', *argv[5:], check=False)
    assert done.returncode == 1 and named in last_line(done)

    done = python(*argv[:5], '--skip-bad', *argv[5:])
    printed = done.stdout + done.stderr
    assert named in printed and 'acc/top1' in printed
    assert 'left out of test_dataloader.dataset: 1 bad videos' in printed


def test_training_with_a_bad_validation(python, tiny_dataset, lists, tmp_path):
    done = python(
        *('tools/train.py', CONFIG, '--work-dir', tmp_path, '--cfg-options'),
        *tiny_options(tiny_dataset),
        f'val_dataloader.dataset.ann_file={lists}/mixed.txt',
        check=False,
    )
    assert done.returncode == 1
    assert f'{lists}/mixed.txt, line 3: ' in last_line(done)
    assert 'Epoch(train)' not in done.stdout + done.stderr


def test_a_stock_config_trains_on(python, tiny_dataset, lists, tmp_path):
    """Its loader is the host's; the bad video is replaced, and listed."""
    pipeline = steps('DecordInit')
    pipeline[1]['clip_len'] = 8
    config = Config(
        dict(
            model=dict(
                type='Recognizer3D',
                backbone=dict(
                    type='ResNet3dSlowOnly',
                    depth=50,
                    pretrained=None,
                    base_channels=2,
                ),
                cls_head=dict(type='I3DHead', num_classes=3, in_channels=64),
                data_preprocessor=dict(
                    type='ActionDataPreprocessor', format_shape='NCTHW'
                ),
            ),
            train_dataloader=dict(
                batch_size=2,
                num_workers=2,
                drop_last=True,
                sampler=dict(type='DefaultSampler', shuffle=True),
                dataset=dict(
                    type='VideoDataset',
                    pipeline=pipeline,
                    ann_file=str(lists / 'mixed.txt'),
                    data_prefix=dict(video=str(tiny_dataset)),
                ),
            ),
            train_cfg=dict(
                type='EpochBasedTrainLoop', max_epochs=2, max_bad_videos=0.3
            ),
            optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.01)),
            default_scope='mmaction',
        )
    )
    config.dump(tmp_path / 'stock.py')
    config = tmp_path / 'stock.py'
    done = python('tools/train.py', config, '--work-dir', tmp_path / 'work')
    assert 'Saving checkpoint at 2 epochs' in done.stdout + done.stderr
    with open(tmp_path / 'work/bad_videos.txt') as file:
        (line,) = file
    path, place, _ = line.split('\t')
    assert path == f'{lists}/bad.mp4'
    assert place == f'{lists}/mixed.txt, line 3'


def test_predictions_without_labels(
    python, tiny_dataset, lists, checkpoint, tmp_path
):
    argv = [
        *('tools/test.py', CONFIG, checkpoint, '--work-dir', tmp_path),
        *('--dump', tmp_path / 'p.pkl', '--cfg-options'),
        *tiny_options(tiny_dataset),
        f'test_dataloader.dataset.ann_file={lists}/unlabelled.txt',
    ]
    python(*argv, 'test_evaluator=[]')
    assert len(pickle.loads((tmp_path / 'p.pkl').read_bytes())) == 2


# --- options, without a process ---------------------------------------------


def refused(monkeypatch, command, *argv):
    monkeypatch.setattr(sys, 'argv', ['tool.py', *map(str, argv)])
    monkeypatch.setattr(Runner, 'from_cfg', None)
    with pytest.raises((OSError, ValueError)) as caught:
        command.main()
    return str(caught.value)


def test_wrong_options_before_anything_is_built(
    monkeypatch, tiny_dataset, lists, tmp_path
):
    options = [
        *('--work-dir', tmp_path, '--cfg-options'),
        *tiny_options(tiny_dataset),
    ]

    def wrong(*more):
        return refused(monkeypatch, train, CONFIG, *options, *more)

    assert "'train_dataloader'" in wrong('train_dataloder.batch_size=2')
    assert "'depth'" in wrong('model.backbone.deth=18')
    assert 'val_interval=0 must be' in wrong('train_cfg.val_interval=0')
    assert '(--work-dir)' in wrong('work_dir=/dev/null/work')
    text = wrong(f'val_dataloader.dataset.ann_file={lists}/unlabelled.txt')
    assert 'no label' in text
    assert refused(
        monkeypatch,
        *(test, CONFIG, 'a.pth', '--dump', '/dev/null/p.pkl', *options),
    ).startswith('folder of out_file_path (--dump)')


def test_no_check_and_skip_bad_exclude_each_other(monkeypatch, capsys):
    for command in train, test:
        with pytest.raises(SystemExit):
            command.parse_args([CONFIG, 'a.pth', '--no-check', '--skip-bad'])
    assert 'not allowed with' in capsys.readouterr().err


def test_the_two_lines_of_the_readme(monkeypatch):
    """They put the stock loader back."""
    monkeypatch.chdir(ROOT)
    args = test.parse_args(
        [
            *(CONFIG, 'a.pth', '--cfg-options'),
            'val_dataloader.dataset.pipeline.0.type=DecordInit',
            'test_dataloader.dataset.pipeline.0.type=DecordInit',
        ]
    )
    text = json.dumps(test.load_config(args).to_dict())
    assert text.count('"DecordInit"') == 2
    assert text.count('"VideoInit"') >= 1
