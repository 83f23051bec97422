"""H.264 streams that do not declare how many frames are to be held back."""

import av
import numpy as np
import pytest

from skdsrl_mmaction.datasets.video import PyAVReader, reader
from tests.support.codecs import write_video
from tests.support.fuzz_reader import compare, decode_sequentially

START = b'\x00\x00\x01'


def without_vui(sps):
    """Cut a sequence parameter set (7.3.2.1.1) before its last flag."""
    bits = ''.join(f'{x:08b}' for x in sps.replace(b'\0\0\3', b'\0\0'))
    at = 32  # type, profile, constraints, level

    def ue(count=1):
        nonlocal at
        for _ in range(count):
            zeros = bits.index('1', at) - at
            at += 2 * zeros + 1
        return int(bits[at - zeros - 1 : at], 2) - 1

    ue(4)  # identity; chroma format and depths of the High profile
    at += 2
    ue()
    if ue() == 0:  # type of the picture order count
        ue()
    ue()
    at += 1
    ue(2)
    assert bits[at] == '1'  # frames only
    at += 2
    at += 1
    if bits[at - 1] == '1':
        ue(4)
    bits = bits[:at] + '01'
    bits += '0' * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, 'big')


def without_vuis(data):
    units = data.split(START)
    return START.join(
        without_vui(unit.rstrip(b'\0')) if unit and unit[0] & 31 == 7 else unit
        for unit in units
    )


def write(path, **options):
    options['x264-params'] = 'repeat-headers=1:' + options.pop('params', '')
    source = path.with_name('source.avi')
    write_video(source, 'libx264', {k: str(v) for k, v in options.items()})
    with av.open(str(source)) as old, av.open(str(path), 'w') as new:
        stream = old.streams.video[0]
        copy = new.add_stream_from_template(stream)
        copy.codec_context.extradata = without_vuis(
            stream.codec_context.extradata
        )
        for packet in old.demux(stream):
            if packet.size:
                changed = av.Packet(without_vuis(bytes(packet)))
                changed.pts, changed.dts = packet.pts, packet.dts
                changed.time_base = packet.time_base
                changed.is_keyframe = packet.is_keyframe
                changed.stream = copy
                new.mux(changed)
    return path


@pytest.mark.parametrize('bf', [0, 1, 3])
def test_the_decoder_knows_better(bf, tmp_path, monkeypatch):
    path = write(tmp_path / 'a.avi', g=12, bf=bf, params='b-pyramid=0')
    frames = decode_sequentially(path)
    assert len(frames) == 40
    assert not compare(path, frames, np.random.default_rng(0))[1]
    if bf and not hasattr(av.VideoCodecContext, 'reorder_depth'):
        pytest.skip('this PyAV does not say')

    def fail(path):
        raise AssertionError('decoded from the beginning')

    monkeypatch.setattr(reader, 'decode_from_beginning', fail)
    video = PyAVReader(str(path))
    for i, frame in enumerate(frames):
        assert np.array_equal(video.get_batch([i])[0], frame)


def test_frames_that_the_decoder_loses_are_counted(tmp_path):
    """It holds back too few before it has seen all layers of B-frames."""
    path = write(tmp_path / 'a.avi', g=12, bf=3, params='b-pyramid=2')
    frames = decode_sequentially(path)
    assert len(frames) < 40
    assert not compare(path, frames, np.random.default_rng(0))[1]
