import pytest
from mmaction.datasets import RepeatAugDataset, VideoDataset
from mmaction.registry import DATASETS

from skdsrl_mmaction.utils import (
    find_type,
    is_a,
    leaf_datasets,
    read_config,
)
from tests.support.paths import ROOT


@pytest.mark.parametrize(
    'kind', ['VideoDataset', 'mmaction.VideoDataset', VideoDataset]
)
def test_names_scopes_and_classes(kind):
    assert find_type(DATASETS, kind) is VideoDataset
    assert is_a(DATASETS, kind, VideoDataset)
    assert not is_a(DATASETS, kind, RepeatAugDataset)


@pytest.mark.parametrize('kind', ['NoDataset', 'mmaction.NoDataset', None])
def test_what_is_not_registered(kind):
    assert find_type(DATASETS, kind) is None
    assert not is_a(DATASETS, kind, VideoDataset)


def test_functions_are_no_classes():
    assert not is_a(DATASETS, print, VideoDataset)


def test_datasets_inside_wrappers():
    a, b = dict(type='VideoDataset'), dict(type='RawframeDataset')
    inner = dict(type='RepeatDataset', times=2, dataset=b)
    outer = dict(type='ConcatDataset', datasets=[a, inner])
    assert list(leaf_datasets('data', outer)) == [
        ('data.datasets[0]', a),
        ('data.datasets[1].dataset', b),
    ]


def test_configs_of_files_and_packages():
    name = 'recognition/tsn/tsn_imagenet-pretrained-r50_8xb32-1x1x3-100e_'
    cfg = read_config(f'mmaction::{name}kinetics400-rgb.py')
    assert cfg.model.type == 'Recognizer2D'
    path = ROOT / 'configs/skdsrl_r3d18_ucf101.py'
    assert read_config(str(path)).model.type == 'SKDSRLRecognizer3D'
    with pytest.raises(FileNotFoundError, match='tsn/nothing.py'):
        read_config('mmaction::recognition/tsn/nothing.py')
