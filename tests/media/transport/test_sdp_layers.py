"""What offers and answers say of layers, estimates and redundant sound."""

from __future__ import annotations

import pytest

from media.transport.answer import answer_receive
from media.transport.sdp import SdpError, parse_offer
from tests.media.transport.test_sdp import (
    AUDIO,
    LOCAL,
    SEMINAR,
    SLOTS,
    VIDEO,
    lines_of,
    offer,
    publish,
    receiving,
    section,
)

LAYERS = VIDEO.replace(
    "a=ssrc-group:FID 2 3\r\na=ssrc:2 cname:x\r\na=ssrc:3 cname:x\r\n",
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
    "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"
    "a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\n"
    "a=rid:h send\r\na=rid:m send\r\na=rid:l send\r\na=simulcast:send h;~m;l\r\n",
)


def test_simulcast_is_taken_and_its_layers_are_ordered() -> None:
    answer = publish(offer(AUDIO, LAYERS))
    lines = lines_of(answer, "1")
    assert {"a=rid:l recv", "a=rid:m recv", "a=rid:h recv"} <= set(lines)
    assert lines[-2] == "a=simulcast:recv l;m;h"
    track = answer.tracks[1]
    assert track.rids == ("l", "m", "h")
    assert (track.mid_id, track.rid_id, track.repaired_rid_id) == (4, 10, 11)
    assert (track.ssrc, track.rtx_ssrc) == (None, None)


def test_of_more_than_three_layers_the_largest_are_taken() -> None:
    wide = LAYERS.replace("send h;~m;l", "send 0;1;2;3")
    assert publish(offer(AUDIO, wide)).tracks[1].rids == ("1", "2", "3")


def test_simulcast_without_a_way_to_tell_layers_apart_is_not_taken() -> None:
    blind = LAYERS.replace("rtp-stream-id", "something-else")
    assert publish(offer(AUDIO, blind)).tracks[1].rids == ()


def test_a_rid_that_is_no_word_is_refused() -> None:
    with pytest.raises(SdpError):
        publish(offer(AUDIO, LAYERS.replace("send h;~m;l", "send h;m=1")))


def test_viewers_get_the_time_of_sending_and_how_long_pictures_are_to_wait() -> None:
    extensions = "http://www.webrtc.org/experiments/rtp-hdrext/"
    timed = VIDEO.replace(
        "a=rtcp-fb:* nack\r\n",
        f"a=rtcp-fb:* nack\r\na=extmap:2 {extensions}abs-send-time\r\n"
        f"a=extmap:6 {extensions}playout-delay\r\n",
    )
    answer = answer_receive(
        parse_offer(receiving(offer(timed, bundle="1"))), LOCAL, SEMINAR, SLOTS
    )
    assert answer.streams[0].abs_send_time_id == 2
    assert answer.streams[0].playout_delay_id == 6
    lines = lines_of(answer, "1")
    assert f"a=extmap:2 {extensions}abs-send-time" in lines
    assert f"a=extmap:6 {extensions}playout-delay" in lines
    assert "a=rtcp-fb:96 goog-remb" in lines


TRANSPORT_CC = (
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
)


def test_a_publisher_that_can_is_told_of_every_arrival() -> None:
    lines = f"extmap:5 {TRANSPORT_CC}", "rtcp-fb:* transport-cc"
    able = [
        text + "".join(f"a={line}\r\n" for line in lines) for text in (AUDIO, VIDEO)
    ]
    answer = publish(offer(*able))
    for mid, payload_type in (("0", 111), ("1", 96)):
        assert f"a=extmap:5 {TRANSPORT_CC}" in lines_of(answer, mid)
        assert f"a=rtcp-fb:{payload_type} transport-cc" in lines_of(answer, mid)
    assert [track.transport_cc_id for track in answer.tracks] == [5, 5]
    assert "transport-cc" not in publish(offer(AUDIO, VIDEO)).sdp


def test_a_viewer_sends_its_own_estimate_instead() -> None:
    lines = f"extmap:5 {TRANSPORT_CC}", "rtcp-fb:* transport-cc"
    able = receiving(VIDEO) + "".join(f"a={line}\r\n" for line in lines)
    answer = answer_receive(parse_offer(offer(able, bundle="1")), LOCAL, SEMINAR, SLOTS)
    assert "transport" not in answer.sdp


def test_a_viewer_that_knows_redundant_sound_may_be_sent_it() -> None:
    audio = section(
        "audio", "0", "111 opus/48000/2, 63 red/48000/2", "recvonly", "fmtp:63 111/111"
    )
    answer = answer_receive(
        parse_offer(offer(audio, bundle="0")), LOCAL, SEMINAR, SLOTS
    )
    lines = lines_of(answer, "0")
    assert lines[0].endswith(" 111 63")
    assert {"a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111"} <= set(lines)
    assert answer.streams[0].payload_types == {"opus": 111, "red": 63}


def test_redundant_sound_is_for_viewers_and_the_usual_number_of_opus() -> None:
    codecs = "111 opus/48000/2, 63 red/48000/2"
    publisher = section("audio", "0", codecs, "sendonly")
    assert publish(offer(publisher, bundle="0")).tracks[0].payload_types == {
        111: "opus"
    }
    other = section("audio", "0", codecs.replace("111", "96"), "recvonly")
    answer = answer_receive(
        parse_offer(offer(other, bundle="0")), LOCAL, SEMINAR, SLOTS
    )
    assert answer.streams[0].payload_types == {"opus": 96}
