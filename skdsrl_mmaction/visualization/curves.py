"""The page of training curves, and the values that they end with."""

from contextlib import suppress
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence

from ..engine.checkpoints import find_latest
from ..models.trained import class_names
from .logs import Curve, Run, read_runs
from .page import Page
from .panels import Line, Panel, arrange, lines
from .plots import colour_of, confusion_picture, curves_picture
from .predictions import (
    Predictions,
    find_dump,
    read_dump,
    video_rows,
    worst_first,
)

_HEIGHT = 280  # of a figure, in pixels
_WORST = 20  # videos in the table of them
_PARTS = dict(train='training', val='validation')
_DASHES = dict(train='solid', val='dash')


def final_values(runs: Sequence[Run]) -> List[Dict[str, Any]]:
    """List the last value of each curve, and the best one of metrics.

    Args:
        runs (Sequence[Run]): The runs.

    Returns:
        list[dict]: A row for each curve. ``value`` names it; the other keys
        are the names of the runs, with '' where one has no such curve.
    """
    trained = {
        run.name: max(x for curve in run.train.values() for x in curve.x)
        for run in runs
        if run.train
    }
    unit = ' or '.join(dict.fromkeys(f'{run.unit}s' for run in runs))
    rows = [_row(f'trained {unit}', trained, runs)]
    for section, panels in arrange(runs).items():
        for panel in panels:
            for part, key in panel.keys.items():
                last = _each(panel, part, runs, lambda curve: curve.y[-1])
                rows.append(_row(f'{key}, {_PARTS[part]}', last, runs))
                if part == 'val' and section == 'Accuracy':
                    best = _each(panel, part, runs, _best)
                    rows.append(_row(f'{key}, best', best, runs))
    return rows


def plot_logs(
    folders: Sequence[Path],
    refresh: Optional[int] = None,
    label_file: Optional[str] = None,
) -> Dict[str, bytes]:
    """Draw the logs of runs, which may be going on, over each other.

    Args:
        folders (Sequence[Path]): Work dirs. The newest predictions that
            ``tools/test.py --dump`` has written into one are drawn too.
        refresh (int, optional): As for :class:`Page`. Defaults to None.
        label_file (str, optional): Names of the classes, one a line. Defaults
            to None: those in the last checkpoint of the work dir, or numbers.

    Returns:
        dict[str, bytes]: Content of the files by their names: curves.png,
        curves.html and, for each run with predictions, a confusion matrix.

    Raises:
        FileNotFoundError, ValueError: See :func:`read_runs`; or if the names
            of ``label_file`` are not as many as the classes.
        ImportError: Without plotly.
    """
    runs = read_runs(folders)
    page = curves_page(runs, refresh)
    files = {'curves.png': curves_picture(runs)}
    for folder, run in zip(folders, runs):
        dump = find_dump(folder)
        if dump is None:
            continue
        page.heading(f'Predictions of {run.name}: {dump.name}')
        try:
            predictions = read_dump(dump)
        except ValueError as error:  # the curves are worth the page
            page.text(str(error))
            continue
        name = 'confusion_matrix.png'
        if len(runs) > 1:
            name = f'{run.name.replace("/", "_")}_{name}'
        number = predictions.scores.shape[1]
        files[name] = add_predictions(
            page, predictions, _class_names(folder, number, label_file)
        )
    files['curves.html'] = page.html().encode()
    return files


def curves_page(runs: Sequence[Run], refresh: Optional[int] = None) -> Page:
    """Make the page of one or several runs over each other.

    Args:
        runs (Sequence[Run]): The runs.
        refresh (int, optional): As for :class:`Page`. Defaults to None.

    Returns:
        Page: Curves with zoom and hover values, and the table of
        :func:`final_values`.

    Raises:
        ImportError: Without plotly.
    """
    names = [run.name for run in runs]
    page = Page(f'Training of {", ".join(names)}', refresh)
    page.text(
        'Solid lines: training. Dashed lines: validation. Drag over a figure '
        'to zoom in; a double click zooms out.'
    )
    if len(runs) > 1:
        page.legend({name: colour_of(i) for i, name in enumerate(names)})
    for section, panels in arrange(runs).items():
        page.heading(section)
        page.grid([_figure(panel, runs) for panel in panels])
    page.heading('Last values')
    page.table(final_values(runs))
    return page


def add_predictions(
    page: Page, predictions: Predictions, classes: Sequence[str]
) -> bytes:
    """Add a confusion matrix and the worst videos to a page.

    Args:
        page (Page): The page.
        predictions (Predictions): Of a test.
        classes (Sequence[str]): Names.

    Returns:
        bytes: The confusion matrix as PNG.
    """
    counts = predictions.confusion
    picture = confusion_picture(counts, classes)
    page.text(
        f'{counts.diagonal().sum()} of {counts.sum()} videos are classified '
        'correctly.'
    )
    page.image(picture, 'videos by label and prediction')
    worst = worst_first(video_rows(predictions, classes))[:_WORST]
    if worst:
        page.table(worst, 'videos that are not; lowest score of label first')
    return picture


def _class_names(
    folder: Path, classes: int, label_file: Optional[str]
) -> List[str]:
    if label_file is not None:
        return class_names(classes, {}, label_file)
    # A checkpoint may be damaged, or of another model than the predictions.
    with suppress(ValueError):
        _, meta = find_latest(str(folder)) or ('', {})
        names = class_names(classes, meta)
        if names is not None:
            return names
    return [str(number) for number in range(classes)]


def _row(
    name: str, values: Dict[str, float], runs: Sequence[Run]
) -> Dict[str, Any]:
    cells = {run.name: values.get(run.name, '') for run in runs}
    return {'value': name, **cells}


def _each(
    panel: Panel,
    part: str,
    runs: Sequence[Run],
    number: Callable[[Curve], float],
) -> Dict[str, float]:
    return {
        line.run.name: number(line.curve)
        for line in lines(panel, runs)
        if line.part == part
    }


def _best(curve: Curve) -> float:
    numbers = [y for y in curve.y if y == y]  # without NaN
    return max(numbers, default=curve.y[-1])


def _figure(panel: Panel, runs: Sequence[Run]) -> Dict[str, Any]:
    units = dict.fromkeys(run.unit for run in runs)
    layout = dict(
        title=dict(
            text=panel.title, font=dict(size=14), y=0.97, yanchor='top'
        ),
        height=_HEIGHT,
        showlegend=False,
        hovermode='x unified',
        margin=dict(t=32),
        xaxis=dict(title=dict(text=' or '.join(units)), hoverformat='.4~g'),
    )
    return dict(data=[_trace(x) for x in lines(panel, runs)], layout=layout)


def _trace(line: Line) -> Dict[str, Any]:
    marked = line.part == 'val' or len(line.curve.x) == 1
    return dict(
        type='scatter',
        x=line.curve.x,
        y=line.curve.y,
        name=f'{line.run.name}, {_PARTS[line.part]}',
        mode='lines+markers' if marked else 'lines',
        line=dict(color=colour_of(line.number), dash=_DASHES[line.part]),
        hovertemplate='%{y:.4~g}',
    )
