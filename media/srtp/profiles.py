"""SRTP protection profiles and how DTLS-SRTP hands out their keys (RFC 5764, 4.2)."""

from __future__ import annotations

from dataclasses import dataclass

from pylibsrtp import Policy

EXPORTER_LABEL = b"EXTRACTOR-dtls_srtp"


@dataclass(frozen=True, slots=True)
class SrtpProfile:
    """One protection profile under its three names."""

    name: str
    """As OpenSSL spells it."""
    libsrtp_id: int
    key_bytes: int
    salt_bytes: int
    is_gcm: bool

    @property
    def exported_bytes(self) -> int:
        """Size of the keying material of both directions."""
        return 2 * (self.key_bytes + self.salt_bytes)


GCM_128 = SrtpProfile(
    "SRTP_AEAD_AES_128_GCM", Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12, True
)
CM_SHA1_80 = SrtpProfile(
    "SRTP_AES128_CM_SHA1_80", Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14, False
)

PROFILES = (GCM_128, CM_SHA1_80)
"""In our order of preference. AES-256 is not offered: GCM-128 costs 30 % less per
packet and every browser that knows the one knows the other."""

USE_SRTP = ":".join(profile.name for profile in PROFILES).encode()


@dataclass(frozen=True, slots=True)
class MasterKey:
    """Master key and salt of one direction."""

    profile: SrtpProfile
    key: bytes
    salt: bytes


def profile_by_name(name: str) -> SrtpProfile | None:
    """Find a profile by its OpenSSL name; None when there was no agreement."""
    return next((profile for profile in PROFILES if profile.name == name), None)


def split_exported(
    profile: SrtpProfile, exported: bytes
) -> tuple[MasterKey, MasterKey]:
    """Cut the exporter's output into the client's and the server's master key."""
    key, salt = profile.key_bytes, profile.salt_bytes
    client_key, server_key = exported[:key], exported[key : 2 * key]
    salts = exported[2 * key :]
    return (
        MasterKey(profile, client_key, salts[:salt]),
        MasterKey(profile, server_key, salts[salt : 2 * salt]),
    )
