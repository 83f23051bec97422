"""Which checkpoint is accepted for what: the matrix of networks and uses."""

from types import SimpleNamespace

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.logging import MMLogger

from skdsrl_mmaction.engine.hooks import WeightsHook

CLASSES = 3


def recognizer(depth=18, shortcut=None, classes=CLASSES, kind='Recognizer3D'):
    backbone = dict(type='R3D', depth=depth, shortcut_type=shortcut)
    if shortcut == 'stock':
        backbone = dict(
            type='ResNet3d',
            depth=depth,
            pretrained2d=False,
            conv1_kernel=(7, 7, 7),
            inflate_style='3x3x3',
        )
    return dict(
        type=kind,
        backbone=dict(backbone, base_channels=2),
        cls_head=dict(
            type='I3DHead',
            num_classes=classes,
            in_channels=64 if depth == 50 else 16,
        ),
    )


def skdsrl(**kwargs):
    return dict(
        recognizer(kind='SKDSRLRecognizer3D', **kwargs),
        siamese_head=dict(
            type='SiameseHead', proj_channels=4, pred_channels=2
        ),
    )


def weights(cfg):
    return MODELS.build(cfg).state_dict()


def nan_in(key):
    given = weights(skdsrl())
    given[key].fill_(torch.nan)
    return given


def without(prefix):
    return {
        key: x
        for key, x in weights(skdsrl()).items()
        if not key.startswith(prefix)
    }


# What a model skdsrl() of depth 18 is given.
FILES = {
    'its own': lambda: weights(skdsrl()),
    'R3D-18 B': lambda: weights(skdsrl(shortcut='B')),
    'R3D-34': lambda: weights(skdsrl(depth=34)),
    'R3D-50': lambda: weights(skdsrl(depth=50)),
    'stock ResNet3d': lambda: weights(recognizer(shortcut='stock')),
    'foreign names': lambda: {
        f'encoder.{key}': x for key, x in weights(skdsrl()).items()
    },
    'empty': dict,
    'NaN weight': lambda: nan_in('backbone.layer2.0.conv1.conv.weight'),
    'NaN statistics': lambda: nan_in('backbone.conv1.bn.running_var'),
    'NaN classifier': lambda: nan_in('cls_head.fc_cls.bias'),
    'other classes': lambda: weights(skdsrl(classes=7)),
    'no classifier': lambda: without('cls_head'),
    'no training heads': lambda: without('siamese_head'),
    'part of a training head': lambda: without('siamese_head.predictor'),
    'old, no counts': lambda: {
        key: x
        for key, x in weights(skdsrl()).items()
        if not key.endswith('num_batches_tracked')
    },
    'DataParallel': lambda: {
        f'module.{key}': x for key, x in weights(skdsrl()).items()
    },
}
# Uses: test, load_from, resume, teacher. + accepted, w with a warning.
ACCEPTED = {
    'its own': '++++',
    'R3D-18 B': '----',
    'R3D-34': '----',
    'R3D-50': '----',
    'stock ResNet3d': '----',
    'foreign names': '----',
    'empty': '----',
    'NaN weight': '----',
    'NaN statistics': '----',
    'NaN classifier': '----',
    'other classes': '-w--',
    'no classifier': '-w--',
    'no training heads': '+w-+',
    'part of a training head': '+--+',
    'old, no counts': '++++',
    'DataParallel': '++++',
}
USES = ('test', 'load_from', 'resume', 'teacher')


def load(model, content, use, **kwargs):
    """What the Runner does with the hook; returns what it then loads."""
    runner = SimpleNamespace(
        model=model,
        _resume=use == 'resume',
        _load_from='some/file.pth',
        logger=MMLogger.get_instance('weights', logger_name='weights'),
    )
    hook = WeightsHook(training=use != 'test', **kwargs)
    hook.after_load_checkpoint(runner, content)
    return content['state_dict']


def load_teacher(content, folder, teacher):
    torch.save(content, folder / 'file.pth')
    student = dict(
        recognizer(kind='KDRecognizer3D'),
        teacher=teacher,
        teacher_checkpoint=str(folder / 'file.pth'),
    )
    MODELS.build(student).init_weights()


