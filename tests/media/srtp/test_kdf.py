"""RFC 3711, appendix B.3."""

from __future__ import annotations

import pytest

from media.srtp.kdf import (
    LABEL_RTP_AUTHENTICATION,
    LABEL_RTP_ENCRYPTION,
    LABEL_RTP_SALT,
    derive_session_key,
)

MASTER_KEY = bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE4139")
MASTER_SALT = bytes.fromhex("0EC675AD498AFEEBB6960B3AABE6")


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (LABEL_RTP_ENCRYPTION, "C61E7A93744F39EE10734AFE3FF7A087"),
        (LABEL_RTP_SALT, "30CBBC08863D8C85D49DB34A9AE1"),
        (LABEL_RTP_AUTHENTICATION, "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"),
    ],
    ids=["encryption", "salt", "authentication"],
)
def test_session_keys_are_those_of_the_rfc(label: int, expected: str) -> None:
    wanted = bytes.fromhex(expected)
    assert derive_session_key(MASTER_KEY, MASTER_SALT, label, len(wanted)) == wanted


def test_a_gcm_salt_is_padded_on_the_right() -> None:
    short, padded = MASTER_SALT[:12], MASTER_SALT[:12] + b"\0\0"
    assert derive_session_key(MASTER_KEY, short, 0, 16) == derive_session_key(
        MASTER_KEY, padded, 0, 16
    )


def test_a_salt_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="13 bytes"):
        derive_session_key(MASTER_KEY, MASTER_SALT[:13], 0, 16)
