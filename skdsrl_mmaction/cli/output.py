"""The folder that a command writes into, and nothing in it lost."""

import argparse
from pathlib import Path
from typing import List

from ..utils import config_path


def add_output_options(
    parser: argparse.ArgumentParser,
    default: str = 'work_dirs/NAME_OF_THE_CONFIG/NAME_OF_THE_COMMAND',
) -> None:
    """Add ``--out`` and ``--overwrite``, which :class:`Output` reads.

    Args:
        parser (ArgumentParser): Of a command; is modified.
        default (str): Where it writes without ``--out``, for ``--help``.
    """
    parser.add_argument(
        '--out',
        type=Path,
        metavar='FOLDER',
        help='folder of the files that are written; is made if absent '
        f'(default: {default})',
    )
    parser.add_argument(
        '--overwrite',
        action='store_true',
        help='replace files of the same names in this folder',
    )


def default_output(config: str, command: str) -> Path:
    """Return the folder that a command writes into by default.

    Args:
        config (str): CONFIG of the command line.
        command (str): Name of the command.
    """
    return Path('work_dirs', Path(config_path(config)).stem, command)


class Output:
    """Files that a command writes, and that replace no others unasked.

    Args:
        folder (Path): Where they are written; is made with the first file.
        overwrite (bool): Whether they may replace files of the same names.
            Defaults to False.
    """

    def __init__(self, folder: Path, overwrite: bool = False):
        self.folder = folder
        self.overwrite = overwrite
        self.paths: List[Path] = []

    def path(self, name: str) -> Path:
        """Return where to write a file; its folder exists then.

        Ask for all names that are known before the work begins: a name that
        is taken is an error.

        Args:
            name (str): Name of the file, or a path below the folder.

        Raises:
            FileExistsError: If there is such a file and it must stay.
        """
        path = self.folder / name
        if path.exists() and not self.overwrite:
            raise FileExistsError(
                f'{path} exists; replace it by --overwrite, or write into '
                'another folder by --out'
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        self.paths.append(path)
        return path

    def print_paths(self) -> None:
        """Print the path of each file that was asked for and written."""
        for path in filter(Path.exists, self.paths):
            print(path)
