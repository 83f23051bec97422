import gc
import os
from pathlib import Path

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
                torch.tensor([1j]),
                torch.tensor([True, False]),
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


def forked(dataset):
    """A loader that shares its batches of one, from one worker."""
    loader = DataLoader(
        dataset,
        num_workers=1,
        collate_fn=pseudo_collate,
        multiprocessing_context='fork',
    )
    share_batches(loader)
    return loader


@pytest.mark.parametrize('workers', [0, 2])
def test_batches_are_the_same(workers):
    kwargs = dict(multiprocessing_context='fork') if workers else {}
    expected = load(0, share=False)
    found = load(workers, share=True, **kwargs)
    assert len(found) == len(expected) == 2
    for new, old in zip(found, expected):
        assert type(new) is type(old) is dict and list(new) == list(old)
        assert type(new['inputs']) is list
        assert len(tensors(new)) == len(tensors(old)) == 18
        for a, b in zip(tensors(new), tensors(old)):
            assert type(a) is type(b) and a.dtype == b.dtype
            assert a.requires_grad == b.requires_grad
            assert a.layout == b.layout and a.shape == b.shape
            assert torch.equal(a.to_dense(), b.to_dense())
        paths = [sample.path for sample in new['data_samples']]
        assert paths == [sample.path for sample in old['data_samples']]


def test_tensors_can_be_written_and_outlive_the_batch():
    (batch, _) = load(1, share=True, multiprocessing_context='fork')
    first, second = batch['inputs']
    labels = [sample.label for sample in batch['data_samples']]
    del batch
    for tensor in first, second, *labels:
        assert tensor.is_contiguous() and tensor.data_ptr() % 64 == 0
    first += 7
    assert (first == 7).all() and (second == 1).all()
    assert labels == [0, 1]


class Numbers:
    """Samples without a tensor."""

    def __len__(self):
        return 2

    def __getitem__(self, i):
        return i


def test_batches_without_tensors():
    assert list(forked(Numbers())) == [[0], [1]]


def open_files():
    maps = Path('/proc/self/maps').read_text()
    return len(os.listdir('/proc/self/fd')), maps.count('memfd:batch')


@pytest.mark.skipif(not hasattr(os, 'memfd_create'), reason='not on Linux')
def test_nothing_stays_open():
    """Neither here, nor in a worker, which says what it has open."""

    class Open:
        def __len__(self):
            return 40

        def __getitem__(self, i):
            return dict(x=torch.zeros(1000), files=open_files()[0])

    loader = forked(Open())
    before = open_files()
    counts = [batch['files'][0] for batch in loader]
    assert max(counts) < counts[0] + 10
    gc.collect()
    files, maps = open_files()
    assert maps <= 1 and files <= before[0] + 2


class Counted:
    """Samples that count, with the worker's files for batches."""

    def __len__(self):
        return 40

    def __getitem__(self, i):
        return dict(x=torch.full((5000,), i), files=open_files()[1])


@pytest.mark.skipif(not hasattr(os, 'memfd_create'), reason='not on Linux')
def test_files_of_batches_that_are_gone_are_written_again():
    files = [batch['files'][0] for batch in forked(Counted())]
    # two are fetched ahead, one is made, one is here, and one was before
    assert max(files) <= 5


def test_what_is_kept_of_a_batch_is_not_written_again():
    kept = {}
    for i, batch in enumerate(forked(Counted())):
        if i % 3:  # a part of the tensor, and as NumPy sees it
            kept[i] = batch['x'][0][4000:].numpy()
        del batch
    assert all((kept[i] == i).all() for i in kept) and len(kept) == 26


def test_a_forked_process_frees_no_file():
    batches = iter(forked(Counted()))
    batch = [next(batches)]
    process = os.fork()
    if not process:
        batch.clear()
        gc.collect()
        os._exit(0)
    os.waitpid(process, 0)
    for _ in range(20):
        next(batches)
    assert (batch[0]['x'][0] == 0).all()


def test_other_systems_keep_the_way_of_pytorch(monkeypatch):
    monkeypatch.delattr(os, 'memfd_create', raising=False)
    loader = DataLoader(Numbers(), collate_fn=pseudo_collate)
    share_batches(loader)
    assert loader.collate_fn is pseudo_collate


def test_errors_of_a_worker_arrive():
    class Broken(Samples):
        def __getitem__(self, i):
            return dict(inputs=lambda: None)  # cannot be pickled

    with pytest.raises(Exception, match="Can't (get local|pickle local)"):
        next(iter(forked(Broken())))
