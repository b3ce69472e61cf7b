"""STUN against RFC 5769 and against aioice."""

from __future__ import annotations

import hmac
import random

import pytest
from aioice import stun as aioice_stun

from media.transport.stun import build_binding_success, parse_binding_request

PASSWORD = b"VOkJxbRl1RmTxUk/WvJxBt"

# RFC 5769, 2.1: its USERNAME is padded with spaces.
REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff80290008932ff9b151263b36"
    "00060009"
    + b"evtj:h6vY   ".hex()
    + "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004e57a3bcf"
)
# RFC 5769, 2.2 and 2.3: both carry SOFTWARE, so only the address is compared.
TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")
ANSWERS = [
    ("192.0.2.1", "002000080001a147e112a643"),
    (
        "2001:db8:1234:5678:11:2233:4455:6677",
        "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9",
    ),
]


def test_the_request_of_rfc_5769_is_authentic() -> None:
    request = parse_binding_request(REQUEST)
    assert request.local_ufrag == "evtj"
    assert not request.use_candidate
    assert request.is_authentic(PASSWORD)
    assert not request.is_authentic(PASSWORD + b"x")


@pytest.mark.parametrize(("host", "attribute"), ANSWERS, ids=["ipv4", "ipv6"])
def test_mapped_addresses_are_those_of_rfc_5769(host: str, attribute: str) -> None:
    answer = build_binding_success(TRANSACTION, PASSWORD, host, 32853)
    assert answer[20:].hex().startswith(attribute)


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_aioice_accepts_our_answers(host: str) -> None:
    answer = build_binding_success(TRANSACTION, PASSWORD, host, 5000)
    message = aioice_stun.parse_message(answer)
    message.check_message_integrity(PASSWORD)
    assert message.attributes["XOR-MAPPED-ADDRESS"][:2] == (host, 5000)
    assert len(answer) <= 88


def test_we_accept_the_checks_of_aioice() -> None:
    message = aioice_stun.Message(
        message_method=aioice_stun.Method.BINDING,
        message_class=aioice_stun.Class.REQUEST,
    )
    message.attributes["USERNAME"] = "abcd:efgh"
    message.attributes["PRIORITY"] = 1
    message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(PASSWORD)
    request = parse_binding_request(bytes(message))
    assert request.is_authentic(PASSWORD)
    assert request.use_candidate
    assert request.local_ufrag == "abcd"


def test_an_attribute_after_the_integrity_is_refused() -> None:
    # USE-CANDIDATE smuggled in behind the HMAC would let anyone nominate.
    without_fingerprint = REQUEST[:-8]
    tampered = bytearray(without_fingerprint + bytes.fromhex("00250000"))
    tampered[2:4] = (len(tampered) - 20).to_bytes(2, "big")
    with pytest.raises(ValueError):
        parse_binding_request(bytes(tampered))


def test_100_000_mutations_raise_nothing_but_value_error() -> None:
    rng = random.Random(7)
    for _ in range(100_000):
        data = bytearray(REQUEST)
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(len(data))] = rng.getrandbits(8)
        if rng.random() < 0.3:
            del data[rng.randrange(len(data)) :]
        try:
            request = parse_binding_request(bytes(data))
        except ValueError:
            continue
        if request.is_authentic(PASSWORD):
            # Only what the HMAC covers may have stayed the same.
            signed = request.signed
            assert request.integrity == hmac.digest(PASSWORD, signed, "sha1")
            assert request.local_ufrag == "evtj"
