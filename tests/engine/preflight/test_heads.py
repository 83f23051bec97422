import pytest

from skdsrl_mmaction.engine import check_data
from skdsrl_mmaction.utils import read_config
from tests.support.tiny import tiny_overrides


def config(folder, method):
    """The config of UCF101, on a few videos."""
    cfg = read_config(f'configs/{method}_r3d18_ucf101.py')
    overrides = tiny_overrides(folder)
    cfg.merge_from_dict(
        {key: x for key, x in overrides.items() if 'siamese' not in key}
    )
    return cfg


@pytest.mark.parametrize('method', ['ddgsd', 'cskd', 'pskd', 'selfkd-best'])
def test_the_configs_have_what_their_heads_need(tiny_dataset, method):
    check_data(config(tiny_dataset, method), ['train', 'val'])


@pytest.mark.parametrize(
    'method, key, value, message',
    [
        (
            'cskd',
            'train_dataloader.sampler.type',
            'DefaultSampler',
            "sampler.type='DefaultSampler' must be 'ClassPairSampler'.*CSKD",
        ),
        (
            'cskd',
            'train_dataloader.batch_size',
            3,
            'batch_size=3 must be a multiple of 2 for CSKDHead',
        ),
        ('pskd', 'custom_hooks', None, 'PSKDHead.*PastPredictionsHook'),
        ('selfkd-best', 'custom_hooks', [], 'BestTeacher.*BestTeacherHook'),
        ('selfkd-best', 'val_cfg', None, 'val_cfg=None; .*--val'),
    ],
)
def test_what_a_head_lacks(tiny_dataset, method, key, value, message):
    cfg = config(tiny_dataset, method)
    cfg.merge_from_dict({key: value})
    with pytest.raises(ValueError, match=message):
        check_data(cfg, ['train'])
    check_data(cfg, ['test'])


def test_videos_that_share_a_number(tiny_dataset):
    cfg = config(tiny_dataset, 'pskd')
    one = cfg.train_dataloader.dataset
    cfg.train_dataloader.dataset = dict(
        type='ConcatDataset', datasets=[one, one]
    )
    with pytest.raises(ValueError, match='one data set, not 2, for PSKDHead'):
        check_data(cfg, ['train'])
