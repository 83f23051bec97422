"""Synthetic videos, to measure where the user names none."""

from typing import Tuple

import av
import cv2
import numpy as np

SYNTHETIC = {
    'kinetics_like.mp4': dict(
        codec='libx264', rate=30, frames=300, size=(340, 256), key=250
    ),
    'ucf_like.avi': dict(
        codec='mpeg4', rate=25, frames=175, size=(320, 240), key=300
    ),
}


def write_synthetic(
    path: str,
    codec: str,
    rate: int,
    frames: int,
    size: Tuple[int, int],
    key: int,
) -> None:
    """Write a moving pattern under noise that does not repeat.

    Args:
        path (str): The file; its extension decides the container.
        codec (str): Name of the encoder, as PyAV has it.
        rate (int): Frames a second.
        frames (int): Number of frames.
        size (tuple[int, int]): Width and height in pixels.
        key (int): Frames from one key frame to the next, at most.
    """
    rng = np.random.default_rng(0)
    width, height = size
    coarse = rng.integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    pattern = cv2.resize(coarse, size)
    with av.open(path, 'w') as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height = size
        stream.pix_fmt = 'yuv420p'
        stream.bit_rate = 400_000
        stream.codec_context.gop_size = key
        stream.codec_context.max_b_frames = 2
        for i in range(frames):
            rgb = np.roll(pattern, (i, 2 * i), axis=(0, 1))
            rgb = cv2.add(rgb, rng.integers(0, 16, rgb.shape, np.uint8))
            frame = av.VideoFrame.from_ndarray(rgb, format='rgb24')
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
