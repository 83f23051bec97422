"""Order of an epoch in which two videos of a class follow each other."""

import math
from collections import defaultdict
from typing import Any, Dict, Iterator, List, Optional

import numpy as np
from mmaction.registry import DATA_SAMPLERS
from mmengine.dist import get_dist_info, sync_random_seed
from torch.utils.data import Sampler


@DATA_SAMPLERS.register_module()
class ClassPairSampler(Sampler):
    """Sample pairs of videos of one class.

    In each epoch the videos of a class are paired anew. Where their number is
    odd, one of them is in two pairs, and the only video of a class is its own
    partner. As many samples as a stock sampler has are drawn of these pairs,
    or one less where that is odd. Ranks take pairs in turn. The order depends
    on seed and epoch alone.

    Args:
        dataset (Dataset): With one label for each video.
        shuffle (bool): Whether pairs and their order are drawn at random.
            Defaults to True.
        seed (int, optional): The same on all ranks. Defaults to None, one
            that the ranks agree on.

    Raises:
        ValueError: If a video has not one label, or there are too few videos
            for a pair on each rank.
    """

    def __init__(
        self, dataset: Any, shuffle: bool = True, seed: Optional[int] = None
    ) -> None:
        self.rank, self.ranks = get_dist_info()
        self.shuffle = shuffle
        self.seed = sync_random_seed() if seed is None else seed
        self.epoch = 0
        self._classes = _by_class(dataset)
        self._pairs = math.ceil(len(dataset) / self.ranks) // 2
        if not self._pairs:
            raise ValueError(
                f'ClassPairSampler cannot make pairs of {len(dataset)} '
                f'video(s) on each of {self.ranks} processes; use more videos '
                'or fewer processes'
            )

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch, of which the order depends."""
        self.epoch = epoch

    def __len__(self) -> int:
        return 2 * self._pairs

    def __iter__(self) -> Iterator[int]:
        random = np.random.default_rng((self.seed, self.epoch))

        def order(rows: np.ndarray) -> np.ndarray:
            return random.permutation(rows) if self.shuffle else rows

        pairs = []
        for videos in self._classes:
            videos = order(videos)
            if len(videos) % 2:
                videos = np.append(videos, videos[0])
            pairs.append(videos.reshape(-1, 2))
        # Cut, or filled up from its beginning, to the same share for each.
        shape = (self._pairs * self.ranks, 2)
        drawn = np.resize(order(np.concatenate(pairs)), shape)
        yield from drawn[self.rank :: self.ranks].flatten().tolist()


def _by_class(dataset: Any) -> List[np.ndarray]:
    """Indices of the videos of each class."""
    classes: Dict[int, List[int]] = defaultdict(list)
    for index in range(len(dataset)):
        label = dataset.get_data_info(index).get('label')
        if not isinstance(label, (int, np.integer)):
            raise ValueError(
                'ClassPairSampler needs one label for each video, but '
                f'label={label!r} of sample {index}'
            )
        classes[int(label)].append(index)
    return [np.array(classes[label]) for label in sorted(classes)]
