"""Open the video stream of a file, and decode it from the beginning."""

from collections import Counter
from fractions import Fraction
from itertools import chain
from typing import Iterator, Sequence, Set, Tuple, Union

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

# In PyAV 15, which Python 3.9 has, these are no numbers.
_PICTURES = (
    Disposition.attached_pic
    | Disposition.timed_thumbnails
    | Disposition.still_image
)


def choose_stream(container: InputContainer) -> VideoStream:
    """Choose the video stream that FFmpeg's players choose.

    Pictures are passed over, by their mark or because they have one packet,
    and so are streams without a decoder.

    Args:
        container (InputContainer): An open file.

    Returns:
        VideoStream: It has a codec context.

    Raises:
        ValueError: If there is no such stream.
    """
    streams = container.streams.video
    if not streams:
        raise ValueError('it has no video stream')
    streams = [s for s in streams if not s.disposition & _PICTURES]
    if not streams:
        raise ValueError('it has no video stream but a cover picture')
    streams = [s for s in streams if s.codec_context is not None]
    if not streams:
        raise ValueError('the codec of its video stream is unknown')
    if len(streams) > 1:
        longer = _streams_of_several_packets(container.name)
        streams = [s for s in streams if s.index in longer] or streams
    best = container.streams.best('video')
    return best if best in streams else streams[0]


def _open(path: str) -> InputContainer:
    """Open a file, whatever the encoding of its metadata."""
    if int(av.__version__.split('.')[0]) < 19:  # later ones never raise
        return av.open(path, metadata_errors='replace')
    return av.open(path)


def _streams_of_several_packets(path: str) -> Set[int]:
    with _open(path) as container:
        streams = container.streams.video
        packets = Counter()
        for packet in demux(container, streams):
            packets[packet.stream_index] += 1
            if len(packets) == len(streams) and min(packets.values()) > 1:
                break
    return {index for index, count in packets.items() if count > 1}


def open_stream(path: str) -> Tuple[InputContainer, VideoStream]:
    """Open a video file.

    Args:
        path (str): The video file.

    Returns:
        tuple[InputContainer, VideoStream]: To be closed, and the stream of
        ``choose_stream``. It decodes in one thread: a loader has many
        workers.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it has no video that can be read.
    """
    try:
        container = _open(path)
    except FileNotFoundError:
        raise
    except av.FFmpegError as error:
        raise unreadable(path, error.strerror) from error
    try:
        stream = choose_stream(container)
    except ValueError as error:
        container.close()
        raise unreadable(path, error) from None
    stream.codec_context.thread_count = 1
    return container, stream


def frame_rate(stream: VideoStream) -> Fraction:
    """Return the frames per second, 0 where the file does not say.

    Args:
        stream (VideoStream): Of an open file.
    """
    return stream.average_rate or stream.guessed_rate or Fraction(0)


def unreadable(path: str, reason: object) -> ValueError:
    """Return the error for a file that cannot be read."""
    return ValueError(f'cannot read the video {path!r}: {reason}')


def demux(
    container: InputContainer, streams: Union[VideoStream, Sequence]
) -> Iterator[av.Packet]:
    """Yield packets, up to where the file is cut.

    The packet in which the file ends is left out: what it would show is not
    defined.

    Args:
        container (InputContainer): An open file.
        streams (VideoStream | Sequence[VideoStream]): Those wanted.

    Yields:
        av.Packet: Packets that hold data.
    """
    cut = None
    try:
        for packet in container.demux(streams):
            if not packet.size:  # marks the end
                continue
            if cut is not None:
                yield cut
                cut = None
            if packet.is_corrupt:
                cut = packet
            else:
                yield packet
    except av.InvalidDataError:
        return


def decode_from_beginning(path: str) -> Iterator[av.VideoFrame]:
    """Decode a video file in order, which decides what its frames are.

    Args:
        path (str): The video file.

    Yields:
        av.VideoFrame: All frames, in the order of display. A packet that
        cannot be decoded is passed over.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it has no video that can be read.
    """
    container, stream = open_stream(path)
    with container:
        for packet in chain(demux(container, stream), [None]):
            try:
                frames = stream.decode(packet)
            except av.FFmpegError:
                continue
            yield from frames
