"""Hand batches over from the workers of a loader to the process that trains.

PyTorch passes every tensor on in a file of shared memory of its own, each
label as well. With cached frames, that takes a fifth of the loader's CPU time.
"""

import functools
import io
import pickle
from multiprocessing.reduction import ForkingPickler
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import torch
from torch.utils.data import DataLoader, default_collate, get_worker_info

_Kind = Tuple[torch.dtype, torch.Size]


class _Pickler(ForkingPickler):
    """Write a batch without its tensors, and collect these by their kind."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self.groups: Dict[_Kind, List[torch.Tensor]] = {}

    def persistent_id(self, obj: Any) -> Optional[Tuple[_Kind, int]]:
        if type(obj) is not torch.Tensor or not _is_plain(obj):
            return None
        kind = obj.dtype, obj.shape
        group = self.groups.setdefault(kind, [])
        group.append(obj)
        return kind, len(group) - 1


class _Unpickler(pickle.Unpickler):
    def __init__(
        self, file: io.BytesIO, groups: Dict[_Kind, torch.Tensor]
    ) -> None:
        super().__init__(file)
        self.groups = groups

    def persistent_load(self, pid: Tuple[_Kind, int]) -> torch.Tensor:
        kind, i = pid
        return self.groups[kind][i]


def _is_plain(tensor: torch.Tensor) -> bool:
    return (
        tensor.device.type == 'cpu'
        and tensor.layout is torch.strided
        and not tensor.requires_grad
        and tensor.numel() > 0
    )


class _Parcel:
    """A batch on its way, which arrives as it was.

    Args:
        batch (Any): What a worker made; anything that can be pickled.
    """

    def __init__(self, batch: Any) -> None:
        file = io.BytesIO()
        pickler = _Pickler(file)
        pickler.dump(batch)
        self.rest = file.getvalue()
        # In a worker, this writes straight into shared memory.
        self.groups = {
            kind: default_collate(group)
            for kind, group in pickler.groups.items()
        }

    def __reduce__(self) -> Tuple[Callable, tuple]:
        return _unpack, (self.rest, self.groups)


def _unpack(rest: bytes, groups: Dict[_Kind, torch.Tensor]) -> Any:
    return _Unpickler(io.BytesIO(rest), groups).load()


def share_batches(loader: DataLoader) -> None:
    """Have tensors of the same type and shape share one file.

    What the loader returns stays the same, but that these tensors are parts
    of one, each contiguous. Loaders without workers are not affected.

    Args:
        loader (DataLoader): One whose workers have not been started.
    """
    loader.collate_fn = functools.partial(_collate, stock=loader.collate_fn)


def _collate(samples: Sequence, stock: Callable[[Sequence], Any]) -> Any:
    batch = stock(samples)
    return batch if get_worker_info() is None else _Parcel(batch)
