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


class PictureRenumberer:
    """Keeps picture ids and TL0PICIDX continuous across sources of a slot.

    Until the first change of source nothing is rewritten.
    """

    __slots__ = (
        "_is_joining",
        "_last_picture_id",
        "_last_tl0picidx",
        "_picture_id_offset",
        "_tl0picidx_offset",
    )

    def __init__(self) -> None:
        self._picture_id_offset = 0
        self._tl0picidx_offset = 0
        self._last_picture_id: int | None = None
        self._last_tl0picidx: int | None = None
        self._is_joining = False

    def join(self) -> None:
        """The next packet begins another source, or the same one after a cut."""
        self._is_joining = True

    def map(self, payload: bytes) -> bytes:
        """Give the payload with continuous numbers; the same object when none change.

        Raises ValueError on a descriptor that is cut off.
        """
        descriptor = Vp8Descriptor(payload)
        if self._is_joining:
            self._join(descriptor)
        picture_id = descriptor.picture_id
        if picture_id is None:
            return payload
        mask = 0x7FFF if descriptor.picture_id_bits == 15 else 0x7F
        picture_id = (picture_id + self._picture_id_offset) & mask
        tl0picidx = descriptor.tl0picidx
        if tl0picidx is not None:
            tl0picidx = (tl0picidx + self._tl0picidx_offset) & 0xFF
        self._remember(picture_id, mask, tl0picidx)
        if not self._picture_id_offset and not self._tl0picidx_offset:
            return payload
        return _patch(payload, descriptor, picture_id, tl0picidx)

    def _join(self, descriptor: Vp8Descriptor) -> None:
        self._is_joining = False
        if self._last_picture_id is not None and descriptor.picture_id is not None:
            self._picture_id_offset = self._last_picture_id + 1 - descriptor.picture_id
        if self._last_tl0picidx is not None and descriptor.tl0picidx is not None:
            self._tl0picidx_offset = self._last_tl0picidx + 1 - descriptor.tl0picidx

    def _remember(self, picture_id: int, mask: int, tl0picidx: int | None) -> None:
        last = self._last_picture_id
        # A late packet must not pull the newest number back.
        if last is None or (picture_id - last) & mask < mask >> 1:
            self._last_picture_id = picture_id
            if tl0picidx is not None:
                self._last_tl0picidx = tl0picidx


def _patch(
    payload: bytes, descriptor: Vp8Descriptor, picture_id: int, tl0picidx: int | None
) -> bytes:
    patched = bytearray(payload)
    at = descriptor.picture_id_at
    if descriptor.picture_id_bits == 15:
        patched[at] = 0x80 | picture_id >> 8
        patched[at + 1] = picture_id & 0xFF
    else:
        patched[at] = picture_id
    if tl0picidx is not None:
        patched[descriptor.tl0picidx_at] = tl0picidx
    return bytes(patched)
