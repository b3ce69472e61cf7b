"""`hallcast`: one program for the operator; the processes of a node are commands."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable, Coroutine

from pydantic import ValidationError

from server import log
from server.__main__ import main as run_web
from server.__main__ import refuse
from server.app import SIGNING_KEY_NAME, build_services
from server.clock import SystemClock
from server.config import Config, media_socket
from server.errors import HallcastError
from server.node import child_specs, serve
from server.parts import Services
from server.seed.preset import plant_centres
from server.services.log_check import check_log, check_recording
from server.store.database import Database
from server.supervisor import CannotStart

Command = Callable[[Config, argparse.Namespace], int]


def main(argv: list[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    try:
        config = Config()
    except ValidationError as error:
        return refuse(f"The settings are not valid: {error}")
    log.set_up(config.log_level)
    run: Command = args.run
    return run(config, args)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hallcast", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, run: Command, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    one = add("serve", _serve, "run a whole node: web, media workers and recorder")
    one.add_argument("--demo", action="store_true", help="with the demonstration")
    add("web", lambda config, args: run_web(), "run the web process alone")
    one = add("media", _media, "run one media worker")
    one.add_argument("--index", type=int, default=0, help="from 0; its port is added")
    one = add("drain", _drain, "move a media worker's people to others; it restarts")
    one.add_argument("index", type=int, help="number of the worker, from 0")
    add("recorder", _recorder, "run the recorder")
    add("migrate", _migrate, "bring the database up to date")
    one = add("keys", _keys, "print the stream keys of a seminar")
    one.add_argument("seminar", help="its id, as in the address of its page")
    one = add("create-user", _create_user, "add a person who logs in by password")
    one.add_argument("--name", required=True)
    one.add_argument("--email", required=True)
    one.add_argument(
        "--role",
        default="participant",
        choices=["administrator", "trainer", "coordinator", "participant"],
    )
    one.add_argument(
        "--post", default="", help="what they are, e.g. akim of a district"
    )
    one.add_argument("--password-stdin", action="store_true", help="read one line")
    one = add("preset", _preset, "add the regions and centres of a country")
    one.add_argument("country", choices=["kazakhstan"])
    one = add("bench", _bench, "measure how many viewers this machine holds")
    one.add_argument("--sizes", type=int, nargs="+", default=[], metavar="VIEWERS")
    one.add_argument("--seconds", type=float, help="of each size")
    one = add("verify-log", _verify_log, "check the hash chain of a session's log")
    one.add_argument("session", help="its id, as in the address of its replay")
    return parser


def _serve(config: Config, args: argparse.Namespace) -> int:
    if args.demo:
        config = config.model_copy(update={"demo": True})

    def write(line: str) -> None:
        print(line, flush=True)

    try:
        asyncio.run(serve(config, write))
    except CannotStart as error:
        return refuse(str(error))
    return 0


def _media(config: Config, args: argparse.Namespace) -> int:
    return _become(config, f"media-{args.index}")


def _drain(config: Config, args: argparse.Namespace) -> int:
    """Signal the worker: who listens on its socket for relays is its process."""
    path = f"{media_socket(config, args.index)}.relay"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
        try:
            probe.connect(path)
        except OSError:
            return refuse(f"No media worker {args.index} runs here.")
        size = struct.calcsize("3i")
        credentials = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    pid, _, _ = struct.unpack("3i", credentials)
    os.kill(pid, signal.SIGUSR1)
    print(f"media-{args.index} drains; it starts again when it is empty.")
    return 0


def _recorder(config: Config, args: argparse.Namespace) -> int:
    return _become(config, "recorder")


def _become(config: Config, name: str) -> int:
    """Replace this process by a child of the node."""
    for spec in child_specs(config):
        if spec.name == name:
            os.execv(spec.argv[0], spec.argv)  # noqa: S606 - our own interpreter
    return refuse(f"This node has no {name}; see HALLCAST_MEDIA_WORKERS.")


def _bench(config: Config, args: argparse.Namespace) -> int:
    """Become the benchmark: this package may not import what it measures."""
    words = [sys.executable, "-m", "benchmarks.capacity"]
    if args.sizes:
        words += ["--sizes", *map(str, args.sizes)]
    if args.seconds is not None:
        words += ["--seconds", str(args.seconds)]
    os.execv(words[0], words)  # noqa: S606 - our own interpreter


def _migrate(config: Config, args: argparse.Namespace) -> int:
    async def run() -> None:
        config.data_dir.mkdir(parents=True, exist_ok=True)
        database = Database(config.database)
        try:
            await database.migrate()
        finally:
            await database.close()

    asyncio.run(run())
    return 0


def _keys(config: Config, args: argparse.Namespace) -> int:
    async def run(services: Services) -> None:
        keys = await services.keys.get_as_operator(args.seminar)
        print(f"Publish (WHIP, e.g. OBS)  {keys.whip_url}")
        print(f"  bearer key              {keys.whip_key}")
        print(f"Watch (WHEP)              {keys.whep_url}")
        print(f"  bearer key              {keys.whep_key}")
        print(f"Invitation                {keys.invite_url}")

    return _with_services(config, run)


def _create_user(config: Config, args: argparse.Namespace) -> int:
    if args.password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass("Password: ")
    if len(password) < 8:
        return refuse("The password needs at least 8 letters.")

    async def run(services: Services) -> None:
        person = await services.people.create(
            name=args.name,
            email=args.email,
            role=args.role,
            post=args.post,
            password=password,
            locale=config.default_locale,
        )
        print(person.person_id)

    return _with_services(config, run)


def _preset(config: Config, args: argparse.Namespace) -> int:
    async def run(services: Services) -> None:
        added = await plant_centres(services.people)
        if added:
            print(f"Added {added} centres of Kazakhstan with all its regions.")
        else:
            print("The centres of Kazakhstan are all there; nothing was changed.")

    return _with_services(config, run)


def _verify_log(config: Config, args: argparse.Namespace) -> int:
    faults: list[str] = []

    async def run(services: Services) -> None:
        key_path = config.data_dir / SIGNING_KEY_NAME
        count, found = await check_log(services.database, args.session, key_path)
        faults.extend(found)
        faults.extend(check_recording(config.recordings_dir, args.session))
        print("\n".join(faults) or f"{count} events: whole, signatures valid")

    return _with_services(config, run) or int(bool(faults))


def _with_services(
    config: Config, work: Callable[[Services], Coroutine[None, None, None]]
) -> int:
    """Run work with services that are not serving; a refusal is one sentence."""

    async def run() -> None:
        services = build_services(config, SystemClock())
        try:
            # An operator prepares a new node before its first start.
            await services.database.migrate()
            await work(services)
        finally:
            await services.database.close()

    try:
        asyncio.run(run())
    except HallcastError as error:
        return refuse(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
