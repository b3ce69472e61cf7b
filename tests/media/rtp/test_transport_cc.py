"""Feedback of transport-wide congestion control, read by a decoder of its own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media.rtp.rtcp_codec import parse_rtcp
from media.rtp.transport_cc import (
    MAX_JUMP_PACKETS,
    MAX_KEPT_PACKETS,
    MAX_PACKETS,
    REFERENCE_NS,
    TICK_NS,
    Arrivals,
    build_chunks,
    build_feedback,
)

MS = 1_000_000


def read_symbols(data: bytes, count: int) -> tuple[list[int], int]:
    """The symbols, and where the chunks end."""
    symbols: list[int] = []
    position = 0
    while len(symbols) < count:
        chunk = int.from_bytes(data[position : position + 2], "big")
        position += 2
        if not chunk & 0x8000:
            symbols += [chunk >> 13 & 3] * (chunk & 0x1FFF)
        elif not chunk & 0x4000:
            symbols += [chunk >> shift & 1 for shift in range(13, -1, -1)]
        else:
            symbols += [chunk >> shift & 3 for shift in range(12, -1, -2)]
    return symbols[:count], position


def read(packet: bytes) -> dict[int, int | None]:
    """Transport-wide number -> arrival in ticks, None for a lost one."""
    assert packet[:2] == b"\x8f\xcd"
    assert int.from_bytes(packet[2:4], "big") * 4 + 4 == len(packet)
    base = int.from_bytes(packet[12:14], "big")
    count = int.from_bytes(packet[14:16], "big")
    ticks = int.from_bytes(packet[16:19], "big") * 256
    symbols, end = read_symbols(packet[20:], count)
    rest = packet[20 + end :]
    found: dict[int, int | None] = {}
    for index, symbol in enumerate(symbols):
        if symbol == 0:
            found[base + index & 0xFFFF] = None
            continue
        size = symbol
        ticks += int.from_bytes(rest[:size], "big", signed=size == 2)
        rest = rest[size:]
        found[base + index & 0xFFFF] = ticks
    assert len(rest) < 4
    assert not any(rest)
    return found


def test_a_packet_is_laid_out_as_the_draft_says() -> None:
    arrivals = {5: REFERENCE_NS, 6: REFERENCE_NS + 10 * TICK_NS, 8: REFERENCE_NS}
    packet, following = build_feedback(1, 2, 5, 8, arrivals, 7)
    assert following == 9
    assert packet.hex(" ", 4) == (
        "8fcd0006 00000001 00000002 00050004 00000107 d480000a fff60000"
    )


def test_long_runs_take_one_chunk() -> None:
    assert list(build_chunks([1] * 400)) == [1 << 13 | 400]
    assert list(build_chunks([0] * 20 + [1] * 14)) == [20, 1 << 13 | 14]


def test_mixed_symbols_take_vectors() -> None:
    assert list(build_chunks([1, 0] * 7)) == [0x8000 | 0b10101010101010]
    assert list(build_chunks([1, 2, 0])) == [0xC000 | 0b01100000000000]


@given(
    st.lists(st.sampled_from([0, 1, 2]), max_size=300)
    | st.builds(
        lambda runs: [symbol for symbol, n in runs for _ in range(n)],
        st.lists(
            st.tuples(st.sampled_from([0, 1, 2]), st.integers(1, 40)), max_size=20
        ),
    )
)
def test_symbols_are_read_as_they_were_packed(symbols: list[int]) -> None:
    data = b"".join(chunk.to_bytes(2, "big") for chunk in build_chunks(symbols))
    assert read_symbols(data, len(symbols)) == (symbols, len(data))


@given(
    start=st.integers(0, 65_535),
    steps=st.lists(
        st.tuples(st.integers(1, 60), st.integers(-40 * MS, 9_000 * MS)),
        min_size=1,
        max_size=200,
    ),
    base_ns=st.integers(60_000 * MS, 10**15),
)
def test_every_arrival_is_told_once_and_to_250_us(
    start: int, steps: list[tuple[int, int]], base_ns: int
) -> None:
    collected = Arrivals()
    expected: dict[int, int] = {}
    seqno, arrival_ns = start, base_ns
    for gap, elapsed_ns in steps:
        expected[seqno & 0xFFFF] = arrival_ns
        collected.on_packet(seqno & 0xFFFF, arrival_ns)
        seqno, arrival_ns = seqno + gap, max(0, arrival_ns + elapsed_ns)
    told: dict[int, int | None] = {}
    for packet in collected.take_feedback(1, 2):
        part = read(packet)
        assert not told.keys() & part.keys()
        told |= part
    seen = {number: ticks for number, ticks in told.items() if ticks is not None}
    # The reference time has 24 bits of 256 ticks.
    assert {number: ticks & 0xFFFFFFFF for number, ticks in seen.items()} == {
        number: ns // TICK_NS & 0xFFFFFFFF for number, ns in expected.items()
    }
    assert collected.take_feedback(1, 2) == []


def test_a_late_packet_is_told_with_what_came_after_it() -> None:
    collected = Arrivals()
    for seqno in (10, 11, 13):
        collected.on_packet(seqno, 100 * MS + seqno * MS)
    first = read(collected.take_feedback(1, 2)[0])
    assert first[12] is None
    collected.on_packet(12, 120 * MS)
    collected.on_packet(14, 121 * MS)
    second = read(collected.take_feedback(1, 2)[0])
    assert second == {12: 480, 13: 452, 14: 484}


def test_a_sender_that_starts_anew_is_followed() -> None:
    collected = Arrivals()
    collected.on_packet(10, MS)
    collected.take_feedback(1, 2)
    collected.on_packet(40_000, 2 * MS)
    assert list(read(collected.take_feedback(1, 2)[0])) == [40_000]


def test_many_packets_are_told_in_several_feedbacks() -> None:
    collected = Arrivals()
    for seqno in range(1000):
        collected.on_packet(seqno, seqno * MS)
    packets = collected.take_feedback(1, 2)
    assert [len(read(packet)) for packet in packets] == [MAX_PACKETS, MAX_PACKETS, 200]
    assert [packet[19] for packet in packets] == [0, 1, 2]
    assert max(len(packet) for packet in packets) < 1_000


def test_what_is_kept_is_bounded() -> None:
    collected = Arrivals()
    for seqno in range(50_000):
        collected.on_packet(seqno & 0xFFFF, 1)
    assert len(collected._arrivals_ns) == MAX_KEPT_PACKETS
    assert len(collected.take_feedback(1, 2)) < 200


def test_our_own_parser_takes_the_packet_for_feedback_it_does_not_need() -> None:
    packet, _ = build_feedback(1, 2, 1, 3, {1: MS, 3: 2 * MS}, 0)
    assert parse_rtcp(packet) == []


def test_numbers_that_jump_ahead_cost_no_more_than_those_that_come() -> None:
    """250 packets 3,000 apart would be told of in 1,868 feedback packets."""
    arrivals = Arrivals()
    for number in range(250):
        arrivals.on_packet(number * MAX_JUMP_PACKETS & 0xFFFF, number * 400_000)
    assert len(arrivals.take_feedback(1, 2)) <= MAX_KEPT_PACKETS // MAX_PACKETS + 1
    arrivals.on_packet((249 * MAX_JUMP_PACKETS + 1) & 0xFFFF, 100_400_000)
    assert len(arrivals.take_feedback(1, 2)) == 1
