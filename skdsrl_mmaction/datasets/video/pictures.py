"""What the headers of a stream say about its frames."""

from typing import List, NamedTuple, Sequence, Set

import numpy as np

NO_FRAME = -1


class Undecided(Exception):
    """The headers leave open which frames decoding returns."""


class Configuration(NamedTuple):
    """What is known of a stream before its packets.

    Attributes:
        extradata (bytes): Headers outside the packets, may be empty.
        reorder_depth (int): How many frames the decoder holds back from the
            start, to sort them. 0 where this is not known.
    """

    extradata: bytes = b''
    reorder_depth: int = 0


class Pictures(NamedTuple):
    """The frames of a stream by its packets, each of one frame or none.

    Attributes:
        keys (Sequence[int]): For each packet, in stream order. The frame
            with the smaller key is displayed first; ``NO_FRAME`` without
            one.
        starts (list[int]): Packets at which decoding can start, random-access
            points: no frame decoded after refers to a packet before, except
            frames displayed before the one of this packet.
        groups (Sequence[int]): For each packet, the first one of its group.
            The packets of a group may share the data of their frames. Empty
            if each packet has its own.
        placeholders (set[int]): Packets that can be decoded only together
            with the rest of their group.
    """

    keys: Sequence[int]
    starts: List[int]
    groups: Sequence[int] = ()
    placeholders: Set[int] = frozenset()


def display_keys(
    lsb: np.ndarray,
    size: int,
    is_start: np.ndarray,
    is_reference: np.ndarray,
) -> np.ndarray:
    """Return keys by picture order counts (H.264, 8.2.1.1; HEVC, 8.3.1).

    Args:
        lsb (np.ndarray): Their lowest bits, as in slice headers.
        size (int): How many values these have, a power of 2.
        is_start (np.ndarray): Whether a coded video sequence starts, whose
            pictures are displayed after all before. The first is True.
        is_reference (np.ndarray): Whether the next picture counts from this
            one. True where ``is_start``.

    Returns:
        np.ndarray: Integers, as for ``Pictures``.
    """
    places = np.arange(len(lsb))
    reference = np.maximum.accumulate(np.where(is_reference, places, 0))
    reference = np.concatenate([[0], reference[:-1]])
    ahead = (lsb - lsb[reference]) % size
    ahead[ahead > size // 2] -= size
    ahead[is_start] = 0
    counts = np.cumsum(np.where(is_reference, ahead, 0))
    counts += np.where(is_reference, 0, ahead)
    return (np.cumsum(is_start) << 40) + counts


def require_reorder_depth(keys: np.ndarray, depth: int) -> None:
    """Check that a decoder that holds back ``depth`` frames sorts them all.

    Args:
        keys (np.ndarray): As of ``Pictures``, without ``NO_FRAME``.
        depth (int): As the stream declares it.

    Raises:
        Undecided: If a frame has more than ``depth`` frames before it that
            are displayed later, or if two have the same key.
    """
    ordered = np.sort(keys)
    if (ordered[1:] == ordered[:-1]).any():
        raise Undecided('two frames have the same place')
    # In turn the latest, the second latest, ... frame of those so far.
    for _ in range(depth + 1):
        latest = np.maximum.accumulate(keys)
        is_late = keys < latest
        if not is_late.any():
            return
        keys = np.where(is_late[1:], keys[1:], latest[:-1])
    raise Undecided('frames are displayed later than declared')
