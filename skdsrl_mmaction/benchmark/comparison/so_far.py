"""Which runs belong to a comparison, and which of them are finished."""

import json
import os
import os.path as osp
from typing import Dict, List, NamedTuple, Sequence

from ...utils import write_json
from .records import Records, read_record
from .run import Run

_PLAN = 'plan.json'


class SoFar(NamedTuple):
    """The finished runs of a comparison.

    Attributes:
        records (dict[str, list[dict]]): By row of the table, in its order;
            rows of teachers come last, if there is one.
        against (list[str]): Rows that the others are compared with.
        planned (int): Number of all runs, with teachers.
    """

    records: Records
    against: List[str]
    planned: int


def write_plan(out: str, runs: Sequence[Run], against: Sequence[str]) -> None:
    """Write which runs make the table.

    Args:
        out (str): Folder of the results; is made if absent.
        runs (Sequence[Run]): All runs, without teachers.
        against (Sequence[str]): Rows that the others are compared with.
    """
    rows: Dict[str, List[str]] = {run.name: [] for run in runs}
    teachers: Dict[str, List[str]] = {}
    for run in runs:
        rows[run.name].append(run.id)
        if run.teacher is not None:
            ids = teachers.setdefault(run.teacher.name, [])
            if run.teacher.id not in ids:  # that several students share
                ids.append(run.teacher.id)
    os.makedirs(out, exist_ok=True)
    content = dict(rows=list(rows.items()), teachers=list(teachers.items()))
    write_json(osp.join(out, _PLAN), dict(content, against=list(against)))


def read_so_far(out: str) -> SoFar:
    """Read the finished runs of the comparison that was started last.

    Args:
        out (str): Folder of the results.

    Returns:
        SoFar: Rows, records and number of runs.

    Raises:
        FileNotFoundError: If no comparison was started there.
        ValueError: If a record is not as it was written.
    """
    path = osp.join(out, _PLAN)
    if not osp.exists(path):
        raise FileNotFoundError(
            f'--out {out!r} has no {_PLAN}: no comparison was started there'
        )
    with open(path) as file:
        plan = json.load(file)

    def finished(ids: Sequence[str]) -> List[dict]:
        files = [osp.join(out, 'runs', f'{run}.json') for run in ids]
        return [read_record(file) for file in files if osp.exists(file)]

    records = {name: finished(ids) for name, ids in plan['rows']}
    for name, ids in plan['teachers']:
        made = finished(ids)
        if made:
            records[name] = made
    planned = sum(len(x) for _, x in plan['rows'] + plan['teachers'])
    return SoFar(records, plan['against'], planned)
