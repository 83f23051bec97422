"""The frames that are asked for, against decoding whole files in order."""

import gc
import mmap
from fractions import Fraction
from pathlib import Path

import av
import decord
import numpy as np
import pytest

from skdsrl_mmaction.datasets.video import PyAVReader


def write_video(path, codec, frames=60, size=(64, 64), pts=None, **options):
    """Moving noise, no two frames alike."""
    pattern = np.random.default_rng(0).integers(
        0, 256, (size[1] // 4, size[0] // 4, 3), np.uint8
    )
    pattern = pattern.repeat(4, axis=0).repeat(4, axis=1)
    rotation = options.pop('rotation', 0)
    pix_fmt = options.pop('pix_fmt', 'yuv420p')
    with av.open(str(path), 'w') as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height = size
        stream.pix_fmt = pix_fmt
        stream.codec_context.thread_count = 1
        stream.options = {k: str(v) for k, v in options.items()}
        if rotation:
            stream.set_display_rotation(rotation)
        for i in range(frames):
            rgb = np.roll(pattern, (i, 2 * i), axis=(0, 1))
            frame = av.VideoFrame.from_ndarray(rgb, format='rgb24')
            if pts is not None:
                frame.pts = pts(i)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def remux(source, target, change, **options):
    """Copy packets, each changed into a list of packets."""
    with (
        av.open(str(source)) as old,
        av.open(str(target), 'w', options=options) as new,
    ):
        stream = old.streams.video[0]
        copy = new.add_stream_from_template(stream)
        for packet in old.demux(stream):
            for changed in change(packet) if packet.size else ():
                changed.stream = copy
                new.mux(changed)
    return target


def decode_all(path):
    """Every frame in order, by PyAV alone."""
    with av.open(str(path)) as container:
        return [
            frame.to_ndarray(format='rgb24')
            for frame in container.decode(video=0)
        ]


def check(path, trials=8, clip_len=16):
    """Two clips at a time, and the first and last frames, are exact."""
    frames = decode_all(path)
    reader = PyAVReader(str(path))
    assert len(reader) == len(frames)
    last = max(len(frames) - clip_len, 0)
    starts = [(0, last), (last, 0)]
    starts += np.random.randint(0, last + 1, (trials, 2)).tolist()
    for pair in starts:
        clips = [np.arange(s, s + clip_len) % len(frames) for s in pair]
        indices = np.concatenate(clips)
        for i, frame in zip(indices, reader.get_batch(indices)):
            assert np.array_equal(frame, frames[i]), (path, pair, i)
    return reader


X264 = dict(crf=30, g=12, bf=3, preset='medium')
VIDEOS = {
    'b-pyramid.mp4': dict(codec='libx264', **X264),
    'open-gop.mp4': dict(
        codec='libx264', **X264, **{'x264-params': 'open-gop=1'}
    ),
    'no-b-frames.mp4': dict(codec='libx264', g=8, bf=0),
    'key-frames.mp4': dict(codec='libx264', g=1),
    'b-frames.mkv': dict(codec='libx264', **X264),
    'time-stamps-guessed.ts': dict(codec='libx264', **X264),
    'time-stamps-none.avi': dict(codec='libx264', **X264),
    'simple.avi': dict(codec='mpeg4', g=12),
    'b-frames.avi': dict(codec='mpeg4', g=12, bf=2),
    'closed-gop.avi': dict(
        codec='mpeg4', g=12, bf=2, flags='+cgop', sc_threshold=10**9
    ),
    'b-frames.mp4': dict(codec='mpeg4', g=12, bf=2),
    'hevc.mp4': dict(
        codec='libx265', **{'x265-params': 'keyint=12:log-level=none'}
    ),
    'vp9.webm': dict(codec='libvpx-vp9', g=12, **{'auto-alt-ref': 1}),
    'vp8.webm': dict(codec='libvpx', g=12, **{'auto-alt-ref': 1}),
    'mjpeg.avi': dict(codec='mjpeg', pix_fmt='yuvj422p'),
    'mpeg1.mpg': dict(codec='mpeg1video', g=12, bf=2),
    'uneven.mp4': dict(codec='libx264', **X264, pts=lambda i: i * i),
    'one-frame.mp4': dict(codec='libx264', frames=1),
    'shorter-than-a-clip.mp4': dict(codec='libx264', frames=9, bf=2),
    'odd.mp4': dict(codec='libx264', size=(76, 52), pix_fmt='yuv444p'),
    'tiny.avi': dict(codec='mpeg4', g=12, bf=2, size=(16, 16)),
}


@pytest.mark.parametrize('name', VIDEOS)
def test_exact(name, tmp_path):
    check(write_video(tmp_path / name, **VIDEOS[name]))


@pytest.mark.parametrize(
    'name, index, entries',
    [
        ('b-pyramid.mp4', 'TimedFrames', 5),
        ('open-gop.mp4', 'TimedFrames', 1),  # later frames cross the others
        ('b-frames.avi', 'GroupedFrames', 1),
        ('closed-gop.avi', 'GroupedFrames', 6),
        ('time-stamps-guessed.ts', 'CountedFrames', None),
        ('vp8.webm', 'CountedFrames', None),  # hidden frames
    ],
)
def test_where_decoding_starts(name, index, entries, tmp_path):
    """Each way is taken by the files that it is meant for."""
    reader = PyAVReader(str(write_video(tmp_path / name, **VIDEOS[name])))
    assert type(reader._index).__name__ == index
    if entries:
        assert len(reader._index.entries) == entries


def test_only_what_is_needed_is_decoded(tmp_path):
    path = write_video(tmp_path / 'a.mp4', 'libx264', g=12, bf=0)
    reader = PyAVReader(str(path))
    decoded = []

    class Context:
        def __getattr__(self, name):
            return getattr(context, name)

        def decode(self, packet):
            decoded.append(packet)
            return context.decode(packet)

    context, reader._context = reader._context, Context()
    reader.get_batch([38, 39, 2])
    # Frames 0 to 2 and 36 to 39, and what is held back, after each.
    assert len([packet for packet in decoded if packet]) == 3 + 4


def test_edit_lists(tmp_path):
    """The first 5 frames are there to be decoded, not to be shown."""
    whole = write_video(tmp_path / 'whole.mp4', 'libx264', **X264)

    def shift(packet):
        packet.pts -= 5 * packet.duration
        packet.dts -= 5 * packet.duration
        return [packet]

    path = remux(
        whole, tmp_path / 'cut.mp4', shift, avoid_negative_ts='disabled'
    )
    frames = decode_all(path)
    assert len(frames) == 55
    assert np.array_equal(frames[0], decode_all(whole)[5])
    check(path)


@pytest.mark.parametrize('rotation', [90, 180, -90])
def test_rotated_as_by_decord(rotation, tmp_path):
    path = write_video(
        tmp_path / 'a.mp4',
        'libx264',
        frames=3,
        size=(128, 96),
        rotation=rotation,
    )
    ours = PyAVReader(str(path)).get_batch([0, 2])
    theirs = decord.VideoReader(str(path)).get_batch([0, 2]).asnumpy()
    assert np.array_equal(ours, theirs)


@pytest.mark.parametrize('pix_fmt', ['yuv420p', 'yuvj420p', 'yuv422p'])
def test_colours_are_those_of_decord(pix_fmt, tmp_path):
    path = write_video(
        tmp_path / 'a.mp4', 'libx264', frames=3, pix_fmt=pix_fmt
    )
    ours = np.stack(PyAVReader(str(path)).get_batch([0, 2])).astype(int)
    theirs = decord.VideoReader(str(path)).get_batch([0, 2]).asnumpy()
    assert np.abs(ours - theirs).max() <= 3


def test_frames_are_not_shared(counting_video):
    reader = PyAVReader(str(counting_video))
    first, second, again = reader.get_batch([3, 4, 3]).asnumpy()
    again[:] = 0
    assert abs(first.mean() - 30) < 5 and abs(second.mean() - 40) < 5
    (later,) = reader.get_batch(np.array([3], np.int32))  # a second time
    assert np.array_equal(later, first)


def test_rate(counting_video):
    assert PyAVReader(str(counting_video)).get_avg_fps() == 25


@pytest.mark.parametrize('indices', [[-1], [0, 25]])
def test_no_such_frame(counting_video, indices):
    with pytest.raises(IndexError, match='counting.mp4.* has 25 frames'):
        PyAVReader(str(counting_video)).get_batch(indices)


def test_fewer_frames_than_packets(tmp_path):
    """Where packets hold no frame, the last frame stands for the missing."""
    whole = write_video(tmp_path / 'whole.avi', 'mpeg4', g=12)
    # A header of a P-frame at time 0 of 25, with the bit vop_coded unset.
    not_coded = bytes.fromhex('000001b6 504f')
    written = []

    def add(packet):
        packets = [packet]
        if packet.dts in (0, 30, 58, 59):
            packets.append(av.Packet(not_coded))
        for packet in packets:
            packet.pts = packet.dts = len(written)
            packet.time_base = Fraction(1, 25)
            written.append(packet)
        return packets

    path = remux(whole, tmp_path / 'fillers.avi', add)
    frames, reader = decode_all(path), PyAVReader(str(path))
    last = len(frames) - 1
    assert last < 62 and len(reader) == 64
    wanted = {0: 0, 1: 1, 40: 40, last: last, 62: last, 63: last}
    batch = reader.get_batch(list(wanted))
    for frame, i in zip(batch, wanted.values()):
        assert np.array_equal(frame, frames[i])
    batch[-1][:] = 0
    assert batch[-2].any()


def test_files_that_are_no_video(tmp_path):
    with pytest.raises(FileNotFoundError, match='none.mp4'):
        PyAVReader(str(tmp_path / 'none.mp4'))
    for name, content in ('empty.mp4', b''), ('text.avi', b'no video' * 99):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ValueError, match=f'cannot read.*{name}'):
            PyAVReader(str(path))
    sound = tmp_path / 'sound.wav'
    with av.open(str(sound), 'w') as container:
        stream = container.add_stream('pcm_s16le', rate=8000)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 800), np.int16), layout='mono'
        )
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
    with pytest.raises(ValueError, match='cannot read.*sound.wav.*no video'):
        PyAVReader(str(sound))


