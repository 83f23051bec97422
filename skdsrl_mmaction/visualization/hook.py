import logging
import os.path as osp
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np
from mmaction.evaluation import ConfusionMatrix
from mmaction.registry import HOOKS
from mmengine.dist import collect_results, is_main_process
from mmengine.hooks import Hook
from torch import Tensor

from ..engine.hooks.bare_model import bare_model
from ..models.recognizers.skdsrl import SKDSRLMixin
from ..utils import write_whole
from ..utils.text import first_line
from .canvas import save_png
from .montage import draw_sheet, draw_tile
from .page import has_plotly
from .samples import Sample, unpack

_SAMPLES = 16  # of a batch, at most
_SHARE = 0.02  # of the time of training so far that drawing may take
_GUESS = 1.0  # seconds that the first curves take, with what they import


@HOOKS.register_module()
class DrawHook(Hook):
    """Draw what a run trains on and how it goes, into its log folder.

    Only the first process draws. A picture that cannot be drawn is a warning.
    Curves and confusion matrix are drawn after a validation, or after a later
    one where they would take more than 2 % of the time of training so far,
    and at the end.

    Args:
        views (bool): Whether ``views.png``, the first batch as the model
            takes it, is drawn before the first step. Defaults to True.
        curves (bool): Whether ``curves.png`` and, with plotly, the page
            ``curves.html`` are drawn. Defaults to True.
        confusion_matrix (bool): Whether ``confusion_matrix.png``, the
            predictions of the validation that was the best so far, is drawn.
            Needs a hook that saves the best checkpoint. Defaults to True.
    """

    priority = 'LOWEST'

    def __init__(
        self,
        views: bool = True,
        curves: bool = True,
        confusion_matrix: bool = True,
    ) -> None:
        self.views = views
        self.curves = curves
        self.confusion_matrix = confusion_matrix
        self._begin: Optional[float] = None  # of training
        self._spent, self._next = 0.0, _GUESS  # seconds of drawing
        self._best: Dict[str, str] = {}
        self._seen: List[Optional[Tuple[int, int, int]]] = []
        self._of_best: list = []

    def before_train(self, runner) -> None:
        """Note the time, and the best checkpoint of a resumed run."""
        self._begin = time.monotonic()
        self._best = _best_checkpoints(runner)

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

    def before_val_epoch(self, runner) -> None:
        """Forget the predictions of the last validation."""
        self._seen = []

    def after_val_iter(
        self,
        runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Sequence[Any] = (),
    ) -> None:
        """Keep labels and predictions.

        Args:
            runner (Runner): The runner.
            batch_idx (int): Index of the batch.
            data_batch (dict, optional): The batch.
            outputs (Sequence[ActionDataSample]): What the model says of it.
        """
        if self.confusion_matrix:
            self._seen += map(_prediction, outputs)

    def after_val_epoch(
        self, runner, metrics: Optional[Dict[str, float]] = None
    ) -> None:
        """Draw the run, if its time allows it.

        Args:
            runner (Runner): The runner.
            metrics (dict, optional): Of the validation.
        """
        if self._begin is None:  # a validation without training
            return
        best = _best_checkpoints(runner)
        if self.confusion_matrix and best != self._best:
            size = len(runner.val_dataloader.dataset)
            found = collect_results(self._seen, size) or []
            self._of_best = [x for x in found if x is not None]
        self._best = best
        allowed = _SHARE * (time.monotonic() - self._begin)
        if self._spent + self._next <= allowed:
            self._draw_run(runner)

    def after_train(self, runner) -> None:
        """Draw the run as it ends."""
        self._draw_run(runner)

    def _draw_run(self, runner) -> None:
        begin = time.monotonic()
        if self._of_best:
            self._draw(
                runner,
                'confusion_matrix.png',
                lambda path: draw_best(runner, self._of_best, path),
            )
            self._of_best = []
        if self.curves:
            self._draw(
                runner, 'curves.png', lambda path: draw_curves(runner, path)
            )
        self._next = time.monotonic() - begin
        self._spent += self._next

    @staticmethod
    def _draw(runner, name: str, draw: Callable[[str], Any]) -> None:
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


def draw_curves(runner, path: str) -> None:
    """Draw what a run has logged so far.

    Args:
        runner (Runner): Of the run.
        path (str): The PNG file. With plotly, a page is written beside it,
            with the confusion matrix that is there.
    """
    from .curves import curves_page
    from .logs import read_run
    from .plots import curves_picture

    work_dir = Path(runner.work_dir)
    runs = [read_run(work_dir, work_dir.resolve().name)]
    write_whole(path, curves_picture(runs))
    if not has_plotly():
        return
    page = curves_page(runs)
    matrix = Path(path).with_name('confusion_matrix.png')
    if matrix.is_file():
        page.heading('Confusion matrix of the best checkpoint')
        page.image(matrix, 'videos of validation by label and prediction')
    page.write(Path(path).with_suffix('.html'))


def draw_best(
    runner, predictions: Sequence[Tuple[int, int, int]], path: str
) -> np.ndarray:
    """Draw the confusion matrix of a validation.

    Args:
        runner (Runner): Of the run.
        predictions (Sequence[tuple[int, int, int]]): For each video label,
            prediction and number of classes.
        path (str): The PNG file.

    Returns:
        np.ndarray: (K, K), videos by label (row) and prediction.
    """
    from .plots import confusion_picture

    labels, predicted, numbers = np.array(predictions).T
    number = int(numbers[0])
    counts = ConfusionMatrix.calculate(predicted, labels, number).numpy()
    dataset = runner.val_dataloader.dataset
    names = getattr(dataset, 'metainfo', {}).get('classes')
    names = names or list(map(str, range(number)))
    write_whole(path, confusion_picture(counts, names))
    return counts


def _prediction(data_sample: Any) -> Optional[Tuple[int, int, int]]:
    """Return label, prediction and number of classes; None if not of one."""
    scores = getattr(data_sample, 'pred_score', None)
    label = getattr(data_sample, 'gt_label', None)
    if not isinstance(scores, Tensor) or label is None or len(label) != 1:
        return None
    return int(label), int(scores.argmax()), len(scores)


def _best_checkpoints(runner) -> Dict[str, str]:
    info = runner.message_hub.runtime_info
    return {key: x for key, x in info.items() if key.startswith('best_ckpt')}
