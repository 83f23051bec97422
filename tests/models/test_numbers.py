import math

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS

from skdsrl_mmaction.models.numbers import (
    check_numbers,
    is_not_negative,
    is_positive,
    require_integer,
)


@pytest.mark.parametrize(
    'value, positive, not_negative',
    [
        (1, True, True),
        (0.5, True, True),
        (0, False, True),
        (-1e-9, False, False),
        (math.inf, False, False),
        (-math.inf, False, False),
        (math.nan, False, False),
        ('1', False, False),
        (None, False, False),
    ],
)
def test_ranges(value, positive, not_negative):
    assert is_positive(value) is positive
    assert is_not_negative(value) is not_negative


@pytest.mark.parametrize('value', [-1, 1.5, 2.0, True, None, '2', math.nan])
def test_integers(value):
    for good in 0, 1, np.int64(3):
        require_integer('key', good, least=0)
    message = f'key must be an integer >= 0, but is {value!r}'
    with pytest.raises(ValueError, match=message):
        require_integer('key', value, least=0)
    with pytest.raises(ValueError, match='>= 1, but is 0'):
        require_integer('key', 0)


def recognizer(kind, mean=0.0, std=1.0, loss_cls=None, **kwargs):
    return dict(
        type=kind,
        backbone=dict(type='R3D', depth=18, base_channels=2),
        cls_head=dict(
            type='I3DHead',
            num_classes=3,
            in_channels=16,
            loss_cls=dict(type='CrossEntropyLoss', **(loss_cls or {})),
        ),
        data_preprocessor=dict(
            type='ActionDataPreprocessor',
            mean=[mean] * 3,
            std=[std] * 3,
            format_shape='NCTHW',
        ),
        **kwargs,
    )


BAD = {
    'data_preprocessor.std=.0.0, 0.0, 0.0.': dict(std=0),
    'data_preprocessor.std=.-1.0': dict(std=-1),
    'data_preprocessor.std=.inf': dict(std=math.inf),
    'data_preprocessor.mean=.nan': dict(mean=math.nan),
    'cls_head.loss_cls.loss_weight=nan': dict(
        loss_cls=dict(loss_weight=math.nan)
    ),
    'cls_head.loss_cls.class_weight=.1.0, inf, 1.0.': dict(
        loss_cls=dict(class_weight=[1, math.inf, 1])
    ),
}


@pytest.mark.parametrize('key', BAD)
@pytest.mark.parametrize(
    'kind, options',
    [
        ('SKDSRLRecognizer3D', {}),
        ('KDRecognizer3D', dict(teacher=dict(type='R3D'))),
    ],
)
def test_our_recognizers_refuse_it_when_built(key, kind, options):
    with pytest.raises(ValueError, match=f'model.{key}'):
        MODELS.build(recognizer(kind, **options, **BAD[key]))
    MODELS.build(recognizer(kind, **options))


@pytest.mark.parametrize('key', BAD)
def test_stock_recognizers_are_checked(key):
    with pytest.raises(ValueError, match=f'model.{key}'):
        check_numbers(MODELS.build(recognizer('Recognizer3D', **BAD[key])))
    good = dict(loss_weight=0.5, class_weight=[1, 2, 3])
    check_numbers(MODELS.build(recognizer('Recognizer3D', loss_cls=good)))


def test_alpha_and_beta():
    for head in ('distill_head', 'siamese_head'):
        kind = head.title().replace('_', '').replace('Distill', 'SelfDistill')
        option = {head: dict(type=kind, loss_weight=math.inf)}
        with pytest.raises(ValueError, match=f'{head}.loss_weight.*inf'):
            MODELS.build(recognizer('SKDSRLRecognizer3D', **option))


def test_a_module_without_numbers():
    check_numbers(torch.nn.Linear(2, 2))


def test_a_model_without_memory_is_checked_as_far_as_it_has_values():
    with torch.device('meta'):
        check_numbers(MODELS.build(recognizer('Recognizer3D')))
        bad = dict(loss_weight=math.inf)
        model = MODELS.build(recognizer('Recognizer3D', loss_cls=bad))
        with pytest.raises(ValueError, match='loss_weight=inf must be'):
            check_numbers(model)
