from __future__ import annotations

from media.rtp.keyframe_group import MAX_AGE_NS, MAX_PACKETS, KeyframeGroup


def test_group_is_young_for_four_seconds_and_some_packets() -> None:
    group = KeyframeGroup()
    assert not group.is_young(10, 0)
    group.begin(10, 1000)
    assert group.is_young(10, 1000)
    assert group.is_young(10 + MAX_PACKETS - 1, 1000 + MAX_AGE_NS)
    assert not group.is_young(10 + MAX_PACKETS, 1000)
    assert not group.is_young(10, 1001 + MAX_AGE_NS)


def test_late_start_does_not_hide_a_newer_one() -> None:
    group = KeyframeGroup()
    group.begin(50, 1000)
    group.begin(40, 2000)
    assert group.first_ext_seqno == 50
    assert group.age_ns(2000) == 1000


def test_ended_group_serves_nobody() -> None:
    group = KeyframeGroup()
    group.begin(50, 1000)
    group.end()
    assert not group.is_young(50, 1000)
