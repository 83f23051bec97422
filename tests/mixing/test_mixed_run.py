"""--skdsrl from the command line to a checkpoint for the stock host."""

import sys

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.runner import Runner

from skdsrl_mmaction.cli import train
from skdsrl_mmaction.mixing import add_skdsrl
from skdsrl_mmaction.utils import read_config
from tests.support import matrix
from tests.support.paths import ROOT
from tests.support.small_models import small_config

NAME = 'slowonly_r50_8xb16-4x16x1-256e_kinetics400-rgb'
CONFIG = f'mmaction::recognition/slowonly/{NAME}.py'
NARROW = {
    'model.backbone.base_channels': 8,
    'model.cls_head.in_channels': 256,
    'model.cls_head.num_classes': 3,
}
# What a user without this package does. The stand-in is for a folder that
# the released mmaction2 lacks.
STOCK = """
import sys, types, torch
for name in 'drn', 'drn.drn':
    name = f'mmaction.models.localizers.{name}'
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].DRN = None
import mmaction.models
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope

_, config, weights, inputs, out = sys.argv
init_default_scope('mmaction')
model = MODELS.build(Config.fromfile(config).model)
model.load_state_dict(torch.load(weights))
model.train(False)
torch.save(model(torch.load(inputs), stage='head', mode='tensor'), out)
assert 'skdsrl_mmaction' not in sys.modules
"""


def load(monkeypatch, *argv):
    monkeypatch.setattr(sys, 'argv', ['train.py', *map(str, argv)])
    return train.load_config(train.parse_args())


def test_stock_and_mixed(monkeypatch):
    stock = load(monkeypatch, CONFIG)
    assert stock.model.type == 'Recognizer3D'
    assert stock.work_dir == f'work_dirs/{NAME}'
    mixed = load(
        monkeypatch,
        *(CONFIG, '--skdsrl', '--cfg-options', 'model.distill_head.tau=5'),
        *('model.backbone.depth=101', 'train_dataloader.batch_size=4'),
        'train_dataloader.dataset.pipeline.3.transforms.1.aspect_ratio_range='
        '(1,1)',
    )
    assert mixed.model.type == 'SKDSRLRecognizer3D'
    # It must not write over what the stock one has left.
    assert mixed.work_dir == f'work_dirs/skdsrl_{NAME}'
    assert mixed.model.distill_head.tau == 5
    assert mixed.model.backbone.depth == 101
    assert mixed.train_dataloader.batch_size == 4
    crop = mixed.train_dataloader.dataset.pipeline[3].transforms[1]
    assert crop.aspect_ratio_range == (1, 1)


def test_a_file_is_mixed_too(monkeypatch, tmp_path):
    (tmp_path / 'mine.py').write_text(f"_base_ = '{CONFIG}'\n")
    cfg = load(monkeypatch, tmp_path / 'mine.py', '--skdsrl')
    assert cfg.model.type == 'SKDSRLRecognizer3D'
    assert cfg.work_dir == 'work_dirs/skdsrl_mine'
    ours = ROOT / 'configs/skdsrl_r3d18_ucf101.py'
    with pytest.raises(ValueError, match='already'):
        load(monkeypatch, ours, '--skdsrl')


def test_checkpoint_in_the_stock_host(
    python, tiny_dataset, tmp_path, monkeypatch
):
    options = dict(NARROW)
    for split in ('train', 'val'):
        dataset = f'{split}_dataloader.dataset'
        options[f'{dataset}.ann_file'] = tiny_dataset / f'{split}.txt'
        options[f'{dataset}.data_prefix.video'] = tiny_dataset
        options[f'{split}_dataloader.num_workers'] = 0
        options[f'{split}_dataloader.persistent_workers'] = False
    options['train_dataloader.batch_size'] = 4
    options['train_cfg.max_epochs'] = 2
    size = 'train_dataloader.dataset.pipeline.3.transforms.2.scale'
    options[size] = '(64,64)'
    argv = ['train.py', CONFIG, '--skdsrl', '--work-dir', str(tmp_path)]
    argv += ['--cfg-options', *(f'{k}={v}' for k, v in options.items())]
    monkeypatch.setattr(sys, 'argv', argv)
    train.main()

    mixed = MODELS.build(Config.fromfile(tmp_path / f'{NAME}.py').model)
    weights = torch.load(tmp_path / 'epoch_2.pth')['state_dict']
    mixed.load_state_dict(weights)
    mixed.eval()
    inputs = torch.randn(2, 1, 3, 4, 64, 64)
    with torch.no_grad():
        wanted = mixed(inputs, stage='head', mode='tensor')
    assert wanted.std() > 0

    stock = read_config(CONFIG)
    stock.merge_from_dict(NARROW)
    stock.dump(tmp_path / 'stock.py')
    weights = {k: v for k, v in weights.items() if 'siamese_head' not in k}
    torch.save(weights, tmp_path / 'weights.pth')
    torch.save(inputs, tmp_path / 'inputs.pth')
    (tmp_path / 'stock_host.py').write_text(STOCK)
    files = ('stock_host.py', 'stock.py', 'weights.pth', 'inputs.pth', 'p.pth')
    python(*(tmp_path / name for name in files))
    assert torch.equal(torch.load(tmp_path / 'p.pth'), wanted)


def test_repeats_blending_and_layer_wise_decay(tiny_dataset, tmp_path):
    """MViT has all three; its RandAugment needs a package."""
    name = 'mvit-small-p244_k400-maskfeat-pre_8xb32-16x4x1-100e_'
    cfg, _ = small_config(f'mvit/{name}kinetics400-rgb.py')
    assert cfg.model.data_preprocessor.blending
    cfg.model.backbone.pretrained_type = None
    loader = cfg.train_dataloader
    loader.dataset = matrix.drop_pytorchvideo(loader.dataset)
    assert loader.dataset.type == 'RepeatAugDataset'
    loader.dataset.pipeline[1].clip_len = 4
    loader.dataset.pipeline[5].scale = (64, 64)
    loader.dataset.ann_file = str(tiny_dataset / 'train.txt')
    loader.dataset.data_prefix.video = str(tiny_dataset)
    loader.update(batch_size=2, num_workers=0, persistent_workers=False)
    cfg = add_skdsrl(cfg)
    # Mixed precision wants a GPU.
    cfg.optim_wrapper.type = 'OptimWrapper'
    cfg.optim_wrapper.pop('loss_scale', None)
    cfg.train_cfg.max_epochs = 1
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.load_from, cfg.work_dir = None, str(tmp_path)
    runner = Runner.from_cfg(cfg)
    before = {k: v.clone() for k, v in runner.model.state_dict().items()}
    runner.train()
    assert runner.iter == 4  # 8 videos, two at a time
    weights = torch.load(tmp_path / 'epoch_1.pth')['state_dict']
    for key in ('backbone.patch_embed.projection', 'siamese_head.projector'):
        assert not torch.equal(
            before[f'{key}.weight'], weights[f'{key}.weight']
        )
