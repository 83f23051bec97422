"""Checkpoints are data: nothing in them is run, and a bad one is named."""

import ast
import logging
import os.path as osp
import pickle
import re
import zipfile
from contextlib import contextmanager, nullcontext, suppress
from types import SimpleNamespace
from typing import Any, Dict, Iterator

from .checkpoints import checkpoint_globals

# Keys of a config that make MMEngine import modules or read other configs.
_LOADING_KEYS = ('custom_imports', '_base_')


def load_checkpoints_as_data() -> None:
    """Run no code of a checkpoint, and name the file that cannot be read.

    Symptom: a checkpoint runs code when it is loaded, though it holds only
    tensors and strings; a truncated, empty or hostile one raises an error
    that does not name it, or advises to load it without care.

    Cause: ``Runner.resume`` executes the config in ``meta`` to look for
    ``gpu_ids`` in it, inference without a config executes that of the message
    hub, and ``torch.load`` of torch < 2.6 executes pickles. The texts are
    replaced here by their literal values, without what makes MMEngine import
    modules or read other files. It holds for all that MMEngine loads:
    training, testing, teachers, ``init_cfg``, inference.

    Unnecessary once MMEngine reads these configs without executing them.
    """
    from mmengine.runner import CheckpointLoader

    stock = CheckpointLoader.load_checkpoint.__func__
    if getattr(stock, 'as_data', False):
        return

    def load_checkpoint(
        cls, filename: str, map_location: Any = None, logger: Any = 'current'
    ) -> dict:
        """Load a checkpoint; arguments are those of the stock method.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If the file is no checkpoint, is damaged, or could run
                code.
        """
        filename = osp.expanduser(filename)
        if _is_torchscript(filename):
            raise ValueError(
                f'checkpoint {filename!r} is refused: it is a program '
                '(TorchScript), and loading it could run code'
            )
        try:
            with _restricted_pickle() if _loads_code() else nullcontext():
                checkpoint = stock(cls, filename, map_location, logger)
        except Exception as error:
            if isinstance(error, (ImportError, OSError)) and not osp.exists(
                filename
            ):
                raise  # no file, a server's answer, a storage not installed
            # The text of torch advises to load the file without care.
            raise ValueError(_reason(filename, error)) from None
        if not isinstance(checkpoint, dict):
            raise ValueError(
                f'checkpoint {filename!r} holds a '
                f'{type(checkpoint).__name__}, not a dict of weights'
            )
        weights = checkpoint.get('state_dict', checkpoint)
        if not isinstance(weights, dict):
            raise ValueError(
                f'checkpoint {filename!r} has a {type(weights).__name__} as '
                'state_dict, not a dict of weights'
            )
        _remove_code(checkpoint, filename)
        return checkpoint

    load_checkpoint.as_data = True
    CheckpointLoader.load_checkpoint = classmethod(load_checkpoint)


def _is_torchscript(filename: str) -> bool:
    """Whether a local file has what ``torch.load`` knows a program by."""
    if not (osp.isfile(filename) and zipfile.is_zipfile(filename)):
        return False
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(filename) as archive:
        return any(x.endswith('constants.pkl') for x in archive.namelist())
    return False


def _reason(filename: str, error: Exception) -> str:
    text = str(error)
    asked = re.search(r'GLOBAL ([\w.]+)', text)
    if asked or 'refused' in text:
        what = asked[1] if asked else 'an attribute of a class'
        return (
            f'checkpoint {filename!r} is refused: it asks for {what}, and '
            'loading more than tensors and plain values could run code'
        )
    if osp.isdir(filename):
        return f'checkpoint {filename!r} is a folder, not a file'
    if osp.isfile(filename) and not osp.getsize(filename):
        return f'checkpoint {filename!r} is empty'
    if isinstance(error, pickle.UnpicklingError):
        text = 'not a pickle of tensors and plain values'
    (line,) = text.strip().splitlines()[:1] or ['']
    return (
        f'checkpoint {filename!r} cannot be read; it is damaged, or no '
        f'checkpoint ({type(error).__name__}: {line})'
    )


def _remove_code(checkpoint: dict, filename: str) -> None:
    meta = checkpoint.get('meta')
    hub = checkpoint.get('message_hub')
    info = hub.get('runtime_info') if isinstance(hub, dict) else None
    for place in (meta, info):
        if not isinstance(place, dict):
            continue
        for key in ('config', 'cfg'):
            if isinstance(place.get(key), str):
                place[key] = literal_config(place[key], filename)


def literal_config(text: str, filename: str) -> str:
    """Reduce the text of a config to values, without executing it.

    Args:
        text (str): As ``Config.pretty_text`` writes it.
        filename (str): Named in the warning about code that is left out.

    Returns:
        str: One ``name = literal`` a line.
    """
    from mmengine.logging import print_log

    values: Dict[str, Any] = {}
    try:
        statements = ast.parse(text).body
        for statement in statements:
            (name,) = statement.targets
            values[name.id] = ast.literal_eval(
                _DictCalls().visit(statement.value)
            )
    except (
        AttributeError,
        MemoryError,
        RecursionError,
        SyntaxError,
        TypeError,
        ValueError,
    ):
        print_log(
            f'the config in checkpoint {filename!r} is more than plain '
            'values; the rest of it is ignored, and none of it is run',
            logger='current',
            level=logging.WARNING,
        )
    lines = [
        f'{name} = {value!r}'
        for name, value in values.items()
        if name not in _LOADING_KEYS
    ]
    # Double braces are templates, which MMEngine fills in before it reads.
    return '\n'.join(line for line in lines if '{{' not in line)


class _DictCalls(ast.NodeTransformer):
    """Turn ``dict(key=value)`` into ``{'key': value}``."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if getattr(node.func, 'id', None) != 'dict' or node.args:
            return node
        keys = [ast.Constant(keyword.arg) for keyword in node.keywords]
        return ast.Dict(keys, [keyword.value for keyword in node.keywords])


def _loads_code() -> bool:
    """Whether this torch executes pickles unless it is told not to."""
    import torch
    from mmengine.utils import digit_version

    return digit_version(torch.__version__) < digit_version('2.6.0')


@contextmanager
def _restricted_pickle() -> Iterator[None]:
    """Let ``torch.load`` unpickle no more than later versions do.

    ``weights_only=True`` of these versions cannot be told of the log buffers,
    and it has a hole (CVE-2025-32434).
    """
    import torch
    from torch._weights_only_unpickler import _get_allowed_globals

    allowed = dict(_get_allowed_globals())
    for item in checkpoint_globals():
        found, path = item if isinstance(item, tuple) else (item, None)
        allowed[path or f'{found.__module__}.{found.__qualname__}'] = found

    class Unpickler(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            # Pickles of torch have the names of Python 2.
            path = f'{module}.{name}'.replace('__builtin__.', 'builtins.')
            if path not in allowed:
                raise pickle.UnpicklingError(f'GLOBAL {path}')
            return allowed[path]

    restricted = SimpleNamespace(
        __name__='restricted pickle',
        Unpickler=Unpickler,
        UnpicklingError=pickle.UnpicklingError,
        load=lambda file, **kwargs: Unpickler(file, **kwargs).load(),
    )
    stock = torch.load

    def load(*args, **kwargs):
        return stock(
            *args, **kwargs, pickle_module=restricted, weights_only=False
        )

    torch.load = load
    try:
        yield
    finally:
        torch.load = stock
