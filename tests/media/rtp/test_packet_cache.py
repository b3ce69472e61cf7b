from __future__ import annotations

from dataclasses import dataclass

import pytest

from media.rtp.packet_cache import PacketCache


@dataclass
class Numbered:
    ext_seqno: int


def test_recent_packets_are_found_and_old_ones_overwritten() -> None:
    cache: PacketCache[Numbered] = PacketCache(8)
    packets = [Numbered(number) for number in range(65_530, 65_545)]
    for packet in packets:
        cache.put(packet)
    assert cache.get(65_544) is packets[-1]
    assert cache.get(65_537) is packets[7]
    assert cache.get(65_536) is None
    assert cache.get(65_545) is None


def test_range_leaves_out_what_is_missing() -> None:
    cache: PacketCache[Numbered] = PacketCache(8)
    for number in (1, 2, 4):
        cache.put(Numbered(number))
    assert [packet.ext_seqno for packet in cache.between(1, 5)] == [1, 2, 4]
    assert cache.between(-100, 5) == cache.between(0, 5)


def test_capacity_is_a_power_of_two() -> None:
    with pytest.raises(ValueError, match="power of two"):
        PacketCache(100)
