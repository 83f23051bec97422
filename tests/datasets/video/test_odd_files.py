"""Files that readers are known to misread, one test for each kind."""

from contextlib import ExitStack

import av
import numpy as np
import pytest
from av.stream import Disposition

from skdsrl_mmaction.datasets.video import PyAVReader, packet_table
from tests.support.codecs import remux, write_video
from tests.support.fuzz_reader import compare, decode_sequentially
from tests.support.mp4_boxes import (
    ORIENTATIONS,
    set_edit_list,
    set_orientation,
)


def check(path, **kwargs):
    frames = decode_sequentially(path, **kwargs)
    compared, wrong = compare(path, frames, np.random.default_rng(0), 9)
    assert not wrong
    assert frames and compared
    return frames


@pytest.mark.parametrize('container', ['mp4', 'mkv'])
def test_a_picture_of_one_packet_is_not_the_video(container, tmp_path):
    path = tmp_path / f'a.{container}'
    write_video(path, 'libx264', frames=20, companion='cover')
    frames = check(path, companion='cover')
    assert len(frames) == 20 and frames[0].shape == (48, 64, 3)


def join(path, sources, pictures):
    """Write videos into one file, some of them marked as cover pictures."""
    with ExitStack() as stack:
        new = stack.enter_context(av.open(str(path), 'w'))
        streams = []
        for source in sources:
            old = stack.enter_context(av.open(str(source)))
            copy = new.add_stream_from_template(old.streams.video[0])
            if source in pictures:
                copy.disposition = Disposition.attached_pic.value
            streams.append((old, copy))
        for old, copy in streams:
            for packet in old.demux(video=0):
                if packet.size:
                    packet.stream = copy
                    new.mux(packet)
    return path


@pytest.fixture
def cover(tmp_path):
    return write_video(
        tmp_path / 'cover.mkv', 'mjpeg', None, 'yuvj420p', 1, (96, 96)
    )


@pytest.mark.parametrize('is_first', [True, False])
def test_a_cover_picture_is_not_the_video(is_first, cover, tmp_path):
    """Whether it is marked as one, and where it is."""
    video = write_video(tmp_path / 'video.mp4', 'libx264', frames=20)
    sources = [cover, video] if is_first else [video, cover]
    path = join(tmp_path / 'both.mp4', sources, [cover])
    with av.open(str(path)) as container:
        marks = [s.disposition for s in container.streams.video]
    assert sorted(Disposition.attached_pic in mark for mark in marks) == (
        [False, True]
    )
    is_first = Disposition.attached_pic in marks[0]  # MP4 has it last
    assert len(check(path, companion='cover' if is_first else None)) == 20


def test_only_a_cover_picture(cover, tmp_path):
    path = join(tmp_path / 'b.mp4', [cover], [cover])
    with pytest.raises(ValueError, match='b.mp4.*but a cover picture'):
        PyAVReader(str(path))


@pytest.mark.parametrize('container', ['mov', 'mp4'])
@pytest.mark.parametrize('codec', ['libx264', 'mpeg4'])
@pytest.mark.parametrize('segments', [[(30, 10), (5, 10)], [(7, 20)]])
def test_edit_lists(segments, codec, container, tmp_path):
    path = tmp_path / f'a.{container}'
    write_video(path, codec, dict(g='12', bf='2'), frames=60)
    set_edit_list(path, segments)
    frames = check(path)
    wanted = sum(count for _, count in segments)
    assert abs(len(frames) - wanted) <= 2 * len(segments)


def test_frames_before_time_0_are_not_shown(tmp_path):
    """As phones and ``ffmpeg -c copy`` cut videos."""
    whole = write_video(tmp_path / 'whole.mp4', 'libx264', dict(g='12'))

    def shift(packet):
        packet.pts -= 5 * packet.duration
        packet.dts -= 5 * packet.duration
        return [packet]

    path = remux(
        whole, tmp_path / 'cut.mp4', shift, avoid_negative_ts='disabled'
    )
    frames = check(path)
    assert len(frames) == 35
    assert np.array_equal(frames[0], decode_sequentially(whole)[5])


