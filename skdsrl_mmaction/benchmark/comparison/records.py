"""Read the records of a comparison."""

import json
import os.path as osp
from glob import glob
from typing import Any, Dict, List

from .data import digest
from .run import DECISIVE_VERSIONS

Record = Dict[str, Any]
Records = Dict[str, List[Record]]  # of each config, by its name


def key_form(record: Record) -> int:
    """Return which form of key a record has.

    Args:
        record (dict): A finished run.

    Returns:
        int: 2, or 1 for the older form, which covers only the config (and,
        in a cross-validation, the lines of the annotation files).
    """
    return record.get('key_form', 1)


def compute_key(record: Record) -> str:
    """Compute the key of a record again, from its content.

    Args:
        record (dict): A finished run.

    Returns:
        str: Equal to ``record['key']`` unless the record was changed.
    """
    if key_form(record) == 1:
        return digest(record['config'])
    content = {key: record[key] for key in ('config', 'data')}
    content['versions'] = {
        name: record['versions'][name] for name in DECISIVE_VERSIONS
    }
    return digest(content)


def explain_difference(record: Record, content: Dict[str, Any]) -> str:
    """Say why a record is not that of a run with another key.

    Args:
        record (dict): A finished run.
        content (dict): :attr:`~.run.Run.content` of the other run.

    Returns:
        str: The parts in which they differ.
    """
    if key_form(record) == 1:
        return 'the form of its key'
    changed = [x for x in ('config', 'data') if record[x] != content[x]]
    changed += [
        f'version of {name} ({record["versions"][name]})'
        for name, version in content['versions'].items()
        if record['versions'][name] != version
    ]
    return ', '.join(changed)


def read_record(path: str) -> Record:
    """Read one record.

    Args:
        path (str): Its file.

    Returns:
        dict: The finished run.

    Raises:
        ValueError: If its key does not fit its content.
    """
    with open(path) as file:
        record = json.load(file)
    if compute_key(record) != record['key']:
        raise ValueError(
            f'{path}: key={record["key"]!r} does not fit config, data and '
            f'versions of this record, whose key is {compute_key(record)!r}; '
            'it must be as the comparison wrote it'
        )
    return record


def read_records(folder: str) -> Records:
    """Read all records of a comparison, without its configs and its data.

    Args:
        folder (str): The folder ``runs`` of a comparison.

    Returns:
        dict[str, list[dict]]: Finished runs by the name of their config,
        names, folds and seeds in order.

    Raises:
        FileNotFoundError: If there is none.
        ValueError: If two records have the same name, fold and seed, or a
            key does not fit its record.
    """
    files: Dict[tuple, str] = {}
    records: Dict[tuple, Record] = {}
    for path in sorted(glob(osp.join(folder, '*.json'))):
        record = read_record(path)
        place = record['name'], record['fold'], record['seed']
        if place in files:
            raise ValueError(
                f'{files[place]!r} and {path!r} have the same name, fold and '
                'seed; a table needs one of them, so move the other away'
            )
        files[place], records[place] = path, record
    if not records:
        raise FileNotFoundError(f'{folder!r} holds no records (*.json)')
    by_name: Records = {}
    for place in sorted(records):
        by_name.setdefault(place[0], []).append(records[place])
    return by_name
