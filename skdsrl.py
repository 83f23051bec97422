"""The command ``skdsrl``: every module of ``skdsrl_mmaction.cli`` by name.

It is a module beside the package, because importing the package imports
PyTorch and MMAction2, for which ``skdsrl --help`` should not wait.
"""

import ast
import difflib
import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Dict, Optional, Sequence

USAGE = 'usage: skdsrl COMMAND [options of the command]'


def find_commands() -> Dict[str, str]:
    """Read the commands off the sources, without importing them.

    Returns:
        dict[str, str]: Name and first line of the docstring of every module
        of ``skdsrl_mmaction.cli`` that has a function ``main``.
    """
    (package,) = importlib.util.find_spec(
        'skdsrl_mmaction'
    ).submodule_search_locations
    commands = {}
    for path in sorted(Path(package, 'cli').glob('*.py')):
        tree = ast.parse(path.read_text('utf-8'))
        if any(getattr(node, 'name', None) == 'main' for node in tree.body):
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
    importlib.import_module(f'skdsrl_mmaction.cli.{module}').main(options)


if __name__ == '__main__':
    main()
