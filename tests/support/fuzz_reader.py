"""Compare the reader with sequential decoding on drawn videos.

``python -m tests.support.fuzz_reader --files 1000 --seed 1`` prints a table:
files, frames compared and differences, by container.
"""

import argparse
import os
import sys
import tempfile
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from unittest import mock

import av
import numpy as np

from skdsrl_mmaction.datasets.video import PyAVReader, packet_table
from tests.support.codecs import KINDS, options_of, remux, write_video
from tests.support.mp4_boxes import (
    ORIENTATIONS,
    set_edit_list,
    set_orientation,
)

CHANGES = (
    'none',
    'cut',
    'dropped packets',
    'cut before the first key frame',
    'variable rate',
    'negative times',
    'edit list',
    'orientation',
    'cover',
    'second',
    'sound',
)
COMPANIONS = 'cover', 'second', 'sound'
PACKET_CHANGES = (
    'dropped packets',
    'cut before the first key frame',
    'negative times',
)
NOT_CODED = bytes.fromhex('000001b6 504f')


def decode_sequentially(path, orientation='upright', companion=None):
    """Decode the whole file, with no code of the reader.

    Packets that cannot be decoded are passed over, and so is one in which
    the file ends.

    Returns:
        list[np.ndarray]: RGB, upright. Empty if nothing can be decoded.
    """
    frames = []
    try:
        container = av.open(str(path))
    except av.FFmpegError:
        return []
    with container:
        videos = container.streams.video
        if not videos:
            return []
        stream = videos[companion == 'cover']
        if companion == 'second':  # either, but the one of other players
            stream = container.streams.best('video')
        if stream.codec_context is None:
            return []
        stream.codec_context.thread_count = 1
        packets = []
        try:
            packets += (p for p in container.demux(stream) if p.size)
        except av.InvalidDataError:
            pass
        if packets and packets[-1].is_corrupt:
            packets.pop()  # where the file is cut
        show = ORIENTATIONS[orientation][1]
        for packet in [*packets, None]:
            try:
                decoded = stream.codec_context.decode(packet)
            except av.FFmpegError:
                continue
            frames += [show(x.to_ndarray(format='rgb24')) for x in decoded]
    return frames


def compare(path, truth, rng, batches=5):
    """Read frames in batches.

    Returns:
        tuple[int, list]: How many frames were compared, and what differs.
    """
    try:
        reader = PyAVReader(str(path))
    except ValueError as error:
        return 0, [str(error)] if truth else []
    if len(reader) != len(truth):
        return 0, [f'{len(reader)} frames instead of {len(truth)}']
    n, compared, wrong = len(truth), 0, []
    last = max(n - 8, 0)
    for k in range(batches):
        starts = rng.integers(0, last + 1, 2) if k else (last, 0)
        indices = [i for s in starts for i in range(s, min(s + 8, n))]
        try:
            frames = reader.get_batch(indices)
        except ValueError as error:
            return compared, [str(error)]
        for i, frame in zip(indices, frames):
            compared += 1
            if not np.array_equal(frame, truth[i]):
                wrong.append(f'frame {i}')
    return compared, wrong


def pack_b_frames(source, target):
    """Pack a B-frame into the packet before it, as XVID does."""
    start = b'\x00\x00\x01\xb6'
    with av.open(str(source)) as old:
        frames = [bytes(p) for p in old.demux(video=0) if p.size]
    frames[0] = frames[0].replace(
        start, b'\x00\x00\x01\xb2DivX503b1393p' + start
    )
    is_b = [frame[frame.index(start) + 4] >> 6 == 2 for frame in frames]
    packets = []
    for frame, before, b, after in zip(
        frames, [False, *is_b], is_b, [*is_b[1:], False]
    ):
        if b and not before:
            packets[-1] += frame
        else:
            packets.append(frame)
        if b and not after:
            packets.append(NOT_CODED)
    with av.open(str(source)) as old, av.open(str(target), 'w') as new:
        copy = new.add_stream_from_template(old.streams.video[0])
        for i, data in enumerate(packets):
            packet = av.Packet(data)
            packet.stream, packet.time_base = copy, Fraction(1, 25)
            packet.pts = packet.dts = i
            packet.is_keyframe = i == 0
            new.mux(packet)
    return target


def change_packets(source, target, change, rng):
    """Write the video again with other packets or times."""
    with av.open(str(source)) as container:
        count = sum(p.size > 0 for p in container.demux(video=0))
    number = -1
    dropped = set(rng.integers(1, count, rng.integers(1, 4)).tolist())
    if change == 'cut before the first key frame':
        dropped = set(range(int(rng.integers(1, 4))))
    shift = int(rng.integers(1, 9)) if change == 'negative times' else 0

    def changed(packet):
        nonlocal number
        number += 1
        if shift and packet.dts is not None:
            packet.pts -= shift * packet.duration
            packet.dts -= shift * packet.duration
        elif not shift and number in dropped:
            return []
        return [packet]

    muxer = dict(avoid_negative_ts='disabled') if shift else {}
    return remux(source, target, changed, **muxer)


