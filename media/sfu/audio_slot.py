"""`AudioSlot`: one voice at a time; the source may change at any packet."""

from __future__ import annotations

from collections.abc import Sequence

from media.protocol import Codec
from media.rtp.codecs import OPUS_SILENCE, RED_BLOCK_PAYLOAD_TYPE
from media.rtp.packet import RtpPacket
from media.rtp.red import build_red
from media.sfu.crowd import Crowd
from media.sfu.encoding import Encoding
from media.sfu.line import Line
from media.sfu.ports import OutPacket
from media.sfu.subscription import RTP_HEADER_BYTES, Subscription

CACHE_PACKETS = 128
"""Tells duplicates apart and gives redundancy its older block. Lost sound is repaired
by that or by Opus FEC, not by repeats."""


class AudioSlot(Line):
    """Carries `current`. Whoever speaks hears silence instead of themselves."""

    __slots__ = ("_is_joining", "_own", "_red", "_waiting")

    def __init__(self, name: str, ssrc: int, rtx_ssrc: int) -> None:
        super().__init__(name, "audio", ssrc, rtx_ssrc, CACHE_PACKETS)
        self._is_joining = True
        self._own: tuple[Subscription, ...] = ()
        self._red = Crowd()
        self._waiting: list[Subscription] = []

    def assign(self, encoding: Encoding | None) -> None:
        if encoding is self.current:
            return
        # What the one before said goes out first, to its own listeners.
        self._send_all()
        if self.current is not None:
            self.current.detach(self)
        self.current = encoding
        self._is_joining = True
        if encoding is not None:
            encoding.attach(self)
        self.regather()

    def lose(self, source: Encoding) -> None:
        """The encoding closed."""
        if source is self.current:
            self.assign(None)

    def cut(self, source: Encoding, now_ns: int) -> None:
        """Packets go missing on purpose: close the gap at the next one."""
        self._is_joining = True

    def resume(self, source: Encoding, now_ns: int) -> None:
        self._is_joining = True

    def write(
        self,
        source: Encoding,
        ext_seqno: int,
        packet: RtpPacket,
        codec: Codec,
        is_keyframe_start: bool,
        arrival_ns: int,
    ) -> None:
        """Take a packet of the current encoding."""
        # The first one after a change begins a talk spurt (RFC 3551, 4.1).
        marker = packet.marker or self._is_joining
        if self._is_joining:
            self._is_joining = False
            self._join(source, ext_seqno, packet)
        elif not packet.payload and self.rewriter.leave_out(ext_seqno):
            return
        payload = packet.payload
        self._emit(source, ext_seqno, packet, payload, codec, marker, arrival_ns)

    def flush(self, now_ns: int) -> bool:
        """Send what was written since the last flush; False, as sound never waits."""
        self._send_all()
        return False

    def _send_all(self) -> None:
        batch = self._batch
        if not batch:
            return
        has_late = self._batch_has_late
        self.send_batch()
        if len(self._red):
            self._send_red(batch, has_late)
        for subscription in self._own:
            self._send_silence(subscription, batch)
        if self._waiting:
            self._start_waiting(batch)

    def _send_red(self, batch: list[OutPacket], has_late: bool) -> None:
        redundant = [self._add_redundancy(packet) for packet in batch]
        if has_late:
            for subscription in self._red.subscriptions:
                self.packets_out += subscription.send_visible(redundant)
        else:
            self._red.send(redundant)
            self.packets_out += len(redundant) * len(self._red)
        size_bytes = sum(len(one.payload) + RTP_HEADER_BYTES for one in redundant)
        self.bytes_out += size_bytes * len(self._red)

    def _add_redundancy(self, packet: OutPacket) -> OutPacket:
        """Give the packet with the one before it, under the same number.

        A viewer gets each number only in one of the two forms: AES-GCM may not use a
        number for two packets. Numbers are sent once, and sound is never repeated.
        """
        older = self.cache.get(packet.ext_seqno - 1)
        payload = build_red(
            RED_BLOCK_PAYLOAD_TYPE,
            packet.timestamp,
            packet.payload,
            older.timestamp if older is not None else packet.timestamp,
            older.payload if older is not None else b"",
        )
        return OutPacket(
            packet.ext_seqno,
            packet.timestamp,
            packet.marker,
            payload,
            "red",
            self.ssrc,
            packet.send_time,
        )

    def use_red(self, subscription: Subscription, takes_red: bool) -> None:
        """Send with redundancy, or without, from the next packet on."""
        takes_red = takes_red and "red" in subscription.codecs
        if takes_red == subscription.takes_red:
            return
        # What was written so far goes out in the form it was meant for.
        self._send_all()
        subscription.takes_red = takes_red
        self.regather()

    def _send_silence(self, subscription: Subscription, batch: list[OutPacket]) -> None:
        silent = [
            OutPacket(
                packet.ext_seqno,
                packet.timestamp,
                packet.marker,
                OPUS_SILENCE,
                packet.codec,
                self.ssrc,
                packet.send_time,
            )
            for packet in batch
        ]
        self.packets_out += subscription.send_visible(silent)

    def _start_waiting(self, batch: list[OutPacket]) -> None:
        newest = max(batch, key=lambda packet: packet.ext_seqno)
        waiting, self._waiting = self._waiting, []
        for subscription in waiting:
            subscription.start(self, newest.ext_seqno, newest.timestamp)
            if self._is_own(subscription):
                self._send_silence(subscription, [newest])
            else:
                self.packets_out += subscription.send([newest])
        self.regather()

    def add(self, subscription: Subscription, now_ns: int) -> None:
        """A joiner hears from the next packet on."""
        self._send_all()
        self.subscriptions.append(subscription)
        self._waiting.append(subscription)

    def remove(self, subscription: Subscription) -> None:
        if subscription in self._waiting:
            self._waiting.remove(subscription)
        super().remove(subscription)

    def _is_own(self, subscription: Subscription) -> bool:
        return (
            self.current is not None
            and subscription.group != ""
            and subscription.group == self.current.group
        )

    def _split(self, flowing: Sequence[Subscription]) -> None:
        self._own = tuple(one for one in flowing if self._is_own(one))
        others = [one for one in flowing if not self._is_own(one)]
        self._red = Crowd(one for one in others if one.takes_red)
        self._crowd = Crowd(one for one in others if not one.takes_red)
