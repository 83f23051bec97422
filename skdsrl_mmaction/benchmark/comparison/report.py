"""The table and the plot of a comparison."""

import os.path as osp
from typing import List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
from matplotlib.figure import Figure
from scipy import stats

from ...utils import write_text
from ..tables import markdown_table
from .records import Record, Records, key_form
from .so_far import SoFar

# Costs of a run, by their name in the table.
_COSTS = {
    'step time': lambda run: (
        run['resources']['train_seconds'] / run['iterations']
    ),
    'memory': lambda run: run['resources']['peak_memory_mb'],
}


class Difference(NamedTuple):
    """Mean of paired differences, its 95 % interval, and number of pairs.

    ``low`` and ``high`` are nan for fewer than two pairs.
    """

    mean: float
    low: float
    high: float
    pairs: int


def paired_difference(
    records: Sequence[Record], against: Sequence[Record]
) -> Optional[Difference]:
    """Return by how much top-1 of one config is above that of another.

    Runs of the same fold and seed are a pair; the interval is that of
    Student's t over the differences of the pairs.

    Args:
        records (Sequence[dict]): Runs of a config: ``fold``, ``seed`` and
            ``top1`` in [0, 1].
        against (Sequence[dict]): Runs of the other.

    Returns:
        Difference, optional: In percentage points; None without a pair.
    """
    pairs = _pair(records, against)
    differences = np.array([100 * (a['top1'] - b['top1']) for a, b in pairs])
    n = len(differences)
    if n == 0:
        return None
    mean = differences.mean()
    half = np.nan
    if n > 1:
        error = differences.std(ddof=1) / np.sqrt(n)
        half = stats.t.ppf(0.975, n - 1) * error
    return Difference(mean, mean - half, mean + half, n)


def _pair(
    records: Sequence[Record], against: Sequence[Record]
) -> List[Tuple[Record, Record]]:
    other = {(r['fold'], r['seed']): r for r in against}
    places = [(r['fold'], r['seed']) for r in records]
    return [(r, other[x]) for r, x in zip(records, places) if x in other]


def make_table(records: Records, against: Sequence[str]) -> str:
    """Make the table: mean ± standard deviation, and paired differences.

    Args:
        records (dict[str, list[dict]]): Finished runs of each config.
        against (Sequence[str]): Configs to compare the others with; cost
            is compared with the first of them.

    Returns:
        str: A Markdown table.
    """
    head = ['config', 'runs', 'top-1', 'top-5', 'mean class']
    head += [f'top-1 − {name}' for name in against]
    head += ['steps', 'min / run', 'peak MB', 'M params', 'GFLOPs']
    head += [f'{x} / {name}' for name in against[:1] for x in _COSTS]
    rows = [head]
    for name, runs in records.items():
        row = [name, str(len(runs))]
        row += [_spread(runs, key) for key in ('top1', 'top5', 'mean_class')]
        row += [
            '' if name == other else _interval(runs, records[other])
            for other in against
        ]
        row += _resources(runs)
        for other in against[:1]:
            row += _costs(runs, records[other])
        rows.append(row)
    return markdown_table(rows)


def _spread(runs: Sequence[Record], key: str) -> str:
    values = [100 * r[key] for r in runs if r[key] is not None]
    if not values:
        return '–'
    if len(values) == 1:
        return f'{values[0]:.1f}'
    return f'{np.mean(values):.1f} ± {np.std(values, ddof=1):.1f}'


def _interval(runs: Sequence[Record], against: Sequence[Record]) -> str:
    found = paired_difference(runs, against)
    if found is None:
        return '–'
    if found.pairs == 1:
        return f'{found.mean:+.1f} (1 pair)'
    return f'{found.mean:+.1f} [{found.low:+.1f}, {found.high:+.1f}]'


def _resources(runs: Sequence[Record]) -> List[str]:
    """Steps, time, memory and size of a run: medians where they vary."""
    if not runs:
        return ['–'] * 5
    used = [r['resources'] for r in runs]
    minutes = np.median([x['train_seconds'] for x in used]) / 60
    memory = np.median([x['peak_memory_mb'] for x in used])
    first = runs[0]
    return [
        '/'.join(map(str, sorted({r['iterations'] for r in runs}))),
        f'{minutes:.1f}',
        f'{memory:.0f}',
        f'{first["parameters"] / 1e6:.2f}',
        f'{first["flops"] / 1e9:.2f}',
    ]


