import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmengine.structures import BaseDataElement
from torch.utils.data import DataLoader

from skdsrl_mmaction.datasets.handover import share_batches


class Samples:
    """Samples of every kind of tensor; a label is also one of the views."""

    def __init__(self, size=4):
        self.size = size

    def __len__(self):
        return self.size

    def __getitem__(self, i):
        label = torch.tensor([i])
        return dict(
            inputs=torch.full((2, 3, 4), i, dtype=torch.uint8).mT,
            data_samples=BaseDataElement(label=label, path=f'{i}.mp4'),
            others=[
                torch.zeros(i, 2),  # of another shape in each sample, or none
                torch.tensor(float(i)).bfloat16(),
                torch.ones(2, requires_grad=True),
                torch.eye(2).to_sparse(),
                torch.nn.Parameter(torch.full((2,), 1.0 + i)),
            ],
        )


def tensors(batch):
    found = [*batch['inputs'], *(x for row in batch['others'] for x in row)]
    return found + [sample.label for sample in batch['data_samples']]


def load(workers, share, **kwargs):
    loader = DataLoader(
        Samples(),
        batch_size=2,
        num_workers=workers,
        collate_fn=pseudo_collate,
        **kwargs,
    )
    if share:
        share_batches(loader)
    return list(loader)


@pytest.mark.parametrize('workers', [0, 2])
def test_batches_are_the_same(workers):
    kwargs = dict(multiprocessing_context='fork') if workers else {}
    expected = load(0, share=False)
    found = load(workers, share=True, **kwargs)
    assert len(found) == len(expected) == 2
    for new, old in zip(found, expected):
        assert type(new) is type(old) is dict and list(new) == list(old)
        assert type(new['inputs']) is list
        assert len(tensors(new)) == len(tensors(old)) == 14
        for a, b in zip(tensors(new), tensors(old)):
            assert type(a) is type(b) and a.dtype == b.dtype
            assert a.requires_grad == b.requires_grad
            assert a.layout == b.layout and a.shape == b.shape
            assert torch.equal(a.to_dense(), b.to_dense())
        paths = [sample.path for sample in new['data_samples']]
        assert paths == [sample.path for sample in old['data_samples']]


def test_tensors_of_a_kind_share_memory_and_can_be_written():
    (batch, _) = load(1, share=True, multiprocessing_context='fork')
    first, second = batch['inputs']
    start = first.untyped_storage().data_ptr()
    assert second.untyped_storage().data_ptr() == start
    labels = [sample.label for sample in batch['data_samples']]
    assert labels[0].untyped_storage().data_ptr() != start
    first += 7
    assert (second == 1).all() and (first == 7).all()


def test_errors_of_a_worker_arrive():
    class Broken(Samples):
        def __getitem__(self, i):
            return dict(inputs=lambda: None)  # cannot be pickled

    loader = DataLoader(
        Broken(),
        num_workers=1,
        collate_fn=pseudo_collate,
        multiprocessing_context='fork',
    )
    share_batches(loader)
    with pytest.raises(Exception, match="Can't (get local|pickle local)"):
        next(iter(loader))
