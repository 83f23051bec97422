"""The frames that are asked for, against decoding whole files in order."""

import gc
import mmap
import re
from pathlib import Path

import av
import numpy as np
import pytest

from skdsrl_mmaction.datasets.video import PyAVReader, packet_table
from tests.support.codecs import write_video
from tests.support.fuzz_reader import compare, decode_sequentially, run

X264 = dict(crf=30, g=12, bf=3, preset='medium')


def write(path, codec='libx264', pix_fmt='yuv420p', frames=60, **options):
    params = options.pop('params', '')
    options = {k: str(v) for k, v in options.items()}
    if params:
        options[f'{codec[3:]}-params'] = params
    return write_video(path, codec, options, pix_fmt, frames)


def check(path):
    frames = decode_sequentially(path)
    compared, wrong = compare(path, frames, np.random.default_rng(0))
    assert not wrong and (compared or not frames)
    return frames


VIDEOS = {
    'b-pyramid.mp4': (5, X264),
    'open-gop.mp4': (1, dict(X264, params='open-gop=1')),
    'no-b-frames.mp4': (8, dict(g=8, bf=0)),
    'b-frames.mkv': (5, X264),
    'b-frames.ts': (0, X264),
    'b-frames-h264.avi': (5, X264),
    'b-frames.avi': (1, dict(codec='mpeg4', g=12, bf=2)),
    'closed-gop.avi': (
        6,
        dict(codec='mpeg4', g=12, bf=2, flags='+cgop', sc_threshold=10**9),
    ),
    'hevc.mp4': (
        5,
        dict(
            codec='libx265',
            params='keyint=12:open-gop=0:log-level=none',
        ),
    ),
    'vp9.webm': (5, dict(codec='libvpx-vp9', g=12)),
    'vp8.webm': (5, dict(codec='libvpx', g=12)),
    'mjpeg.avi': (0, dict(codec='mjpeg', pix_fmt='yuvj422p')),
    'mpeg1.mpg': (0, dict(codec='mpeg1video', g=12, bf=2)),
    'one-frame.mp4': (1, dict(frames=1)),
    'shorter-than-a-clip.mp4': (1, dict(frames=9, bf=2)),
}


@pytest.mark.parametrize('name', VIDEOS)
def test_exact(name, tmp_path):
    """Also, how many random-access points are found; 0: all is decoded."""
    starts, options = VIDEOS[name]
    path = write(tmp_path / name, **options)
    check(path)
    index = PyAVReader(str(path))._index
    assert starts == (len(index.starts) if index else 0)


def test_drawn_videos():
    """A small part of ``python -m tests.support.fuzz_reader``."""
    results = run(files=300, seed=0)
    wrong = [line for *_, lines in results.values() for line in lines]
    assert not wrong
    assert {'avi', 'mkv', 'mov', 'mp4', 'ts', 'webm'} < set(results)
    assert sum(frames for _, frames, _ in results.values()) > 15000


@pytest.mark.parametrize('kept', [1 << 24, 0])
def test_only_what_is_needed_is_decoded(tmp_path, monkeypatch, kept):
    monkeypatch.setattr(packet_table, '_MAX_KEPT', kept)
    path = write(tmp_path / 'a.mp4', g=12, bf=0)
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


@pytest.mark.parametrize('pix_fmt', ['yuv420p', 'yuvj420p', 'yuv422p'])
def test_colours_are_those_of_decord(pix_fmt, tmp_path):
    decord = pytest.importorskip('decord')
    path = write(tmp_path / 'a.mp4', frames=3, pix_fmt=pix_fmt)
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


def test_damaged_frames(tmp_path):
    """Damage that hides frames is an error, or found when opening."""
    path = write(tmp_path / 'a.mp4', g=12)
    content = bytearray(path.read_bytes())
    start = content.find(b'mdat') + 2000
    content[start : start + 2000] = bytes(2000)
    path.write_bytes(content)
    check(path)


def test_damage_that_no_header_shows(tmp_path):
    """Then the frames that are there are refused, and never others."""
    path = write(tmp_path / 'a.webm', codec='libvpx-vp9', g=12)
    with av.open(str(path)) as container:
        packets = [bytes(p) for p in container.demux(video=0) if p.size]
    content = bytearray(path.read_bytes())
    start = content.find(packets[30])
    content[start + 2 : start + 30] = b'\xff' * 28
    path.write_bytes(content)
    frames = decode_sequentially(path)
    reader = PyAVReader(str(path))
    assert len(frames) < len(reader) == 60
    with pytest.raises(ValueError, match=f'damaged: of 60 .* {len(frames)}'):
        reader.get_batch([30])


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


def test_long_videos_are_not_kept_in_memory(tmp_path, monkeypatch):
    """Packets of 44 MB, of which 4 MB may be kept."""
    status = Path('/proc/self/status')
    if not status.exists():
        pytest.skip('no /proc')
    monkeypatch.setattr(packet_table, '_MAX_KEPT', 1 << 22)
    path = write_video(
        tmp_path / 'a.mp4',
        'libx264',
        dict(qp='0', preset='ultrafast', g='10'),
        frames=60,
        size=(1280, 720),
        noise=True,
    )
    assert path.stat().st_size > 40e6

    def resident():
        return int(re.search(r'VmRSS:\s+(\d+)', status.read_text())[1])

    PyAVReader(str(path))
    before = resident()
    readers = [PyAVReader(str(path)) for _ in range(4)]
    assert resident() - before < 4 * 5 * 1024  # kB, of 160 MB
    check(path)
    assert all(len(reader) == 60 for reader in readers)


# --- real videos ------------------------------------------------------------


def test_real_videos(real_videos):
    """All AVI files, and some of the others."""
    paths = sorted(real_videos.rglob('*.avi'))
    paths += sorted(real_videos.rglob('*.mp4'))[::9]
    assert len(paths) > 6
    for path in paths:
        check(path)
        assert PyAVReader(str(path))._index  # not counted


def test_pixels_of_real_videos_are_those_of_decord(real_videos):
    decord = pytest.importorskip('decord')
    for path in sorted((real_videos / 'videos').glob('*.mp4')):
        indices = range(90, 106)
        ours = np.stack(PyAVReader(str(path)).get_batch(indices))
        theirs = decord.VideoReader(str(path)).get_batch(indices).asnumpy()
        assert np.abs(ours.astype(int) - theirs).max() <= 3
