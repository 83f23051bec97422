"""Videos as a command line names them: files, folders, URLs, webcams."""

from fractions import Fraction
from pathlib import Path
from typing import List, Optional, Sequence

import av
import cv2

from ..datasets.preparation.sources import SUFFIXES

_RATE = 25  # frames a second, where OpenCV does not know


def find_sources(names: Sequence[str]) -> List[str]:
    """Return the videos that a command line names, folders unfolded.

    Args:
        names (Sequence[str]): Files, folders, URLs and numbers of webcams.

    Returns:
        list[str]: Files, URLs and numbers of webcams.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: If a folder holds no video.
    """
    found: List[str] = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            inside = [
                str(file)
                for file in sorted(path.rglob('*'))
                if file.suffix.lower() in SUFFIXES
            ]
            if not inside:
                raise ValueError(
                    f'{name} holds no video, {", ".join(SUFFIXES)}'
                )
            found += inside
        elif path.exists() or is_live(name):
            found.append(name)
        else:
            raise FileNotFoundError(f'{name} does not exist')
    return found


def is_live(name: str) -> bool:
    """Return whether OpenCV reads a source: a URL, or a webcam's number."""
    return '://' in name or (name.isdigit() and not Path(name).exists())


def record(name: str, path: str, seconds: Optional[float] = None) -> None:
    """Record a URL or a webcam to a file, without loss.

    Args:
        name (str): URL or number of the webcam.
        path (str): An .mkv file.
        seconds (float, optional): How much of it at most. Defaults to None,
            to its end.

    Raises:
        ValueError: If OpenCV cannot open it, or reads nothing.
    """
    reader = cv2.VideoCapture(int(name) if name.isdigit() else name)
    rate = Fraction(reader.get(cv2.CAP_PROP_FPS) or _RATE)
    rate = rate.limit_denominator(1000)
    most = float('inf') if seconds is None else max(1, seconds * rate)
    count = 0
    with av.open(path, 'w') as target:
        out = target.add_stream('ffv1', rate=rate)
        out.pix_fmt = 'bgr0'
        while count < most:
            is_read, frame = reader.read()
            if not is_read:
                break
            picture = av.VideoFrame.from_ndarray(frame, format='bgr24')
            if not count:
                out.width, out.height = picture.width, picture.height
            picture.pts, picture.time_base = count, 1 / rate
            target.mux(out.encode(picture))
            count += 1
        if count:
            target.mux(out.encode(None))
    reader.release()
    if not count:
        kind = 'webcam' if name.isdigit() else 'URL'
        raise ValueError(f'OpenCV reads no video from {kind} {name}')
