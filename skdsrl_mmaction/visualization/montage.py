"""Pictures of samples: each by itself, and many on one sheet."""

from typing import List, Sequence

import numpy as np
from PIL import Image, ImageDraw

from .canvas import (
    INK,
    LINE,
    PALE,
    VIEW_COLOURS,
    Style,
    choose,
    draw_crop,
    draw_operators,
    draw_places,
    font,
    label_rows,
    row_height,
    shorten,
    strip,
)
from .samples import Sample, View

_MARGIN = 20
_ROWS = 10  # clips of a sample, as our test pipelines make
_LARGE = Style(columns=16, frame=112, text=15)
_SMALL = Style(columns=6, frame=66, text=11)
_BAR = 5  # width of the bar in the colour of the view
_NARROWEST = 760  # so that the texts have room
_TILE = 360  # narrowest sample of a sheet
_PER_LINE = 4  # samples of a sheet


def draw_sample(sample: Sample, about: str = '') -> Image.Image:
    """Draw every clip of a sample frame by frame, one below the other.

    Above each clip are the operators that were drawn for it, with their
    strengths, which part of the frame was cut out, and where in the video the
    clip is. Long clips are drawn as each n-th frame, which the picture says.
    Of stock transforms only flips and crops are known.

    Args:
        sample (Sample): The sample.
        about (str): Text in the right upper corner. Defaults to ''.

    Returns:
        Image: The picture.
    """
    shown = choose(len(sample.views), _ROWS)
    strips = [strip(sample.views[i], _LARGE) for i in shown]
    header, foot, head, numbers = 76, 24, 34, 22
    width = max(_NARROWEST, _BAR + max(x.width for x, *_ in strips))
    height = header + foot
    height += sum(head + x.height + numbers for x, *_ in strips)
    image = Image.new('RGB', (width + 2 * _MARGIN, height), 'white')
    draw = ImageDraw.Draw(image)
    right = _MARGIN + width

    about_font = font(13)
    taken = about_font.getlength(about) + 20
    title = shorten(sample.label, font(22, True), width - taken, False)
    draw.text((_MARGIN, 14), title, INK, font(22, True))
    draw.text((right, 20), about, PALE, about_font, 'ra')
    path = shorten(sample.path, font(13), width, True)
    draw.text((_MARGIN, 44), path, PALE, font(13))

    top = header
    for i, (picture, starts, step) in zip(shown, strips):
        view, colour = sample.views[i], VIEW_COLOURS[i % 2]
        _draw_head(draw, sample, view, colour, top, right)
        top += head
        bar = _MARGIN, top, _MARGIN + _BAR - 1, top + picture.height - 1
        draw.rectangle(bar, colour)
        image.paste(picture, (_MARGIN + _BAR, top))
        top += picture.height
        for j, start in enumerate(starts):
            number = j * step
            if view.indices is not None:
                number = view.indices[number]
            at = _MARGIN + _BAR + start, top + 2
            draw.text(at, str(number), PALE, font(10))
        top += numbers
    draw.text((_MARGIN, top), _footnote(sample, shown), PALE, font(12))
    return image


def _draw_head(
    draw: ImageDraw.ImageDraw,
    sample: Sample,
    view: View,
    colour: str,
    top: int,
    right: int,
) -> None:
    """Write name, operators, crop and position above a clip."""
    size = _LARGE.text
    name = view.name.upper()
    draw.text((_MARGIN, top + 5), name, colour, font(size, True))
    left = _MARGIN + round(font(size, True).getlength(name)) + 20
    draw_operators(draw, (left, top + 3), [view.operators], size - 2)
    if view.indices is not None:
        text = _places(view.indices, sample.total)
        if sample.total:
            box = right - 130, top + 10, right - 1, top + 19
            draw_places(draw, box, view.indices, sample.total, colour)
            right -= 142
        draw.text((right, top + 14), text, PALE, font(12), 'rm')
        right -= round(font(12).getlength(text)) + 14
    if view.crop is not None:
        wide = _whole_width(view, 24)
        box = right - wide, top + 3, right, top + 27
        draw_crop(draw, box, view.crop, colour)
        draw.text((box[0] - 8, top + 14), 'crop', PALE, font(12), 'rm')


