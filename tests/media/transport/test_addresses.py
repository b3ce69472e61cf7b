"""Which addresses are announced."""

from __future__ import annotations

import ipaddress

import pytest

from media.transport import addresses
from media.transport.addresses import announced_addresses


def pretend(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    values = [ipaddress.ip_address(word) for word in found]
    monkeypatch.setattr(addresses, "interface_addresses", lambda: values)


def test_all_but_loopback_ipv4_first(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, "::1", "2001:db8::1", "127.0.0.1", "192.0.2.1", "10.0.0.1")
    assert announced_addresses("0.0.0.0") == ("192.0.2.1", "10.0.0.1", "2001:db8::1")


def test_loopback_where_nothing_else_is(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, "127.0.0.1")
    assert announced_addresses("0.0.0.0") == ("127.0.0.1",)


def test_a_bound_host_announces_itself_and_configured_ones_win() -> None:
    assert announced_addresses("127.0.0.1") == ("127.0.0.1",)
    assert announced_addresses("127.0.0.1", ["198.51.100.7"]) == ("198.51.100.7",)


def test_a_configured_word_that_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError):
        announced_addresses("0.0.0.0", ["media.example"])
