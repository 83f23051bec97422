"""Edit the boxes of MP4 files (ISO/IEC 14496-12)."""

import struct

# What the display matrix says of the stored picture, and how to show it.
ORIENTATIONS = {
    'upright': ((1, 0, 0, 1), lambda x: x),
    'mirrored': ((-1, 0, 0, 1), lambda x: x[:, ::-1]),
    'upside down': ((-1, 0, 0, -1), lambda x: x[::-1, ::-1]),
    'flipped': ((1, 0, 0, -1), lambda x: x[::-1]),
    'clockwise': ((0, 1, -1, 0), lambda x: x.swapaxes(0, 1)[:, ::-1]),
    'counterclockwise': ((0, -1, 1, 0), lambda x: x.swapaxes(0, 1)[::-1]),
    'transposed': ((0, 1, 1, 0), lambda x: x.swapaxes(0, 1)),
    'transversed': (
        (0, -1, -1, 0),
        lambda x: x.swapaxes(0, 1)[::-1, ::-1],
    ),
}


def set_orientation(path, name):
    """Write one of ``ORIENTATIONS`` into all tracks."""
    a, b, c, d = ORIENTATIONS[name][0]
    one = 1 << 16
    matrix = [a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30]
    data = bytearray(path.read_bytes())
    at = data.find(b'tkhd')
    while at >= 0:
        start = at + 4 + (52 if data[at + 4] else 40)
        data[start : start + 36] = struct.pack('>9i', *matrix)
        at = data.find(b'tkhd', at + 4)
    path.write_bytes(data)


def _boxes(data, start, end):
    while start < end:
        size, kind = struct.unpack('>I4s', data[start : start + 8])
        yield kind, start, start + size
        start += size


def _find(data, start, end, kind):
    for found, at, stop in _boxes(data, start, end):
        if found == kind:
            return at, stop
    raise ValueError(f'no box {kind}')


def set_edit_list(path, segments):
    """Write segments, (first frame, frames) of 25 a second, into the track.

    The box ``moov`` must be the last one and have one track.
    """
    data = path.read_bytes()
    moov, end = _find(data, 0, len(data), b'moov')
    assert end == len(data)
    mvhd, _ = _find(data, moov + 8, end, b'mvhd')
    trak, trak_end = _find(data, moov + 8, end, b'trak')
    mdia, mdia_end = _find(data, trak + 8, trak_end, b'mdia')
    mdhd, _ = _find(data, mdia + 8, mdia_end, b'mdhd')
    movie, media = (
        struct.unpack('>I', data[at + 20 : at + 24])[0] for at in (mvhd, mdhd)
    )
    # Frames that B-frames are displayed before start later than at 0.
    try:
        edts, _ = _find(data, trak + 8, trak_end, b'edts')
        offset = struct.unpack('>i', data[edts + 28 : edts + 32])[0]
    except ValueError:
        offset = 0
    entries = b''.join(
        struct.pack(
            '>IiI', count * movie // 25, offset + first * media // 25, 1 << 16
        )
        for first, count in segments
    )
    elst = struct.pack('>4sII', b'elst', 0, len(segments)) + entries
    elst = struct.pack('>I', 4 + len(elst)) + elst
    edts = struct.pack('>I4s', 8 + len(elst), b'edts') + elst
    kept = b''.join(
        data[start:stop]
        for kind, start, stop in _boxes(data, trak + 8, trak_end)
        if kind != b'edts'
    )
    # After tkhd, as players expect.
    tkhd_size = struct.unpack('>I', kept[:4])[0]
    inside = kept[:tkhd_size] + edts + kept[tkhd_size:]
    new_trak = struct.pack('>I4s', 8 + len(inside), b'trak') + inside
    inside = data[moov + 8 : trak] + new_trak + data[trak_end:]
    path.write_bytes(
        data[:moov] + struct.pack('>I4s', 8 + len(inside), b'moov') + inside
    )
