"""A config and a checkpoint as training leaves them, without training."""

import torch
from mmaction.registry import MODELS
from mmengine.registry import init_default_scope

from skdsrl_mmaction.mixing import add_skdsrl
from skdsrl_mmaction.utils import read_config
from tests.support.small_models import NARROW

CLASSES = ['walk', 'run', 'sit']
SLOWONLY = (
    'mmaction::recognition/slowonly/'
    'slowonly_r50_8xb16-4x16x1-256e_kinetics400-rgb.py'
)


def slowonly_config(folder):
    """A narrow SlowOnly of MMAction2 on ``tiny_dataset``."""
    cfg = read_config(SLOWONLY)
    keys = {f'model.{key}': value for key, value in NARROW.items()}
    cfg.merge_from_dict(
        {**keys, 'model.cls_head.num_classes': 3, 'work_dir': str(folder)}
    )
    for split in ('train', 'val', 'test'):
        loader = cfg[f'{split}_dataloader']
        loader.update(num_workers=0, persistent_workers=False)
        part = 'train' if split == 'train' else 'val'
        loader.dataset.update(
            ann_file=str(folder / f'{part}.txt'),
            data_prefix=dict(video=str(folder)),
        )
        for step in loader.dataset.pipeline:
            if step['type'] == 'Resize':
                last = step['scale'] == (224, 224)
                step['scale'] = (32, 32) if last else (-1, 32)
            if step['type'] in ('CenterCrop', 'ThreeCrop'):
                step.update(type='CenterCrop', crop_size=32)
            if step['type'] == 'SampleFrames':
                step.update(clip_len=4, frame_interval=2)
                step['num_clips'] = min(2, step.get('num_clips', 1))
    return cfg


def write_trained(cfg, folder, classes=CLASSES):
    """Write config.py and checkpoint.pth of an SKD-SRL run with EMA."""
    init_default_scope('mmaction')
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    state = drawn_weights(model)
    content = dict(
        meta=dict(
            epoch=1,
            iter=2,
            cfg=cfg.pretty_text,
            dataset_meta=dict(classes=classes) if classes else {},
        ),
        state_dict=state,
        # As EMAHook saves it: the averaged weights are in state_dict.
        ema_state_dict={f'module.{k}': x + 1 for k, x in state.items()},
        optimizer=dict(state={0: torch.ones(1000)}),
        message_hub=dict(),
    )
    torch.save(content, folder / 'checkpoint.pth')
    cfg.dump(folder / 'config.py')
    return folder / 'config.py', folder / 'checkpoint.pth'


def skdsrl_slowonly(dataset, folder, classes=CLASSES):
    """The same of a narrow SlowOnly: config.py and checkpoint.pth."""
    return write_trained(add_skdsrl(slowonly_config(dataset)), folder, classes)


def drawn_weights(model):
    """Weights with which predictions differ from video to video."""
    return {key: _drawn(key, x) for key, x in model.state_dict().items()}


def _drawn(key, x):
    if not x.is_floating_point():
        return x
    if x.ndim > 1:
        return torch.randn_like(x) / x[0].numel() ** 0.5
    if key.endswith(('running_var', 'weight')):
        return torch.rand_like(x) + 0.5
    return 0.1 * torch.randn_like(x)
