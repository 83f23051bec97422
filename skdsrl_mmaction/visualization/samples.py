"""What a packed sample shows: frames, and how they came about."""

from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
from mmaction.structures import ActionDataSample
from torch import Tensor

from ..engine.checks import PATHS

_CHANNELS = ('red', 'green', 'blue')
_TEXTS = {
    'ClipContrast': lambda factor: f'contrast ×{factor:.2f}',
    'ClipBrightness': lambda delta: f'brightness {delta:+.0f}',
    'ClipHue': lambda shift: f'hue {360 * shift:+.0f}°',
    'ClipGaussianBlur': lambda sigma: f'blur σ {sigma:.2f}',
    'ChannelSplit': lambda pair: '{} ← {}'.format(
        *(_CHANNELS[channel] for channel in pair)
    ),
}


class Operator(NamedTuple):
    """An operator that was applied to a clip.

    Attributes:
        name (str): Of its class.
        text (str): What it did, with its strength.
    """

    name: str
    text: str


class View(NamedTuple):
    """A clip, or the segments, of a sample.

    Attributes:
        name (str): Such as 'view 1'.
        frames (np.ndarray): (T, H, W, 3), uint8, RGB.
        indices (np.ndarray | None): (T,), of the frames in the video.
        operators (list[Operator]): What was drawn to be applied.
        crop (tuple[float] | None): x, y, width and height of the crop, as
            shares of the whole frame.
    """

    name: str
    frames: np.ndarray
    indices: Optional[np.ndarray]
    operators: List[Operator]
    crop: Optional[Tuple[float, ...]]


class Sample(NamedTuple):
    """A sample of a data set as a model takes it.

    Attributes:
        label (str): Names of its classes.
        path (str): The video or the folder of its frames; '' if unknown.
        total (int | None): Number of frames of the video.
        views (list[View]): The views, or the clips.
        note (str): What to know of its colours; '' if nothing.
    """

    label: str
    path: str
    total: Optional[int]
    views: List[View]
    note: str


def unpack(
    inputs: Tensor,
    data_sample: ActionDataSample,
    classes: Optional[Sequence[str]] = None,
    two_views: bool = False,
    to_rgb: bool = False,
) -> Sample:
    """Read a sample that ``PackActionInputs`` has packed.

    Args:
        inputs (Tensor): (M, 3, T, H, W) or (C, T, H, W) for 3D recognizers,
            (M, 3, H, W) for 2D ones. Frames that are not uint8 are scaled to
            [0, 255] if their range is not that.
        data_sample (ActionDataSample): Its label and metadata. What the
            metadata lack is not shown; ``engine.checks.pack_meta`` has them
            packed.
        classes (Sequence[str], optional): Names of the classes. Defaults to
            None, their numbers.
        two_views (bool): Whether the first half is view 1 and the second
            view 2 also where the metadata do not say so. Defaults to False.
        to_rgb (bool): Whether the model swaps red and blue, as
            ``data_preprocessor.to_rgb``. Defaults to False.

    Returns:
        Sample: What it shows.

    Raises:
        ValueError: If the inputs are no RGB frames.
    """
    meta = data_sample.metainfo
    records = meta.get('views') or ([{}, {}] if two_views else [meta])
    clips = _clips(inputs, len(records), meta.get('frame_inds'))
    clips, note = _as_uint8(clips)
    if to_rgb:
        clips = clips[..., ::-1]
    rows, length = clips.shape[:2]
    indices = np.asarray(meta.get('frame_inds', ()), int)
    known = indices.size // length
    if known and indices.size == known * length and rows % known == 0:
        indices = indices.reshape(known, length)
    else:
        indices = [None] * rows
    views = []
    for row, frames in enumerate(clips):
        record = records[row * len(records) // rows]
        views.append(
            View(
                _name_of(row, rows, len(records), len(indices)),
                frames,
                indices[row % len(indices)],
                _operators(record),
                _crop(record),
            )
        )
    return Sample(
        _label(data_sample, classes),
        next((str(meta[key]) for key in PATHS if key in meta), ''),
        meta.get('total_frames'),
        views,
        note,
    )


def _clips(inputs: Tensor, views: int, indices: Any) -> np.ndarray:
    """Return all frames by clip, (M, T, H, W, 3)."""
    frames = getattr(inputs, 'cpu', lambda: None)()
    shape = tuple(getattr(frames, 'shape', ()))
    if len(shape) == 5 and shape[1] == 3:
        return frames.permute(0, 2, 3, 4, 1).numpy()
    if len(shape) == 4 and shape[1] == 3:
        frames = frames.permute(0, 2, 3, 1).numpy()
        length = len(frames) // views
        if views == 1 and indices is not None and len(indices):
            length = len(indices)  # of each crop
        if len(frames) % length:
            length = len(frames)
        return frames.reshape(-1, length, *frames.shape[1:])
    if len(shape) == 4 and shape[0] == 3:
        return frames.permute(1, 2, 3, 0).numpy()[None]
    raise ValueError(
        f'inputs of shape {shape or type(inputs).__name__} cannot be drawn; '
        'RGB frames are (M, 3, T, H, W), (3, T, H, W) or (M, 3, H, W)'
    )


def _as_uint8(clips: np.ndarray) -> Tuple[np.ndarray, str]:
    if clips.dtype == np.uint8:
        return clips, ''
    clips = clips.astype(np.float32)
    low, high = float(clips.min()), float(clips.max())
    note = ''
    if low < 0 or high > 255 or high <= 1:
        note = f'colours scaled from [{low:.3g}, {high:.3g}]'
        clips = (clips - low) * (255 / max(high - low, 1e-6))
    return np.rint(clips).astype(np.uint8), note


def _name_of(row: int, rows: int, views: int, clips: int) -> str:
    """Name a clip; a pipeline may cut several crops out of each."""
    if views == 2 and rows == 2:
        return f'view {row + 1}'
    crops = rows // clips
    parts = []
    if clips > 1:
        parts.append(f'clip {row % clips + 1} of {clips}')
    if crops > 1:
        parts.append(f'crop {row // clips + 1} of {crops}')
    return ', '.join(parts) or 'clip'


def _operators(record: dict) -> List[Operator]:
    found = [
        Operator(
            name, _TEXTS.get(name, lambda x, n=name: f'{n} {x}')(strength)
        )
        for name, strength in record.get('operators', ())
    ]
    if record.get('flip'):
        found.insert(0, Operator('Flip', 'flip'))
    return found


def _crop(record: dict) -> Optional[Tuple[float, ...]]:
    crop = record.get('crop_quadruple')
    return crop if crop is None else tuple(float(x) for x in crop)


def _label(
    data_sample: ActionDataSample, classes: Optional[Sequence[str]]
) -> str:
    values = getattr(data_sample, 'gt_label', None)
    if values is None:
        return 'no label'
    values = values.reshape(-1)
    if len(values) > 1:  # one number for each class
        values = values.nonzero().reshape(-1)
    names = []
    for number in map(int, values):
        named = classes is not None and 0 <= number < len(classes)
        names.append(str(classes[number]) if named else f'class {number}')
    return ', '.join(names) or 'no class'
