"""libsrtp sessions as the peers use them."""

from __future__ import annotations

import struct

import pytest

from media.srtp.profiles import (
    CM_SHA1_80,
    GCM_128,
    PROFILES,
    MasterKey,
    profile_by_name,
    split_exported,
)
from media.srtp.session import SrtpError, open_receiver, open_sender

MASTERS = [
    MasterKey(GCM_128, bytes(16), bytes(12)),
    MasterKey(CM_SHA1_80, bytes(16), bytes(14)),
]


def rtp(seqno: int) -> bytes:
    return struct.pack("!BBHII", 0x80, 96, seqno & 0xFFFF, 0, 7) + b"payload"


@pytest.mark.parametrize("master", MASTERS, ids=["gcm", "cm"])
def test_a_replayed_packet_is_refused_10_000_times(master: MasterKey) -> None:
    sender, receiver = open_sender(master), open_receiver(master)
    packets = [sender.protect(rtp(seqno)) for seqno in range(100)]
    for packet in packets:
        receiver.unprotect(packet)
    for _ in range(100):
        for packet in packets:
            with pytest.raises(SrtpError):
                receiver.unprotect(packet)


@pytest.mark.parametrize("master", MASTERS, ids=["gcm", "cm"])
def test_a_packet_may_be_sent_again(master: MasterKey) -> None:
    sender = open_sender(master)
    first = sender.protect(rtp(1))
    sender.protect(rtp(2))
    assert sender.protect(rtp(1)) == first


@pytest.mark.parametrize("master", MASTERS, ids=["gcm", "cm"])
def test_reordering_around_three_wraps_loses_nothing(master: MasterKey) -> None:
    sender, receiver = open_sender(master), open_receiver(master)
    seqnos = list(range(65_400, 65_400 + 3 * 65_536, 7))
    packets = [sender.protect(rtp(seqno)) for seqno in seqnos]
    for index in range(0, len(packets) - 14, 14):
        packets[index], packets[index + 13] = packets[index + 13], packets[index]
    assert len([receiver.unprotect(packet) for packet in packets]) == len(seqnos)


def test_exported_material_is_cut_as_rfc_5764_says() -> None:
    client, server = split_exported(GCM_128, bytes(range(56)))
    assert (client.key, server.key) == (bytes(range(16)), bytes(range(16, 32)))
    assert (client.salt, server.salt) == (bytes(range(32, 44)), bytes(range(44, 56)))


def test_profiles_are_found_by_name_and_gcm_is_first() -> None:
    assert [profile_by_name(profile.name) for profile in PROFILES] == list(PROFILES)
    assert PROFILES[0].is_gcm
    assert profile_by_name("") is None
