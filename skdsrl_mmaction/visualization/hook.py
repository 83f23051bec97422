import logging
import os.path as osp
from typing import Any, Callable, List

from mmaction.registry import HOOKS
from mmengine.dist import is_main_process
from mmengine.hooks import Hook

from ..engine.hooks.bare_model import bare_model
from ..models.recognizers.skdsrl import SKDSRLMixin
from ..utils.text import first_line
from .canvas import save_png
from .montage import draw_sheet, draw_tile
from .samples import Sample, unpack

_SAMPLES = 16  # of a batch, at most


@HOOKS.register_module()
class DrawHook(Hook):
    """Draw what a run trains on, into its log folder.

    Only the first process draws. A picture that cannot be drawn is a warning.

    Args:
        views (bool): Whether ``views.png``, the first batch as the model
            takes it, is drawn before the first step. Defaults to True.
    """

    priority = 'LOWEST'

    def __init__(self, views: bool = True) -> None:
        self.views = views

    def before_train_iter(
        self, runner, batch_idx: int, data_batch: Any = None
    ) -> None:
        """Draw the first batch.

        Args:
            runner (Runner): The runner.
            batch_idx (int): Index of the batch.
            data_batch (dict, optional): The batch, not yet normalised.
        """
        if self.views:
            self.views = False
            self._draw(
                runner,
                'views.png',
                lambda path: draw_batch(runner, data_batch, path),
            )

    @staticmethod
    def _draw(runner, name: str, draw: Callable[[str], None]) -> None:
        if not is_main_process():
            return
        try:
            draw(osp.join(runner.log_dir, name))
        except Exception as error:  # no picture is worth a run
            runner.logger.log(
                logging.WARNING, f'{name} is not drawn: {first_line(error)}'
            )


def draw_batch(runner, data_batch: dict, path: str) -> List[Sample]:
    """Draw a training batch as a sheet of its first samples.

    Args:
        runner (Runner): Of the run.
        data_batch (dict): ``inputs`` and ``data_samples``.
        path (str): The file.

    Returns:
        list[Sample]: What is drawn.
    """
    model, dataset = bare_model(runner), runner.train_dataloader.dataset
    samples = [
        unpack(
            inputs,
            data_sample,
            getattr(dataset, 'metainfo', {}).get('classes'),
            isinstance(model, SKDSRLMixin),
            getattr(model.data_preprocessor, 'to_rgb', False),
        )
        for inputs, data_sample in list(
            zip(data_batch['inputs'], data_batch['data_samples'])
        )[:_SAMPLES]
    ]
    size = len(data_batch['data_samples'])
    title = f'First batch, iteration {runner.iter + 1}'
    if size > len(samples):
        title += f': {len(samples)} of {size} samples'
    save_png(draw_sheet([draw_tile(x) for x in samples], title), path)
    return samples
