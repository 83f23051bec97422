import logging

from mmaction.registry import HOOKS
from mmengine.hooks import Hook

from .bare_model import bare_model


@HOOKS.register_module()
class CollapseHook(Hook):
    """Warn once that the projections of a training head have collapsed.

    ``feat_std`` is about 1 where the projections spread over the sphere, and
    0 where they are all the same. Models without such a head are not looked
    at.

    Args:
        threshold (float): Mean of ``feat_std`` over an epoch below which the
            projections count as collapsed. Defaults to 0.1.
        epochs (int): So many epochs in a row. Defaults to 3.

    Raises:
        ValueError: If ``epochs`` is not positive.
    """

    def __init__(self, threshold: float = 0.1, epochs: int = 3) -> None:
        if epochs < 1:
            raise ValueError(
                f'CollapseHook.epochs must be >= 1, but is {epochs!r}'
            )
        self.threshold = threshold
        self.epochs = epochs
        self._warned = False

    def after_train_iter(self, runner, *args, **kwargs) -> None:
        """Look at the last epochs, at the end of each.

        An epoch is one pass over the data, also where the run counts
        iterations. Arguments are those of the stock hook.
        """
        length = len(runner.train_dataloader)
        if self._warned or not self.every_n_train_iters(runner, length):
            return
        history = runner.message_hub.log_scalars.get('train/feat_std')
        heads = getattr(bare_model(runner), 'heads', list)()
        if history is None or not any(hasattr(x, 'projector') for x in heads):
            return
        values = history.data[0][-length * self.epochs :]
        if len(values) < length * self.epochs:
            return
        means = values.reshape(self.epochs, length).mean(axis=1)
        if (means < self.threshold).all():
            self._warned = True
            runner.logger.log(
                logging.WARNING,
                f'feat_std was {means[-1]:.3f} on average, and below '
                f'{self.threshold} for {self.epochs} epochs: the projections '
                'of the training head have collapsed. Try a lower learning '
                'rate, a larger train_dataloader.batch_size, less weight '
                'decay, or a lower loss_weight of the head; feat_std near 1 '
                'is healthy',
            )
