"""Samples as short videos that play."""

import os
from fractions import Fraction
from pathlib import Path
from typing import Iterable, Iterator, List

import av
import numpy as np
from PIL import Image, ImageDraw

from .canvas import (
    INK,
    PALE,
    VIEW_COLOURS,
    draw_operators,
    font,
    label_rows,
    row_height,
    scale,
    shorten,
)
from .samples import Sample

FORMATS = ('mp4', 'gif')
_RATE = 8  # frames a second, slow enough to look at
_HEIGHT = 224  # of a frame
_NARROWEST = 240  # so that the labels have room
_MARGIN, _HEAD, _TEXT = 14, 68, 12


def play(sample: Sample) -> Iterator[np.ndarray]:
    """Draw the first two clips of a sample side by side, frame after frame.

    Args:
        sample (Sample): The sample.

    Yields:
        np.ndarray: (H, W, 3), uint8, RGB; H and W are even.
    """
    clips = [
        [scale(frame, _HEIGHT) for frame in view.frames]
        for view in sample.views[:2]
    ]
    high, wide = clips[0][0].shape[:2]
    wide = max(_NARROWEST, wide)
    places = [_MARGIN + i * (wide + _MARGIN) for i in range(len(clips))]
    page = _page(sample, places, wide, high)
    for frames in zip(*clips):
        picture = page.copy()
        for left, frame in zip(places, frames):
            picture.paste(Image.fromarray(frame), (left, _HEAD))
        yield np.asarray(picture)


def _page(
    sample: Sample, places: List[int], wide: int, high: int
) -> Image.Image:
    """Draw what stands still."""
    labels = [label_rows(x.operators, _TEXT, wide) for x in sample.views[:2]]
    foot = max(map(len, labels)) * row_height(_TEXT) + _MARGIN
    width, height = places[-1] + wide + _MARGIN, _HEAD + high + 8 + foot
    size = width + width % 2, height + height % 2
    page = Image.new('RGB', size, 'white')
    draw = ImageDraw.Draw(page)
    room = width - 2 * _MARGIN
    for top, text, keep_end, colour, letters in (
        (8, sample.label, False, INK, font(15, True)),
        (29, sample.path, True, PALE, font(11)),
    ):
        text = shorten(text, letters, room, keep_end)
        draw.text((_MARGIN, top), text, colour, letters)
    for i, (left, rows) in enumerate(zip(places, labels)):
        name = sample.views[i].name.upper()
        draw.text((left, 48), name, VIEW_COLOURS[i], font(_TEXT, True))
        draw_operators(draw, (left, _HEAD + high + 8), rows, _TEXT)
    return page


def write_video(frames: Iterable[np.ndarray], path: str) -> None:
    """Write frames as a video, whole or not at all.

    Args:
        frames (Iterable[np.ndarray]): (H, W, 3) each, uint8, RGB, H and W
            even; one or more.
        path (str): The file; ends in .mp4 (H.264) or .gif.
    """
    is_gif = path.endswith('.gif')
    pictures = [
        av.VideoFrame.from_ndarray(np.ascontiguousarray(frame))
        for frame in frames
    ]
    for number, picture in enumerate(pictures):
        picture.pts, picture.time_base = number, Fraction(1, _RATE)
    unfinished = f'{path}.partial{Path(path).suffix}'
    try:
        with av.open(unfinished, 'w') as target:
            out = target.add_stream('gif' if is_gif else 'libx264', _RATE)
            out.width, out.height = pictures[0].width, pictures[0].height
            out.pix_fmt = 'pal8' if is_gif else 'yuv420p'
            if is_gif:
                pictures = _with_palette(pictures)
            else:
                out.options = dict(crf='16')
            for picture in pictures:
                target.mux(out.encode(picture))
            target.mux(out.encode(None))
        os.replace(unfinished, path)
    finally:
        Path(unfinished).unlink(missing_ok=True)


def _with_palette(pictures: List[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Choose the 256 colours that fit all frames best, as pal8."""
    graph = av.filter.Graph()
    first = pictures[0]
    source = graph.add_buffer(
        width=first.width,
        height=first.height,
        format=first.format,
        time_base=first.time_base,
    )
    both, choose, use, sink = (
        graph.add(name)
        for name in ('split', 'palettegen', 'paletteuse', 'buffersink')
    )
    source.link_to(both)
    both.link_to(choose, 0, 0)
    both.link_to(use, 1, 0)
    choose.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    for picture in [*pictures, None]:
        graph.push(picture)
    for _ in pictures:
        yield graph.pull()
