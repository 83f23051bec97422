"""Hand batches over from the workers of a loader to the process that trains.

PyTorch passes every tensor on in shared memory of its own, each label as well,
and touches it page by page. With cached frames, that takes a third of the
loader's CPU time. Here all tensors of a batch are written into one file in
memory, which the other process maps. When the last of them is gone there, the
worker writes the next batch into the same file, whose memory need not be
claimed again. ``/dev/shm`` is not used, so its size, small in containers, is
no limit.
"""

import io
import mmap
import os
import pickle
from multiprocessing import reduction
from typing import Any, BinaryIO, Callable, List, Optional, Sequence, Tuple

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


class _File:
    """A file in memory for one batch after another.

    Its first byte is 1 from when a batch is written until the process that
    has mapped it needs it no longer.
    """

    def __init__(self) -> None:
        self.tensors = open(os.memfd_create('batch'), 'wb')
        self.tensors.write(bytes(ALIGNMENT))
        self.tensors.flush()
        self.head = mmap.mmap(self.tensors.fileno(), ALIGNMENT)

    def is_free(self) -> bool:
        return not self.head[0]

    def pack(self, batch: Any) -> '_Parcel':
        self.head[0] = 1
        rest = io.BytesIO()
        self.tensors.seek(ALIGNMENT)
        _Pickler(rest, self.tensors).dump(batch)
        self.tensors.flush()
        return _Parcel(rest.getvalue(), self.tensors.fileno())


class _Parcel:
    """A batch on its way, which arrives as it was.

    Args:
        rest (bytes): All but its tensors, pickled.
        file (int): Descriptor of the file with its tensors.
    """

    def __init__(self, rest: bytes, file: int) -> None:
        self.rest, self.file = rest, file

    def __reduce__(self) -> Tuple[Callable, tuple]:
        return _unpack, (self.rest, reduction.DupFd(self.file))


class _Mapping(mmap.mmap):
    """The file of a batch, which is free once no tensor needs it."""

    def __init__(self, *args: Any) -> None:
        # A process forked from this one ends without freeing the file.
        self.process = os.getpid()

    def __del__(self) -> None:
        if self.process == os.getpid():
            self[0] = 0


def _unpack(rest: bytes, tensors: Any) -> Any:
    descriptor = tensors.detach()
    try:
        mapped = _Mapping(descriptor, 0)
    finally:
        os.close(descriptor)
    return _Unpickler(io.BytesIO(rest), mapped).load()


class _Collate:
    """Collate samples as the loader would, and in a worker pack the batch.

    Args:
        stock (callable): The loader's own function.
    """

    def __init__(self, stock: Callable[[Sequence], Any]) -> None:
        self.stock = stock
        self.files: List[_File] = []

    def __call__(self, samples: Sequence) -> Any:
        batch = self.stock(samples)
        if get_worker_info() is None:
            return batch
        for file in self.files:
            if file.is_free():
                return file.pack(batch)
        self.files.append(_File())
        return self.files[-1].pack(batch)


def share_batches(loader: DataLoader) -> None:
    """Have the tensors of a batch share one file in memory.

    What the loader returns stays the same, but that these tensors are
    contiguous. Loaders without workers, and systems other than Linux, are not
    affected.

    Args:
        loader (DataLoader): One whose workers have not been started.
    """
    if hasattr(os, 'memfd_create'):
        loader.collate_fn = _Collate(loader.collate_fn)
