"""What the workers of a loader are reading, for when one of them dies."""

import contextlib
import os
from typing import Collection, Iterator, List

import torch
from torch.utils.data import get_worker_info


class Readings:
    """Which sample each worker is preparing, in memory that all share.

    Args:
        workers (int): How many the loader has, >= 0; of more, the others are
            not noted.
    """

    def __init__(self, workers: int) -> None:
        # Process and index, by the number of the worker.
        self._notes = torch.full((workers, 2), -1).share_memory_()

    @contextlib.contextmanager
    def note(self, index: int) -> Iterator[None]:
        """Note a sample while it is prepared; only workers do so.

        Args:
            index (int): Index of the sample.
        """
        worker = get_worker_info()
        if worker is None or worker.id >= len(self._notes):
            yield
            return
        own = self._notes[worker.id]
        own[:] = torch.tensor([os.getpid(), index])
        try:
            yield
        finally:
            own[:] = -1

    def of(self, processes: Collection[int]) -> List[int]:
        """Return the samples that some processes are preparing.

        Args:
            processes (Collection[int]): Their numbers; may have ended.

        Returns:
            list[int]: Indices.
        """
        return [
            index
            for process, index in self._notes.tolist()
            if process in processes
        ]
