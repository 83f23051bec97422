"""Files that were found good before, by their size and time of change."""

import hashlib
import json
import os
import os.path as osp
from contextlib import suppress
from typing import Dict, List, Optional, Sequence, Tuple

from ...utils import write_json
from ...utils.threads import map_in_threads


class KnownGood:
    """What is known of the files of one annotation file.

    It is kept in the user's cache (``$XDG_CACHE_HOME``, by default
    ``~/.cache``).

    Args:
        key (str): Annotation file, and how its files are checked.
    """

    def __init__(self, key: str) -> None:
        cache = os.environ.get('XDG_CACHE_HOME') or osp.expanduser('~/.cache')
        name = hashlib.sha256(key.encode()).hexdigest()[:16]
        self._path = osp.join(cache, 'skdsrl_mmaction', f'good_{name}.json')

    def look_up(
        self, paths: Sequence[str]
    ) -> List[Tuple[Optional[List[int]], bool]]:
        """Look at the size and time of change of files.

        Args:
            paths (Sequence[str]): The files.

        Returns:
            list[tuple]: For each file its stamp, None where there is no
            file, and whether it was good and has not changed.
        """
        known: Dict[str, List[int]] = {}
        with suppress(OSError, ValueError):
            with open(self._path) as file:
                known = json.load(file)
        return [
            (stamp, stamp is not None and known.get(path) == stamp)
            for path, stamp in zip(paths, map_in_threads(_stamp, paths))
        ]

    def save(self, good: Dict[str, Optional[List[int]]]) -> None:
        """Replace what is known.

        Args:
            good (dict): Stamps of the good files, by their paths.
        """
        # Without a cache that can be written, all files are checked again.
        with suppress(OSError):
            os.makedirs(osp.dirname(self._path), exist_ok=True)
            write_json(self._path, good)


def _stamp(path: str) -> Optional[List[int]]:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns]
