"""Every recognition config of MMAction2, with SKD-SRL applied to it.

    python -m tests.support.matrix VIDEO

writes the table of configs/mix/README.md, in the tested environment.
"""

import contextlib
import copy
import functools
import sys
import tempfile
from pathlib import Path
from unittest import mock

import cv2
import mmaction
import torch
from mmaction.registry import DATASETS, MODELS
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope

from skdsrl_mmaction.mixing import add_skdsrl
from skdsrl_mmaction.utils import leaf_datasets

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / 'configs/mix/README.md'
CONFIGS = Path(mmaction.__file__).parent / '.mim/configs/recognition'
NAMES = sorted(
    path.relative_to(CONFIGS).as_posix() for path in CONFIGS.rglob('*.py')
)
DONOR = 'slowonly/slowonly_r50_8xb16-8x8x1-256e_kinetics400-rgb.py'
PACKAGES = ('mmpretrain', 'mmcls', 'timm', 'torchvision', 'pytorchvideo')
INITIALISE_THEMSELVES = (  # when they are built
    'mmcv.cnn.ConvModule',
    'mmaction.models.backbones.resnet.ResNet',
)
HEADER = '| config | backbone, neck, head | mixed | built | a sample |'


@functools.cache
def _load(name: str) -> Config:
    return Config.fromfile(CONFIGS / name)


def load(name: str) -> Config:
    """A config, without the weights that building would download."""
    cfg = copy.deepcopy(_load(name))
    for part in (cfg.model.backbone, cfg.model.get('cls_head') or {}):
        part.pop('init_cfg', None)
        if part.get('pretrained') is not None:
            part['pretrained'] = None
    return cfg


def is_test_only(cfg: Config) -> bool:
    return cfg.get('train_dataloader') is None


def borrow_train_part(cfg: Config) -> Config:
    """Give a test-only config the training part of SlowOnly.

    Clips are sampled as its own test pipeline does, in its own size.
    """
    cfg, donor = copy.deepcopy(cfg), load(DONOR)
    for key in ('train_dataloader', 'train_cfg', 'optim_wrapper'):
        cfg[key] = donor[key]
    backbone = cfg.model.backbone
    if cfg.get('test_dataloader') is not None:
        pipeline = cfg.test_dataloader.dataset.pipeline
        sampler = dict(pipeline[1], num_clips=1)
        del sampler['test_mode']
    else:
        sampler = dict(type='UniformSample', clip_len=backbone.t_size)
    size = backbone.get('input_resolution') or 224
    pipeline = cfg.train_dataloader.dataset.pipeline
    pipeline[1] = sampler
    assert pipeline[5].type == 'Resize'
    pipeline[5].scale = (size, size)
    return cfg


def build_on_meta(model: dict):
    """Build a model of any size without memory for it."""
    model = copy.deepcopy(model)
    # Of no interest here; a Beta distribution does not build on meta.
    model['data_preprocessor'] = None
    # Stochastic depth is read off such a tensor.
    linspace = functools.partial(torch.linspace, device='cpu')
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch('torch.linspace', linspace))
        for path in INITIALISE_THEMSELVES:
            stack.enter_context(mock.patch(f'{path}.init_weights'))
        stack.enter_context(torch.device('meta'))
        return MODELS.build(model)


def raw_frames(video: str, folder: Path, template: str) -> int:
    """Write the first frames of a video as pictures; returns how many."""
    reader = cv2.VideoCapture(video)
    for i in range(40):
        _, frame = reader.read()
        # Of optical flow, a picture for each direction.
        numbers = (
            [(x, i + 1) for x in 'xy'] if '{}' in template else [(i + 1,)]
        )
        for number in numbers:
            cv2.imwrite(str(folder / template.format(*number)), frame)
    return 40


def first_sample(dataset: dict, video: str):
    """What a training dataset makes of one video; a list if repeated."""
    dataset = copy.deepcopy(dataset)
    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder) / 'list.txt'
        listing.write_text(f'{video} 0\n')
        for _, leaf in leaf_datasets('', dataset):
            leaf.ann_file = str(listing)
            leaf.serialize_data = False  # which collects garbage, slowly
            leaf.data_prefix = dict.fromkeys(leaf.data_prefix, '')
            if leaf.type == 'RawframeDataset':
                template = leaf.get('filename_tmpl', 'img_{:05}.jpg')
                frames = raw_frames(video, Path(folder), template)
                listing.write_text(f'{folder} {frames} 0\n')
        return DATASETS.build(dataset)[0]


