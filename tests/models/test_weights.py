import pytest
import torch
from torch import nn

from skdsrl_mmaction.models import R3D
from skdsrl_mmaction.models.weights import (
    Misfits,
    describe_network,
    load_weights,
)


class Renamed(nn.Linear):
    """Its weight was once called ``kernel``."""

    def __init__(self, *args):
        super().__init__(*args)
        self._register_load_state_dict_pre_hook(self.rename)

    @staticmethod
    def rename(state, prefix, *_):
        if f'{prefix}kernel' in state:
            state[f'{prefix}weight'] = state.pop(f'{prefix}kernel')


def network():
    return nn.ModuleDict(
        dict(
            backbone=nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4)),
            cls_head=Renamed(4, 2),
        )
    )


def weights():
    return {key: x + 1 for key, x in network().state_dict().items()}


@pytest.mark.parametrize('prefix', ['', 'module.'])
def test_all_fit(prefix):
    given = {f'{prefix}{key}': x for key, x in weights().items()}
    model = network()
    misfits = load_weights(model, given)
    assert not misfits and str(misfits) == ''
    for key, x in model.state_dict().items():
        assert torch.equal(x, given[prefix + key])


def test_names_are_compared_after_the_load_hooks():
    given = weights()
    given['cls_head.kernel'] = given.pop('cls_head.weight')
    wanted = given['cls_head.kernel']
    model = network()
    assert not load_weights(model, given)
    assert torch.equal(model['cls_head'].weight, wanted)
    given['cls_head.kernel'] = wanted * torch.nan
    assert load_weights(model, given).not_finite == ['cls_head.weight']


def test_old_files_count_no_batches():
    given = weights()
    del given['backbone.1.num_batches_tracked']
    assert not load_weights(network(), given)
    # Nor does it matter what the file says of its version.
    given = network().state_dict()
    del given['backbone.1.num_batches_tracked']
    assert given._metadata['backbone.1']['version'] == 2
    assert not load_weights(network(), given)


def test_every_kind_of_misfit():
    given = weights()
    del given['backbone.0.bias']
    given['foreign.weight'] = torch.ones(1)
    given['cls_head.weight'] = torch.ones(3, 4)
    given['cls_head.bias'] = 'text'
    given['backbone.1.running_var'][1] = torch.inf
    misfits = load_weights(network(), given)
    assert misfits == Misfits(
        ['backbone.0.bias'],
        ['foreign.weight'],
        {
            'cls_head.weight': '(3, 4) in the file, (2, 4) in the model',
            'cls_head.bias': 'a str and no tensor in the file',
        },
        ['backbone.1.running_var'],
    )
    text = str(misfits)
    assert '1 missing from the file (backbone.0.bias)' in text
    assert '1 of the file not in the model (foreign.weight)' in text
    assert '2 of another shape (cls_head.weight: (3, 4) in the file' in text
    assert '1 not finite (backbone.1.running_var)' in text

    left = misfits.without(['cls_*', '*.bias', 'backbone.*'])
    assert left.keys() == ['foreign.weight', 'backbone.1.running_var']


def test_a_message_names_the_first_and_counts_all():
    text = str(load_weights(network(), {}))
    assert text.startswith('8 missing from the file (backbone.0.weight, ')
    assert text.count('backbone') == 3 and text.endswith(', …)')


@pytest.mark.parametrize('depth, shortcut', [(18, 'A'), (34, 'B'), (50, 'B')])
def test_description(depth, shortcut):
    model = R3D(depth, shortcut, base_channels=4)
    given = {f'backbone.{key}': x for key, x in model.state_dict().items()}
    given['cls_head.fc_cls.weight'] = torch.ones(7, 32)
    assert describe_network(given) == (
        f'the file fits R3D(depth={depth}, shortcut_type={shortcut!r}, '
        'base_channels=4) with 7 classes'
    )


@pytest.mark.parametrize('key', ['a', 'backbone.conv1.conv.weight'])
@pytest.mark.parametrize('value', [1, torch.ones(()), torch.ones(2, 2)])
def test_no_description_of_other_networks(key, value):
    assert describe_network({key: value}) is None
