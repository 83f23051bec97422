"""The shape of the code: layers, sizes, and nothing written twice."""

import ast
from itertools import groupby

import pytest

from tests.support.paths import ROOT

PACKAGE = ROOT / 'skdsrl_mmaction'
# From the top down. A room may import itself and what is below it.
LAYERS = [
    {'cli'},
    {'benchmark', 'visualization', 'inference'},
    {'mixing'},
    {'engine'},
    {'datasets', 'models'},
    {'utils'},
    {'host'},
    {'version'},
]
# The package's face imports what registers itself.
FACES = ('__init__', '__main__')


def modules():
    return sorted(
        path
        for path in PACKAGE.rglob('*.py')
        if '.mim' not in path.relative_to(PACKAGE).parts
    )


def dotted(path):
    """Name of a module, relative to the package."""
    parts = path.relative_to(PACKAGE).with_suffix('').parts
    return [part for part in parts if part != '__init__']


def imported(path):
    """Modules of this package that a module imports, as lists of names."""
    here = dotted(path)
    if path.name == '__init__.py':
        here = [*here, '']
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            if node.level:
                base = here[: len(here) - node.level]
            elif (node.module or '').split('.')[0] == PACKAGE.name:
                base = []
            else:
                continue
            names = (node.module or '').split('.')
            names = [x for x in names if x not in ('', PACKAGE.name)]
            for alias in node.names:
                yield [*base, *names, alias.name]
        elif isinstance(node, ast.Import):
            for alias in node.names:
                first, *rest = alias.name.split('.')
                if first == PACKAGE.name:
                    yield rest


def level(room):
    (found,) = [i for i, rooms in enumerate(LAYERS) if room in rooms]
    return found


def test_every_room_has_a_layer():
    rooms = {dotted(path)[0] for path in modules() if dotted(path)}
    assert rooms - set(FACES) <= set().union(*LAYERS)


@pytest.mark.parametrize('path', modules(), ids=lambda p: '.'.join(dotted(p)))
def test_imports_go_down_only(path):
    if not dotted(path) or dotted(path)[0] in FACES:
        return
    room = dotted(path)[0]
    for name in imported(path):
        assert name, f'{path} imports the whole package'
        assert name[0] == room or level(name[0]) > level(room), (
            f'{path} imports {".".join(name)}'
        )


def test_no_module_imports_in_a_circle():
    names = {'.'.join(dotted(path)): path for path in modules()}

    def targets(path):
        for name in imported(path):
            for end in (len(name), len(name) - 1):
                target = '.'.join(name[:end])
                if target in names and names[target] != path:
                    yield target
                    break

    graph = {
        name: set(targets(path))
        for name, path in names.items()
        if path.name != '__init__.py'
    }
    done = set()

    def visit(name, trail):
        assert name not in trail, ' -> '.join([*trail, name])
        if name in done:
            return
        for target in graph.get(name, ()):
            visit(target, [*trail, name])
        done.add(name)

    for name in graph:
        visit(name, [])


def test_no_path_tricks():
    for path in [*modules(), *(ROOT / 'tools').rglob('*.py')]:
        assert 'sys.path' not in path.read_text(), path


def test_sizes():
    for path in modules():
        assert len(path.read_text().splitlines()) <= 300, path
    for path in (ROOT / 'tools').rglob('*.py'):
        assert len(path.read_text().splitlines()) < 15, path


def code_lines(path):
    """Stripped lines that say something, with their numbers."""
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        line = line.strip()
        if line.startswith(('#', 'import ', 'from ')):
            continue
        if any(character.isalnum() for character in line):
            yield number, line


def test_no_six_equal_lines():
    """The shape of the configs themselves aside: they put pieces together."""
    files = [*modules(), *(ROOT / 'tools').rglob('*.*')]
    files += (ROOT / 'configs/_base_').rglob('*.py')
    places = []
    for path in files:
        if path.suffix not in ('.py', '.sh'):
            continue
        lines = list(code_lines(path))
        for i in range(len(lines) - 5):
            run = tuple(line for _, line in lines[i : i + 6])
            where = f'{path.relative_to(ROOT)}:{lines[i][0]}'
            places.append((run, where))
    places.sort()
    twice = []
    for _, group in groupby(places, key=lambda place: place[0]):
        found = [where for _, where in group]
        # tools/*.py are the same few lines each.
        found = [x for x in found if not x.startswith('tools/') or '.sh' in x]
        if len(found) > 1:
            twice.append(' = '.join(found))
    assert twice == []


def test_the_rooms_of_tests_mirror_the_package():
    rooms = {path.parent for path in modules()} - {PACKAGE}
    for room in rooms:
        folder = ROOT / 'tests' / room.relative_to(PACKAGE)
        assert folder.is_dir(), f'{folder} is missing'
