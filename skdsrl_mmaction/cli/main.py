"""The command ``skdsrl``, which runs every other module here by its name."""

import ast
import difflib
import importlib
import sys
import traceback
from pathlib import Path
from typing import Dict, Optional, Sequence

USAGE = 'usage: skdsrl COMMAND [options of the command]'
DEBUG = '--debug'
REFUSALS = ArithmeticError, ImportError, OSError, RuntimeError, ValueError
PACKAGE = __package__.partition('.')[0]


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
            '"skdsrl COMMAND --help" lists the options of a command. With '
            f'{DEBUG} each',
            'shows where in the code an error was raised.',
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
    run(module, options)


def run(name: str, argv: Optional[Sequence[str]] = None) -> None:
    """Run a command, and end in one line where it refuses its input.

    An error is a refusal if this package raised it, or if the system did for
    a file. Any other, and every one with ``--debug``, keeps its traceback.

    Args:
        name (str): Module of this folder.
        argv (Sequence[str], optional): Options of the command. Defaults to
            the command line.

    Raises:
        SystemExit: Where the command refuses its input; status 1.
    """
    options = list(sys.argv[1:] if argv is None else argv)
    debug = DEBUG in options
    options = [option for option in options if option != DEBUG]
    module = importlib.import_module(f'.{name}', __package__)
    try:
        module.main(options)
    except REFUSALS as error:
        if debug or not _is_refusal(error):
            raise
        lines = traceback.format_exception_only(type(error), error)
        sys.exit(''.join(lines).strip())


def _is_refusal(error: Exception) -> bool:
    if isinstance(error, FileNotFoundError):  # also where MMEngine says so
        return True
    if isinstance(error, OSError) and error.filename is not None:
        return True
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return frame.f_globals.get('__name__', '').startswith(f'{PACKAGE}.')