def write_drawn(folder, name, kind, container, change, rng):
    """Write a video.

    Returns:
        tuple[Path, str]: The video, and its orientation.
    """
    options, pix_fmt = options_of(kind, rng)
    path = folder / f'{name}.{container}'
    is_mp4 = container in ('mp4', 'mov')
    muxer = {}
    if is_mp4 and change in ('none', 'cut'):
        muxer['movflags'] = str(
            rng.choice(['faststart', 'frag_keyframe+empty_moov'])
        )
    frames = int(rng.integers(20, 50))
    write_video(
        path,
        KINDS[kind][0],
        options,
        pix_fmt,
        frames,
        size=(352, 288) if kind == 'h263' else (64, 48),
        pts=np.cumsum(rng.integers(1, 5, frames)).tolist()
        if change == 'variable rate'
        else None,
        companion=change if change in COMPANIONS else None,
        **muxer,
    )
    orientation = 'upright'
    if kind == 'mpeg4 packed':
        path = pack_b_frames(path, folder / f'{name}-packed.avi')
    if change == 'cut':
        data = path.read_bytes()
        path.write_bytes(data[: int(rng.integers(1, len(data)))])
    elif change == 'edit list':
        first = rng.integers(0, frames - 8, 2).tolist()
        set_edit_list(path, [(at, int(rng.integers(3, 9))) for at in first])
    elif change == 'orientation':
        orientation = str(rng.choice(list(ORIENTATIONS)))
        set_orientation(path, orientation)
    elif change in PACKET_CHANGES:
        target = folder / f'{name}-changed.{container}'
        path = change_packets(path, target, change, rng)
    return path, orientation


def draw(rng):
    """Draw a kind of video, its container and a change that it allows."""
    kind = str(rng.choice(list(KINDS)))
    container = str(rng.choice(KINDS[kind][1]))
    changes = [c for c in CHANGES if allowed(c, kind, container)]
    return kind, container, str(rng.choice(changes))


def allowed(change, kind, container):
    """Return whether the container can be changed so."""
    if change in ('edit list', 'orientation'):
        return container in ('mp4', 'mov')
    if change in COMPANIONS:
        return container in ('mp4', 'mov', 'mkv')
    if change == 'negative times':
        return container in ('mp4', 'mov')
    if change == 'variable rate':
        return container in ('mp4', 'mov', 'mkv', 'webm')
    if change in PACKET_CHANGES:
        # FFV1 shows memory that was not written where a frame is missing.
        return container not in ('mpg', 'wmv') and kind not in (
            'mpeg4 packed',
            'ffv1',
        )
    return True


def run(files, seed):
    """Compare drawn videos.

    Returns:
        dict: For each container, files, frames compared, and differences.
    """
    rng = np.random.default_rng(seed)
    results = defaultdict(lambda: [0, 0, []])
    for k in range(files):
        kind, container, change = draw(rng)
        with tempfile.TemporaryDirectory() as folder:
            where = f'seed {seed}, file {k}: {kind}, {container}, {change}'
            try:
                path, orientation = write_drawn(
                    Path(folder), 'video', kind, container, change, rng
                )
            except av.FFmpegError:  # packets that the muxer refuses
                results['not written'][0] += 1
                continue
            companion = change if change in COMPANIONS else None
            truth = decode_sequentially(path, orientation, companion)
            # With and without packets kept in memory.
            limit = int(rng.integers(2)) << 24
            with mock.patch.object(packet_table, '_MAX_KEPT', limit):
                compared, wrong = compare(path, truth, rng)
        results[container][0] += 1
        results[container][1] += compared
        results[container][2] += [f'{where}: {x}' for x in wrong[:9]]
    return dict(results)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--files', type=int, default=1000)
    parser.add_argument('--seed', type=int, default=1)
    args = parser.parse_args()
    os.environ.setdefault('SVT_LOG', '0')  # an encoder that talks
    av.logging.set_level(av.logging.PANIC)
    results = run(args.files, args.seed)
    print(f'{"container":<12}{"files":>8}{"frames":>10}{"differences":>14}')
    total = [0, 0, 0]
    for container, (files, frames, wrong) in sorted(results.items()):
        row = files, frames, len(wrong)
        total = [a + b for a, b in zip(total, row)]
        print(f'{container:<12}{files:>8}{frames:>10}{len(wrong):>14}')
    print(f'{"all":<12}{total[0]:>8}{total[1]:>10}{total[2]:>14}')
    for line in (line for *_, wrong in results.values() for line in wrong):
        print(line)
    sys.exit(bool(total[2]))


if __name__ == '__main__':
    main()
