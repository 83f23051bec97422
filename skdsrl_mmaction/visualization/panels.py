"""Which curves are drawn together, in which order."""

from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence

from .logs import Curve, Run

_TIMES = ('time', 'data_time')
_UNITS = {
    'time': 'seconds per iteration',
    'data_time': 'seconds per iteration',
    'memory': 'MiB',
}


class Panel(NamedTuple):
    """A number of training, of validation, or of both.

    Attributes:
        title (str): Title, with the unit where it has one.
        keys (dict[str, str]): Its key in ``Run.train`` as 'train', its key
            in ``Run.val`` as 'val', or one of them.
    """

    title: str
    keys: Dict[str, str]


class Line(NamedTuple):
    """A curve of a panel.

    Attributes:
        run (Run): The run.
        number (int): Of the run, from 0, for its colour.
        part (str): 'train' or 'val'.
        curve (Curve): The curve.
    """

    run: Run
    number: int
    part: str
    curve: Curve


def arrange(runs: Sequence[Run]) -> Dict[str, List[Panel]]:
    """Group all that runs have logged by what it says.

    Args:
        runs (Sequence[Run]): The runs.

    Returns:
        dict[str, list[Panel]]: By heading; none is empty. Times of
        validation are left out.
    """
    train = list(dict.fromkeys(key for run in runs for key in run.train))
    val = list(dict.fromkeys(key for run in runs for key in run.val))
    sections: Dict[str, List[Panel]] = {
        'Losses': [],
        'Accuracy': [],
        'Learning rate': [],
        'Monitors': [],
        'Throughput': [],
    }
    for key in val:
        if key not in _TIMES:
            panel = Panel(key, dict(val=key))
            partner = _partner(key, train)
            if partner is not None:
                train.remove(partner)
                panel.keys['train'] = partner
            sections['Losses' if 'loss' in key else 'Accuracy'].append(panel)
    for key in train:
        unit = f' ({_UNITS[key]})' if key in _UNITS else ''
        panel = Panel(f'{key}{unit}', dict(train=key))
        sections[_section(key)].append(panel)
    sections['Losses'].sort(key=lambda panel: panel.title != 'loss')
    return {name: panels for name, panels in sections.items() if panels}


def lines(panel: Panel, runs: Sequence[Run]) -> Iterator[Line]:
    """Yield the curves of a panel that the runs have, run by run."""
    for number, run in enumerate(runs):
        for part, key in panel.keys.items():
            curve = getattr(run, part).get(key)
            if curve is not None:
                yield Line(run, number, part, curve)


def _partner(key: str, train: Sequence[str]) -> Optional[str]:
    """Return the key that training logs of a metric of validation.

    Heads log ``top1_acc`` of what AccMetric names ``acc/top1``.
    """
    same = key, f'{key.rpartition("/")[2]}_acc'
    return next((x for x in same if x in train), None)


def _section(key: str) -> str:
    if 'loss' in key:
        return 'Losses'
    if key.endswith('_acc'):
        return 'Accuracy'
    if key.endswith('lr'):
        return 'Learning rate'
    return 'Throughput' if key in _UNITS else 'Monitors'
