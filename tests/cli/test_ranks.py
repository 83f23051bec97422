"""Training and test on several ranks, as commands and in forked processes."""

import json
import os
import pickle
import subprocess
import sys
import time

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config

from skdsrl_mmaction.cli import test, train
from tests.support.bad_videos import write_bad_video
from tests.support.drawing import drawing_config, plain_text
from tests.support.paths import ROOT
from tests.support.ranks import free_port, run_ranks
from tests.support.tiny import tiny_config

pytestmark = pytest.mark.slow

# --- forked ranks -----------------------------------------------------------


@pytest.fixture(autouse=True)
def unformatted_config(monkeypatch):
    plain_text(monkeypatch)


@pytest.fixture
def tiny(tiny_dataset, tmp_path):
    """A config of videos, and one epoch."""
    cfg = tiny_config(tiny_dataset)
    cfg.merge_from_dict({'train_cfg.max_epochs': 1})
    cfg.dump(tmp_path / 'tiny.py')
    return tmp_path / 'tiny.py'


def command(main, *argv):
    """Run a command on this rank; it ends the process if all went well.

    The check of videos has a server of processes, which cannot be forked.
    """
    main([*map(str, argv), '--launcher', 'pytorch', '--no-check'])


def metrics_of(work_dir):
    (file,) = work_dir.glob('*/*.json')
    return json.loads(file.read_text())


def test_accuracies_on_any_number_of_ranks(tiny, tiny_dataset, tmp_path):
    """11 videos: each number of ranks but one pads the last batch."""
    lines = (tiny_dataset / 'train.txt').read_text().splitlines()
    lines += (tiny_dataset / 'val.txt').read_text().splitlines()[:3]
    (tmp_path / 'test.txt').write_text('\n'.join(lines) + '\n')
    options = (
        f'test_dataloader.dataset.ann_file={tmp_path / "test.txt"}',
        'test_dataloader.batch_size=2',
    )
    cfg = Config.fromfile(tiny)
    model = MODELS.build(cfg.model)
    torch.save(dict(state_dict=model.state_dict()), tmp_path / 'model.pth')
    found, scores = [], []
    for ranks in (1, 2, 3):
        work_dir = tmp_path / str(ranks)
        dump = tmp_path / f'{ranks}.pkl'
        argv = (tiny, tmp_path / 'model.pth', '--work-dir', work_dir)
        run_ranks(
            *(command, ranks, test.main, *argv, '--dump', dump),
            *('--cfg-options', *options),
            seconds=120,
        )
        metrics = metrics_of(work_dir)
        found.append(
            {key: x for key, x in metrics.items() if key.startswith('acc/')}
        )
        predictions = pickle.loads(dump.read_bytes())
        scores.append(torch.stack([x['pred_score'] for x in predictions]))
    assert found[0] == found[1] == found[2]
    assert 0 < found[0]['acc/top1'] < 1
    assert scores[0].shape == (11, 3)
    for others in scores[1:]:
        torch.testing.assert_close(others, scores[0])


def test_a_rank_whose_videos_are_all_bad(tiny, tiny_dataset, tmp_path):
    """Rank 1 has every other video; the last batch has 2 of 3 samples."""
    good = (tiny_dataset / 'train.txt').read_text().splitlines()[:5]
    bad = [f'bad_{i}.mp4' for i in range(5)]
    for name in bad:
        write_bad_video(tmp_path / name, 'zeros')
    lines = []
    for one, other in zip(good, bad):
        lines += [f'{tiny_dataset}/{one}', f'{tmp_path}/{other} 0']
    (tmp_path / 'train.txt').write_text('\n'.join(lines) + '\n')
    options = (
        f'train_dataloader.dataset.ann_file={tmp_path / "train.txt"}',
        'train_dataloader.dataset.data_prefix.video=""',
        'train_dataloader.sampler.shuffle=False',
        'train_dataloader.batch_size=3',
        'train_dataloader.drop_last=False',
    )

    found = run_ranks(
        *(command, 2, train.main, tiny, '--work-dir', tmp_path / 'work'),
        *('--cfg-options', *options, 'train_cfg.max_bad_videos=0.5'),
        seconds=120,
    )
    assert found == [None, None]  # they have ended with status 0
    listed = (tmp_path / 'work/bad_videos.txt').read_text().splitlines()
    paths = sorted(line.split('\t')[0] for line in listed)
    assert paths == [str(tmp_path / name) for name in bad]
    meta = torch.load(tmp_path / 'work/epoch_1.pth')['meta']
    assert meta['iter'] == 2


# --- real commands ----------------------------------------------------------


