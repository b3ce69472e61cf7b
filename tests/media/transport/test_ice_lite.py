"""Nomination, rebinding and consent, with time by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.fanout.light_ice import build_check
from media.transport.ice_lite import CONSENT_NS, MAX_PATHS, SILENT_NS, IceLite
from media.transport.stun import parse_binding_request
from media.transport.tcp import TcpConnection
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
    credentials: tuple[str, str] | None = None,
) -> bool:
    ufrag, password = credentials or (ice.ufrag, ice.password)
    datagram = build_check(f"{ufrag}:x", password, nominate=nominate)
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
    assert not check(ice, udp, 1002, 5, nominate=True, credentials=(ice.ufrag, "wrong"))
    assert selected_port(ice) == 1001
    assert list(ice.paths) == [("127.0.0.1", 1001)]
    assert ice.checked_ns == 0


def test_a_live_nominated_path_is_not_stolen_by_a_check_without_nomination(
    udp: UdpSocket,
) -> None:
    ice = IceLite(0)
    check(ice, udp, 1001, 0, nominate=True)
    check(ice, udp, 1002, 100 * MS)
    challenged = [ice.is_challenged]
    ice.paths["127.0.0.1", 1001].heard_ns = 150 * MS
    for now_ns in (160 * MS, 5_000 * MS):
        assert not ice.settle(now_ns)
        challenged.append(ice.is_challenged)
    assert challenged == [True, False, False]
    assert selected_port(ice) == 1001


def test_a_rebound_peer_is_followed_within_a_second_of_its_one_check(
    udp: UdpSocket,
) -> None:
    ice = IceLite(0)
    check(ice, udp, 1001, 0, nominate=True)
    heard_ns = ice.paths["127.0.0.1", 1001].heard_ns = 400 * MS
    check(ice, udp, 1002, 500 * MS)
    # Media from there renews nothing that would move the flow sooner or later.
    ice.paths["127.0.0.1", 1002].heard_ns = 900 * MS
    assert not ice.settle(heard_ns + SILENT_NS)
    assert selected_port(ice) == 1001
    assert ice.settle(heard_ns + SILENT_NS + 1)
    assert selected_port(ice) == 1002
    assert heard_ns + SILENT_NS < (500 + 1_000) * MS


def test_a_path_is_not_followed_for_its_media_alone(udp: UdpSocket) -> None:
    ice = IceLite(0)
    check(ice, udp, 1002, 0)
    check(ice, udp, 1001, 1, nominate=True)
    ice.paths["127.0.0.1", 1002].heard_ns = 3_000 * MS
    assert not ice.settle(3_000 * MS)
    assert selected_port(ice) == 1001


def test_old_credentials_hold_until_the_first_check_with_the_new(
    udp: UdpSocket,
) -> None:
    ice = IceLite(0)
    old = (ice.ufrag, ice.password)
    check(ice, udp, 1001, 0, nominate=True)
    ice.restart("theirs")
    assert len(ice.ufrags) == 2
    assert check(ice, udp, 1001, 1, credentials=old)
    assert selected_port(ice) == 1001
    assert not check(ice, udp, 1002, 2, credentials=(ice.ufrag, old[1]))
    assert check(ice, udp, 1002, 3)
    assert selected_port(ice) == 1002
    assert [*ice.ufrags] == [ice.ufrag]
    assert not check(ice, udp, 1001, 4, nominate=True, credentials=old)
    assert ice.checked_ns == 3
    assert selected_port(ice) == 1002


def test_a_repeated_restart_keeps_the_credentials_it_made(udp: UdpSocket) -> None:
    ice = IceLite(0)
    ice.restart("theirs")
    made = (ice.ufrag, ice.password)
    ice.restart("theirs")
    check(ice, udp, 1001, 1)
    ice.restart("theirs")
    assert (ice.ufrag, ice.password) == made
    assert ice.ufrags == (made[0],)


def test_an_unused_restart_is_void_when_the_next_one_comes(udp: UdpSocket) -> None:
    ice = IceLite(0)
    old = (ice.ufrag, ice.password)
    check(ice, udp, 1001, 0, nominate=True)
    ice.restart("first")
    unused = (ice.ufrag, ice.password)
    ice.restart("second")
    assert len(ice.ufrags) == 2
    assert not check(ice, udp, 1002, 1, credentials=unused)
    assert check(ice, udp, 1001, 1, credentials=old)
    assert check(ice, udp, 1003, 2)
    assert selected_port(ice) == 1003


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


class FakeConnection(TcpConnection):
    """A TCP connection that keeps what is sent."""

    __slots__ = ("sent",)

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, packet: bytes, *, is_video: bool = False) -> bool:
        self.sent.append(packet)
        return True


def check_tcp(
    ice: IceLite, tcp: TcpConnection, now_ns: int, *, nominate: bool = False
) -> None:
    datagram = build_check(f"{ice.ufrag}:x", ice.password, nominate=nominate)
    request = parse_binding_request(datagram)
    assert ice.on_check(request, tcp, ("127.0.0.1", 1001), now_ns)


def is_by_tcp(ice: IceLite) -> bool:
    assert ice.selected is not None
    return ice.selected.udp is None


def test_the_same_address_by_udp_and_by_tcp_is_two_paths(udp: UdpSocket) -> None:
    ice, tcp = IceLite(0), FakeConnection()
    check(ice, udp, 1001, 0)
    check_tcp(ice, tcp, 1)
    assert len(ice.paths) == 2
    assert len(tcp.sent) == 1


def test_udp_takes_over_from_tcp_as_soon_as_it_is_nominated(udp: UdpSocket) -> None:
    ice, tcp = IceLite(0), FakeConnection()
    check_tcp(ice, tcp, 0, nominate=True)
    check(ice, udp, 1001, MS)
    assert is_by_tcp(ice)
    check(ice, udp, 1001, 2 * MS, nominate=True)
    assert not is_by_tcp(ice)


def test_a_client_that_nominates_every_pair_stays_on_udp(udp: UdpSocket) -> None:
    ice, tcp = IceLite(0), FakeConnection()
    for now_ms in range(0, 3_000, 500):
        check(ice, udp, 1001, now_ms * MS, nominate=True)
        check_tcp(ice, tcp, (now_ms + 10) * MS, nominate=True)
        assert not is_by_tcp(ice)


def test_checks_of_an_unused_connection_do_not_take_a_quiet_udp_path(
    udp: UdpSocket,
) -> None:
    ice, tcp = IceLite(0), FakeConnection()
    check(ice, udp, 1001, 0, nominate=True)
    check_tcp(ice, tcp, 4_999 * MS)
    assert not is_by_tcp(ice)
    check_tcp(ice, tcp, 5_001 * MS)
    assert is_by_tcp(ice)


def test_tcp_takes_over_where_udp_never_worked_or_is_given_up(udp: UdpSocket) -> None:
    ice, tcp = IceLite(0), FakeConnection()
    # Answers do not reach the client: it goes on checking and never nominates.
    check(ice, udp, 1001, 2_000 * MS)
    check_tcp(ice, tcp, 2_010 * MS, nominate=True)
    assert is_by_tcp(ice)
    check(ice, udp, 1001, 2_020 * MS, nominate=True)
    assert not is_by_tcp(ice)
    check(ice, udp, 1001, 3_030 * MS)
    check_tcp(ice, tcp, 3_040 * MS, nominate=True)
    assert is_by_tcp(ice)


def test_a_lost_connection_gives_way_to_the_path_heard_last(udp: UdpSocket) -> None:
    ice, tcp = IceLite(0), FakeConnection()
    check(ice, udp, 1001, 0)
    check(ice, udp, 1002, MS)
    check_tcp(ice, tcp, 2 * MS, nominate=True)
    assert ice.selected is not None
    ice.lose(ice.selected)
    assert selected_port(ice) == 1002
    assert tcp not in ice.paths