def _whole_width(view: View, height: int) -> int:
    """Return the width of the whole frame, if it has this height."""
    high, wide = view.frames.shape[1:3]
    share = wide / view.crop[2] / (high / view.crop[3])
    return round(height * min(max(share, 0.4), 2.5))


def _places(indices: np.ndarray, total: int) -> str:
    first, last = int(indices.min()), int(indices.max())
    of = f' of {total}' if total else ''
    return f'frames {first} to {last}{of}'


def _footnote(sample: Sample, shown: np.ndarray) -> str:
    length = len(sample.views[0].frames)
    step = choose(length, _LARGE.columns)
    step = int(step[1] - step[0]) if len(step) > 1 else 1
    notes = []
    if length > 1 and any(view.operators for view in sample.views):
        notes.append(
            'Each operator is drawn once for a clip, and acts on all of its '
            f'{length} frames.'
        )
    if step > 1:
        notes.append(f'Each {_ordinal(step)} of {length} frames is shown.')
    if len(shown) < len(sample.views):
        notes.append(f'{len(shown)} of {len(sample.views)} clips are shown.')
    if sample.note:
        notes.append(f'{sample.note}.'.capitalize())
    return '  '.join(notes)


def _ordinal(number: int) -> str:
    return {2: '2nd', 3: '3rd'}.get(number, f'{number}th')


def draw_tile(sample: Sample) -> Image.Image:
    """Draw some frames of the first two clips of a sample, for a sheet.

    Args:
        sample (Sample): The sample.

    Returns:
        Image: The picture.
    """
    views = sample.views[:2]
    strips = [strip(view, _SMALL)[0] for view in views]
    size, head = _SMALL.text, 40
    width = max(_TILE, _BAR + max(x.width for x in strips))
    bold, plain = font(size + 3, True), font(size - 1)
    starts = [_BAR + 8 + round(plain.getlength(x.name)) for x in views]
    labels = [
        label_rows(view.operators, size, width - start)
        for view, start in zip(views, starts)
    ]
    row, space = row_height(size), 8
    height = head + sum(x.height + space for x in strips)
    height += row * sum(len(rows) for rows in labels)
    image = Image.new('RGB', (width, height), 'white')
    draw = ImageDraw.Draw(image)
    draw.text((0, 2), shorten(sample.label, bold, width, False), INK, bold)
    path = shorten(sample.path, plain, width, True)
    draw.text((0, 22), path, PALE, plain)
    top = head
    for i, (picture, rows) in enumerate(zip(strips, labels)):
        colour = VIEW_COLOURS[i]
        bar = 0, top, _BAR - 1, top + picture.height - 1
        draw.rectangle(bar, colour)
        image.paste(picture, (_BAR, top))
        top += picture.height + 3
        draw.text((0, top + 3), views[i].name, colour, plain)
        draw_operators(draw, (starts[i], top), rows, size)
        top += row * len(rows) + space - 3
    return image


def draw_sheet(tiles: Sequence[Image.Image], title: str) -> Image.Image:
    """Put tiles on one sheet.

    Args:
        tiles (Sequence[Image]): Of :func:`draw_tile`, one or more.
        title (str): Text above them.

    Returns:
        Image: The picture.
    """
    columns = min(_PER_LINE, len(tiles))
    gap, header = 26, 60
    width = max(tile.width for tile in tiles)
    lines: List[Sequence[Image.Image]] = [
        tiles[i : i + columns] for i in range(0, len(tiles), columns)
    ]
    heights = [max(tile.height for tile in line) for line in lines]
    whole = (
        max(2 * _MARGIN + columns * (width + gap) - gap, _NARROWEST),
        header + sum(heights) + gap * len(lines),
    )
    image = Image.new('RGB', whole, 'white')
    draw = ImageDraw.Draw(image)
    title = shorten(title, font(18, True), whole[0] - 2 * _MARGIN, False)
    draw.text((_MARGIN, 16), title, INK, font(18, True))
    top = header
    for line, height in zip(lines, heights):
        draw.line((_MARGIN, top - 9, whole[0] - _MARGIN, top - 9), LINE)
        for i, tile in enumerate(line):
            image.paste(tile, (_MARGIN + i * (width + gap), top))
        top += height + gap
    return image
