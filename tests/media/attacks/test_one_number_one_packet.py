"""One number, one packet, for every viewer and for ever (reliability B8, B9).

AES-GCM breaks when one nonce encrypts two different packets: who sees both can forge
(RFC 5116, 5.1.1). Publishers, viewers and lines do their worst here; libsrtp receives.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from pylibsrtp import Session

from media.rtp.codecs import OPUS_SILENCE
from media.sfu import subscription
from media.sfu.encoding import TOP_LAYER
from media.sfu.picture_line import CACHE_PACKETS
from media.sfu.ports import ViewerStream
from media.srtp.profiles import GCM_128, MasterKey
from media.srtp.session import SrtpError, open_receiver
from media.transport.batch_sender import PythonSender
from media.transport.fanout import FanOut, is_gso_usable
from media.transport.ice_lite import Path
from media.transport.peer_out import PeerOut
from media.transport.udp import UdpSocket, open_sockets
from tests.media.sfu.room import PAYLOAD_TYPES, FakeOut, Room
from tests.media.sfu.simulcast import SimulcastCamera

MASTER = MasterKey(GCM_128, bytes(range(16)), bytes(range(12)))
WRAP = 1 << 16


class Ledger(PeerOut):
    """Keeps what each nonce encrypted, and fails when that changes.

    For that it looks at the sealing in Python, which gives the same bytes as that in C.
    """

    def __init__(self, streams: Sequence[ViewerStream], fanout: FanOut) -> None:
        super().__init__(streams, fanout)
        self.has_rtx = streams[0].rtx_ssrc is not None
        self.is_reused = False
        self._used: dict[bytes, tuple[bytes, bytes]] = {}

    def open(self, master: MasterKey) -> None:
        super().open(master)
        gcm = self._gcm
        assert gcm is not None
        encrypt_into, encrypt = gcm.encrypt_into, gcm._aead.encrypt

        def noted_into(nonce: Any, data: Any, associated_data: Any, buf: Any) -> int:
            self.note(bytes(nonce), bytes(associated_data), bytes(data))
            return encrypt_into(nonce, data, associated_data, buf)

        class Noted:
            def encrypt(_, nonce: bytes, payload: bytes, header: bytes) -> bytes:
                self.note(nonce, header, payload)
                return encrypt(nonce, payload, header)

        gcm.encrypt_into = noted_into
        gcm._aead = Noted()  # type: ignore[assignment]

    def note(self, nonce: bytes, header: bytes, payload: bytes) -> None:
        before = self._used.setdefault(nonce, (header, payload))
        self.is_reused = self.is_reused or before != (header, payload)


def decrypt(session: Session, data: bytes, *, has_rtx: bool) -> list[bytes]:
    """Without RTX a repeat is the same packet again, which a receiver refuses."""
    try:
        return [session.unprotect(data)]
    except SrtpError as error:
        if has_rtx or "replay" not in str(error):
            raise
        return []


class Hall:
    """A simulcast camera on air and viewers with real transports."""

    def __init__(self, udp: UdpSocket) -> None:
        self.room = Room()
        self.udp = udp
        self.fanout = FanOut(PythonSender(), use_gso=is_gso_usable())
        self.camera = SimulcastCamera(self.room, "a")
        self.room.router.assign("presenter", self.camera.camera)
        self.viewers: list[tuple[Ledger, socket.socket, Any, list[bytes]]] = []

    @property
    def slot(self) -> Any:
        return self.room.router._table.get_video("presenter")

    def renumber(self, layer: int, seqno: int) -> None:
        """Let a line that carries nothing yet go on from here."""
        self.slot.lines[layer].rewriter.last_ext_seqno = seqno - 1

    def join(self, *, has_rtx: bool) -> int:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.setblocking(False)
        stream = ViewerStream(
            "presenter",
            "video",
            {"vp8": PAYLOAD_TYPES["vp8"]},
            {"vp8": 97} if has_rtx else {},
            self.slot.ssrc,
            self.slot.rtx_ssrc if has_rtx else None,
        )
        out = Ledger([stream], self.fanout)
        out.open(MASTER)
        out.use_path(Path(self.udp, sock.getsockname(), 0))
        self.viewers.append((out, sock, open_receiver(MASTER), []))
        name = f"v{len(self.viewers) - 1}"
        self.room.router.open_viewer(name, [stream], out)
        return len(self.viewers) - 1

    def aim(self, viewer: int, layer: int) -> None:
        self.slot.aim(self.subscription(viewer), layer, self.room.clock.now_ns)

    def subscription(self, viewer: int) -> subscription.Subscription:
        out = self.viewers[viewer][0]
        found: subscription.Subscription = next(
            one for one in self.slot.subscriptions if one.out is out
        )
        return found

    def go(self) -> None:
        self.room.router.flush()
        self.room.clock.advance_ms(33)
        self.receive()

    def receive(self, loses: Callable[[], bool] = lambda: False) -> None:
        for out, sock, session, plain in self.viewers:
            while True:
                try:
                    data = sock.recv(2048)
                except BlockingIOError:
                    break
                if not 192 <= data[1] <= 223 and not loses():
                    plain.extend(decrypt(session, data, has_rtx=out.has_rtx))
            assert not out.is_reused

    def numbers(self, viewer: int) -> list[int]:
        """16-bit numbers of the media stream, as they came."""
        ssrc = self.slot.ssrc.to_bytes(4, "big")
        plain = self.viewers[viewer][3]
        return [int.from_bytes(p[2:4], "big") for p in plain if p[8:12] == ssrc]

    def nack(self, viewer: int, first: int, count: int = 40) -> None:
        wanted = range(first, first + count)
        self.room.nack(f"v{viewer}", "presenter", *wanted)

    def close(self) -> None:
        for _, sock, _, _ in self.viewers:
            sock.close()


@pytest.fixture
def hall() -> Iterator[Hall]:
    udp = open_sockets("127.0.0.1", 0)[0]
    hall = Hall(udp)
    yield hall
    hall.close()
    udp.close()


@pytest.mark.parametrize("seed", range(12))
def test_libsrtp_follows_a_viewer_that_changes_lines_around_the_wrap(
    hall: Hall, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if seed % 3:
        # So that the viewers' own numbers wrap too, not only those of the lines.
        monkeypatch.setattr(subscription, "START_PACKETS", 0)
    rng = random.Random(seed)
    for layer in range(TOP_LAYER + 1):
        hall.renumber(layer, WRAP * rng.randrange(3) + WRAP - rng.randrange(1, 300))
    hall.camera.picture(keys=(0, 1, 2))
    viewers = [hall.join(has_rtx=number % 2 == 0) for number in range(3)]
    hall.go()
    for _ in range(120):
        keys = [layer for layer in range(3) if rng.random() < 0.15]
        layers = [layer for layer in range(3) if rng.random() < 0.95]
        hall.camera.picture(keys=keys, layers=layers)
        for viewer in viewers:
            if rng.random() < 0.2:
                hall.aim(viewer, rng.choice((-1, 0, 1, 2, 2)))
            if rng.random() < 0.2 and (seen := hall.numbers(viewer)):
                hall.nack(viewer, seen[-1] + rng.randrange(-60, 60))
        hall.go()
    for viewer in viewers[::2]:
        numbers = hall.numbers(viewer)
        assert [n & 0xFFFF for n in range(numbers[0], numbers[0] + len(numbers))] == (
            numbers
        )


def test_a_viewer_without_a_picture_can_not_ask_for_what_comes_next(
    hall: Hall,
) -> None:
    """Without RTX a repeat leaves under its own number, which the next line needs."""
    hall.camera.picture(keys=(0, 1, 2))
    viewer, _ = hall.join(has_rtx=False), hall.join(has_rtx=True)
    hall.go()
    hall.aim(viewer, -1)
    for _ in range(5):
        hall.camera.picture()
        hall.go()
    seen = len(hall.numbers(viewer))
    hall.nack(viewer, hall.numbers(viewer)[-1] + 1)
    hall.go()
    assert len(hall.numbers(viewer)) == seen
    hall.aim(viewer, 0)
    hall.camera.picture(keys=(0, 1, 2))
    hall.go()
    assert len(hall.numbers(viewer)) > seen


def test_a_publisher_can_not_fill_an_old_number_again() -> None:
    """The RTX stream has numbers of its own, so SRTP lets an old original pass."""
    room = Room()
    source = room.source("a")
    room.router.assign("presenter", source.camera)
    out = room.viewer("v", "presenter")
    first = source.build_picture(key=True)
    source.send(*first)
    room.go()
    for _ in range(CACHE_PACKETS // 3 + 10):
        source.picture()
        room.go()
    forged = first[1][:-4] + b"EVIL"
    source.repeat(forged)
    room.go()
    numbers = [packet.ext_seqno for packet in out.of(0)]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("before_wrap", [1, 100, 1500])
def test_a_joiner_that_loses_its_first_packets_at_the_wrap_decrypts_the_rest(
    hall: Hall, before_wrap: int
) -> None:
    """A receiver takes its first packet's rollover count for 0 (RFC 3711, 3.3.1).

    So those packets must not straddle a wrap: with the last DTLS flight lost, a browser
    misses a second of them.
    """
    hall.renumber(TOP_LAYER, WRAP - before_wrap)
    hall.camera.picture(keys=(2,))
    viewer = hall.join(has_rtx=True)
    hall.go()
    hall.viewers[viewer][3].clear()
    hall.viewers[viewer] = (*hall.viewers[viewer][:2], open_receiver(MASTER), [])
    losing = 1 + before_wrap // 5
    for number in range(losing + 10):
        hall.camera.picture(layers=(2,))
        if number < losing:
            hall.room.router.flush()
            hall.receive(loses=lambda: True)
        else:
            try:
                hall.go()
            except SrtpError:
                pytest.fail("the receiver counts another rollover")
    assert len(hall.numbers(viewer)) >= 50


@pytest.mark.parametrize("seed", range(6))
def test_sound_has_each_number_once_with_redundancy_and_silence(seed: int) -> None:
    """One packet has three forms: as it was, with the one before, and silence."""
    rng = random.Random(seed)
    room = Room()
    sources = [
        room.source(name, ssrc=1000 * n, group=name) for n, name in enumerate("abcd", 1)
    ]
    outs = []
    for number in range(6):
        stream = ViewerStream(
            "audio-1",
            "audio",
            {"opus": 111, "red": 63},
            {},
            room.router.slot_ssrc("audio-1"),
            None,
        )
        outs.append(FakeOut())
        group = "ab"[number] if number < 2 else ""
        room.router.open_viewer(f"v{number}", [stream], outs[-1], group)
    slot: Any = room.router._table.get("audio-1")
    for step in range(600):
        for number, source in enumerate(sources):
            if rng.random() < 0.1:
                source.audio_seqno += rng.choice((1, 2, -1, -3))
            source.voice(20 if step // 60 % 4 == number else 80)
        if rng.random() < 0.2:
            slot.use_red(rng.choice(slot.subscriptions), rng.random() < 0.5)
        if rng.random() < 0.7:
            room.go(20)
    for out in outs:
        numbers = [packet.ext_seqno for packet in out.of(0)]
        assert len(numbers) > 300
        assert len(set(numbers)) == len(numbers)
    forms = {packet.codec for out in outs for packet in out.of(0)}
    assert forms == {"opus", "red"}
    assert any(packet.payload == OPUS_SILENCE for packet in outs[0].of(0))
