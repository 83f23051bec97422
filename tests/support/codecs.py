"""Videos of many codecs and containers, and what can be odd about them."""

from fractions import Fraction

import av
import numpy as np

X264 = 'libx264', ['mp4', 'mov', 'mkv', 'ts', 'avi', 'flv']
X265 = 'libx265', ['mp4', 'mkv', 'ts']
VP8 = 'libvpx', ['webm', 'mkv']
VP9 = 'libvpx-vp9', ['webm', 'mkv', 'mp4']
AV1 = 'libsvtav1', ['mp4', 'mkv', 'webm']
MPEG4 = 'mpeg4', ['avi', 'mp4', 'mov', 'mkv', 'ts']
MPEG2 = 'mpeg2video', ['ts', 'mpg', 'mkv', 'mp4', 'avi']
KINDS = {
    'h264': X264,
    'h264 open gop': X264,
    'h264 intra refresh': X264,
    'h264 interlaced': X264,
    'h264 10 bit': X264,
    'h264 slices': X264,
    'h264 key frames': X264,
    'hevc': X265,
    'hevc open gop': X265,
    'hevc 10 bit': X265,
    'vp8': VP8,
    'vp8 hidden frames': VP8,
    'vp9': VP9,
    'vp9 hidden frames': VP9,
    'av1': AV1,
    'mpeg4': MPEG4,
    'mpeg4 packed': ('mpeg4', ['avi']),
    'mpeg2': MPEG2,
    'mpeg2 interlaced': MPEG2,
    'mpeg1': ('mpeg1video', ['mpg', 'mkv', 'avi']),
    'mjpeg': ('mjpeg', ['avi', 'mov', 'mkv']),
    'ffv1': ('ffv1', ['mkv', 'avi']),
    'prores': ('prores', ['mov']),
    'h263': ('h263', ['avi', '3gp']),
    'wmv2': ('wmv2', ['wmv', 'avi']),
    'flv1': ('flv', ['flv']),
}


def options_of(kind, rng):
    """Draw encoder options, and a pixel format.

    Returns:
        tuple[dict, str]: Both.
    """
    family, _, variant = kind.partition(' ')
    g = int(rng.choice([5, 8, 12, 30, 250]))
    bf = int(rng.integers(0, 4))
    options, pix_fmt = dict(g=g, bf=bf), 'yuv420p'
    if family == 'h264':
        params = [f'ref={rng.integers(1, 5)}', f'b-pyramid={rng.integers(3)}']
        if variant == 'open gop':
            params.append('open-gop=1')
        if variant == 'intra refresh':
            params += ['intra-refresh=1']
            options.update(bf=0, g=min(g, 12))
        if variant == 'interlaced':
            params.append(str(rng.choice(['tff=1', 'bff=1'])))
        if variant == 'slices':
            params += ['slices=3', 'repeat-headers=1', 'aud=1']
        if variant == 'key frames':
            options.update(g=1)
        if variant == '10 bit':
            pix_fmt = 'yuv420p10le'
        options.update({'preset': 'veryfast', 'x264-params': ':'.join(params)})
    elif family == 'hevc':
        open_gop = int(variant == 'open gop')
        params = (
            f'keyint={g}:min-keyint={g}:bframes={bf}:open-gop={open_gop}:'
            f'repeat-headers={rng.integers(2)}:log-level=none:pools=none'
        )
        options = {'preset': 'ultrafast', 'x265-params': params}
        if variant == '10 bit':
            pix_fmt = 'yuv420p10le'
    elif family in ('vp8', 'vp9'):
        hidden = int(bool(variant))
        options = {
            'g': g,
            'cpu-used': 5,
            'deadline': 'realtime' if not hidden else 'good',
            'auto-alt-ref': hidden,
            'lag-in-frames': 16 * hidden,
        }
    elif family == 'av1':
        options = {'g': g, 'preset': 12, 'svtav1-params': 'lp=1'}
    elif family == 'mpeg4':
        options.update(bf=min(bf, 2))
        if variant == 'packed':
            options.update(bf=2)
        elif rng.integers(2):
            options.update(flags='+cgop', sc_threshold=10**9)
    elif family == 'mpeg2':
        options.update(bf=min(bf, 2))
        if variant == 'interlaced':
            options.update(flags='+ildct+ilme')
    elif family == 'mpeg1':
        options.update(bf=min(bf, 2))
    elif family == 'mjpeg':
        options, pix_fmt = {}, 'yuvj420p'
    elif family == 'prores':
        options, pix_fmt = {}, 'yuv422p10le'
    else:
        options = {} if family == 'ffv1' else dict(g=g)
    return {k: str(v) for k, v in options.items()}, pix_fmt