def shape_of(dataset: dict, video: str) -> tuple:
    sample = first_sample(dataset, video)
    samples = sample if isinstance(sample, list) else [sample]
    (shape,) = {tuple(x['inputs'].shape) for x in samples}
    assert all(x['inputs'].dtype == torch.uint8 for x in samples)
    return shape


def drop_pytorchvideo(dataset: dict) -> dict:
    """The same dataset without its RandAugment."""
    dataset = copy.deepcopy(dataset)

    def keep(steps):
        return [x for x in steps if x['type'] != 'PytorchVideoWrapper']

    for _, leaf in leaf_datasets('', dataset):
        leaf.pipeline = keep(leaf.pipeline)
        for step in leaf.pipeline:
            if step['type'] == 'SiameseTwoView':
                step['transforms'] = keep(step['transforms'])
    return dataset


def missing_package(error: Exception) -> str:
    """The package that an error of the host names."""
    named = [name for name in PACKAGES if name in str(error)]
    if not named:
        raise error
    return f'needs {named[0]}'


def sampled(stock: dict, mixed: dict, video: str) -> str:
    """Shape of a mixed sample, checked against that of a stock one."""
    note = ''
    stock, mixed = (Config(x).train_dataloader.dataset for x in (stock, mixed))
    try:
        two = shape_of(mixed, video)
    except RuntimeError as error:
        note = missing_package(error) + '; without: '
        stock, mixed = drop_pytorchvideo(stock), drop_pytorchvideo(mixed)
        two = shape_of(mixed, video)
    one = shape_of(stock, video)
    assert two == (2 * one[0], *one[1:]), (one, two)
    return note + ' × '.join(map(str, two))


# Many configs share a model or a pipeline.
_known = {}


def once(what, *args):
    key = (what, *map(str, args))
    if key not in _known:
        _known[key] = what(*args)
    return _known[key]


def build_optimizer(model, optim_wrapper: dict):
    """The optimizer without mixed precision, which wants a GPU."""
    plain = {k: v for k, v in optim_wrapper.items() if k != 'loss_scale'}
    return build_optim_wrapper(model, dict(plain, type='OptimWrapper'))


def learning_rates(model, optim_wrapper: dict) -> dict:
    """Learning rate and weight decay of every parameter, by name."""
    groups = build_optimizer(model, optim_wrapper).optimizer.param_groups
    rates = {
        id(param): (group['lr'], group['weight_decay'])
        for group in groups
        for param in group['params']
    }
    return {name: rates[id(p)] for name, p in model.named_parameters()}


def built(stock: dict, mixed: dict) -> str:
    """Whether it builds; what was there must learn as it did before."""
    rates = []
    for cfg in (stock, mixed):
        try:
            model = build_on_meta(cfg['model'])
        except ImportError as error:
            return missing_package(error)
        rates.append(learning_rates(model, cfg['optim_wrapper']))
    added = rates[1].keys() - rates[0].keys()
    assert all(name.startswith('siamese_head.') for name in added)
    assert rates[0].items() <= rates[1].items()
    # Its forward imports an operator that mmcv-lite does not have.
    is_tin = mixed['model']['backbone']['type'] == 'ResNetTIN'
    return 'yes; needs full mmcv to run' if is_tin else 'yes'


def row(name: str, video: str) -> str:
    """One line of the table."""
    stock = load(name)
    how = 'yes'
    if is_test_only(stock):
        stock, how = borrow_train_part(stock), 'with a borrowed train part'
    parts = ('backbone', 'neck', 'cls_head')
    parts = [stock.model[x]['type'] for x in parts if x in stock.model]
    try:
        mixed = add_skdsrl(stock)
    except ValueError as error:
        key = str(error).split(' is ')[0].split(': ')[0]
        cells = [f'refused: `{key}`', '', '']
    else:
        models, loaders = [
            [
                {key: cfg[key].to_dict() for key in keys}
                for cfg in (stock, mixed)
            ]
            for keys in (('model', 'optim_wrapper'), ('train_dataloader',))
        ]
        cells = [how, once(built, *models), once(sampled, *loaders, video)]
    return f'| {" | ".join([name, ", ".join(parts), *cells])} |'


def main() -> None:
    init_default_scope('mmaction')
    rows = [row(name, sys.argv[1]) for name in NAMES]
    text = README.read_text().partition(HEADER)[0] + HEADER
    README.write_text('\n'.join([text, '|---|---|---|---|---|', *rows, '']))


if __name__ == '__main__':
    main()
