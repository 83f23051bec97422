"""What MMEngine has logged of a run: one curve for each number."""

import json
import math
from pathlib import Path
from typing import Dict, List, NamedTuple, Sequence

_SCALARS = 'vis_data/scalars.json'
_POSITIONS = ('epoch', 'iter', 'step')

Records = List[Dict[str, float]]


class Curve(NamedTuple):
    """A number over time.

    Attributes:
        x (list[float]): Epochs or iterations that were trained by then.
        y (list[float]): Its values.
    """

    x: List[float]
    y: List[float]


class Run(NamedTuple):
    """What a run has logged so far.

    Attributes:
        name (str): Name to show.
        unit (str): 'epoch' or 'iteration', of the x of every curve.
        train (dict[str, Curve]): By the key of the log.
        val (dict[str, Curve]): Likewise, of validations.
    """

    name: str
    unit: str
    train: Dict[str, Curve]
    val: Dict[str, Curve]


def read_runs(folders: Sequence[Path]) -> List[Run]:
    """Read runs, each named by the end of its path that no other has.

    Args:
        folders (Sequence[Path]): See :func:`read_run`.

    Raises:
        FileNotFoundError, ValueError: See :func:`read_run`.
        ValueError: If a folder is given twice.
    """
    parts = [Path(folder).resolve().parts for folder in folders]
    for folder, own in zip(folders, parts):
        if parts.count(own) > 1:
            raise ValueError(f'{folder} is given twice')
    depth = 1
    while len({own[-depth:] for own in parts}) < len(parts):
        depth += 1
    return [
        read_run(folder, '/'.join(own[-depth:]))
        for folder, own in zip(folders, parts)
    ]


def read_run(folder: Path, name: str) -> Run:
    """Read the log of a run, which may be going on.

    A work dir has a folder for each start of its run. A start that resumes
    goes on with what is there; any other begins anew.

    Args:
        folder (Path): Work dir, or the folder of one start.
        name (str): Name of the run.

    Returns:
        Run: Its curves.

    Raises:
        FileNotFoundError: If nothing is logged there.
        ValueError: If a line before the last is no record.
    """
    logs = sorted(folder.glob(f'*/{_SCALARS}')) or [folder / _SCALARS]
    if not logs[-1].is_file():
        raise FileNotFoundError(
            f'{folder} has no */{_SCALARS}, which LocalVisBackend writes '
            'from the first logged step on; give the work dir of a training'
        )
    train: Records = []
    val: Records = []
    for log in logs:
        if not _is_resumed(log):
            train, val = [], []
        _join(train, val, _read(log))
    return _curves(name, train, val)


def _read(path: Path) -> Records:
    """Read the records of one start, without one that is being written."""
    records: Records = []
    trained = 0
    lines = path.read_text('utf-8', errors='replace').splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
        except ValueError:
            if number == len(lines):
                break
            raise ValueError(
                f'{path}, line {number}: {line[:40]!r} is no record of '
                'MMEngine'
            ) from None
        if 'iter' in record and 'epoch' not in record:
            trained = record['iter']
        # LoggerHook numbers validations by epochs, also where training
        # counts iterations.
        record['step'] = max(record['step'], trained)
        records.append(record)
    return records


def _is_resumed(log: Path) -> bool:
    """Whether a start resumes, by the config that MMEngine keeps of it."""
    config = log.with_name('config.py')
    if not config.is_file():
        return False
    return 'resume = True' in config.read_text('utf-8').splitlines()


def _join(train: Records, val: Records, new: Records) -> None:
    """Add new records in place of those that were logged later than them."""
    new_train = [record for record in new if 'iter' in record]
    new_val = [record for record in new if 'iter' not in record]
    if new_train:
        first = new_train[0]
        train[:] = [x for x in train if x['iter'] < first['iter']]
        # The step of a validation counts epochs where training counts them.
        step = first.get('epoch', first['iter'])
        val[:] = [x for x in val if x['step'] < step]
    if new_val:
        val[:] = [x for x in val if x['step'] < new_val[0]['step']]
    train += new_train
    val += new_val


def _curves(name: str, train: Records, val: Records) -> Run:
    by_epoch = all('epoch' in record for record in train)
    length = 1  # iterations of one unit
    if by_epoch and train:
        length = math.ceil(max(x['iter'] / x['epoch'] for x in train))
    return Run(
        name,
        'epoch' if by_epoch else 'iteration',
        _by_key(train, [x['iter'] / length for x in train]),
        _by_key(val, [x['step'] for x in val]),
    )


def _by_key(records: Records, places: Sequence[float]) -> Dict[str, Curve]:
    curves: Dict[str, Curve] = {}
    for x, record in zip(places, records):
        for key, y in record.items():
            if key not in _POSITIONS and isinstance(y, (int, float)):
                curve = curves.setdefault(key, Curve([], []))
                curve.x.append(x)
                curve.y.append(y)
    return curves
