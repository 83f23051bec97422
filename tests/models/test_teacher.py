import torch
from mmaction.registry import MODELS

from skdsrl_mmaction.models.teacher import load_teacher


def test_a_teacher_is_frozen_and_has_the_weights(tmp_path):
    cfg = dict(
        type='Recognizer3D',
        backbone=dict(type='R3D', depth=18, base_channels=4),
        cls_head=dict(type='I3DHead', num_classes=5, in_channels=32),
    )
    trained = MODELS.build(cfg)
    path = str(tmp_path / 'teacher.pth')
    torch.save(dict(state_dict=trained.state_dict()), path)
    teacher = load_teacher(cfg, path)
    assert not teacher.training
    assert not any(p.requires_grad for p in teacher.parameters())
    there = teacher.state_dict()
    for key, weight in trained.state_dict().items():
        assert torch.equal(there[key], weight)
