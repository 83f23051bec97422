"""Files that are complete or absent at any time."""

import json
import os
import os.path as osp
from contextlib import contextmanager, suppress
from typing import BinaryIO, Iterator

TEMPORARY = '.tmp'  # ends the name of a file that is being written


@contextmanager
def open_whole(path: str) -> Iterator[BinaryIO]:
    """Open a file to write that is whole or as it was, whenever this ends.

    The content goes to a temporary file beside it, is flushed to the disk and
    renamed. The temporary name has the number of the process: MMEngine lets
    every rank write some files.

    Args:
        path (str): Of the file; its folder must exist.

    Yields:
        BinaryIO: The temporary file. If the block raises, it is removed.

    Raises:
        OSError: If it cannot be written; names ``path``, which is unchanged.
    """
    partial = f'{path}.{os.getpid()}{TEMPORARY}'
    try:
        with open(partial, 'wb') as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
        _flush_folder(osp.dirname(path) or '.')
    except BaseException as error:
        with suppress(OSError):
            os.remove(partial)
        if isinstance(error, OSError):
            raise OSError(
                error.errno, f'{error.strerror}, not written', path
            ) from None
        raise


def write_whole(path: str, content: bytes) -> None:
    """Write a file by :func:`open_whole`.

    Args:
        path (str): Of the file; its folder must exist.
        content (bytes): All of it.
    """
    with open_whole(path) as file:
        file.write(content)


def write_text(path: str, text: str) -> None:
    """Write text to a file by :func:`write_whole`, as UTF-8."""
    write_whole(path, text.encode())


def write_json(path: str, content: dict) -> None:
    """Write a JSON file by :func:`write_whole`."""
    write_text(path, json.dumps(content, indent=1, sort_keys=True) + '\n')


def _flush_folder(folder: str) -> None:
    """Make a new name last through a power cut, where the system can."""
    if not hasattr(os, 'O_DIRECTORY'):
        return
    descriptor = os.open(folder, os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
