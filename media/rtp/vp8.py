"""The VP8 payload descriptor (RFC 7741, 4.2): read it, renumber its pictures."""

from __future__ import annotations


class Vp8Descriptor:
    """Where the running numbers of one packet stand.

    `picture_id` and `tl0picidx` are None when absent. Raises ValueError when the
    payload ends inside the descriptor.
    """

    __slots__ = (
        "picture_id",
        "picture_id_at",
        "picture_id_bits",
        "size_bytes",
        "tl0picidx",
        "tl0picidx_at",
    )

    def __init__(self, payload: bytes) -> None:
        self.picture_id: int | None = None
        self.picture_id_at = 0
        self.picture_id_bits = 0
        self.tl0picidx: int | None = None
        self.tl0picidx_at = 0
        try:
            self.size_bytes = self._parse(payload)
        except IndexError:
            raise ValueError("The VP8 payload descriptor is cut off.") from None

    def _parse(self, payload: bytes) -> int:
        first = payload[0]
        if not first & 0x80:
            return 1
        flags = payload[1]
        position = 2
        if flags & 0x80:
            self.picture_id_at = position
            if payload[position] & 0x80:
                high = payload[position] & 0x7F
                self.picture_id = high << 8 | payload[position + 1]
                self.picture_id_bits = 15
                position += 2
            else:
                self.picture_id = payload[position]
                self.picture_id_bits = 7
                position += 1
        if flags & 0x40:
            self.tl0picidx = payload[position]
            self.tl0picidx_at = position
            position += 1
        return position + 1 if flags & 0x30 else position


def is_keyframe_start(payload: bytes) -> bool:
    """Tell whether the packet begins a keyframe (RFC 7741, 4.3: P bit is 0)."""
    # S bit set and partition 0.
    if not payload or payload[0] & 0x17 != 0x10:
        return False
    size = _descriptor_size(payload)
    return size < len(payload) and not payload[size] & 0x01


def _descriptor_size(payload: bytes) -> int:
    if not payload[0] & 0x80:
        return 1
    if len(payload) < 3:
        return len(payload)
    flags = payload[1]
    size = 2
    if flags & 0x80:
        size += 2 if payload[2] & 0x80 else 1
    if flags & 0x40:
        size += 1
    return size + 1 if flags & 0x30 else size


def temporal_layer(payload: bytes) -> tuple[int, bool]:
    """Give TID and the layer sync bit Y (RFC 7741, 4.2); (0, True) when not told.

    A picture with Y needs none of its own layer before it, only of those below.
    """
    if not payload[0] & 0x80 or len(payload) < 2 or not payload[1] & 0x20:
        return 0, True
    at = _descriptor_size(payload) - 1
    if at >= len(payload):
        return 0, True
    return payload[at] >> 6, bool(payload[at] & 0x20)


def begins_picture(payload: bytes) -> bool:
    """Tell whether the packet is the first of its picture: S is set, partition 0."""
    return payload[:1] != b"" and payload[0] & 0x17 == 0x10


def without_picture_numbers(payload: bytes) -> bytes:
    """Give the payload with the shortest descriptor: no picture id, no layer numbers.

    What a viewer is sent is chosen picture by picture and its packets are renumbered
    without a gap, so that running numbers of the source would tell of losses that are
    none. Without them a receiver goes by sequence numbers, as it does for H.264.
    Raises ValueError on a descriptor that is cut off.
    """
    first = payload[0]
    if not first & 0x80:
        return payload
    size = _descriptor_size(payload)
    if size >= len(payload):
        raise ValueError("The VP8 payload descriptor is cut off.")
    return bytes((first & 0x7F,)) + payload[size:]