@pytest.mark.parametrize('use', USES)
@pytest.mark.parametrize('name', FILES)
def test_matrix(name, use, tmp_path, capfd):
    given = FILES[name]()
    answer = ACCEPTED[name][USES.index(use)]
    try:
        if use == 'teacher':
            load_teacher(dict(state_dict=given), tmp_path, skdsrl())
        else:
            model = MODELS.build(skdsrl())
            loaded = load(model, dict(state_dict=given), use)
            # The host loads it next, and may not find anything to warn of.
            missing, unexpected = model.load_state_dict(
                {key.replace('module.', ''): x for key, x in loaded.items()},
                strict=False,
            )
            assert unexpected == []
            assert all(key.endswith('batches_tracked') for key in missing)
            for key, x in model.state_dict().items():
                if key in given and given[key].shape == x.shape:
                    assert torch.equal(x, given[key]), key
        seen = '+'
    except ValueError as error:
        assert 'file.pth' in str(error) and '\n' not in str(error)
        seen = '-'
    printed = ''.join(capfd.readouterr())
    if 'starts from its initialization' in printed:
        assert printed.count('starts from its initialization') == 1
        seen = 'w'
    assert seen == answer


@pytest.mark.parametrize('use', ['test', 'load_from', 'resume'])
def test_file_with_training_heads_for_a_model_without(use):
    model = MODELS.build(recognizer())
    content = dict(state_dict=weights(skdsrl()))
    if use == 'resume':
        with pytest.raises(ValueError, match='not in the model .siamese_head'):
            load(model, content, use)
    else:
        loaded = load(model, content, use)
        model.load_state_dict(loaded, strict=True)


def test_message():
    with pytest.raises(ValueError) as raised:
        load(
            MODELS.build(skdsrl()),
            dict(state_dict=weights(recognizer(depth=34, classes=7))),
            'resume',
        )
    message = str(raised.value)
    assert "checkpoint 'some/file.pth' does not fit the model" in message
    # 16 blocks of two convolutions instead of 8, each with five weights of
    # conv and BatchNorm and a count.
    assert '96 of the file not in the model (backbone.layer1.2' in message
    assert '2 of another shape (cls_head.fc_cls.weight: (7, 16)' in message
    assert "R3D(depth=34, shortcut_type='A', base_channels=2)" in message
    assert 'with 7 classes' in message and 'allow' not in message


def test_a_plain_state_dict_is_loaded():
    given = weights(recognizer())
    model = MODELS.build(recognizer())
    loaded = load(model, dict(given), 'test')
    assert all(torch.equal(loaded[key], given[key]) for key in given)


def test_allow_missing():
    given = without('backbone.layer4')
    content = dict(state_dict=given)
    with pytest.raises(ValueError, match='--allow-missing'):
        load(MODELS.build(skdsrl()), content, 'load_from')
    allowed = dict(allow_missing=['neck.*', 'backbone.layer4.*'])
    load(MODELS.build(skdsrl()), dict(content), 'load_from', **allowed)
    with pytest.raises(ValueError):
        load(MODELS.build(skdsrl()), content, 'resume', **allowed)
    given['backbone.layer4.foreign'] = torch.ones(1)
    load(MODELS.build(skdsrl()), dict(content), 'load_from', **allowed)


@pytest.mark.parametrize('key', ['cls_head.fc_cls.weight', 'siamese_head.*'])
def test_numbers_that_are_not_finite_are_never_allowed(key):
    given = nan_in(key.replace('*', 'projector.bias'))
    with pytest.raises(ValueError, match='1 not finite'):
        load(
            MODELS.build(skdsrl()),
            dict(state_dict=given),
            'load_from',
            allow_missing=[key],
        )


def test_average_of_a_resumed_run_is_checked_too():
    given = weights(skdsrl())
    average = {
        f'module.{key}': x for key, x in nan_in('cls_head.fc_cls.bias').items()
    }
    content = dict(state_dict=given, ema_state_dict=average)
    load(MODELS.build(skdsrl()), dict(content), 'test')
    with pytest.raises(ValueError, match='1 not finite'):
        load(MODELS.build(skdsrl()), content, 'resume')