def _costs(runs: Sequence[Record], against: Sequence[Record]) -> List[str]:
    """Time of a step and memory, as ratios: medians of pairs on one device."""
    pairs = [
        (run, other)
        for run, other in _pair(runs, against)
        if run['resources']['device'] == other['resources']['device']
    ]
    if not pairs:
        return ['–'] * len(_COSTS)
    return [
        f'{np.median([cost(run) / cost(other) for run, other in pairs]):.2f}'
        for cost in _COSTS.values()
    ]


def make_plot(records: Records, against: Sequence[str]) -> Figure:
    """Plot the top-1 of every run, and the paired differences.

    Args:
        records (dict[str, list[dict]]): Finished runs of each config.
        against (Sequence[str]): Configs to compare the others with.

    Returns:
        Figure: One panel of accuracies and one for each of ``against``.
    """
    names = list(records)
    panels = 1 + len(against)
    figure = Figure(
        figsize=(3 + 2.5 * panels, 1 + 0.45 * len(names)), layout='constrained'
    )
    axes = figure.subplots(1, panels, sharey=True, squeeze=False)[0]
    for y, name in enumerate(names):
        top1 = [100 * r['top1'] for r in records[name]]
        if not top1:
            continue
        axes[0].plot(top1, [y] * len(top1), 'o', color='C0', alpha=0.35)
        axes[0].plot(np.mean(top1), y, '|', color='C0', ms=18, mew=2.5)
        for axis, other in zip(axes[1:], against):
            found = paired_difference(records[name], records[other])
            if found is None or name == other:
                continue
            axis.plot(found.mean, y, 'o', color='C1')
            if found.pairs > 1:
                axis.plot([found.low, found.high], [y, y], color='C1', lw=2)
    axes[0].set_yticks(range(len(names)), names)
    axes[0].invert_yaxis()
    axes[0].set_xlabel('top-1 (%), runs and mean')
    for axis, other in zip(axes[1:], against):
        axis.axvline(0, color='0.6', lw=1)
        axis.set_xlabel(f'− {other}')
    for axis in axes:
        axis.grid(axis='x', color='0.9')
        axis.set_axisbelow(True)
    return figure


def make_footer(records: Records) -> str:
    """Say below a table how its runs were made.

    Args:
        records (dict[str, list[dict]]): Finished runs of each config.

    Returns:
        str: One line, and a second one if a record has a key of the older
        form, which does not cover videos, versions and ``custom_imports``.
    """
    runs = [run for made in records.values() for run in made]
    if not runs:
        return 'No run is finished.\n'
    budgets, folds, seeds = (
        sorted({run[key] for run in runs})
        for key in ('budget', 'fold', 'seed')
    )
    weights = ['chosen' if 'chosen' in run else 'last' for run in runs]
    meant = dict(
        last='the last weights',
        chosen='weights chosen on videos cut from training',
    )
    tested = ' or '.join(meant[x] for x in meant if x in weights)
    footer = (
        f'Equal {"/".join(budgets)}; {tested}, {len(folds)} fold(s) × '
        f'seeds {", ".join(map(str, seeds))}; mean ± standard deviation; '
        'differences are paired over folds and seeds, with a 95 % interval.\n'
    )
    if any(key_form(run) == 1 for run in runs):
        footer += '\nkey: older form\n'
    return footer


def check_against(names: Sequence[str], against: Sequence[str]) -> None:
    """Refuse to compare with a config that is not there.

    Args:
        names (Sequence[str]): The rows of the table.
        against (Sequence[str]): Configs to compare the others with.

    Raises:
        ValueError: If a name in ``against`` has no row.
    """
    for name in against:
        if name not in names:
            raise ValueError(f'--against {name!r} must be one of {names}')


def describe_so_far(so_far: SoFar) -> str:
    """Return the table of a comparison that is still running.

    Args:
        so_far (SoFar): Its finished runs.

    Returns:
        str: Table, footer, and how many runs are finished.
    """
    records, against, planned = so_far
    finished = sum(map(len, records.values()))
    return (
        f'{make_table(records, against)}\n{make_footer(records)}\n'
        f'{finished} of {planned} runs are finished.'
    )


def write_report(out: str, records: Records, against: Sequence[str]) -> str:
    """Write ``table.md`` and ``plot.png`` into a folder.

    Args:
        out (str): The folder.
        records (dict[str, list[dict]]): Finished runs of each config; with
            :func:`~.records.read_records` those of an earlier comparison.
        against (Sequence[str]): Configs to compare the others with.

    Returns:
        str: What ``table.md`` holds.

    Raises:
        ValueError: If a name in ``against`` has no row.
    """
    check_against(list(records), against)
    text = f'{make_table(records, against)}\n{make_footer(records)}'
    write_text(osp.join(out, 'table.md'), text)
    make_plot(records, against).savefig(osp.join(out, 'plot.png'), dpi=110)
    return text
