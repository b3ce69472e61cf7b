"""Debian's coturn with the settings of `deploy/coturn.conf`, for tests."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate

from tests.e2e.stack import ROOT

SECRET = "the secret of server and relay"
TLS_PORT = 443
START_TIMEOUT_S = 10


@asynccontextmanager
async def open_relay(folder: Path, address: str) -> AsyncIterator[str]:
    """Run coturn on an address of a network that the test made, until the end.

    Gives the flag that lets Chromium trust its certificate and no other.
    """
    program = shutil.which("turnserver")
    assert program is not None, "coturn is missing: apt-get install coturn"
    settings = folder / "coturn.conf"
    settings.write_text(_settings(folder, address))
    log = (folder / "coturn.log").open("wb")
    process = await asyncio.create_subprocess_exec(
        *(program, "-c", str(settings), "--log-file", "stdout"),
        *("--pidfile", str(folder / "coturn.pid"), "--userdb", str(folder / "db")),
        stdout=log,
        stderr=log,
    )
    try:
        await _until_open(address)
        yield trusting_flag(folder / "cert.pem")
    finally:
        process.terminate()
        await process.wait()
        log.close()


def _settings(folder: Path, address: str) -> str:
    """Fill the sample in."""
    _make_certificate(folder, address)
    lines = (ROOT / "deploy" / "coturn.conf").read_text().splitlines()
    values = {
        "listening-ip": address,
        "allowed-peer-ip": address,
        "static-auth-secret": SECRET,
        "cert": str(folder / "cert.pem"),
        "pkey": str(folder / "key.pem"),
    }
    filled = []
    for line in lines:
        name = line.partition("=")[0]
        filled.append(f"{name}={values.pop(name)}" if name in values else line)
    assert not values, f"the sample lost {values}"
    return "\n".join([*filled, ""])


def trusting_flag(certificate: Path) -> str:
    """Name the certificate's key as Chromium wants it: SHA-256 of its SPKI, base64."""
    key = load_pem_x509_certificate(certificate.read_bytes()).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    digest = base64.b64encode(hashlib.sha256(spki).digest()).decode()
    return f"--ignore-certificate-errors-spki-list={digest}"


def _make_certificate(folder: Path, address: str) -> None:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
            *("-subj", "/CN=turn.example.kz", "-days", "2"),
            *("-addext", f"subjectAltName=IP:{address}"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )


async def _until_open(address: str) -> None:
    async with asyncio.timeout(START_TIMEOUT_S):
        while True:
            with socket.socket() as probe:
                if probe.connect_ex((address, TLS_PORT)) == 0:
                    return
            await asyncio.sleep(0.05)
