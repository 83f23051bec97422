"""Where the packets of a stream are in its file."""

from array import array
from itertools import islice
from typing import Dict, Iterator, List, Optional

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from .pictures import Undecided
from .stream import demux, open_stream

_UNKNOWN = -(1 << 63)
_MAX_KEPT = 1 << 24  # bytes of a file


class PacketTable:
    """Read the packets of a stream again, from any of them on.

    The packets of a small file are kept. Of a large one, which may not fit
    into memory, a few numbers of each packet are.

    Args:
        path (str): The file.
        container (InputContainer): The file, open.
        stream (VideoStream): One of its streams.

    Attributes:
        discarded (list[int]): Packets whose frames an edit list cuts out.
    """

    def __init__(
        self, path: str, container: InputContainer, stream: VideoStream
    ) -> None:
        self._path = path
        self._container, self._stream = container, stream
        self._kept: Optional[List[av.Packet]] = None
        self._positions, self._times = array('q'), array('q')
        self._key_packets: Dict[int, int] = {}  # by their positions
        self.discarded: List[int] = []

    def scan(self) -> Iterator[av.Packet]:
        """Read all packets for the first time.

        Yields:
            av.Packet: Each of them.

        Raises:
            Undecided: If a packet is cut, or if the decoder is configured
                anew in mid-stream.
        """
        packets = demux(self._container, self._stream)
        kept = None
        if self._container.size <= _MAX_KEPT:
            # Reading them all before the first is looked at takes less CPU
            # time than turn by turn: the code of both does not fit into its
            # caches.
            packets = kept = list(packets)
        for number, packet in enumerate(packets):
            if packet.is_corrupt:
                raise Undecided('a packet is cut')
            if number and packet.is_keyframe and _has_configuration(packet):
                raise Undecided('the configuration changes')
            if packet.is_discard:
                self.discarded.append(number)
            if kept is None:
                self._note(packet)
            yield packet
        self._kept = kept

    def _note(self, packet: av.Packet) -> None:
        """Append what is needed to find a packet again."""
        position, time = packet.pos, packet.dts
        if packet.is_keyframe:
            self._key_packets.setdefault(position, len(self._positions))
        self._positions.append(_UNKNOWN if position is None else position)
        self._times.append(_UNKNOWN if time is None else time)

    def read(self, numbers: range) -> Iterator[av.Packet]:
        """Read consecutive packets again.

        Args:
            numbers (range): Their places in the stream.

        Yields:
            av.Packet: Each of them.
        """
        if self._kept is not None:
            yield from self._kept[numbers.start : numbers.stop]
            return
        number = numbers.start
        for packet in self._read_after_seeking(number):
            yield packet
            number += 1
            if number == numbers.stop:
                return
        # A file without an index, or with a wrong one.
        container, stream = open_stream(self._path)
        with container:
            yield from islice(demux(container, stream), number, numbers.stop)

    def _read_after_seeking(self, start: int) -> Iterator[av.Packet]:
        """Yield packets from ``start`` on, as long as they are as before."""
        if self._times[start] == _UNKNOWN:
            return
        try:
            self._container.seek(self._times[start], stream=self._stream)
        except av.FFmpegError:
            return
        number = None
        for packet in demux(self._container, self._stream):
            if number is None:
                number = self._key_packets.get(packet.pos, start + 1)
                if number > start:
                    return
            if (
                number == len(self._positions)
                or packet.pos != self._positions[number]
            ):
                return
            if number >= start:
                yield packet
            number += 1


def _has_configuration(packet: av.Packet) -> bool:
    if not hasattr(packet, 'iter_sidedata'):  # PyAV 15 does not say
        return False
    types = [data.data_type for data in packet.iter_sidedata()]
    return 'new_extradata' in types
