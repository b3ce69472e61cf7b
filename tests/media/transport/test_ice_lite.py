"""Nomination, rebinding and consent, with time by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.fanout.light_ice import build_check
from media.transport.ice_lite import CONSENT_NS, MAX_PATHS, SILENT_NS, IceLite
from media.transport.stun import parse_binding_request
from media.transport.udp import UdpSocket, open_sockets

MS = 1_000_000


@pytest.fixture
def udp() -> Iterator[UdpSocket]:
    udp = open_sockets("127.0.0.1", 0)[0]
    yield udp
    udp.close()


def check(
    ice: IceLite,
    udp: UdpSocket,
    port: int,
    now_ns: int,
    *,
    nominate: bool = False,
    password: str | None = None,
) -> bool:
    datagram = build_check(
        f"{ice.ufrag}:x", password or ice.password, nominate=nominate
    )
    request = parse_binding_request(datagram)
    return ice.on_check(request, udp, ("127.0.0.1", port), now_ns)


def selected_port(ice: IceLite) -> int | None:
    return ice.selected.address[1] if ice.selected else None


def test_before_nomination_the_latest_valid_check_is_used(udp: UdpSocket) -> None:
    ice = IceLite(0)
    assert selected_port(ice) is None
    for port in (1001, 1002, 1001):
        assert check(ice, udp, port, 0)
        assert selected_port(ice) == port


def test_a_nominated_path_stays_while_others_are_probed(udp: UdpSocket) -> None:
    ice = IceLite(0)
    check(ice, udp, 1001, 0, nominate=True)
    check(ice, udp, 1002, 10 * MS)
    assert selected_port(ice) == 1001
    check(ice, udp, 1002, 20 * MS, nominate=True)
    assert selected_port(ice) == 1002


def test_a_silent_path_gives_way_to_a_new_address(udp: UdpSocket) -> None:
    ice = IceLite(0)
    check(ice, udp, 1001, 0, nominate=True)
    check(ice, udp, 1002, SILENT_NS + 1)
    assert selected_port(ice) == 1002


def test_a_forged_check_moves_and_keeps_nothing(udp: UdpSocket) -> None:
    ice = IceLite(0)
    check(ice, udp, 1001, 0, nominate=True)
    assert not check(ice, udp, 1002, 5, nominate=True, password="wrong")
    assert selected_port(ice) == 1001
    assert list(ice.paths) == [("127.0.0.1", 1001)]
    assert ice.checked_ns == 0


def test_consent_ends_30_seconds_after_the_last_check(udp: UdpSocket) -> None:
    ice = IceLite(0)
    check(ice, udp, 1001, 7 * MS)
    assert ice.has_consent(7 * MS + CONSENT_NS - 1)
    assert not ice.has_consent(7 * MS + CONSENT_NS)


def test_paths_are_bounded_and_the_selected_one_is_kept(udp: UdpSocket) -> None:
    ice = IceLite(0)
    check(ice, udp, 999, 0, nominate=True)
    for port in range(1000, 1100):
        check(ice, udp, port, port)
    assert len(ice.paths) == MAX_PATHS
    assert selected_port(ice) == 999
    assert ("127.0.0.1", 999) in ice.paths
