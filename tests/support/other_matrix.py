"""Configs of MMAction2 over other inputs than RGB, with SKD-SRL applied.

    python -m tests.support.other_matrix

writes the table of configs/mix/other_inputs.md.
"""

import copy
import tempfile

import torch
from mmaction.registry import DATASETS, MODELS
from mmengine.dataset import pseudo_collate
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import init_default_scope

from skdsrl_mmaction.mixing import add_skdsrl
from skdsrl_mmaction.utils import leaf_datasets

from . import matrix
from .other_inputs import use_data

README = matrix.ROOT / 'configs/mix/other_inputs.md'
ROOT = matrix.CONFIGS.parent
NAMES = sorted(
    path.relative_to(ROOT).as_posix()
    for room in ('skeleton', 'recognition_audio')
    for path in (ROOT / room).rglob('*.py')
)
# Those over other inputs in the folder of the other matrix.
RECOGNITION = [
    f'recognition/{name}'
    for name in matrix.NAMES
    if 'flow' in name or 'omnisource' in name
]
HEADER = '| config | recognizer, backbone, head | mixed | drawn | a sample |'
CLASSES = 5
# Widths of a small backbone, and of what its head sees.
WIDTHS = {
    'AAGCN': (12, 48),
    'STGCN': (12, 48),
    'ResNetAudio': (8, 256),
    'ResNet3dSlowOnly': (8, 256),
}
# What draws anew for each view, as the table names it.
DRAWS = {
    'UniformSampleFrames': 'clip',
    'MMUniformSampleFrames': 'clip',
    'SampleFrames': 'clip',
    'RandomResizedCrop': 'crop',
    'Flip': 'flip',
    'JointRotation': 'rotation',
    'JointJitter': 'jitter',
    'SpectrogramMask': 'masks',
    'ClipContrast': 'colours',
}


def load(name):
    """A config of the folder of all configs."""
    cfg = matrix.load(f'../{name}')
    # A keyword that AudioDataset of MMAction2 1.2.0 does not take; training
    # says so before it begins.
    loader = cfg.train_dataloader
    if isinstance(loader, dict):
        for _, leaf in leaf_datasets('', loader.dataset):
            leaf.pop('suffix', None)
    return cfg


def make_small(cfg):
    """The same, with a small network over small clips."""
    cfg = copy.deepcopy(cfg)
    backbone, head = cfg.model.backbone, cfg.model.cls_head
    if backbone.type == 'RGBPoseConv3D':
        backbone.rgb_pathway.base_channels = 16
        backbone.pose_pathway.base_channels = 8
        head.in_channels = [512, 128]
    if backbone.type in WIDTHS:
        backbone.base_channels, head.in_channels = WIDTHS[backbone.type]
        if backbone.get('num_stages') == 3:
            head.in_channels //= 2
    if backbone.type == 'OmniResNet':
        backbone.layers = [1, 1, 1, 1]
        head.image_classes = head.video_classes = CLASSES
        (images,) = cfg.train_cfg.other_loaders
        images.dataset = dict(type='TinyImages')  # update() would merge
        images.batch_size = 3
    else:
        head.num_classes = CLASSES
    for _, leaf in leaf_datasets('', cfg.train_dataloader.dataset):
        for step in leaf.pipeline:
            _make_step_small(step)
    return cfg


def _make_step_small(step):
    if isinstance(step.get('clip_len'), dict):
        step.clip_len = {key: x // 4 for key, x in step.clip_len.items()}
    elif step.get('clip_len', 0) >= 16 and step.type != 'SampleFrames':
        step.clip_len = 16
    if step.type == 'Resize':
        step.scale = (-1, 40) if -1 in step.scale else (32, 32)


def write_run(name, folder):
    """Write a small stock config, with its data, that trains one epoch.

    Args:
        name (str): Of the config.
        folder (Path): An empty folder.

    Returns:
        Path: The config.
    """
    cfg = make_small(load(name))
    (train,) = use_data(cfg.train_dataloader.dataset, folder)
    for split in ('val', 'test'):
        dataset = cfg[f'{split}_dataloader'].dataset
        for _, leaf in leaf_datasets('', dataset):
            leaf.update(ann_file=train.ann_file, serialize_data=False)
            leaf.pop('data_root', None), leaf.pop('suffix', None)
            if 'data_prefix' in leaf:
                leaf.data_prefix = train.data_prefix
            for step in leaf.pipeline:
                _make_step_small(step)
    cfg.train_dataloader.batch_size = 2
    cfg.train_cfg.update(max_epochs=1, val_interval=1)
    cfg.load_from = None
    # The data set of images.
    cfg.custom_imports = dict(imports=['tests.support.other_inputs'])
    cfg.dump(folder / 'small.py')
    return folder / 'small.py'


def build_dataset(cfg, folder):
    """The training data set, over data that is written into a folder."""
    dataset = copy.deepcopy(cfg.train_dataloader.dataset)
    use_data(dataset, folder)
    return DATASETS.build(dataset)


def build_model(cfg):
    # As the Runner does on a CPU.
    model = revert_sync_batchnorm(MODELS.build(cfg.model))
    model.train()
    return model


def batch_of(dataset, size=3):
    return pseudo_collate([dataset[i] for i in range(size)])


def step(model, cfg, batch):
    """Take a training step; returns what is logged."""
    optim_wrapper = matrix.build_optimizer(model, cfg.optim_wrapper)
    return model.train_step(batch, optim_wrapper)


def shape_of(inputs):
    """Text of the shape of a sample, for each modality if there are more."""
    if isinstance(inputs, torch.Tensor):
        return ' × '.join(map(str, inputs.shape))
    return '; '.join(f'{key}: {shape_of(x)}' for key, x in inputs.items())


def drawn(pipeline):
    """What each view draws for itself."""
    steps = []
    for x in pipeline:
        steps += x['transforms'] if x['type'] == 'SiameseTwoPass' else [x]
    named = dict.fromkeys(DRAWS.get(x['type']) for x in steps)
    return ', '.join(name for name in named if name)


def row(name):
    """One line of the table."""
    stock = load(name)
    parts = stock.model.type, stock.model.backbone.type
    parts = ', '.join([*parts, stock.model.cls_head.type])
    try:
        mixed = add_skdsrl(stock)
    except ValueError as error:
        return f'| {name} | {parts} | refused: {error} |  |  |'
    with tempfile.TemporaryDirectory() as folder:
        sample = build_dataset(mixed, folder)[0]['inputs']
    with tempfile.TemporaryDirectory() as folder:
        one = build_dataset(stock, folder)[0]['inputs']
    check_shapes(one, sample)
    cells = name, parts, 'yes', drawn(mixed.train_pipeline), shape_of(sample)
    return f'| {" | ".join(cells)} |'


def check_shapes(one, two):
    """Two views are twice as many clips as one, of the same shape."""
    if isinstance(one, torch.Tensor):
        assert two.shape == (2 * one.shape[0], *one.shape[1:])
        assert two.dtype == one.dtype
        return
    assert one.keys() == two.keys()
    for key in one:
        check_shapes(one[key], two[key])


def main():
    init_default_scope('mmaction')
    rows = [row(name) for name in NAMES]
    text = README.read_text().partition(HEADER)[0] + HEADER
    README.write_text('\n'.join([text, '|---|---|---|---|---|', *rows, '']))


if __name__ == '__main__':
    main()