@pytest.mark.parametrize('name', ['b-frames.avi', 'simple.avi'])
def test_cut_avi(name, tmp_path):
    """What is left is read, or an error names the file."""
    whole = write_video(tmp_path / name, **VIDEOS[name]).read_bytes()
    path = tmp_path / 'cut.avi'
    outcomes = set()
    for share in np.linspace(0, 0.99, 24):
        path.write_bytes(whole[: int(share * len(whole))])
        try:
            reader = PyAVReader(str(path))
            frames = reader.get_batch(range(len(reader)))
            assert 0 < len(frames) <= 60
            outcomes.add('read')
        except ValueError as error:
            assert 'cut.avi' in str(error)
            outcomes.add('refused')
    assert outcomes == {'read', 'refused'}


def test_cut_mp4(counting_video, tmp_path):
    path = tmp_path / 'cut.mp4'
    path.write_bytes(counting_video.read_bytes()[:-500])
    with pytest.raises(ValueError, match='cannot read.*cut.mp4'):
        PyAVReader(str(path))


def test_damaged_frames(tmp_path):
    path = write_video(tmp_path / 'a.mp4', 'libx264', g=12)
    content = bytearray(path.read_bytes())
    start = content.find(b'mdat') + 2000
    content[start : start + 2000] = bytes(2000)
    path.write_bytes(content)
    reader = PyAVReader(str(path))
    try:
        assert len(reader.get_batch(range(60))) == 60
    except ValueError as error:
        assert 'a.mp4' in str(error)


