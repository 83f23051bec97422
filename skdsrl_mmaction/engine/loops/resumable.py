"""Train loops that go on where they were stopped, bit for bit."""

import itertools
import math
from typing import Iterator, Optional, Sequence, Union

from mmaction.registry import LOOPS
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop
from mmengine.runner.loops import _InfiniteDataloaderIterator
from torch.utils.data import BatchSampler, DataLoader

from ...datasets import NumberedSampler, SeededDataset, seed_generators
from ...datasets.draws import ITERATION
from ...datasets.handover import share_batches
from ..hooks import MissedValidationHook, ResumeHook, StopHook
from ..processes import end_workers, protect_workers


class _Resumable:
    """What both loops share; mixed in before a loop of the host.

    Attributes:
        samples (int | None): How many samples all ranks together have
            trained on, in this epoch or, where iterations are counted, in
            this run. Loaded from a checkpoint; None if it has none.
        validated (int): Iterations that the last validated weights had.
        saved (int): Iterations that the last saved weights had; known to
            rank 0.
    """

    def __init__(
        self, runner, dataloader: Union[DataLoader, dict], **kwargs
    ) -> None:
        self.samples: Optional[int] = 0
        self.validated = self.saved = 0
        if isinstance(dataloader, dict):
            dataloader = runner.build_dataloader(
                _numbered(dataloader, runner.seed),
                seed=runner.seed,
                diff_rank_seed=runner._randomness_cfg.get(
                    'diff_rank_seed', False
                ),
            )
            protect_workers(dataloader)
            share_batches(dataloader)
        super().__init__(runner, dataloader, **kwargs)
        # Not built yet, and without a public name.
        validation = runner._val_dataloader
        if isinstance(validation, dict):
            runner._val_dataloader = _seeded(validation, runner.seed)
        for hook in (ResumeHook, StopHook, MissedValidationHook):
            runner.register_hook(hook())

    def run(self):
        """Train, as the stock loop does, and end the loaders' workers."""
        try:
            return super().run()
        finally:
            self.dataloader_iterator = None  # where iterations are counted
            for loop in (self, self.runner.val_loop):
                if loop is not None:
                    end_workers(loop.dataloader)

    @property
    def batch(self) -> int:
        """int: Samples of an iteration, over all ranks."""
        size = getattr(self.dataloader.batch_sampler, 'batch_size', 1)
        return size * self.runner.world_size

    @property
    def can_pass_over(self) -> bool:
        """bool: Whether batches can be left out without being loaded."""
        return (
            isinstance(self.dataloader.sampler, NumberedSampler)
            and type(self.dataloader.batch_sampler) is BatchSampler
        )

    def misses_validation(self) -> bool:
        """Whether a validation is due that no checkpoint knows of."""
        loop = self.runner.val_loop
        if loop is None or not self._iter or self.validated == self._iter:
            return False
        self._decide_current_val_interval()
        return self._validation_is_due()

    def seed_iteration(self) -> None:
        """Seed what an iteration draws itself: dropout, batch mixing."""
        runner = self.runner
        key = (ITERATION, runner.seed, self._iter, runner.rank)
        seed_generators(key, everywhere=True)


@LOOPS.register_module()
class ResumableEpochBasedTrainLoop(_Resumable, EpochBasedTrainLoop):
    """``EpochBasedTrainLoop`` that can be resumed within an epoch.

    Draws of a sample depend on (seed, epoch, index) alone, those of an
    iteration on (seed, iteration, rank), so that a resumed run equals an
    unbroken one. Those of a validation depend on (seed, index). Arguments are
    those of the stock loop.
    """

    _passed = 0  # batches of this epoch that were trained before the resume

    def run_epoch(self) -> None:
        """Iterate over the batches that are left of an epoch."""
        done, self.samples = self.samples or 0, 0
        self._passed = done // self.batch
        if done and self.can_pass_over:
            self.dataloader.sampler.begin_at(done // self.runner.world_size)
        super().run_epoch()
        self.samples = self._passed = 0

    def run_iter(self, idx: int, data_batch: Sequence[dict]) -> None:
        """Iterate one mini-batch; arguments are those of the stock loop."""
        if self.can_pass_over:
            idx += self._passed
        elif idx < self._passed:
            return
        self.samples = (idx + 1) * self.batch
        self.seed_iteration()
        super().run_iter(idx, data_batch)

    def _validation_is_due(self) -> bool:
        at_end = not self.samples and self._epoch >= self.val_begin
        last = self._epoch == self._max_epochs
        return at_end and (last or self._epoch % self.val_interval == 0)


@LOOPS.register_module()
class ResumableIterBasedTrainLoop(_Resumable, IterBasedTrainLoop):
    """``IterBasedTrainLoop`` that resumes without loading old batches.

    Random draws are as in :class:`ResumableEpochBasedTrainLoop`. Arguments
    are those of the stock loop.
    """

    def run(self):
        """Train; a resumed run begins with the next batch."""
        if self._iter and self.can_pass_over:
            self._pass_over()
        return super().run()

    def run_iter(self, data_batch: Sequence[dict]) -> None:
        """Iterate one mini-batch; arguments are those of the stock loop."""
        done = self.samples
        if done is None:
            done = self._iter * self.batch
        self.samples = done + self.batch
        self.seed_iteration()
        super().run_iter(data_batch)

    def _pass_over(self) -> None:
        sampler, batches = self.dataloader.sampler, self.dataloader
        left = self._iter
        if self.samples is not None:
            left = self.samples // self.batch
        size = batches.batch_sampler.batch_size
        drop_last = batches.batch_sampler.drop_last
        for epoch in itertools.count():
            sampler.set_epoch(epoch)
            sampler.begin_at(0)
            wanted = left * size
            found = sum(1 for _ in itertools.islice(sampler.sampler, wanted))
            if found == wanted:
                break
            left -= found // size if drop_last else math.ceil(found / size)
        # The stock loop now takes as many batches as have been trained.
        self.dataloader_iterator = itertools.chain(
            itertools.repeat(None, self._iter), self._batches(epoch, found)
        )

    def _batches(self, epoch: int, passed: int) -> Iterator[Sequence[dict]]:
        # Begun at the first batch, after a hook has set epoch 0.
        self.dataloader.sampler.set_epoch(epoch)
        self.dataloader.sampler.begin_at(passed)
        iterator = _InfiniteDataloaderIterator(self.dataloader)
        iterator._epoch = epoch
        yield from iterator

    def _validation_is_due(self) -> bool:
        last = self._iter == self._max_iters
        return self._iter >= self.val_begin and (
            last or self._iter % self.val_interval == 0
        )


def _seeded(loader: dict, seed: int) -> dict:
    """Wrap the data set of a loader's config: it draws the same each time."""
    return dict(
        loader,
        dataset=dict(type=SeededDataset, dataset=loader['dataset'], seed=seed),
    )


def _numbered(loader: dict, seed: int) -> dict:
    """Wrap data set and sampler of a loader's config."""
    sampler = loader.get('sampler')
    if not isinstance(sampler, dict):
        return loader  # built already, so that it cannot be numbered
    numbered = dict(type=NumberedSampler, sampler=sampler)
    return dict(_seeded(loader, seed), sampler=numbered)
