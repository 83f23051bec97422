"""Random draws of a sample that depend on nothing but its place in a run.

The sampler numbers what it hands out, and the data set seeds every random
generator with that number before it makes the sample. Which worker makes it,
what came before and whether the run was interrupted then do not matter.
"""

import random
from collections import Counter
from typing import Any, Iterator, Optional, Sequence

import numpy as np
import torch
from mmaction.registry import DATA_SAMPLERS, DATASETS
from mmengine.dist import get_dist_info, sync_random_seed
from torch.utils.data import Sampler

# First number of a key, so that samples and iterations never share draws.
SAMPLE, ITERATION = 1, 2


def seed_generators(key: Sequence[int], everywhere: bool = False) -> None:
    """Seed ``random``, numpy and torch from a tuple of numbers.

    Args:
        key (Sequence[int]): Non-negative; each tuple gives draws of its own.
        everywhere (bool): Whether the generators of the GPUs are seeded too.
            Defaults to False.
    """
    words = np.random.SeedSequence(key).generate_state(6)
    np.random.seed(words[:4])
    random.seed(words[:4].tobytes())
    number = int(words[4]) << 32 | int(words[5])
    if everywhere:
        torch.manual_seed(number)
    else:
        torch.default_generator.manual_seed(number)


class NumberedIndex(int):
    """Index of a sample that carries when it is drawn.

    Attributes:
        draw (tuple[int, int]): The epoch, and how often the sampler had gone
            through the whole data set, or drawn this sample, before in that
            epoch; the latter is above 0 only for samplers that never end, or
            that draw a sample twice.
    """

    draw = (0, 0)

    @classmethod
    def of(cls, index: int, epoch: int, turn: int) -> 'NumberedIndex':
        number = cls(index)
        number.draw = (epoch, turn)
        return number


@DATASETS.register_module()
class SeededDataset:
    """Wrap a data set: each sample's draws come from (seed, epoch, index).

    ``index`` is the one the sampler hands to this outermost data set, so that
    repeats of ``RepeatDataset`` differ. A replacement for a sample that could
    not be made is drawn from the same numbers.

    Args:
        dataset (dict | Dataset): The data set, or its config.
        seed (int): Seed of the run.
    """

    def __init__(self, dataset: Any, seed: int) -> None:
        if isinstance(dataset, dict):
            dataset = DATASETS.build(dataset)
        if hasattr(dataset, 'full_init'):
            dataset.full_init()
        self.dataset = dataset
        self.seed = seed

    def __getattr__(self, name: str) -> Any:
        # The first is not there yet while this is unpickled; ``__getitems__``
        # of the wrapped data set would go past the seeds.
        if name == 'dataset' or name.startswith('__'):
            raise AttributeError(name)
        return getattr(self.dataset, name)

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> Any:
        draw = getattr(index, 'draw', NumberedIndex.draw)
        seed_generators((SAMPLE, self.seed, *draw, index))
        return self.dataset[int(index)]


@DATA_SAMPLERS.register_module()
class NumberedSampler(Sampler):
    """Wrap a sampler: number its indices, and begin anywhere in the epoch.

    Args:
        sampler (dict): Config of the sampler.
        dataset (Dataset): The data set.
        seed (int, optional): Seed of its order, the same on all ranks.
            Defaults to None, one that the ranks agree on.
    """

    def __init__(
        self, sampler: dict, dataset: Any, seed: Optional[int] = None
    ) -> None:
        seed = sync_random_seed() if seed is None else seed
        self._build = lambda: DATA_SAMPLERS.build(
            sampler, default_args=dict(dataset=dataset, seed=seed)
        )
        self.dataset = dataset
        self.sampler = self._build()
        self.epoch = 0
        self._passed = 0

    def begin_at(self, samples: int) -> None:
        """Pass over the first samples of this rank at the next iteration.

        Args:
            samples (int): How many, >= 0.
        """
        # Samplers without an end go on where the last iteration stopped.
        self.sampler = self._build()
        self.set_epoch(self.epoch)
        self._passed = samples

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch, for the order as well as for the draws."""
        self.epoch = epoch
        if hasattr(self.sampler, 'set_epoch'):
            self.sampler.set_epoch(epoch)

    def __len__(self) -> int:
        return len(self.sampler)

    def __iter__(self) -> Iterator[NumberedIndex]:
        passed, self._passed = self._passed, 0
        rank, ranks = get_dist_info()
        size, epoch = len(self.dataset), self.epoch
        drawn: Counter = Counter()
        for place, index in enumerate(self.sampler):
            if place >= passed:
                turn = max((place * ranks + rank) // size, drawn[index])
                yield NumberedIndex.of(index, epoch, turn)
            drawn[index] += 1
