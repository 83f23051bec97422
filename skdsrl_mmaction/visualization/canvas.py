"""What the pictures of views are put together from."""

import io
from functools import cache
from pathlib import Path
from typing import List, NamedTuple, Sequence, Tuple

import cv2
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..utils import write_whole
from .samples import Operator, View

INK, PALE, LINE = '#1f2937', '#6b7280', '#d1d5db'
# Of view 1 and view 2; further clips take turns.
VIEW_COLOURS = ('#2563eb', '#d97706')
_OPERATOR_COLOURS = {
    'ClipContrast': '#111827',
    'ClipBrightness': '#b45309',
    'ClipHue': '#7c3aed',
    'ClipGaussianBlur': '#0f766e',
    'ChannelSplit': '#be123c',
}
_OTHER_COLOUR = '#64748b'
_DOTS = '…'
_NONE = 'no operator'


class Style(NamedTuple):
    """Sizes of a picture, in pixels.

    Attributes:
        columns (int): The most frames in a row.
        frame (int): Height that frames of another size are brought near to.
        text (int): Of the text.
    """

    columns: int
    frame: int
    text: int


@cache
def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return the font that comes with matplotlib; it has Greek and arrows."""
    name = 'DejaVuSans-Bold.ttf' if bold else 'DejaVuSans.ttf'
    folder = Path(matplotlib.get_data_path(), 'fonts', 'ttf')
    return ImageFont.truetype(str(folder / name), size)


def shorten(
    text: str, style: ImageFont.FreeTypeFont, width: int, keep_end: bool
) -> str:
    """Cut a text so that it fits.

    Args:
        text (str): One line.
        style (FreeTypeFont): Its font.
        width (int): Pixels.
        keep_end (bool): Whether its beginning is cut, as of a path.

    Returns:
        str: The text, or a part of it with an ellipsis.
    """
    if style.getlength(text) <= width:
        return text
    while text and style.getlength(text + _DOTS) > width:
        text = text[1:] if keep_end else text[:-1]
    return _DOTS + text if keep_end else text + _DOTS


def choose(frames: int, columns: int) -> np.ndarray:
    """Return which of ``frames`` are shown: each n-th, at most ``columns``."""
    return np.arange(0, frames, -(-frames // columns))


def scale(frame: np.ndarray, height: int) -> np.ndarray:
    """Scale a frame, if its height is far from the wanted one.

    Args:
        frame (np.ndarray): (H, W, 3), uint8.
        height (int): Wanted; from 2/3 to 8/7 of it a frame stays as it is.

    Returns:
        np.ndarray: (H', W', 3). Small frames are enlarged by a whole number,
        without smoothing.
    """
    own, width = frame.shape[:2]
    if 3 * own < 2 * height:
        times = round(height / own)
        return frame.repeat(times, 0).repeat(times, 1)
    if 7 * own <= 8 * height:
        return frame
    size = max(1, round(width * height / own)), height
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA)


def strip(view: View, style: Style) -> Tuple[Image.Image, List[int], int]:
    """Put frames of a clip side by side.

    Args:
        view (View): The clip.
        style (Style): Sizes.

    Returns:
        tuple: The picture, the columns of pixels at which its frames begin,
        and the distance of the frames in the clip.
    """
    chosen = choose(len(view.frames), style.columns)
    frames = [scale(view.frames[i], style.frame) for i in chosen]
    height, width = frames[0].shape[:2]
    starts = [2 + i * (width + 3) for i in range(len(frames))]
    size = height + 4, starts[-1] + width + 2, 3
    picture = np.full(size, 255, np.uint8)
    for start, frame in zip(starts, frames):
        # Grey and white lines separate frames of any brightness.
        picture[1:-1, start - 1 : start + width + 1] = 130
        picture[2:-2, start : start + width] = frame
    step = int(chosen[1] - chosen[0]) if len(chosen) > 1 else 1
    return Image.fromarray(picture), starts, step


def label_rows(
    operators: Sequence[Operator], size: int, width: int
) -> List[List[Operator]]:
    """Divide the labels of operators into rows.

    Args:
        operators (Sequence[Operator]): In the order they were applied.
        size (int): Of the text, in pixels.
        width (int): Of a row.

    Returns:
        list[list[Operator]]: Those of each row, one row or more.
    """
    rows: List[List[Operator]] = [[]]
    left = 0
    for operator in operators:
        length = _label_width(operator, size)
        if rows[-1] and left + length > width:
            rows.append([])
            left = 0
        rows[-1].append(operator)
        left += length + size // 2
    return rows


def draw_operators(
    draw: ImageDraw.ImageDraw,
    at: Tuple[int, int],
    rows: List[List[Operator]],
    size: int,
) -> None:
    """Draw a coloured label for each operator.

    Args:
        draw (ImageDraw): Of the picture.
        at (tuple[int, int]): Left upper corner.
        rows (list[list[Operator]]): Of :func:`label_rows`.
        size (int): Of the text, in pixels.
    """
    letters, top = font(size), at[1]
    high = row_height(size) - 3
    if not rows[0]:
        draw.text((at[0], top + high / 2), _NONE, PALE, letters, 'lm')
    for row in rows:
        left = at[0]
        for operator in row:
            end = left + _label_width(operator, size)
            colour = _OPERATOR_COLOURS.get(operator.name, _OTHER_COLOUR)
            box = left, top, end, top + high
            draw.rounded_rectangle(box, size // 3, colour)
            middle = (left + end) / 2, top + high / 2
            draw.text(middle, operator.text, 'white', letters, 'mm')
            left = end + size // 2
        top += row_height(size)


def row_height(size: int) -> int:
    """Return the height of a row of labels whose text has this size."""
    return size + size // 2 + 5


def _label_width(operator: Operator, size: int) -> int:
    return round(font(size).getlength(operator.text)) + size


def draw_places(
    draw: ImageDraw.ImageDraw,
    box: Tuple[int, int, int, int],
    indices: np.ndarray,
    total: int,
    colour: str,
) -> None:
    """Draw where in the video the frames of a clip are.

    Args:
        draw (ImageDraw): Of the picture.
        box (tuple[int]): Left, top, right and bottom of the whole video.
        indices (np.ndarray): Of the frames.
        total (int): Number of frames of the video.
        colour (str): Of the clip.
    """
    left, top, right, bottom = box
    draw.rectangle(box, '#eef0f3', LINE)
    for index in np.clip(indices, 0, total - 1):
        start = left + (right - left) * index / total
        end = left + (right - left) * (index + 1) / total
        draw.rectangle((start, top, max(end, start + 1), bottom), colour)


def draw_crop(
    draw: ImageDraw.ImageDraw,
    box: Tuple[int, int, int, int],
    crop: Tuple[float, ...],
    colour: str,
) -> None:
    """Draw which part of the frame was cut out.

    Args:
        draw (ImageDraw): Of the picture.
        box (tuple[int]): Left, top, right and bottom of the whole frame.
        crop (tuple[float]): x, y, width and height, as shares.
        colour (str): Of the clip.
    """
    left, top, right, bottom = box
    x, y, width, height = crop
    wide, high = right - left, bottom - top
    draw.rectangle(box, '#eef0f3', LINE)
    inner = (
        left + wide * x,
        top + high * y,
        left + wide * (x + width),
        top + high * (y + height),
    )
    draw.rectangle(inner, None, colour, 2)


def save_png(image: Image.Image, path: str) -> None:
    """Write a picture, whole or not at all.

    Args:
        image (Image): The picture.
        path (str): The file; its folder must exist.
    """
    content = io.BytesIO()
    # Level 1 takes a quarter of the time, and photographs hardly grow by it.
    image.save(content, 'PNG', compress_level=1)
    write_whole(path, content.getvalue())
