"""Every recognizer, backbone, neck and head: exported, or refused and why."""

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.model import revert_sync_batchnorm

from skdsrl_mmaction.mixing import add_skdsrl
from skdsrl_mmaction.models.export import (
    ClipScorer,
    check_exportable,
    open_graph,
    write_graph,
)
from tests.support import matrix
from tests.support.small_models import CLASSES, SMALL, small_config
from tests.support.trained import drawn_weights

# Each family of configs/mix/README.md, and each kind of recognizer of TPN.
NAMES = [
    name
    for i, name in enumerate(SMALL)
    if name.startswith('tpn')
    or name.split('/')[0] not in {x.split('/')[0] for x in list(SMALL)[:i]}
]
REFUSED = {
    # The number of groups of its convolution is that of the videos.
    'tanet': 'onnx cannot express this model.*try --format torch-export',
    'tin': 'mmcv.ops',
    'trn': 'cls_head=TRNHead: the model draws at random',
}


def build(name):
    """The scorer of a small model, and clips of three videos."""
    cfg, shape = small_config(name)
    model = revert_sync_batchnorm(MODELS.build(add_skdsrl(cfg).model))
    model.load_state_dict(drawn_weights(model))
    model.eval()
    if cfg.model.type == 'Recognizer3D':
        shape = (1, *shape)
    frames = torch.randint(0, 256, (3, *shape), dtype=torch.uint8)
    frames[1, :, ::2] //= 8  # a video that differs
    return ClipScorer(model), frames


def exported(kind, name, folder):
    """Largest difference between graph and torch, over batches of 1 and 3."""
    scorer, frames = build(name)
    wanted = check_exportable(scorer, frames).numpy()
    assert wanted.shape == (3, CLASSES)
    np.testing.assert_allclose(wanted.sum(axis=1), 1, rtol=1e-4)
    path = str(folder / 'graph')
    write_graph(kind, scorer, frames[:2], path)
    run = open_graph(kind, path)
    return max(
        np.abs(run(frames[:n].numpy()) - wanted[:n]).max() for n in (1, 3)
    )


def kind(name):
    """Recognizer, backbone, neck and head; those of other packages aside."""
    model = matrix.load(name).model
    parts = [model.get(x) or {} for x in ('backbone', 'neck', 'cls_head')]
    return model.type, *(part.get('type') for part in parts)


def test_no_family_is_left_out():
    """A family without a test has the networks of one that has."""
    tested = {kind(name) for name in NAMES}
    for name in matrix.NAMES:
        family = name.split('/')[0]
        if family not in {x.split('/')[0] for x in NAMES}:
            found = kind(name)
            assert (
                found in tested
                or '.' in found[1]  # of another package
                or family == 'omnisource'  # SKD-SRL is not applied to it
            ), name


@pytest.mark.slow
@pytest.mark.parametrize('name', NAMES, ids=lambda name: name.split('_')[0])
def test_onnx(name, tmp_path):
    family = name.split('/')[0]
    if family in REFUSED:
        with pytest.raises((ImportError, ValueError), match=REFUSED[family]):
            exported('onnx', name, tmp_path)
    else:
        assert exported('onnx', name, tmp_path) < 1e-4


@pytest.mark.slow
def test_torch_export_expresses_tanet(tmp_path):
    (name,) = [name for name in SMALL if name.startswith('tanet')]
    assert exported('torch-export', name, tmp_path) < 1e-4
