"""Models that are built to be looked at."""

import pytest
import torch

from skdsrl_mmaction.models.meta import build_on_meta
from tests.support.small_models import SMALL, small_config

SWIN = next(name for name in SMALL if name.startswith('swin/'))


def test_no_memory_is_taken():
    model = build_on_meta(dict(type='R3D', depth=18))
    assert all(x.is_meta for x in model.parameters())


def test_a_network_that_reads_numbers_while_it_is_built():
    cfg, _ = small_config(SWIN)
    given = cfg.model.backbone.to_dict()
    with torch.device('meta'):
        model = build_on_meta(cfg.model.backbone)
    assert not any(x.is_meta for x in model.parameters())
    assert cfg.model.backbone.to_dict() == given


def test_a_mistake_in_the_config_stays_an_error():
    with pytest.raises(KeyError, match='invalid depth 19'):
        build_on_meta(dict(type='R3D', depth=19))
