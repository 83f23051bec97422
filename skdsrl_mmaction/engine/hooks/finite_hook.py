import logging
import math
from typing import Any, Dict, List, Optional

import torch
from mmaction.registry import HOOKS
from mmengine.dist import all_reduce
from mmengine.hooks import Hook
from torch import Tensor

from ...models.numbers import check_numbers
from ...models.weights import is_finite
from .bare_model import bare_model

# Where a sample says which file it is of; the first that it has.
PATHS = ('filename', 'frame_dir', 'img_path')
SKIPPED = 'skipped_steps'  # the count, in the message hub and its checkpoints


@HOOKS.register_module()
class FiniteHook(Hook):
    """Stop a run whose loss or weights are not finite, before it is saved.

    All processes stop in the same iteration, wherever the loss went wrong.
    A gradient that overflows under AMP is no reason: there the loss is
    finite, and the scaler leaves the step out.

    The loss is looked at after the step, when the stock ``RuntimeInfoHook``
    has read it already, so that the device is not waited for once more. With
    ``max_skips`` it must be read before the backward pass, which costs a wait
    for the device in every iteration.

    Args:
        max_skips (int): Steps that may be left out, over the whole run and
            its resumes, because their loss is not finite; buffers, such as
            statistics of BatchNorm, are then put back. A batch that is left
            out does not count in gradient accumulation. Defaults to 0, the
            first one stops the run.

    Raises:
        ValueError: If ``max_skips`` is negative.
    """

    # After EMAHook has added its weights to a checkpoint and LoggerHook has
    # written the loss; before a checkpoint is written.
    priority = 'LOW'

    def __init__(self, max_skips: int = 0) -> None:
        if max_skips < 0:
            raise ValueError(
                f'FiniteHook.max_skips must be >= 0, but is {max_skips!r}'
            )
        self.max_skips = max_skips
        self._buffers: List[Tensor] = []
        self._skipped = False

    def before_run(self, runner) -> None:
        """Refuse a model whose weights of losses or std are out of range.

        Raises:
            ValueError: See :func:`check_numbers`.
        """
        check_numbers(bare_model(runner))

    def before_train(self, runner) -> None:
        """Make the optimizer leave out steps, where that is allowed."""
        if not self.max_skips:
            return
        update = runner.optim_wrapper.update_params
        buffers = list(bare_model(runner).buffers())

        def update_params(loss: Tensor, *args, **kwargs) -> None:
            self._skipped = _on_any_process(not is_finite(loss))
            if not self._skipped:
                return update(loss, *args, **kwargs)
            for buffer, before in zip(buffers, self._buffers):
                buffer.copy_(before)

        runner.optim_wrapper.update_params = update_params

    def before_train_iter(
        self, runner, batch_idx: int, data_batch: Any = None
    ) -> None:
        """Keep the buffers, which the forward pass changes."""
        if self.max_skips:
            self._buffers = [x.clone() for x in bare_model(runner).buffers()]

    def after_train_iter(
        self,
        runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Optional[Dict[str, Any]] = None,
    ) -> None:
        """Look at the losses of an iteration.

        Args:
            runner (Runner): The runner.
            batch_idx (int): Index of the batch.
            data_batch (dict, optional): The batch, for the message.
            outputs (dict, optional): What the training step logs; keys that
                contain "loss" are losses.

        Raises:
            FloatingPointError: If one is not finite and no step may be left
                out any more.
        """
        losses = {
            key: float(x.detach() if isinstance(x, Tensor) else x)
            for key, x in (outputs or {}).items()
            if 'loss' in key
        }
        bad = {k: x for k, x in losses.items() if not math.isfinite(x)}
        if self.max_skips:
            stop = self._skipped
        else:
            stop = _on_any_process(bool(bad))
        if not stop:
            return
        message = _describe(runner, bad, data_batch)
        skips = runner.message_hub.runtime_info.get(SKIPPED, 0) + 1
        if skips > self.max_skips:
            if self.max_skips:
                message += f'; {self.max_skips} steps were skipped before'
            raise FloatingPointError(message)
        runner.message_hub.update_info(SKIPPED, skips)
        runner.logger.log(
            logging.WARNING,
            f'{message}; step skipped, {skips} of at most {self.max_skips}',
        )

    def after_train_epoch(self, runner) -> None:
        """Look at the weights, which are the same in all processes.

        Raises:
            FloatingPointError: If some are not finite.
        """
        self._check_weights(runner, bare_model(runner).state_dict())

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        """Look at the weights that are about to be written.

        Raises:
            FloatingPointError: If some are not finite. Nothing is written.
        """
        for part in ('state_dict', 'ema_state_dict'):
            self._check_weights(runner, checkpoint.get(part, {}))

    @staticmethod
    def _check_weights(runner, weights: Dict[str, Any]) -> None:
        bad = [
            key
            for key, x in weights.items()
            if isinstance(x, Tensor) and not is_finite(x)
        ]
        if bad:
            raise FloatingPointError(
                f'{len(bad)} of {len(weights)} weights are not finite in '
                f'epoch {runner.epoch + 1} after iteration {runner.iter}, the '
                f'first is {bad[0]}; they are not saved; {_ADVICE}'
            )


_ADVICE = (
    'try a lower learning rate, a warm-up or optim_wrapper.clip_grad, and '
    'look at the samples'
)


def _describe(runner, bad: Dict[str, float], data_batch: Any) -> str:
    where = f'epoch {runner.epoch + 1}, iteration {runner.iter + 1}'
    rates = {
        rate
        for group in runner.optim_wrapper.get_lr().values()
        for rate in group
    }
    terms = ', '.join(f'{key}={value}' for key, value in bad.items())
    return (
        f'the loss is not finite in {where}: '
        f'{terms or "in another process"}; learning rate '
        f'{" to ".join(str(x) for x in sorted({min(rates), max(rates)}))}; '
        f'samples: {", ".join(_paths(data_batch)) or "unknown"}; {_ADVICE}'
    )


def _paths(data_batch: Any) -> List[str]:
    samples = (
        data_batch.get('data_samples', [])
        if isinstance(data_batch, dict)
        else []
    )
    found = []
    for sample in samples:
        known = getattr(sample, 'metainfo', {})
        found += [str(known[key]) for key in PATHS if key in known][:1]
    return found


def _on_any_process(bad: bool) -> bool:
    """Whether it is so in any process; all of them must ask."""
    flag = torch.tensor(float(bad))
    all_reduce(flag, 'max')
    return bool(flag)
