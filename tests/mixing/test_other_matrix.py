"""The table of other_inputs.md, and a training step of each of its configs."""

import pytest

from skdsrl_mmaction.mixing import add_skdsrl
from tests.support import matrix
from tests.support import other_matrix as others

ROWS = [x for x in others.README.read_text().split('\n') if '.py | ' in x]
REFUSED = 'skeleton/posec3d/slowonly_r50_8xb16-u48-240e_gym-limb.py'
MIXED = [x for x in others.NAMES if x != REFUSED]


def test_every_config_is_in_the_table():
    assert [row.split('|')[1].strip() for row in ROWS] == others.NAMES
    assert len(ROWS) == 44 and len(others.RECOGNITION) == 3
    # A comma behind it makes its training data a tuple, also in stock.
    (refused,) = (row for row in ROWS if 'refused' in row)
    assert REFUSED in refused and 'train_dataloader must be a dict' in refused


@pytest.mark.parametrize('name', others.NAMES)
def test_row(name):
    assert others.row(name) in ROWS


@pytest.mark.parametrize('name', MIXED + others.RECOGNITION)
def test_step(name, tmp_path):
    """Every parameter learns from a batch that the training data set makes."""
    cfg = add_skdsrl(others.make_small(others.load(name)))
    model = others.build_model(cfg)
    batch = others.batch_of(others.build_dataset(cfg, tmp_path))
    if cfg.model.type == 'SKDSRLRecognizerOmni':
        (loader,) = cfg.train_cfg.other_loaders
        images = others.DATASETS.build(loader.dataset)
        batch = [batch, others.batch_of(images)]
    before = {key: x.clone() for key, x in model.named_parameters()}
    log_vars = others.step(model, cfg, batch)
    losses = {k: v.item() for k, v in log_vars.items() if 'loss' in k}
    total = losses.pop('loss')
    assert total == pytest.approx(sum(losses.values()), rel=1e-5)
    assert {'loss_kl', 'loss_sim'} < losses.keys()
    assert sum('loss_cls' in key for key in losses) in (2, 3, 4)
    for key, param in model.named_parameters():
        assert param.isfinite().all(), key
    for part in ('backbone', 'cls_head', 'siamese_head'):
        assert any(
            not param.equal(before[key])
            for key, param in model.named_parameters()
            if key.startswith(part)
        ), part


@pytest.mark.parametrize('name', MIXED)
def test_every_stock_parameter_learns_as_before(name):
    stock = others.make_small(others.load(name))
    mixed = add_skdsrl(stock)
    assert mixed.model.type == f'SKDSRL{stock.model.type}'
    stock_rates, mixed_rates = (
        matrix.learning_rates(others.build_model(cfg), cfg.optim_wrapper)
        for cfg in (stock, mixed)
    )
    assert stock_rates.items() <= mixed_rates.items()
    added = mixed_rates.keys() - stock_rates.keys()
    assert added and all(key.startswith('siamese_head.') for key in added)
