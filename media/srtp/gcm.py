"""The send side of AEAD_AES_128_GCM (RFC 7714).

The nonce is 0x0000 | SSRC | ROC | SEQ, XORed with the session salt (section 8.1).
`protect` is for packets of one viewer alone; batches are the affair of `sealing`.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from media.srtp.kdf import LABEL_RTP_ENCRYPTION, LABEL_RTP_SALT, derive_session_key
from media.srtp.profiles import MasterKey

TAG_BYTES = 16
NONCE_BYTES = 12


def packet_iv(ssrc: int, index: int) -> int:
    """SSRC, ROC and SEQ as the low 80 bits of the 96-bit IV; `index` is ROC||SEQ."""
    return ssrc << 48 | index


class GcmKey:
    """Session key and salt of one outgoing direction."""

    __slots__ = ("_aead", "encrypt_into", "salt", "session_key")

    def __init__(self, master: MasterKey) -> None:
        self.session_key = derive_session_key(
            master.key, master.salt, LABEL_RTP_ENCRYPTION, len(master.key)
        )
        salt = derive_session_key(master.key, master.salt, LABEL_RTP_SALT, NONCE_BYTES)
        self._aead = AESGCM(self.session_key)
        self.encrypt_into = self._aead.encrypt_into
        self.salt = int.from_bytes(salt, "big")

    def protect(self, header: bytes, payload: bytes, ssrc: int, index: int) -> bytes:
        """Return header, ciphertext and tag.

        `index` is ROC||SEQ as this receiver counts, within 48 bits. The same index
        must never be used for two different packets: that would reveal the key.
        """
        nonce = (self.salt ^ packet_iv(ssrc, index)).to_bytes(NONCE_BYTES, "big")
        return header + self._aead.encrypt(nonce, payload, header)
