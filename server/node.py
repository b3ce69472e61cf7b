"""`hallcast serve`: which processes make a node, and what they need to start."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Callable

from server.config import Config, media_socket, recorder_socket, run_dir
from server.supervisor import CannotStart, ChildSpec, Supervisor


def local_url(config: Config) -> str:
    """Address of the web process from this machine."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104
    return f"http://{everywhere.get(config.host, config.host)}:{config.port}"


def child_specs(config: Config) -> list[ChildSpec]:
    """Say which processes a node runs, and with which arguments."""
    python = sys.executable
    env = {"PYTHONUNBUFFERED": "1"}
    web_env = {**env, "HALLCAST_DEMO": "true" if config.demo else "false"}
    specs = [ChildSpec("web", (python, "-m", "server"), web_env)]
    for index in range(config.media_workers):
        announce = [part for ip in config.media_announce for part in ("--announce", ip)]
        argv = [
            *(python, "-m", "media", "--index", str(index)),
            *("--control", str(media_socket(config, index))),
            *("--udp-host", config.media_host),
            *("--udp-port", str(config.media_port + index)),
            *announce,
        ]
        specs.append(ChildSpec(f"media-{index}", tuple(argv), env))
    recorder = [
        *(python, "-m", "recordings", "--control", str(recorder_socket(config))),
        *("--data-dir", str(config.recordings_dir), "--run-dir", str(run_dir(config))),
    ]
    specs.append(ChildSpec("recorder", tuple(recorder), env))
    if config.demo:
        folder = str(config.data_dir.resolve() / "demo")
        demo = (python, "-m", "demo", "--url", local_url(config), "--data-dir", folder)
        specs.append(ChildSpec("demo", demo, env, after_ready=True))
    return specs


def check_surroundings(config: Config) -> None:
    """Raise CannotStart with one clear sentence when the node could not run."""
    try:
        config.recordings_dir.mkdir(parents=True, exist_ok=True)
        probe = config.data_dir / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
        run_dir(config)
    except OSError as error:
        raise CannotStart(
            f"The data directory {config.data_dir.resolve()} is not writable: "
            f"{error.strerror or error}. Set HALLCAST_DATA_DIR to one that is."
        ) from error
    _check_port(config.host, config.port, socket.SOCK_STREAM, "HALLCAST_PORT")
    for index in range(config.media_workers):
        port = config.media_port + index
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            _check_port(config.media_host, port, kind, "HALLCAST_MEDIA_PORT")


def _check_port(host: str, port: int, kind: socket.SocketKind, setting: str) -> None:
    protocol = "TCP" if kind == socket.SOCK_STREAM else "UDP"
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=kind)[0]
        with socket.socket(family, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise CannotStart(
            f"{protocol} port {port} on {host} can not be used: "
            f"{error.strerror or error}. Set {setting} to a free one."
        ) from error


async def serve(config: Config, write: Callable[[str], None]) -> None:
    """Run the node until SIGTERM or SIGINT. Raise CannotStart."""
    check_surroundings(config)
    await _migrate(write)
    supervisor = Supervisor(
        child_specs(config),
        local_url(config),
        on_ready=lambda: write(f"Hallcast is ready: {config.origin}"),
        write=write,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, supervisor.stop)
    await supervisor.run()


async def _migrate(write: Callable[[str], None]) -> None:
    """Bring the database up to date in a child, before anything reads it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server.cli", "migrate"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode != 0:
        write(output.decode(errors="replace").rstrip())
        raise CannotStart("The database could not be brought up to date.")
