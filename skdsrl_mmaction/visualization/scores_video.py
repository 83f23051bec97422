"""A video with what a model says of it, drawn in."""

import os
from fractions import Fraction
from pathlib import Path
from typing import Iterable, List, Sequence, Tuple

import av
import numpy as np
from PIL import Image, ImageDraw

from ..datasets.video.orientation import upright
from ..datasets.video.stream import (
    decode_from_beginning,
    frame_rate,
    open_stream,
)
from .canvas import font, shorten

_WIDTH = 480  # smaller videos are drawn as wide as this
_PLOT = 96  # height of the scores over time
_TOP = 22  # of it, that names and time take
_COLOURS = ('#2563eb', '#d97706', '#0f766e')  # of the classes with a curve
_MARGIN = 8
_INK, _PALE = '#1f2937', '#9ca3af'


def write_scores_video(
    video: str,
    path: str,
    times: Sequence[float],
    scores: np.ndarray,
    classes: Sequence[str],
) -> None:
    """Write a copy of a video with label, score and scores over time.

    Each frame shows the best class of the window whose middle is nearest,
    and the curves are those of the classes that are best on average.

    Args:
        video (str): The video file.
        path (str): An .mp4 file, written whole or not at all.
        times (Sequence[float]): Middle of each window in seconds, rising.
        scores (np.ndarray): Of each window, (M, K), in [0, 1].
        classes (Sequence[str]): Names of the K classes.

    Raises:
        FileNotFoundError: If there is no such video.
        ValueError: If it cannot be read.
    """
    container, stream = open_stream(video)
    with container:
        rate = Fraction(frame_rate(stream) or 25).limit_denominator(1000)
    frames = decode_from_beginning(video)
    drawn = _draw(frames, float(rate), np.asarray(times), scores, classes)
    _write(drawn, path, rate)


def _draw(
    frames: Iterable[av.VideoFrame],
    rate: float,
    times: np.ndarray,
    scores: np.ndarray,
    classes: Sequence[str],
) -> Iterable[np.ndarray]:
    plot, middle = None, (times[1:] + times[:-1]) / 2
    for number, frame in enumerate(frames):
        picture = Image.fromarray(
            upright(frame.to_ndarray(format='rgb24'), frame)
        )
        width, height = _even_size(*picture.size)
        if plot is None:
            plot = _plot(width, times, scores, classes)
        page = Image.new('RGB', (width, height + _PLOT), 'white')
        page.paste(picture.resize((width, height)), (0, 0))
        page.paste(plot, (0, height))
        draw = ImageDraw.Draw(page)
        now = scores[np.searchsorted(middle, number / rate)]
        score = f'  {now.max():.2f}'
        room = width - 2 * _MARGIN - int(font(20).getlength(score))
        text = shorten(classes[now.argmax()], font(20), room, False) + score
        box = draw.textbbox((_MARGIN, _MARGIN), text, font=font(20))
        draw.rectangle([0, 0, box[2] + _MARGIN, box[3] + _MARGIN], fill=_INK)
        draw.text((_MARGIN, _MARGIN), text, 'white', font(20))
        x = _place(number / rate, times, width)
        draw.line([x, height + _TOP, x, height + _PLOT], fill=_INK, width=2)
        time = f'{number / rate:.1f} of {times[0] + times[-1]:.1f} s'
        at = width - _MARGIN, height + 3
        draw.text(at, time, _INK, font(13), anchor='ra')
        yield np.asarray(page)


def _even_size(width: int, height: int) -> Tuple[int, int]:
    scale = max(1.0, _WIDTH / width)
    return tuple(2 * round(scale * x / 2) for x in (width, height))


def _plot(
    width: int, times: np.ndarray, scores: np.ndarray, classes: Sequence[str]
) -> Image.Image:
    """Draw the curves of up to three classes, and their names."""
    plot = Image.new('RGB', (width, _PLOT), 'white')
    draw = ImageDraw.Draw(plot)
    top, bottom = _TOP, _PLOT - 6
    for y, level, anchor in (top, '1', 'ra'), (bottom, '0', 'rd'):
        draw.line([0, y, width, y], fill=_PALE)
        draw.text((width - 2, y), level, _PALE, font(11), anchor)
    left = _MARGIN
    for k, colour in zip(scores.mean(axis=0).argsort()[::-1], _COLOURS):
        points: List[Tuple[float, float]] = [
            (_place(time, times, width), bottom - score * (bottom - top))
            for time, score in zip(times, scores[:, k])
        ]
        # One window has one score, for the whole time.
        points = [(0, points[0][1]), *points, (width, points[-1][1])]
        draw.line(points, fill=colour, width=2)
        name = shorten(classes[k], font(13), width // 4, False)
        draw.text((left, 3), name, colour, font(13))
        left += font(13).getlength(name) + 2 * _MARGIN
    return plot


def _place(time: float, times: np.ndarray, width: int) -> float:
    """Column of a time; the video ends as far after the last window's middle
    as it begins before the first one's."""
    return width * min(1.0, time / (times[0] + times[-1]))


def _write(frames: Iterable[np.ndarray], path: str, rate: Fraction) -> None:
    unfinished = f'{path}.partial.mp4'
    try:
        with av.open(unfinished, 'w') as target:
            out = None
            for number, frame in enumerate(frames):
                picture = av.VideoFrame.from_ndarray(frame, format='rgb24')
                if out is None:
                    out = target.add_stream('libx264', rate=rate)
                    out.width, out.height = picture.width, picture.height
                    out.pix_fmt = 'yuv420p'
                picture.pts, picture.time_base = number, 1 / rate
                target.mux(out.encode(picture))
            target.mux(out.encode(None))
        os.replace(unfinished, path)
    finally:
        Path(unfinished).unlink(missing_ok=True)
