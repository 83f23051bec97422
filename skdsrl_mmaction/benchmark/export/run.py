"""Export a model, compare it with torch, and measure it."""

import os
import tempfile
from pathlib import Path
from typing import Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np
import torch
from mmengine.config import Config
from torch import nn

from ...models.export.formats import (
    Runner,
    open_graph,
    torch_runner,
    write_graph,
)
from ...models.export.quantize import count_int8, quantize
from ...models.export.scorer import (
    ClipScorer,
    check_exportable,
    largest_difference,
)
from ..machine import device_name
from .clips import clip_dataset, first_clips, samples
from .table import Variant, exported_table, measure

TOLERANCE = 1e-4  # of probabilities
_COMPARED = 10  # videos


def export_model(
    cfg: Config,
    model: nn.Module,
    name: str,
    paths: Dict[str, Path],
    calibration: Optional[str] = None,
    calibration_videos: int = 32,
    videos: int = 50,
    is_trained: bool = True,
) -> Tuple[str, List[Variant]]:
    """Export a model, compare it with torch, and measure it.

    Args:
        cfg (Config): The whole config.
        model (nn.Module): Its recognizer, in evaluation mode.
        name (str): Format: 'onnx', 'torchscript' or 'torch-export'.
        paths (dict[str, Path]): Files to write: 'fp32', 'int8' with
            ``calibration``, and 'fp16' on a machine with a GPU.
        calibration (str, optional): Annotation file of calibration videos.
        calibration_videos (int): How many of them. Defaults to 32.
        videos (int): Of the test set, to measure on. Defaults to 50.
        is_trained (bool): Whether the table has accuracy and agreement.
            Defaults to True.

    Returns:
        tuple[str, list[Variant]]: Table and its rows.

    Raises:
        ImportError: If the model needs an operator that is not installed.
        ValueError: If the model cannot be exported, or the graph differs
            from torch by more than ``TOLERANCE``.
    """
    dataset = clip_dataset(cfg)
    clips = first_clips(dataset, _COMPARED)
    scorer = ClipScorer(model)
    wanted = _torch_scores(scorer, clips)
    batch = torch.from_numpy(np.concatenate([clips[0], clips[-1]]))
    size = sum(x.nbytes for x in model.state_dict().values())
    rows = [Variant('torch fp32', torch_runner(scorer), size)]
    rows += [_fp32(scorer, name, batch, paths['fp32'], clips, wanted)]
    rows += [_fp16(model, name, batch, paths.get('fp16'))]
    if name != 'onnx':
        rows += [Variant(f'{name} int8', note='int8 is for onnx only')]
    elif calibration is None:
        note = 'not written: needs --calibration LIST'
        rows += [Variant('onnx int8', note=note)]
    else:
        given = first_clips(clip_dataset(cfg, calibration), calibration_videos)
        rows += [_int8(paths, given)]
    measure(rows, samples(dataset, videos))
    _say_if_slower(rows)
    count = len(rows[0].labels)
    shape = ' × '.join(map(str, clips[0].shape[1:]))
    head = (
        f'One clip, {shape}, in a batch of one; {device_name()}; '
        f'{_versions(name)}; over one clip of {count} test videos.\n\n'
    )
    return head + exported_table(rows, is_trained), rows


def _versions(name: str) -> str:
    modules = [torch]
    if name == 'onnx':
        import onnxruntime

        modules.append(onnxruntime)
    return ', '.join(f'{x.__name__} {x.__version__}' for x in modules)


def _torch_scores(
    scorer: ClipScorer, clips: Sequence[np.ndarray]
) -> List[np.ndarray]:
    return [
        check_exportable(scorer, torch.from_numpy(clip)).numpy()
        for clip in clips
    ]


def compare(
    run: Runner, clips: Sequence[np.ndarray], wanted: Sequence[np.ndarray]
) -> float:
    """Compare a graph with torch, clip by clip and in one batch of all.

    Args:
        run (Callable): The graph.
        clips (Sequence[np.ndarray]): Clips, each with a first axis of 1.
        wanted (Sequence[np.ndarray]): Scores of torch, (1, K) each.

    Returns:
        float: The largest difference of a score.

    Raises:
        ValueError: If it is larger than ``TOLERANCE``, or a batch of another
            size fails.
    """
    try:
        found = [run(clip) for clip in clips]
        together = run(np.concatenate(clips))
    except Exception as error:  # whatever the runtime raises
        (line,) = str(error).strip().splitlines()[-1:] or ['']
        raise ValueError(
            'the graph works with one size of batch only '
            f'({type(error).__name__}: {line})'
        ) from error
    difference = max(
        largest_difference(np.concatenate(scores), np.concatenate(wanted))
        for scores in (found, [together])
    )
    if not difference <= TOLERANCE:
        raise ValueError(
            f'scores of the graph differ from those of torch by '
            f'{difference:.2g}, more than {TOLERANCE:g}'
        )
    return difference


def _fp32(scorer, name, batch, path, clips, wanted) -> Variant:
    def write(file: str) -> float:
        write_graph(name, scorer, batch, file)
        return compare(open_graph(name, file), clips, wanted)

    difference = _write_whole(path, write)
    return Variant(
        f'{name} fp32',
        open_graph(name, str(path)),
        path.stat().st_size,
        f'differs from torch by {difference:.0e} at most, {len(clips)} videos',
    )


def _fp16(model, name, batch, path) -> Variant:
    row = Variant(f'{name} fp16')
    if path is None:
        row.note = 'not measured: the CPU has no fast fp16'
        return row
    if name == 'onnx' and not _onnx_has_cuda():
        row.note = 'not measured: this onnxruntime has no CUDA'
        return row
    half = ClipScorer(model.half().cuda())
    _write_whole(path, lambda f: write_graph(name, half, batch.cuda(), f))
    row.run = open_graph(name, str(path), 'cuda')
    row.size = path.stat().st_size
    row.note = 'on the GPU; the others on the CPU'
    model.float().cpu()
    return row


def _onnx_has_cuda() -> bool:
    import onnxruntime

    return 'CUDAExecutionProvider' in onnxruntime.get_available_providers()


def _int8(paths: Dict[str, Path], clips: Sequence[np.ndarray]) -> Variant:
    path = paths['int8']
    _write_whole(path, lambda f: quantize(str(paths['fp32']), clips, f))
    in_int8, in_float = count_int8(str(path))
    parts = [
        f'{count} of {count + in_int8[kind]} {kind} in float'
        for kind, count in in_float.items()
    ]
    note = ', '.join(parts) or 'all Conv, Gemm and MatMul in int8'
    return Variant(
        'onnx int8', open_graph('onnx', str(path)), path.stat().st_size, note
    )


def _write_whole(path: Path, write: Callable[[str], Optional[float]]):
    """Let ``write`` write a file that appears only once it is good."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        file = str(Path(folder, path.name))
        result = write(file)
        os.replace(file, path)
    return result


def _say_if_slower(rows: Sequence[Variant]) -> None:
    fp32, int8 = rows[1], rows[-1]
    if int8.run and int8.latency >= fp32.latency:
        int8.note += '; not faster than fp32'
