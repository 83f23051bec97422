"""Training from a shell, with the workers that the configs name."""

import json
import math
import os

import pytest
import torch

from skdsrl_mmaction.mixing import add_mechanism
from skdsrl_mmaction.utils import read_config
from tests.support import other_matrix as others
from tests.support.paths import ROOT

GCN = 'stgcnpp/stgcnpp_8xb16-bone-u100-80e_ntu60-xsub-keypoint-2d.py'
POSE_C3D = 'posec3d/slowonly_r50_8xb16-u48-240e_ntu60-xsub-keypoint.py'
NAMES = dict(
    gcn=f'skeleton/{GCN}',
    heatmaps=f'skeleton/{POSE_C3D}',
    several='skeleton/posec3d/rgbpose_conv3d/rgbpose_conv3d.py',
    audio=others.NAMES[1],
    flow=others.RECOGNITION[1],
    omni=others.RECOGNITION[0],
)


def train(python, config, out, *options):
    """What the command prints, and the losses of each step."""
    done = python(
        'tools/train.py',
        config,
        '--work-dir',
        out,
        *options,
        '--cfg-options',
        'default_hooks.logger.interval=1',
        env={**os.environ, 'PYTHONPATH': str(ROOT)},  # tests.support
    )
    (scalars,) = out.rglob('scalars.json')
    rows = [json.loads(line) for line in scalars.read_text().splitlines()]
    return done.stdout + done.stderr, [row for row in rows if 'loss' in row]


@pytest.mark.parametrize('kind', NAMES)
def test_train(kind, python, tmp_path):
    config = others.write_run(NAMES[kind], tmp_path)
    out = tmp_path / 'out'
    printed, rows = train(python, config, out, '--skdsrl')
    # Nothing of RGB alone is tried.
    assert 'is not drawn' not in printed
    assert rows
    for row in rows:
        terms = [
            value
            for key, value in row.items()
            if 'loss' in key and key != 'loss'
        ]
        assert math.isclose(row['loss'], sum(terms), rel_tol=1e-4)
        assert row['loss_kl'] >= 0 and -1 <= row['loss_sim'] <= 1
    weights = torch.load(out / 'epoch_1.pth')['state_dict']
    assert all(x.isfinite().all() for x in weights.values())


def test_the_best_weights_of_two_modalities_teach(python, tmp_path):
    stock = others.write_run(NAMES['several'], tmp_path)
    cfg = add_mechanism(read_config(str(stock)), 'selfkd-best')
    cfg.train_cfg.max_epochs = 2
    config = tmp_path / 'mixed.py'
    cfg.dump(config)
    _, rows = train(python, config, tmp_path / 'out')
    half = len(rows) // 2
    assert all(row['loss_kd'] == 0 for row in rows[:half])
    assert all(row['loss_kd'] > 0 for row in rows[half:]) and half
