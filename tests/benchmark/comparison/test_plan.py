import copy

import pytest
from mmaction.registry import MODELS
from mmengine.config import Config

from skdsrl_mmaction.benchmark.comparison.plan import (
    Run,
    apply_overrides,
    make_teacher,
    set_protocol,
    with_data,
)
from tests.support.paths import ROOT

SAMPLES = dict(train=['a.mp4 0', 'b.mp4 1'], test=['c.mp4 0'])


def load(method):
    return Config.fromfile(ROOT / f'configs/{method}_r3d18_ucf101.py')


def sizes(pipeline):
    """Crop sizes at any depth."""
    for step in pipeline:
        yield from sizes(step.get('transforms', []))
        for key in ('size', 'crop_size'):
            if key in step:
                yield step[key]


@pytest.mark.parametrize('method', ['baseline', 'kd', 'skdsrl'])
def test_overrides_reach_every_method(method):
    cfg = load(method)
    apply_overrides(
        cfg,
        epochs=7,
        width=16,
        num_classes=6,
        transform_options={
            'RandomCrop.size': 56,
            'CenterCrop.crop_size': 56,
            'SampleFrames.clip_len': 8,
        },
        cfg_options={'optim_wrapper.optimizer.lr': 0.5},
    )
    assert cfg.train_cfg.max_epochs == 7
    assert cfg.optim_wrapper.optimizer.lr == 0.5
    for split in 'train', 'test':
        pipeline = cfg[f'{split}_dataloader'].dataset.pipeline
        assert list(sizes(pipeline)) == [56]
        sampler = pipeline[1].get('sampler', pipeline[1])
        assert sampler.clip_len == 8
    models = [cfg.model]
    if method == 'kd':
        models.append(cfg.model.teacher)
    for model, channels in zip(models, (128, 512)):
        assert model.backbone.base_channels == 16
        assert model.cls_head.in_channels == channels
        built = MODELS.build(copy.deepcopy(model))
        assert built.cls_head.fc_cls.weight.shape == (6, channels)


@pytest.mark.parametrize('key', ['Resise.scale', 'Resize'])
def test_unknown_transform_option(key):
    with pytest.raises(ValueError, match=f'--transform-options {key}=1'):
        apply_overrides(load('skdsrl'), transform_options={key: 1})


@pytest.mark.parametrize(
    'budget, epochs',
    [
        ('steps', dict(baseline=10, kd=10, selfkd=10, skdsrl=10)),
        ('compute', dict(baseline=20, kd=20, selfkd=10, skdsrl=10)),
    ],
)
def test_budget(budget, epochs):
    for method, want in epochs.items():
        cfg = load(method)
        cfg.train_cfg.max_epochs = 10
        set_protocol(cfg, budget)
        assert cfg.train_cfg.max_epochs == want
        (schedule,) = cfg.param_scheduler
        assert schedule.T_max == want
        assert cfg.val_cfg is cfg.val_dataloader is cfg.val_evaluator is None


def test_key_stands_for_the_content():
    """Config, seed, samples and teacher decide; places and logs do not."""
    run = Run('a', load('kd'), 0, 0, SAMPLES)
    run.teacher = make_teacher(run)

    def changed(seed=0, samples=SAMPLES, teacher_lr=None, **options):
        cfg = load('kd')
        cfg.merge_from_dict(options)
        other = Run('a', cfg, seed, 0, samples)
        other.teacher = make_teacher(other)
        if teacher_lr:
            other.teacher.cfg.optim_wrapper.optimizer.lr = teacher_lr
        return other.key

    assert changed() == run.key
    prefix = 'train_dataloader.dataset.data_prefix.video'
    assert changed(**{prefix: 'elsewhere'}) == run.key
    assert changed(log_level='ERROR', work_dir='w') == run.key
    different = [
        changed(seed=1),
        changed(samples=dict(SAMPLES, train=['a.mp4 0'])),
        changed(teacher_lr=1.0),
        changed(**{'model.tau': 1.0}),
        changed(**{'train_dataloader.batch_size': 2}),
        changed(**{'train_cfg.max_epochs': 3}),
    ]
    assert len({run.key, *different}) == 7


def test_nothing_about_a_fold_leaks_into_the_record():
    run = Run('a', load('skdsrl'), 3, 0, SAMPLES)
    for split, count in ('train', 2), ('test', 1):
        dataset = run.content[f'{split}_dataloader']['dataset']
        assert 'data_prefix' not in dataset
        assert dataset['ann_file'].startswith(f'{count} samples, sha256 ')
    assert run.content['randomness'] == dict(seed=3)


def test_teacher_is_trained_on_the_same_data():
    run = Run('kd', load('kd'), 5, 2, SAMPLES)
    teacher = make_teacher(run)
    assert (teacher.seed, teacher.fold, teacher.samples) == (5, 2, SAMPLES)
    for key in ('train_dataloader', 'test_dataloader', 'optim_wrapper'):
        assert teacher.cfg[key] == run.cfg[key]
    model = MODELS.build(copy.deepcopy(teacher.cfg.model))
    assert model.backbone.depth == 50
    assert type(model).__name__ == 'Recognizer3D'
    assert model.data_preprocessor.mean.flatten().tolist() == [127.5] * 3
    assert make_teacher(teacher) is None

    run.cfg.model.teacher_checkpoint = 'mine.pth'
    assert make_teacher(run) is None


def test_with_data():
    run = Run('a', load('skdsrl'), 3, 0, SAMPLES)
    cfg = with_data(run, 'lists', 'videos')
    for split in 'train', 'test':
        dataset = cfg[f'{split}_dataloader'].dataset
        assert dataset.ann_file == f'lists/{split}.txt'
        assert dataset.data_prefix == dict(video='videos')
    assert cfg.randomness == dict(seed=3)
    assert run.cfg.train_dataloader.dataset.ann_file != 'lists/train.txt'


def test_folds_need_a_plain_list():
    run = Run('mine', load('skdsrl'), 0, 0, SAMPLES)
    run.cfg.train_dataloader.dataset.type = 'RawframeDataset'
    with pytest.raises(ValueError, match="mine: .*'RawframeDataset' must be"):
        with_data(run, 'lists', 'videos')