@pytest.mark.parametrize('container', ['mp4', 'mkv', 'ts'])
def test_periodic_intra_refresh(container, tmp_path):
    """Its key frames are no IDR pictures, and not whole when decoded first."""
    path = write_video(
        tmp_path / f'a.{container}',
        'libx264',
        {'x264-params': 'intra-refresh=1:keyint=30:bframes=0'},
        frames=300,
    )
    frames = check(path)
    reader = PyAVReader(str(path))
    for start in range(250, 290, 3):
        for i, frame in enumerate(reader.get_batch(range(start, start + 3))):
            assert np.array_equal(frame, frames[start + i])


@pytest.mark.parametrize('name', ORIENTATIONS)
def test_orientations(name, tmp_path):
    path = write_video(tmp_path / 'a.mp4', 'libx264', frames=3)
    stored = check(path)
    set_orientation(path, name)
    frame = check(path, orientation=name)[0]
    assert frame.shape in ((48, 64, 3), (64, 48, 3))
    assert np.array_equal(frame, stored[0]) == (name == 'upright')


@pytest.mark.parametrize('rotation', ['clockwise', 'counterclockwise'])
def test_rotated_as_by_decord(rotation, tmp_path):
    decord = pytest.importorskip('decord')
    path = tmp_path / 'a.mp4'
    write_video(path, 'libx264', frames=3, size=(128, 96))
    set_orientation(path, rotation)
    ours = PyAVReader(str(path)).get_batch([0, 2])
    theirs = decord.VideoReader(str(path)).get_batch([0, 2]).asnumpy()
    assert np.array_equal(ours, theirs)


def test_rate_where_the_container_does_not_say(tmp_path):
    path = write_video(tmp_path / 'a.ts', 'mpeg4', dict(g='12', bf='2'))
    check(path)
    assert PyAVReader(str(path)).get_avg_fps() == 25


@pytest.mark.parametrize('codec', ['libx264', 'mpeg2video', 'libx265'])
def test_a_stream_without_its_first_key_frame(codec, tmp_path):
    whole = write_video(
        tmp_path / 'whole.ts',
        codec,
        {'g': '12', 'bf': '2', 'x265-params': 'keyint=12:log-level=none'},
    )
    number = iter(range(1000))
    path = remux(
        whole,
        tmp_path / 'cut.ts',
        lambda packet: [packet] if next(number) >= 5 else [],
    )
    # Older versions of FFmpeg return HEVC frames without their references.
    assert len(check(path)) <= 35


@pytest.mark.parametrize('places', [(0, 20, 30, 31), (0, 30, 38, 39)])
def test_frames_that_are_not_coded(places, tmp_path):
    """Their packets are no frames, but that FFmpeg repeats the last one."""
    whole = write_video(tmp_path / 'whole.avi', 'mpeg4', dict(g='12'))
    # The header of a P-frame at time 0 of 25, with the bit vop_coded unset.
    not_coded = bytes.fromhex('000001b6 504f')
    written = []

    def add(packet):
        packets = [packet]
        if packet.dts in places:
            packets.append(av.Packet(not_coded))
        for packet in packets:
            packet.time_base = whole_base
            packet.pts = packet.dts = len(written)
            written.append(packet)
        return packets

    with av.open(str(whole)) as container:
        whole_base = container.streams.video[0].time_base
    path = remux(whole, tmp_path / 'a.avi', add)
    assert len(written) == 44
    assert len(check(path)) == 40 + (39 in places)


def cut(path, target, share):
    content = path.read_bytes()
    target.write_bytes(content[: int(share * len(content))])
    return target


