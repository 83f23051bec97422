"""Files that are whole or absent."""

import json
import os


def write_json(path: str, content: dict) -> None:
    """Write a file that is whole or not there, whenever this is killed."""
    partial = f'{path}.partial'
    with open(partial, 'w') as file:
        json.dump(content, file, indent=1, sort_keys=True)
        file.write('\n')
    os.replace(partial, path)