def pictures(frames, size, seed=0):
    """Moving noise, no two frames alike."""
    width, height = size
    rng = np.random.default_rng(seed)
    pattern = rng.integers(0, 256, (height // 4, width // 4, 3), np.uint8)
    pattern = pattern.repeat(4, axis=0).repeat(4, axis=1)
    for i in range(frames):
        yield np.roll(pattern, (i, 2 * i), axis=(0, 1))


def encode(stream, frames, size, pts=None, seed=0, noise=False):
    """Yield the packets of a stream."""
    for i, rgb in enumerate(pictures(frames, size, seed)):
        if noise:  # which cannot be compressed
            rgb = np.random.default_rng(i).integers(
                0, 256, rgb.shape, np.uint8
            )
        frame = av.VideoFrame.from_ndarray(rgb, format='rgb24')
        if pts is not None:
            frame.pts, frame.time_base = pts[i], Fraction(1, 25)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def encode_sound(stream, frames):
    """Yield the packets of sound as long as 25 frames a second."""
    rng = np.random.default_rng(0)
    samples = rng.integers(-9999, 9999, (1, frames * 1764), np.int16)
    sound = av.AudioFrame.from_ndarray(samples, format='s16', layout='mono')
    sound.sample_rate = 44100
    yield from stream.encode(sound)
    yield from stream.encode(None)


def add_stream(container, codec, size, pix_fmt, options, rate=25):
    """Add a video stream."""
    stream = container.add_stream(codec, rate=rate)
    stream.width, stream.height = size
    stream.pix_fmt = pix_fmt
    stream.codec_context.thread_count = 1
    stream.options = options
    return stream


def write_video(
    path,
    codec,
    options=None,
    pix_fmt='yuv420p',
    frames=40,
    size=(64, 48),
    pts=None,
    companion=None,
    noise=False,
    **muxer,
):
    """Write a video.

    Args:
        companion (str): Another stream before the video: 'cover', a picture,
            'second', a video, 'sound', or None.
        noise (bool): Whether the pictures are noise.
        muxer (str): Options of the muxer.
    """
    muxer = {k: str(v) for k, v in muxer.items()}
    with av.open(str(path), 'w', options=muxer) as container:
        if companion == 'cover':
            other = add_stream(container, 'mjpeg', (96, 96), 'yuvj420p', {})
            others = encode(other, 1, (96, 96), seed=1)
        elif companion == 'second':
            other = add_stream(container, 'mjpeg', (32, 32), 'yuvj420p', {})
            others = encode(other, frames, (32, 32), seed=1)
        elif companion == 'sound':
            other = container.add_stream('mp2', rate=44100, layout='mono')
            others = encode_sound(other, frames)
        stream = add_stream(container, codec, size, pix_fmt, options or {})
        if companion:
            for packet in others:
                container.mux(packet)
        for packet in encode(stream, frames, size, pts, noise=noise):
            container.mux(packet)
    return path


def remux(source, target, change, **muxer):
    """Copy packets, each changed into a list of packets."""
    muxer = {k: str(v) for k, v in muxer.items()}
    with (
        av.open(str(source)) as old,
        av.open(str(target), 'w', options=muxer) as new,
    ):
        stream = old.streams.video[-1]
        copy = new.add_stream_from_template(stream, opaque=True)
        for packet in old.demux(stream):
            for changed in change(packet) if packet.size else ():
                changed.stream = copy
                new.mux(changed)
    return target