@pytest.fixture
def drawing(tmp_path):
    """A config of a run of two epochs, in milliseconds."""
    cfg = drawing_config(tmp_path / 'unused', **{'train_cfg.max_epochs': 2})
    cfg.custom_imports = dict(
        imports=[
            'skdsrl_mmaction',
            'tests.support.drawing',
            'tests.support.rank_check',
        ],
        allow_failed_imports=False,
    )
    cfg.work_dir = None
    cfg.dump(tmp_path / 'drawing.py')
    return tmp_path / 'drawing.py'


def start(log, *argv, **variables):
    """Start dist_train.sh as a node."""
    variables = {
        'PYTHON': sys.executable,
        'PYTHONPATH': ROOT,
        'OMP_NUM_THREADS': 1,
        'START_TIMEOUT': 60,
        **variables,
    }
    return subprocess.Popen(
        ['tools/dist_train.sh', *map(str, argv)],
        cwd=ROOT,
        env={**os.environ, **{key: str(x) for key, x in variables.items()}},
        stdout=log.open('w'),
        stderr=subprocess.STDOUT,
    )


def two_nodes(tmp_path, config, ranks, options=((), ()), **variables):
    """Run on two nodes; returns status and what was printed of each."""
    variables = {'NNODES': 2, 'PORT': free_port(), **variables}
    logs = [tmp_path / f'node_{node}.log' for node in range(2)]
    nodes = [
        start(
            *(log, config, ranks, '--work-dir', tmp_path / f'work_{node}'),
            *options[node],
            NODE_RANK=node,
            **variables,
        )
        for node, log in enumerate(logs)
    ]
    return [
        (node.wait(180), log.read_text()) for node, log in zip(nodes, logs)
    ]


@pytest.mark.parametrize('ranks', [1, 2])
def test_two_nodes(tmp_path, drawing, ranks):
    """With 1 or 2 processes each: parameters are equal after each step."""
    steps = tmp_path / 'steps.txt'
    hook = f"custom_hooks=[dict(type='RankCheckHook', out={str(steps)!r})]"
    drawing.write_text(f'{drawing.read_text()}\n{hook}\n')
    # 8 samples, 2 in the batch of a rank, for 2 epochs.
    for status, printed in two_nodes(tmp_path, drawing, ranks):
        assert status == 0, printed[-3000:]
    lines = steps.read_text().splitlines()
    assert len(lines) == len(set(lines)) == 2 * (2 if ranks == 1 else 1)
    assert all(line.startswith(f'{2 * ranks} ') for line in lines)
    assert (tmp_path / 'work_0/epoch_2.pth').exists()
    assert not (tmp_path / 'work_1/epoch_2.pth').exists()


def test_nodes_with_other_lists(tmp_path, tiny, tiny_dataset):
    lines = (tiny_dataset / 'train.txt').read_text().splitlines()
    (tmp_path / 'shorter.txt').write_text('\n'.join(lines[:6]) + '\n')
    options = [
        [
            *('--cfg-options', f'train_dataloader.dataset.ann_file={path}'),
            'train_dataloader.batch_size=2',
        ]
        for path in (tiny_dataset / 'train.txt', tmp_path / 'shorter.txt')
    ]
    for status, printed in two_nodes(tmp_path, tiny, 1, options):
        assert status != 0
        assert (
            'train_dataloader.dataset.ann_file is a file of 6 lines' in printed
        )
        assert 'on rank 1, and a file of 8 lines' in printed


def test_nodes_on_other_ports(tmp_path, drawing):
    ports = [free_port(), free_port()]
    logs = [tmp_path / f'node_{node}.log' for node in range(2)]
    begin = time.monotonic()
    nodes = [
        start(
            *(logs[node], drawing, 1, '--work-dir', tmp_path),
            **dict(NNODES=2, NODE_RANK=node, PORT=ports[node]),
            START_TIMEOUT=5,
        )
        for node in range(2)
    ]
    assert all(node.wait(120) for node in nodes)
    assert time.monotonic() - begin < 100
    first, second = (log.read_text() for log in logs)
    assert 'waiting for clients. 1/2 clients joined' in first
    assert f'trying to connect to (127.0.0.1, {ports[1]})' in second


def test_the_launcher_ends_a_frozen_rank(tmp_path, drawing):
    note = tmp_path / 'frozen'
    hook = f"custom_hooks=[dict(type='FreezeHook', note={str(note)!r})]"
    drawing.write_text(f'{drawing.read_text()}\n{hook}\n')
    log = tmp_path / 'log'
    launcher = start(
        *(log, drawing, 2, '--work-dir', tmp_path / 'work'),
        *('--cfg-options', 'env_cfg.dist_cfg.timeout=5'),
        PORT=free_port(),
    )
    # torchrun waits 30 seconds between SIGTERM and SIGKILL.
    assert launcher.wait(180) == 1
    printed = log.read_text()
    assert 'TimeoutError: rank 0 of 2 waited for rank 1, which' in printed
    frozen = int(note.read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(frozen, 0)
