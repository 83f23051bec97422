import pytest

from skdsrl_mmaction.mixing import MECHANISMS, add_mechanism
from skdsrl_mmaction.models.recognizers import count_views
from skdsrl_mmaction.utils import read_config

NAME = 'slowonly_r50_8xb16-4x16x1-256e_kinetics400-rgb'
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
