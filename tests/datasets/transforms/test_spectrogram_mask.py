import numpy as np
import pytest
from mmaction.registry import TRANSFORMS


def build(**kwargs):
    return TRANSFORMS.build(dict(type='SpectrogramMask', **kwargs))


def ones():
    return np.ones((2, 128, 80), np.float32)  # clips x time x frequency


def masked(audios, axis):
    """Place and width of the band, the same in all clips and lines."""
    other = tuple({0, 1, 2} - {axis})
    zero = (audios == 0).all(axis=other)
    assert np.array_equal(zero, (audios == 0).any(axis=other))
    places = np.flatnonzero(zero)
    assert len(places) == 0 or (np.diff(places) == 1).all()
    return (places[0] if len(places) else None), len(places)


@pytest.mark.parametrize(
    'axis, place, share, widest',
    [('time', 1, 0.2, 25), ('frequency', 2, 0.34, 27)],
)
def test_bands(axis, place, share, widest):
    """All widths and places occur, each about equally often."""
    operator = build(axis=axis, max_share=share, prob=1)
    firsts, widths = [], []
    for _ in range(3000):
        before = ones()
        out = operator(dict(audios=before))['audios']
        assert (before == 1).all()  # others may hold it
        first, width = masked(out, place)
        widths.append(width)
        if width == widest:
            firsts.append(first)
    counts = np.bincount(widths)
    assert len(counts) == widest + 1
    expected = 3000 / (widest + 1)
    assert 0.5 * expected < counts.min() <= counts.max() < 1.6 * expected
    last = ones().shape[place] - widest
    assert min(firsts) < last / 4 and 3 * last / 4 < max(firsts) <= last


def test_half_of_the_views_and_reproducible():
    operator = build(axis='time', max_share=1)
    outs = []
    for seed in (7, 7, *range(400)):
        np.random.seed(seed)
        outs.append(operator(dict(audios=ones())))
    assert np.array_equal(outs[0]['audios'], outs[1]['audios'])
    acted = ['operators' in out for out in outs[2:]]
    assert 160 < sum(acted) < 240


@pytest.mark.parametrize(
    'arguments, message',
    [
        (dict(axis='mel', max_share=0.1), "axis must be 'time' or.*'mel'"),
        (dict(axis='time', max_share=1.1), r'max_share must be in \[0, 1\]'),
        (dict(axis='time', max_share=0.1, prob=-1), 'SpectrogramMask.prob'),
    ],
)
def test_arguments_out_of_range(arguments, message):
    with pytest.raises(ValueError, match=message):
        build(**arguments)
