import sys

import pytest

from skdsrl_mmaction.benchmark.speed import step
from skdsrl_mmaction.benchmark.speed.step import CE_ONLY, SKDSRL, Step
from tests.support.tiny import tiny_config


@pytest.fixture
def cfg(tiny_dataset):
    return tiny_config(tiny_dataset)


def test_what_is_compared(cfg):
    """The same model, with and without the two heads."""
    ours, plain = (Step(cfg, name, 2).model for name in (SKDSRL, CE_ONLY))
    assert type(ours) is type(plain)
    shapes = {k: v.shape for k, v in ours.state_dict().items()}
    for key, value in plain.state_dict().items():
        assert shapes.pop(key) == value.shape
    assert shapes and all(key.startswith('siamese_head.') for key in shapes)
    assert plain.distill_head is None


def test_steps_train(cfg):
    one = Step(cfg, SKDSRL, 2)
    before = one.model.cls_head.fc_cls.weight.clone()
    assert one() > 0
    assert (one.model.cls_head.fc_cls.weight != before).any()


def test_both_variants_take_turns(cfg, monkeypatch):
    order = []
    monkeypatch.setattr(
        Step, '__call__', lambda self: order.append(self) or len(order)
    )
    seconds = step.measure_steps(cfg, 2, steps=2)
    assert seconds == {SKDSRL: [3, 5], CE_ONLY: [4, 6]}
    assert order[::2] == [order[0]] * 3 and order[1::2] == [order[1]] * 3


def test_memory(cfg, tmp_path, monkeypatch, capsys):
    cfg.dump(tmp_path / 'tiny.py')
    argv = ['step', str(tmp_path / 'tiny.py'), CE_ONLY, '2']
    monkeypatch.setattr(sys, 'argv', argv)
    step.main()
    assert int(capsys.readouterr().out) > 2**20
