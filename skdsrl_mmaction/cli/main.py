"""The command ``skdsrl``, which runs every other module here by its name."""

import ast
import difflib
import importlib
import sys
from pathlib import Path
from typing import Dict, Optional, Sequence

USAGE = 'usage: skdsrl COMMAND [options of the command]'


def find_commands() -> Dict[str, str]:
    """Find the commands, without importing them.

    Returns:
        dict[str, str]: Name and first line of the docstring of every other
        module of this folder that has a function ``main``.
    """
    commands = {}
    for path in sorted(Path(__file__).parent.glob('*.py')):
        tree = ast.parse(path.read_text('utf-8'))
        names = [getattr(node, 'name', None) for node in tree.body]
        if 'main' in names and path != Path(__file__):
            commands[path.stem] = ast.get_docstring(tree).split('\n')[0]
    return commands


def describe(commands: Dict[str, str]) -> str:
    """Return the text of ``skdsrl --help``."""
    width = max(map(len, commands)) + 2
    lines = [f'  {name:{width}}{text}' for name, text in commands.items()]
    return '\n'.join(
        [
            USAGE,
            '',
            *lines,
            '',
            '"skdsrl COMMAND --help" lists the options of a command.',
        ]
    )


def main(argv: Optional[Sequence[str]] = None) -> None:
    """Run the command that the first argument names.

    Args:
        argv (Sequence[str], optional): Name of a command, with ``-`` or
            ``_``, and its options. Defaults to the command line.
    """
    name, *options = (sys.argv[1:] if argv is None else argv) or ['--help']
    commands = find_commands()
    if name in ('-h', '--help'):
        print(describe(commands))
        return
    module = name.replace('-', '_')
    if module not in commands:
        near = difflib.get_close_matches(module, commands, n=1)
        hint = f'; did you mean {near[0]!r}?' if near else '.'
        sys.exit(
            f'skdsrl: there is no command {name!r}{hint} '
            '"skdsrl --help" lists the commands.'
        )
    sys.argv[0] = f'skdsrl {name}'  # argparse prints it
    importlib.import_module(f'.{module}', __package__).main(options)
