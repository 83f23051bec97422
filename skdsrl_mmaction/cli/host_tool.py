"""Run a tool of the installed MMAction2, with the repairs of this package."""

import argparse
import ast
import difflib
import importlib
import importlib.util
import json
import runpy
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Dict, List, Optional, Sequence

import mmaction

# Those that people use, with their arguments, for --help.
USED = {
    'confusion_matrix': 'CONFIG CHECKPOINT --show-path OUT.png',
    'publish_model': 'CHECKPOINT OUT.pth',
    'get_flops': 'CONFIG --shape 1 3 16 112 112',
    'clip_feature_extraction': 'CONFIG CHECKPOINT OUT.pkl',
    'analyze_logs': 'plot_curve scalars.json --keys loss --out OUT.png',
    'browse_dataset': 'CONFIG OUT_FOLDER',
}
# Modules that MMAction2 imports late in a tool, and what pip takes for them.
LATER = {'browse_dataset': ('moviepy.editor', 'moviepy<2')}


def find_tools() -> Dict[str, Path]:
    """Find the tools that the wheel of MMAction2 carries.

    Returns:
        dict[str, Path]: Their files by name. Where two have the same name,
        that of the shorter path; data/FOLDER/NAME names any.
    """
    folder = Path(mmaction.__file__).parent / '.mim' / 'tools'
    files = sorted(folder.rglob('*.py'), key=lambda x: (len(x.parts), x))
    tools: Dict[str, Path] = {}
    for path in files:
        tools.setdefault(path.stem, path)
        tools[path.relative_to(folder).with_suffix('').as_posix()] = path
    return tools


def missing_packages(path: Path) -> List[str]:
    """Return the packages that a tool needs and that are not installed.

    Args:
        path (Path): A Python file. Imports that it tries, or makes for some
            of its options only, do not count.

    Returns:
        list[str]: As pip takes them.
    """
    needed = set()
    for node in ast.parse(path.read_text('utf-8')).body:
        if isinstance(node, ast.Import):
            needed |= {alias.name.split('.')[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            needed.add(node.module.split('.')[0])
    missing = {
        name
        for name in needed
        if importlib.util.find_spec(name) is None
        and not (path.parent / f'{name}.py').exists()
    }
    if path.stem in LATER:
        module, package = LATER[path.stem]
        try:
            importlib.import_module(module)
        except ImportError:
            missing.add(package)
    return sorted(missing)


def parse_args(argv: Optional[Sequence[str]] = None):
    used = '\n'.join(f'  {name} {args}' for name, args in USED.items())
    parser = argparse.ArgumentParser(
        description=f'{__doc__}\n\nThose that people use:\n{used}',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        'name', nargs='?', help='name of the tool; without it, all are listed'
    )
    parser.add_argument(
        'options',
        nargs=argparse.REMAINDER,
        help='what the tool takes; NAME --help shows it',
    )
    return parser.parse_args(argv)


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    tools = find_tools()
    if args.name is None:
        print('\n'.join(name for name in sorted(tools) if '/' in name))
        return
    name = args.name.removesuffix('.py')
    if name not in tools:
        near = difflib.get_close_matches(name, tools, n=1)
        hint = f'; did you mean {near[0]!r}?' if near else ''
        raise ValueError(f'MMAction2 has no tool {args.name!r}{hint}')
    missing = missing_packages(tools[name])
    if missing:
        raise ImportError(
            f'{name} of MMAction2 needs {", ".join(missing)}; install it by '
            f'pip install {shlex.join(missing)}'
        )
    with tempfile.TemporaryDirectory() as folder:
        options = args.options
        if tools[name].stem == 'analyze_logs':
            options = [_older_log(each, Path(folder)) for each in options]
        sys.argv = [str(tools[name]), *options]
        runpy.run_path(sys.argv[0], run_name='__main__')


def _older_log(option: str, folder: Path) -> str:
    """Write a log of MMEngine as analyze_logs expects it.

    It looks for the mode of each line, and counts iterations within epochs.

    Args:
        option (str): What analyze_logs was given, perhaps a log.
        folder (Path): Where the log is written.

    Returns:
        str: The log as it was written; other options as they are.
    """
    path = Path(option)
    if path.suffix != '.json' or not path.is_file():
        return option
    lines, last = [], {0: 0}
    for text in path.read_text('utf-8').splitlines():
        line = json.loads(text)
        if 'epoch' in line and 'mode' not in line:
            epoch, done = line['epoch'], line['iter']
            before = max(n for e, n in last.items() if e < epoch)
            last[epoch] = done
            line.update(mode='train', iter=done - before)
        lines.append(json.dumps(line))
    older = folder / Path(*path.absolute().parts[1:])
    older.parent.mkdir(parents=True, exist_ok=True)
    older.write_text('\n'.join(lines), 'utf-8')
    return str(older)