@pytest.mark.parametrize(
    'name, options',
    [
        ('a.avi', dict(codec='mpeg4', options=dict(g='12', bf='2'))),
        ('a.mp4', dict(codec='libx264', movflags='faststart')),
        ('b.mp4', dict(codec='mpeg4', movflags='faststart')),
        ('a.mkv', dict(codec='libx264')),
        ('a.ts', dict(codec='libx264')),
    ],
)
def test_cut_files_are_shorter_or_refused(name, options, tmp_path):
    """The same answer for every position: all frames that are left."""
    whole = write_video(tmp_path / name, **options)
    lengths = set()
    for share in np.linspace(0, 0.99, 34):
        path = cut(whole, tmp_path / f'cut-{name}', share)
        try:
            reader = PyAVReader(str(path))
        except ValueError as error:
            assert path.name in str(error)
            assert not decode_sequentially(path)
            lengths.add(0)
            continue
        check(path)
        assert len(reader.get_batch(range(len(reader)))) == len(reader) <= 40
        lengths.add(len(reader))
    assert 0 in lengths and len(lengths) > 5


def test_a_cut_mp4_without_its_index(counting_video, tmp_path):
    path = cut(counting_video, tmp_path / 'cut.mp4', 0.9)
    with pytest.raises(ValueError, match='cannot read.*cut.mp4.*Invalid data'):
        PyAVReader(str(path))


def test_a_codec_that_cannot_be_told(tmp_path):
    path = write_video(tmp_path / 'a.mp4', 'libx264')
    path.write_bytes(path.read_bytes().replace(b'avc1', b'zzzz'))
    with pytest.raises(ValueError, match='a.mp4.*codec of its video stream'):
        PyAVReader(str(path))


def test_metadata_in_another_encoding(tmp_path):
    path = write_video(tmp_path / 'a.avi', 'mpeg4')
    content = path.read_bytes()
    assert b'Lavf' in content
    path.write_bytes(content.replace(b'Lavf', b'L\xe4\xff\xfe'))
    assert len(PyAVReader(str(path))) == 40


def test_packets_are_found_again_without_an_index(tmp_path, monkeypatch):
    """Of a long video, packets are read from the file again."""
    monkeypatch.setattr(packet_table, '_MAX_KEPT', 0)
    path = write_video(tmp_path / 'a.mkv', 'libx264', dict(g='5'), frames=60)
    check(path)
    content = path.read_bytes()
    cues = content.rfind(b'\x1c\x53\xbb\x6b')
    assert cues > 0
    path.write_bytes(content[:cues])
    assert len(check(path)) == 60
    avi = write_video(tmp_path / 'a.avi', 'mpeg4', dict(g='5'), frames=60)
    content = avi.read_bytes()
    avi.write_bytes(content[: content.rfind(b'idx1')])
    assert len(check(avi)) == 60


@pytest.mark.parametrize('codec', ['libvpx-vp9', 'mpeg4', 'libx264'])
def test_the_size_changes_in_mid_stream(codec, tmp_path):
    sizes, sources = [(64, 48), (96, 64)], []
    container = {'libx264': 'ts', 'mpeg4': 'avi'}.get(codec, 'webm')
    for size in sizes:
        source = tmp_path / f'{size[0]}.{container}'
        write_video(source, codec, dict(g='6'), frames=20, size=size)
        sources.append(source)
    path = tmp_path / f'both.{container}'
    with ExitStack() as stack:
        new = stack.enter_context(av.open(str(path), 'w'))
        olds = [stack.enter_context(av.open(str(x))) for x in sources]
        copy = new.add_stream_from_template(olds[0].streams.video[0])
        for k, old in enumerate(olds):
            for packet in old.demux(video=0):
                if packet.size:
                    late = int(k / packet.time_base)
                    packet.pts, packet.dts = (
                        packet.pts + late,
                        packet.dts + late,
                    )
                    packet.stream = copy
                    new.mux(packet)
    frames = check(path)
    assert {frame.shape[:2] for frame in frames} == {(48, 64), (64, 96)}
