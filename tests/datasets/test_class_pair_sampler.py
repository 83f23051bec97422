from collections import Counter

import pytest
from mmaction.registry import DATA_SAMPLERS
from mmengine.dataset import BaseDataset

from skdsrl_mmaction.datasets import ClassPairSampler, NumberedSampler


class Labelled(BaseDataset):
    def __init__(self, labels):
        self.labels = labels
        super().__init__()

    def load_data_list(self):
        return [dict(label=label) for label in self.labels]


def pairs(sampler):
    indices = list(sampler)
    assert len(indices) == len(sampler)
    return list(zip(indices[::2], indices[1::2]))


def of_rank(monkeypatch, rank, ranks, *args, **kwargs):
    monkeypatch.setattr(
        'skdsrl_mmaction.datasets.class_pair_sampler.get_dist_info',
        lambda: (rank, ranks),
    )
    return ClassPairSampler(*args, seed=3, **kwargs)


EVEN = [0, 1, 1, 0, 2, 2, 2, 2, 0, 0]
ODD = [0, 1, 1, 0, 2, 2, 2, 3, 1, 1, 1]  # one 3; three of 2, five of 1


@pytest.mark.parametrize('shuffle', [True, False])
def test_each_video_is_in_one_pair_of_its_class(shuffle):
    sampler = ClassPairSampler(Labelled(EVEN), shuffle, seed=3)
    found = pairs(sampler)
    assert all(EVEN[a] == EVEN[b] and a != b for a, b in found)
    assert Counter(i for pair in found for i in pair) == Counter(range(10))
    assert pairs(sampler) == found  # the same epoch again
    sampler.set_epoch(1)
    assert (pairs(sampler) != found) == shuffle


def test_odd_classes():
    """11 videos make 7 pairs, of which 5 are drawn in an epoch."""
    sampler = ClassPairSampler(Labelled(ODD), seed=3)
    often = Counter()
    for epoch in range(200):
        sampler.set_epoch(epoch)
        found = pairs(sampler)
        assert len(found) == 5
        for a, b in found:
            assert ODD[a] == ODD[b]
            assert (a == b) == (a == 7)  # the only video of its class
        often.update({i for pair in found for i in pair})
    assert set(often) == set(range(11)) and min(often.values()) > 100


@pytest.mark.parametrize('ranks', [2, 3])
def test_ranks_share_the_pairs(monkeypatch, ranks):
    data = Labelled(EVEN)
    one = pairs(ClassPairSampler(data, seed=3))
    each = [pairs(of_rank(monkeypatch, i, ranks, data)) for i in range(ranks)]
    assert {len(found) for found in each} == {-(-10 // ranks) // 2}
    together = [pair for taken in zip(*each) for pair in taken]
    assert together == [*one, *one][: len(together)]


def test_a_sample_that_is_drawn_twice_has_other_draws():
    numbered = NumberedSampler(
        dict(type='ClassPairSampler'), Labelled([0, 1, 1, 1]), seed=3
    )
    draws = Counter()
    for epoch in range(9):
        numbered.set_epoch(epoch)
        whole = [(int(i), i.draw) for i in numbered]
        draws.update(whole)
        numbered.begin_at(3)
        assert [(int(i), i.draw) for i in numbered] == whole[3:]
    assert max(draws.values()) == 1
    assert {turn for _, (_, turn) in draws} == {0, 1}


def test_what_it_cannot_sample(monkeypatch):
    with pytest.raises(ValueError, match=r'label=\[0, 1\] of sample 1'):
        ClassPairSampler(Labelled([0, [0, 1]]), seed=0)
    with pytest.raises(ValueError, match='2 video.*each of 2 processes'):
        of_rank(monkeypatch, 0, 2, Labelled([0, 0]))
    assert DATA_SAMPLERS.get('ClassPairSampler') is ClassPairSampler
