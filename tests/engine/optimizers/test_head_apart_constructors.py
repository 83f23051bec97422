import pytest
from mmaction.registry import MODELS
from mmengine.optim import build_optim_wrapper

SIAMESE = dict(type='SiameseHead', proj_channels=8, pred_channels=4)


def build(kind, siamese_head, backbone, cls_head):
    return MODELS.build(
        dict(
            type=kind,
            backbone=backbone,
            cls_head=dict(cls_head, num_classes=5),
            siamese_head=siamese_head,
        )
    )


def tsm(siamese_head=SIAMESE):
    return build(
        'SKDSRLRecognizer2D',
        siamese_head,
        dict(type='ResNet', depth=18),
        dict(type='TSMHead', in_channels=512),
    )


def mvit(siamese_head=SIAMESE):
    arch = dict(embed_dims=8, num_layers=3, num_heads=1, downscale_indices=[1])
    return build(
        'SKDSRLRecognizer3D',
        siamese_head,
        dict(type='MViT', arch=arch, spatial_size=32, temporal_size=4),
        dict(type='MViTHead', in_channels=16),
    )


def rates(model, constructor, **paramwise):
    """(learning rate, weight decay) by name."""
    optimizer = build_optim_wrapper(
        model,
        dict(
            optimizer=dict(type='AdamW', lr=1.0, weight_decay=0.5),
            constructor=constructor,
            paramwise_cfg=paramwise,
        ),
    ).optimizer
    found = [
        (id(param), (group['lr'], group['weight_decay']))
        for group in optimizer.param_groups
        for param in group['params']
    ]
    assert len(found) == len(dict(found))
    return {n: dict(found)[id(p)] for n, p in model.named_parameters()}


def head_of(found):
    return {
        key[len('siamese_head.') :]: value
        for key, value in found.items()
        if key.startswith('siamese_head.')
    }


HEAD = {
    'projector.weight': (1, 0.5),
    'projector.bias': (1, 0),
    'predictor.0.weight': (1, 0.5),
    'predictor.1.weight': (1, 0),
    'predictor.1.bias': (1, 0),
    'predictor.3.weight': (1, 0.5),
    'predictor.3.bias': (1, 0),
}


def test_tsm():
    """The classifier learns five times as fast, its bias ten times."""
    stock = 'TSMOptimWrapperConstructor'
    wrong = rates(tsm(), stock, fc_lr5=True)
    assert wrong['siamese_head.predictor.3.weight'] == (5, 0.5)
    found = rates(tsm(), f'SKDSRL{stock}', fc_lr5=True)
    assert found['cls_head.fc_cls.weight'] == (5, 0.5)
    assert found['cls_head.fc_cls.bias'] == (10, 0)
    assert head_of(found) == HEAD
    alone = rates(tsm(siamese_head=None), stock, fc_lr5=True)
    assert {k: v for k, v in found.items() if k in alone} == alone


def test_layer_wise_decay():
    stock = 'LearningRateDecayOptimizerConstructor'
    decay = dict(decay_rate=0.5, num_layers=3, decay_type='layer_wise')
    with pytest.raises(AssertionError, match='BN is not supported'):
        rates(mvit(), stock, **decay)
    found = rates(mvit(), f'SKDSRL{stock}', **decay)
    assert found['cls_head.fc_cls.weight'] == (1, 0.5)
    assert found['backbone.blocks.0.attn.qkv.weight'] == (0.125, 0.5)
    assert head_of(found) == HEAD
    alone = rates(mvit(siamese_head=None), stock, **decay)
    assert {k: v for k, v in found.items() if k in alone} == alone


def test_without_a_siamese_head():
    stock = 'TSMOptimWrapperConstructor'
    model = tsm(siamese_head=None)
    assert rates(model, stock, fc_lr5=True) == rates(
        model, f'SKDSRL{stock}', fc_lr5=True
    )
