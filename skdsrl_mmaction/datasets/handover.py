"""Hand batches over from the workers of a loader to the process that trains.

PyTorch passes every tensor on in shared memory of its own, each label as well,
and touches it page by page. With cached frames, that takes a third of the
loader's CPU time. Here all tensors of a batch are written into one file in
memory, which the other process maps. ``/dev/shm`` is not used, so its size,
small in containers, is no limit.
"""

import functools
import io
import mmap
import os
import pickle
from multiprocessing import reduction
from typing import Any, BinaryIO, Callable, Optional, Sequence, Tuple

import torch
from torch.utils.data import DataLoader, get_worker_info

ALIGNMENT = 64  # bytes; a multiple of the size of every type
_Place = Tuple[torch.dtype, torch.Size, int]


class _Pickler(reduction.ForkingPickler):
    """Write a batch to one file, and the bytes of its tensors to another."""

    def __init__(self, file: BinaryIO, tensors: BinaryIO) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self.tensors = tensors

    def persistent_id(self, obj: Any) -> Optional[_Place]:
        if type(obj) is not torch.Tensor or not _is_plain(obj):
            return None
        place = self.tensors.tell()
        data = obj.contiguous().view(-1).view(torch.uint8).numpy()
        self.tensors.write(data)
        self.tensors.write(bytes(-len(data) % ALIGNMENT))
        return obj.dtype, obj.shape, place


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: BinaryIO, tensors: mmap.mmap) -> None:
        super().__init__(file)
        self.tensors = tensors

    def persistent_load(self, pid: _Place) -> torch.Tensor:
        dtype, shape, place = pid
        return torch.frombuffer(
            self.tensors, dtype=dtype, count=shape.numel(), offset=place
        ).view(shape)


def _is_plain(tensor: torch.Tensor) -> bool:
    return (
        tensor.device.type == 'cpu'
        and tensor.layout is torch.strided
        and not tensor.requires_grad
        and not tensor.is_complex()
        and not tensor.is_quantized
        and tensor.numel() > 0
    )


class _Parcel:
    """A batch on its way, which arrives as it was.

    Args:
        batch (Any): What a worker made; anything that can be pickled.
    """

    def __init__(self, batch: Any) -> None:
        rest = io.BytesIO()
        self.tensors = open(os.memfd_create('batch'), 'wb')
        self.tensors.write(bytes(ALIGNMENT))  # an empty file has no mapping
        _Pickler(rest, self.tensors).dump(batch)
        self.tensors.flush()
        self.rest = rest.getvalue()

    def __reduce__(self) -> Tuple[Callable, tuple]:
        return _unpack, (self.rest, reduction.DupFd(self.tensors.fileno()))


def _unpack(rest: bytes, tensors: Any) -> Any:
    descriptor = tensors.detach()
    try:
        mapped = mmap.mmap(descriptor, 0)
    finally:
        os.close(descriptor)
    return _Unpickler(io.BytesIO(rest), mapped).load()


def share_batches(loader: DataLoader) -> None:
    """Have the tensors of a batch share one file in memory.

    What the loader returns stays the same, but that these tensors are
    contiguous. Loaders without workers, and systems other than Linux, are not
    affected.

    Args:
        loader (DataLoader): One whose workers have not been started.
    """
    if hasattr(os, 'memfd_create'):
        loader.collate_fn = functools.partial(
            _collate, stock=loader.collate_fn
        )


def _collate(samples: Sequence, stock: Callable[[Sequence], Any]) -> Any:
    batch = stock(samples)
    return batch if get_worker_info() is None else _Parcel(batch)
