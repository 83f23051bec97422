"""Videos that are bad in twelve ways."""

import os

import av
import numpy as np

from .videos import write_counting_video

KINDS = (
    'missing',
    'empty',
    'directory',
    'fifo',
    'text',
    'audio',
    'picture',
    'zeros',
    'header',
    'cut_mp4',
    'cut_fast_start',
    'garbled',
)


def write_bad_video(path, kind):
    """Write a bad video, of one of ``KINDS``, whatever its name says."""
    path = str(path)
    if kind == 'empty':
        open(path, 'w').close()
    elif kind == 'directory':
        os.mkdir(path)
    elif kind == 'fifo':
        os.mkfifo(path)
    elif kind == 'text':
        with open(path, 'w') as file:
            file.write('not a video\n' * 100)
    elif kind == 'audio':
        _write_audio(path)
    elif kind == 'zeros':
        with open(path, 'wb') as file:
            file.write(bytes(10000))
    elif kind == 'picture':
        with open(path, 'wb') as file:  # the head of a JPEG
            file.write(b'\xff\xd8\xff\xe0' + bytes(range(100)))
    elif kind != 'missing':
        _damage(path, kind)
    return path


def _damage(path, kind):
    source = f'{path}.source.mp4'
    if kind == 'cut_fast_start':
        write_h264(source, options={'movflags': 'faststart'})
    else:
        write_counting_video(source, 25)
    with open(source, 'rb') as file:
        content = bytearray(file.read())
    os.remove(source)
    if kind == 'header':
        content = content[:100]
    elif kind == 'garbled':  # the packets, where the index is whole
        start = content.index(b'mdat') + 4
        end = content.index(b'moov') - 4
        content[start:end] = b'\xff' * (end - start)
    elif kind == 'cut_mp4':
        content = content[: len(content) // 2]
    else:  # the index is whole, and nearly all packets are missing
        content = content[: content.index(b'mdat') + 200]
    with open(path, 'wb') as file:
        file.write(content)


def write_h264(path, frames=48, size=(64, 48), seed=0, options=None):
    """Write noise, which does not compress, in groups of 12 frames."""
    rng = np.random.default_rng(seed)
    with av.open(path, 'w', options=options or {}) as container:
        stream = container.add_stream('h264', rate=25)
        stream.width, stream.height = size
        stream.pix_fmt, stream.gop_size = 'yuv420p', 12
        for _ in range(frames):
            image = rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format='rgb24')
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _write_audio(path):
    with av.open(path, 'w', format='mp4') as container:
        stream = container.add_stream('aac', rate=8000, layout='mono')
        samples = np.zeros((1, 1024), np.float32)
        for i in range(10):
            frame = av.AudioFrame.from_ndarray(samples, 'fltp', 'mono')
            frame.sample_rate, frame.pts = 8000, 1024 * i
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
