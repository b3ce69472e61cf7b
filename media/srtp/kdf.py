"""SRTP key derivation: the AES-CM pseudo-random function of RFC 3711, section 4.3.

Only the key derivation rate 0 exists here, as in every WebRTC implementation: session
keys are derived once from the DTLS-SRTP master key.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

LABEL_RTP_ENCRYPTION = 0x00
LABEL_RTP_AUTHENTICATION = 0x01
LABEL_RTP_SALT = 0x02

_SALT_BYTES = 14


def derive_session_key(
    master_key: bytes, master_salt: bytes, label: int, size_bytes: int
) -> bytes:
    """Derive one session key.

    A 12-byte master salt (RFC 7714, section 11) is padded with zeros on the right to
    the 14 bytes of RFC 3711. Raises ValueError on any other salt size.
    """
    if len(master_salt) not in (12, _SALT_BYTES):
        raise ValueError(f"a master salt of {len(master_salt)} bytes")
    salt = int.from_bytes(master_salt.ljust(_SALT_BYTES, b"\0"), "big")
    block = ((salt ^ (label << 48)) << 16).to_bytes(16, "big")
    encryptor = Cipher(AES(master_key), CTR(block)).encryptor()
    return encryptor.update(bytes(size_bytes))
