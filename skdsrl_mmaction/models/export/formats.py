"""Write a recognizer as a graph, and run the graph of a file."""

import importlib.util
import logging
import warnings
from contextlib import contextmanager
from typing import Callable, Dict, Iterator

import numpy as np
import torch
from mmengine.utils import digit_version
from torch import Tensor

from .scorer import ClipScorer

# Scores, (N, K), of frames, uint8; see ClipScorer.
Runner = Callable[[np.ndarray], np.ndarray]
SUFFIXES = {'onnx': '.onnx', 'torchscript': '.pt', 'torch-export': '.pt2'}
_ONNX_PACKAGES = ('onnx', 'onnxruntime', 'onnxscript')


def check_format(name: str) -> None:
    """Check that this machine can write a format.

    Args:
        name (str): 'onnx', 'torchscript' or 'torch-export'.

    Raises:
        ImportError: If a package or a newer torch is needed.
    """
    wanted = _ONNX_PACKAGES if name == 'onnx' else ()
    absent = [x for x in wanted if importlib.util.find_spec(x) is None]
    if absent:
        raise ImportError(
            f'--format {name} needs {", ".join(absent)}; '
            "pip install 'skdsrl_mmaction[export]'"
        )
    old = digit_version(torch.__version__) < digit_version('2.6.0')
    if old and name != 'torchscript':
        raise ImportError(
            f'--format {name} needs torch 2.6 or newer, and this is '
            f'{torch.__version__}; --format torchscript does not'
        )


def write_graph(
    name: str, scorer: ClipScorer, frames: Tensor, path: str
) -> None:
    """Write a recognizer as a graph with any number of videos in a batch.

    Args:
        name (str): 'onnx', 'torchscript' or 'torch-export'.
        scorer (ClipScorer): The recognizer.
        frames (Tensor): A batch of two clips or more: a size of 1 would be
            taken for a constant.
        path (str): The file. Input and output of an ONNX graph are named
            ``frames`` and ``scores``.
    """
    with torch.no_grad(), _silent():
        if name == 'torchscript':
            graph = torch.jit.trace(scorer, frames, check_trace=False)
            torch.jit.save(graph, path)
            return
        program = torch.export.export(
            scorer,
            (frames,),
            dynamic_shapes=({0: torch.export.Dim('N', min=1)},),
            strict=False,
        )
        if name == 'torch-export':
            torch.export.save(program, path)
            return
        _write_onnx(program, frames, path)


def _write_onnx(
    program: 'torch.export.ExportedProgram', frames: Tensor, path: str
) -> None:
    try:
        torch.onnx.export(
            program,
            (frames,),
            path,
            input_names=['frames'],
            output_names=['scores'],
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    except torch.onnx.OnnxExporterError as error:
        cause: BaseException = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        raise ValueError(
            f'--format onnx cannot express this model: {cause}; try '
            '--format torch-export'
        ) from error


def open_graph(name: str, path: str, device: str = 'cpu') -> Runner:
    """Load the graph of a file.

    Args:
        name (str): 'onnx', 'torchscript' or 'torch-export'.
        path (str): The file.
        device (str): 'cpu' or 'cuda'. Defaults to 'cpu'.

    Returns:
        Callable: Scores of clips, on as many threads as torch has.
    """
    if name == 'onnx':
        session = open_session(path, device)
        return lambda frames: session.run(None, {'frames': frames})[0]
    with _silent():
        if name == 'torchscript':
            graph = torch.jit.load(path, map_location=device)
        else:
            graph = torch.export.load(path).module()
    return torch_runner(graph.to(device), device)


def torch_runner(module: torch.nn.Module, device: str = 'cpu') -> Runner:
    """Return a module as a function of arrays."""

    def run(frames: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return module(torch.from_numpy(frames).to(device)).cpu().numpy()

    return run


def open_session(path: str, device: str = 'cpu', **options):
    """Open an ONNX file by onnxruntime.

    Args:
        path (str): The file.
        device (str): 'cpu' or 'cuda'. Defaults to 'cpu'.
        **options: Attributes of ``onnxruntime.SessionOptions``.

    Returns:
        onnxruntime.InferenceSession: On as many threads as torch has.
    """
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    values: Dict = dict(
        intra_op_num_threads=torch.get_num_threads(),
        log_severity_level=3,
        **options,
    )
    for key, value in values.items():
        setattr(settings, key, value)
    providers = ['CUDAExecutionProvider'] if device == 'cuda' else []
    return onnxruntime.InferenceSession(
        path, settings, providers=[*providers, 'CPUExecutionProvider']
    )


@contextmanager
def _silent() -> Iterator[None]:
    """Keep back what the exporters say of their own workings."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            yield
    finally:
        logging.disable(disabled)
