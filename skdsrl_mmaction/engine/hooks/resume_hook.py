import os.path as osp
from typing import Dict

import torch
from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.optim import OptimWrapper

from ..checkpoints import STATE
from .validated_checkpoint_hook import ValidatedCheckpointHook


@HOOKS.register_module()
class ResumeHook(Hook):
    """Save and load what a resumed run needs beyond the host's state.

    That is the place within the epoch, whether the epoch is validated, and
    gradients that are accumulated but not applied yet. The train loops of
    this package register it; it does not work with another loop.
    """

    priority = 'HIGH'  # before the checkpoint hook

    def after_val_epoch(self, runner, metrics: Dict[str, float]) -> None:
        """Note that what has been trained so far is validated."""
        runner.train_loop.validated = runner.iter

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        """Add the state to a checkpoint that a run can go on from."""
        if 'optimizer' not in checkpoint:
            return
        loop = runner.train_loop
        loop.saved = checkpoint['meta']['iter']
        # A checkpoint at the end of an epoch counts that epoch already.
        at_end = checkpoint['meta']['epoch'] != runner.epoch
        checkpoint[STATE] = dict(
            samples=0 if at_end else loop.samples,
            validated=loop.validated,
            world_size=runner.world_size,
            gradients=_pending_gradients(runner),
        )

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        """Hand the state over to the loop, where the run is resumed."""
        if not runner._resume:
            return
        loop, meta = runner.train_loop, checkpoint['meta']
        state = checkpoint.get(STATE) or dict(validated=meta['iter'])
        loop.validated = state['validated']
        loop.samples = state.get('samples')
        for name, gradient in (state.get('gradients') or {}).items():
            parameter = _bare(runner.model).get_parameter(name)
            parameter.grad = gradient.to(parameter)
        ranks = state.get('world_size', runner.world_size)
        if ranks != runner.world_size:
            runner.logger.warning(
                f'resumed on {runner.world_size} processes, saved on {ranks}: '
                'the weights will not be bit-equal to those of an unbroken '
                'run; batches hold the same videos if batch_size times '
                'processes is the same'
            )
        if meta.get('interim'):
            path = osp.join(runner.work_dir, meta['interim'])
            for hook in runner.hooks:
                if isinstance(hook, ValidatedCheckpointHook):
                    hook.remove_once_saved([path])


@HOOKS.register_module()
class MissedValidationHook(Hook):
    """Validate first, if a run was killed between an epoch and that."""

    priority = 'LOWEST'  # the other hooks are ready for a validation then

    def before_train(self, runner) -> None:
        """Make up the validation that the resumed run missed."""
        loop = runner.train_loop
        if loop.misses_validation():
            runner.logger.info('making up the validation that was missed')
            runner.val_loop.run()


def _bare(model: torch.nn.Module) -> torch.nn.Module:
    return model.module if is_model_wrapper(model) else model


def _pending_gradients(runner) -> Dict[str, torch.Tensor]:
    """Accumulated gradients; on several ranks each has its own, so none."""
    wrapper = runner.optim_wrapper
    if (
        not isinstance(wrapper, OptimWrapper)
        or wrapper.should_update()
        or runner.world_size > 1
    ):
        return {}
    return {
        name: parameter.grad.cpu()
        for name, parameter in _bare(runner.model).named_parameters()
        if parameter.grad is not None
    }
