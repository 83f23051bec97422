import pytest

from skdsrl_mmaction.mixing import MECHANISMS, add_mechanism
from skdsrl_mmaction.models.recognizers import count_views
from skdsrl_mmaction.utils import read_config
from tests.support import other_matrix as others

NAME = 'slowonly_r50_8xb16-4x16x1-256e_kinetics400-rgb'
GCN = 'skeleton/stgcn/stgcn_8xb16-joint-u100-80e_ntu60-xsub-keypoint-2d.py'
RGB_POSE = 'skeleton/posec3d/rgbpose_conv3d/rgbpose_conv3d.py'
STOCK = f'mmaction::recognition/slowonly/{NAME}.py'


@pytest.mark.parametrize('name', MECHANISMS)
def test_the_pipeline_makes_the_views_that_the_model_takes(name):
    stock = read_config(STOCK)
    mixed = add_mechanism(stock, name)
    steps = [step['type'] for step in mixed.train_dataloader.dataset.pipeline]
    views = count_views(mixed.model)
    assert ('SiameseTwoView' in steps) == (views == 2)
    assert mixed.test_dataloader == stock.test_dataloader
    assert mixed.optim_wrapper.optimizer == stock.optim_wrapper.optimizer
    with pytest.raises(ValueError, match='has training heads already'):
        add_mechanism(mixed, name)


def test_a_name_that_is_not_there():
    with pytest.raises(ValueError, match="'kdd' is none of two-views, selfkd"):
        add_mechanism(read_config(STOCK), 'kdd')


def test_heads_without_two_views_are_for_frames():
    cfg = others.load(others.NAMES[0])
    with pytest.raises(ValueError, match='there is no DistillRecognizerAudio'):
        add_mechanism(cfg, 'cskd')


@pytest.mark.parametrize('name', ['selfkd', 'barlow-twins', 'byol', 'ddgsd'])
def test_mechanisms_on_two_views_take_any_input(name, tmp_path):
    """Skeletons, alone and beside frames."""
    for i, stock in enumerate((GCN, RGB_POSE)):
        (tmp_path / str(i)).mkdir()
        cfg = add_mechanism(others.make_small(others.load(stock)), name)
        dataset = others.build_dataset(cfg, tmp_path / str(i))
        batch = others.batch_of(dataset)
        log_vars = others.step(others.build_model(cfg), cfg, batch)
        assert log_vars['loss'].isfinite()
