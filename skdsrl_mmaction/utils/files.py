"""Files that are complete or absent at any time."""

import json
import os


def write_json(path: str, content: dict) -> None:
    """Write a JSON file that is complete or absent at any time.

    Args:
        path (str): The file; replaced if it exists.
        content (dict): What it holds, as JSON.
    """
    partial = f'{path}.partial'
    with open(partial, 'w') as file:
        json.dump(content, file, indent=1, sort_keys=True)
        file.write('\n')
    os.replace(partial, path)
