"""A config of the zoo, made tiny."""

from mmengine.config import Config

from .paths import ROOT


def tiny_overrides(folder, batch_size=4, workers=0):
    """Keys that make a UCF101 config tiny, and their values, for a folder."""
    options = {
        'model.backbone.base_channels': 4,
        'model.cls_head.in_channels': 32,
        'model.cls_head.num_classes': 3,
        'model.siamese_head.proj_channels': 16,
        'model.siamese_head.pred_channels': 8,
        'train_dataloader.batch_size': batch_size,
        'train_dataloader.dataset.ann_file': str(folder / 'train.txt'),
        'val_dataloader.dataset.ann_file': str(folder / 'val.txt'),
        'test_dataloader.dataset.ann_file': str(folder / 'val.txt'),
    }
    for split in ('train', 'val', 'test'):
        loader = f'{split}_dataloader'
        options[f'{loader}.dataset.data_prefix.video'] = str(folder)
        options[f'{loader}.num_workers'] = workers
        options[f'{loader}.persistent_workers'] = workers > 0
    return options


def tiny_options(folder, **kwargs):
    """The same for a command line, after ``--cfg-options``."""
    overrides = tiny_overrides(folder, **kwargs)
    return [f'{key}={value}' for key, value in overrides.items()]


def tiny_config(folder):
    """The SKD-SRL config of UCF101, tiny."""
    cfg = Config.fromfile(ROOT / 'configs/skdsrl_r3d18_ucf101.py')
    cfg.merge_from_dict(tiny_overrides(folder))
    return cfg
