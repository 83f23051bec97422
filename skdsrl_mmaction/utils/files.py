"""Files that are complete or absent at any time."""

import json
import os


def write_text(path: str, text: str) -> None:
    """Write a file that is whole or absent, also if this process is killed.

    Args:
        path (str): The file.
        text (str): Its content.
    """
    partial = f'{path}.partial'
    with open(partial, 'w') as file:
        file.write(text)
    os.replace(partial, path)


def write_json(path: str, content: dict) -> None:
    """Write JSON to a file that is whole or absent, as :func:`write_text`.

    Args:
        path (str): The file.
        content (dict): What it holds.
    """
    write_text(path, json.dumps(content, indent=1, sort_keys=True) + '\n')
