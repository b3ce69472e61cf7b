"""The node's Ed25519 key for heads of the hash chain. Lives outside the database."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_BYTES = 32


def load_or_make(path: Path) -> Ed25519PrivateKey:
    """Read the key file, or make one that only its owner can read.

    Raises `ValueError` when the file is not a key: a lost key must not be replaced in
    silence, since old heads could then no longer be checked.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return _make(path)
    if len(raw) != KEY_BYTES:
        raise ValueError(f"{path} is not a signing key of {KEY_BYTES} bytes")
    return Ed25519PrivateKey.from_private_bytes(raw)


def public_hex(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def _make(path: Path) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.private_bytes_raw())
        file.flush()
        os.fsync(file.fileno())
    return key
