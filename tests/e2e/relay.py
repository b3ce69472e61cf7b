"""Debian's coturn with the settings of `deploy/coturn.conf`, for tests."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.e2e.stack import ROOT

SECRET = "the secret of server and relay"
TLS_PORT = 443
PLAIN_PORT = 3478
"""Beside the sample's TLS: browsers refuse the self-signed certificate of a test."""
START_TIMEOUT_S = 10


@asynccontextmanager
async def open_relay(folder: Path, address: str) -> AsyncIterator[None]:
    """Run coturn on an address of a network that the test made, until the end."""
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
        yield
    finally:
        process.terminate()
        await process.wait()
        log.close()


def _settings(folder: Path, address: str) -> str:
    """Fill the sample in; the relay is reached without TLS as well."""
    _make_certificate(folder)
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
    filled.remove("no-tcp")
    return "\n".join([*filled, f"listening-port={PLAIN_PORT}", ""])


def _make_certificate(folder: Path) -> None:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
            *("-subj", "/CN=turn.example.kz", "-days", "2"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )


async def _until_open(address: str) -> None:
    async with asyncio.timeout(START_TIMEOUT_S):
        for port in (TLS_PORT, PLAIN_PORT):
            while True:
                with socket.socket() as probe:
                    if probe.connect_ex((address, port)) == 0:
                        break
                await asyncio.sleep(0.05)
