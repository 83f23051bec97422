import pytest
import torch
from mmengine.logging import HistoryBuffer


def test_checkpoint_of_mmengine_loads(tmp_path):
    import numpy as np

    history = HistoryBuffer([1.0, 3.0], [1, 1])
    content = {
        'history': history,
        'numbers': [np.float64(0.5), np.float32(2), np.int64(3), np.bool_(1)],
        'array': np.arange(3, dtype=np.int32),
    }
    torch.save(content, tmp_path / 'c.pth')
    loaded = torch.load(tmp_path / 'c.pth')  # weights_only by default
    assert loaded['history'].mean() == 2
    assert loaded['numbers'] == content['numbers']
    assert loaded['array'].tolist() == [0, 1, 2]


class Hostile:
    def __init__(self, function, *args):
        self.reduced = (function, args)

    def __reduce__(self):
        return self.reduced


@pytest.mark.parametrize(
    'hostile',
    [
        Hostile(print, 'run'),
        Hostile(getattr, HistoryBuffer, '__init__'),
        Hostile(getattr, torch.Tensor, 'mean'),
    ],
)
def test_hostile_checkpoint_is_refused(tmp_path, hostile):
    torch.save({'x': hostile}, tmp_path / 'c.pth')
    with pytest.raises(Exception, match='Unsupported|refused|Weights only'):
        torch.load(tmp_path / 'c.pth')
