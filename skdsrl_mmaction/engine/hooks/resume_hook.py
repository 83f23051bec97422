import os.path as osp
from typing import Dict, List

import torch
from mmaction.registry import HOOKS
from mmengine.dist import all_gather_object
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.optim import OptimWrapper

from ..checkpoints import STATE
from .validated_checkpoint_hook import ValidatedCheckpointHook


@HOOKS.register_module()
class ResumeHook(Hook):
    """Save and load what a resumed run needs beyond the host's state.

    That is the place within the epoch, whether the epoch is validated, and
    what each rank has of its own: gradients that are accumulated but not
    applied yet, and, within an epoch, buffers. The train loops of this
    package register it; it does not work with another loop.
    """

    priority = 'HIGH'  # before the checkpoint hook

    def __init__(self) -> None:
        self._ranks: List[dict] = []

    def before_train_iter(self, runner, batch_idx, data_batch=None) -> None:
        """Forget what the last checkpoint was to hold."""
        self._ranks = []

    def after_train_epoch(self, runner) -> None:
        """Collect pending gradients; buffers are averaged at this point."""
        if _accumulates(runner):
            self._ranks = _gather(dict(gradients=_gradients(runner)))

    def before_stop(self, runner) -> None:
        """Collect what differs between the ranks within an epoch."""
        state = dict(buffers=dict(_bare(runner.model).named_buffers()))
        if _accumulates(runner):
            state['gradients'] = _gradients(runner)
        self._ranks = _gather(state)

    def after_val_epoch(self, runner, metrics: Dict[str, float]) -> None:
        """Note that what has been trained so far is validated."""
        runner.train_loop.validated = runner.iter

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        """Add the state to a checkpoint that a run can go on from."""
        if 'optimizer' not in checkpoint:
            return
        loop = runner.train_loop
        loop.saved = checkpoint['meta']['iter']
        ranks = self._ranks
        if not ranks and runner.world_size == 1 and _accumulates(runner):
            ranks = _gather(dict(gradients=_gradients(runner)))
        # A checkpoint at the end of an epoch counts that epoch already.
        at_end = checkpoint['meta']['epoch'] != runner.epoch
        checkpoint[STATE] = dict(
            samples=0 if at_end else loop.samples,
            validated=loop.validated,
            world_size=runner.world_size,
            ranks=ranks,
        )

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        """Hand the state over to the loop, where the run is resumed."""
        if not runner._resume:
            return
        loop, meta = runner.train_loop, checkpoint['meta']
        state = checkpoint.get(STATE) or dict(validated=meta['iter'])
        loop.validated = state['validated']
        loop.samples = state.get('samples')
        saved_on = state.get('world_size', runner.world_size)
        if saved_on != runner.world_size:
            runner.logger.warning(
                f'resumed on {runner.world_size} processes, saved on '
                f'{saved_on}: the weights will not be bit-equal to those of '
                'an unbroken run; batches hold the same videos if batch_size '
                'times processes is the same'
            )
        elif state.get('ranks'):
            own = state['ranks'][runner.rank]
            checkpoint['state_dict'].update(own.get('buffers', {}))
            for name, gradient in own.get('gradients', {}).items():
                parameter = _bare(runner.model).get_parameter(name)
                parameter.grad = gradient.to(parameter)
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


def _accumulates(runner) -> bool:
    """Whether there are gradients that have not been applied yet."""
    wrapper = runner.optim_wrapper
    return isinstance(wrapper, OptimWrapper) and not wrapper.should_update()


def _gradients(runner) -> Dict[str, torch.Tensor]:
    return {
        name: parameter.grad
        for name, parameter in _bare(runner.model).named_parameters()
        if parameter.grad is not None
    }


def _gather(state: Dict[str, Dict[str, torch.Tensor]]) -> List[dict]:
    """The states of all ranks, on the CPU."""
    own = {
        key: {name: tensor.detach().cpu() for name, tensor in tensors.items()}
        for key, tensors in state.items()
    }
    return all_gather_object(own)