def test_memory_stays_flat(tmp_path):
    """Nothing leaks, and nothing waits for the garbage collector."""
    statm = Path('/proc/self/statm')
    if not statm.exists():
        pytest.skip('no /proc')
    path = write_video(tmp_path / 'a.mp4', 'libx264', size=(320, 240))

    def read(times):
        for _ in range(times):
            PyAVReader(str(path)).get_batch([0, 20])
        return int(statm.read_text().split()[1])  # pages in memory

    gc.disable()
    try:
        before = read(50)
        grown = (read(250) - before) * mmap.PAGESIZE
    finally:
        gc.enable()
    assert grown < 2**23  # a container left open holds more than 100 kB


# --- real videos ------------------------------------------------------------


def test_real_videos(real_videos):
    """All AVI files, and some of the others."""
    paths = sorted(real_videos.rglob('*.avi'))
    paths += sorted(real_videos.rglob('*.mp4'))[::9]
    assert len(paths) > 6
    for path in paths:
        check(path, trials=3)


def test_pixels_of_real_videos_are_those_of_decord(real_videos):
    for path in sorted((real_videos / 'videos').glob('*.mp4')):
        indices = range(90, 106)
        ours = np.stack(PyAVReader(str(path)).get_batch(indices))
        theirs = decord.VideoReader(str(path)).get_batch(indices).asnumpy()
        assert np.abs(ours.astype(int) - theirs).max() <= 3
