"""The generator that knows a server by WHIP and WHEP alone, and what it counts with."""

from __future__ import annotations

import struct

import pytest

from benchmarks.fanout.light_peer import H264_PT, VIDEO_PT
from benchmarks.required import storm_lines
from benchmarks.whep.__main__ import measure, parse_arguments, print_report, spread
from benchmarks.whep.picture import FirstPicture
from benchmarks.whep.viewer import Sequence

VP8_KEY = b"\x90\x80\x80\x07\x10\x00\x00\x9d\x01\x2a"
VP8_DELTA = b"\x90\x80\x80\x07\x11\x00\x00"
VP8_REST = b"\x80\x80\x80\x07\x55"


def packet(kind: int, seqno: int, timestamp: int, payload: bytes, last: bool) -> bytes:
    return struct.pack("!BBHII", 0x80, kind | last << 7, seqno, timestamp, 1) + payload


def is_complete(*packets: bytes) -> bool:
    picture = FirstPicture()
    for one in packets:
        picture.take(one)
    return picture.is_complete


def test_a_picture_counts_when_it_is_whole_and_a_key_picture() -> None:
    first = packet(VIDEO_PT, 65_535, 10, VP8_KEY, last=False)
    middle = packet(VIDEO_PT, 0, 10, VP8_REST, last=False)
    last = packet(VIDEO_PT, 1, 10, VP8_REST, last=True)
    assert is_complete(first, middle, last)
    assert is_complete(first, last, middle)
    assert not is_complete(first, last)
    assert not is_complete(middle, last)
    assert not is_complete(packet(VIDEO_PT, 1, 10, VP8_DELTA, last=True))


def test_h264_begins_with_its_parameters() -> None:
    sps, pps = b"\x67\x42", b"\x68\xce"
    stap = b"\x78\x00\x02" + sps + b"\x00\x02" + pps
    start = packet(H264_PT, 1, 10, stap, last=False)
    fragment = packet(H264_PT, 2, 10, b"\x7c\x85\x00", last=True)
    assert is_complete(start, fragment)
    assert not is_complete(packet(H264_PT, 1, 10, b"\x41\x9a", last=True))


def test_missing_packets_are_seen_in_the_numbers() -> None:
    stream = Sequence()
    for seqno in (65_534, 65_535, 1, 0, 4):
        stream.take(seqno)
    assert (stream.received, stream.lost) == (5, 2)


def test_who_never_got_it_is_not_left_out() -> None:
    assert spread([0.5, None, 1.0]) == "p95 1.00 s, worst 1.00 s, 1 never"
    assert spread([None]) == "nobody"


@pytest.mark.long
async def test_a_small_storm_on_a_node_of_its_own() -> None:
    words = ["--viewers", "3", "--residents", "1", "--within", "0.3", "--seconds", "1"]
    report = await measure(parse_arguments(words))
    print_report(report)
    assert [one.refusal for one in report.joiners] == ["", "", ""]
    assert all(one.picture_after_s is not None for one in report.joiners)
    assert report.before.lost == report.during.lost == 0
    assert report.before.delays.audio.packets > 20
    assert report.steady.viewers == 4
    assert report.steady.loss_percent == 0
    assert report.steady.cpu_us_per_packet
    assert "met" in str(storm_lines(report)[0])


@pytest.mark.long
async def test_a_small_storm_spreads_over_two_workers() -> None:
    words = ["--viewers", "5", "--residents", "1", "--within", "0.3", "--seconds", "1"]
    report = await measure(parse_arguments([*words, "--workers", "2"]))
    print_report(report)
    assert all(one.picture_after_s is not None for one in report.joiners)
    assert report.steady.viewers == 6
    assert report.steady.loss_percent == 0
    assert len(report.steady.workers_percent) == 2
    assert min(report.steady.workers_percent) > 0
