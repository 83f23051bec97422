"""Training from a shell, with the workers that the configs name."""

import json
import math
import os

import pytest
import torch

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


@pytest.mark.parametrize('kind', NAMES)
def test_train(kind, python, tmp_path):
    config = others.write_run(NAMES[kind], tmp_path)
    out = tmp_path / 'out'
    done = python(
        'tools/train.py',
        config,
        '--skdsrl',
        '--work-dir',
        out,
        '--cfg-options',
        'default_hooks.logger.interval=1',
        env={**os.environ, 'PYTHONPATH': str(ROOT)},  # tests.support
    )
    # Nothing of RGB alone is tried.
    assert 'is not drawn' not in done.stdout + done.stderr
    (scalars,) = out.rglob('scalars.json')
    rows = [json.loads(line) for line in scalars.read_text().splitlines()]
    rows = [row for row in rows if 'loss' in row]
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
