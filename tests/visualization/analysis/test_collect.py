"""Two views of each sample of a test set, here of skeletons."""

import numpy as np
import pytest
from mmaction.registry import MODELS
from mmengine.config import Config

from skdsrl_mmaction.mixing import add_skdsrl
from skdsrl_mmaction.visualization.analysis.collect import collect_views
from tests.support import other_matrix as others
from tests.support.other_inputs import SAMPLES

NAME = 'skeleton/stgcn/stgcn_8xb16-joint-u100-80e_ntu60-xsub-keypoint-2d.py'


@pytest.mark.parametrize('mixed', [True, False])
def test_views_of_skeletons(mixed, tmp_path):
    cfg = Config.fromfile(others.write_run(NAME, tmp_path))
    for split in ('train', 'test'):
        loader = cfg[f'{split}_dataloader']
        loader.update(num_workers=0, persistent_workers=False)
    if mixed:
        cfg = add_skdsrl(cfg)
    model = MODELS.build(cfg.model).eval()
    views = collect_views(model, cfg)
    width = cfg.model.cls_head.in_channels
    assert views.r1.shape == views.r2.shape == (SAMPLES, width)
    for scores in (views.scores1, views.scores2):
        assert scores.shape == (SAMPLES, others.CLASSES)
        np.testing.assert_allclose(scores.sum(axis=1), 1, rtol=1e-5)
    assert not np.array_equal(views.r1, views.r2)
