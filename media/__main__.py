"""The media worker process: `python -m media --index 0 --control ... --udp-port ...`.

Ends cleanly on SIGTERM and SIGINT; losing the control connection changes nothing.
SIGUSR1 drains it: the web process moves what it has, then it ends (`hallcast drain`).
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import resource
import signal
import sys

from media.channel import ChannelServer
from media.clock import SystemClock
from media.commands import handle
from media.protocol import (
    Event,
    FromWorker,
    Hello,
    Notice,
    Request,
    ToWorker,
    ViewerQuality,
    WorkerLoad,
    WorkerTotals,
)
from media.transport.addresses import announced_addresses
from media.transport.fanout import FanOut, is_gso_usable
from media.transport.native import best_sender
from media.transport.tcp_listener import TcpListener, open_media_ports
from media.worker import Endpoint, Worker

log = logging.getLogger("media")


def parse_arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m media", description=__doc__)
    parser.add_argument("--index", type=int, default=0, help="number of this worker")
    parser.add_argument("--control", required=True, help="path of the control socket")
    parser.add_argument("--udp-host", default="0.0.0.0")  # noqa: S104
    parser.add_argument("--udp-port", type=int, default=42_000, help="0: any")
    parser.add_argument(
        "--announce",
        nargs="+",
        default=[],
        metavar="IP",
        help="addresses for clients, when they are not those of the interfaces",
    )
    parser.add_argument("--no-gso", action="store_true", help="one send a packet")
    return parser.parse_args(words)


def allow_many_files() -> None:
    """Take what the system grants: each TCP viewer is a descriptor, 1,024 is usual."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def run(arguments: argparse.Namespace) -> None:
    """Serve until a signal comes."""
    allow_many_files()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    clock = SystemClock()
    sockets, listening = open_media_ports(arguments.udp_host, arguments.udp_port)
    endpoint = Endpoint(
        sockets,
        announced_addresses(arguments.udp_host, arguments.announce),
        TcpListener(listening, clock.monotonic_ns),
    )
    use_gso = not arguments.no_gso and is_gso_usable()
    sender = best_sender()

    def on_event(event: Event) -> None:
        channel.send(Notice(event=event))

    relay_path = f"{arguments.control}.relay"
    worker = Worker(endpoint, clock, on_event, FanOut(sender, use_gso=use_gso))

    def on_request(request: Request) -> None:
        channel.send(handle(worker, request))

    channel: ChannelServer[ToWorker, FromWorker] = ChannelServer(
        arguments.control,
        receives=ToWorker,
        on_message=on_request,
        greeting=lambda: Notice(
            event=Hello(
                worker_id=f"media-{arguments.index}",
                pid=os.getpid(),
                udp_port=endpoint.port,
                relay_path=relay_path,
            )
        ),
        is_droppable=_is_load,
    )
    loop.add_signal_handler(signal.SIGUSR1, worker.drain)
    worker.relays.listen(relay_path)
    worker.start()
    await channel.start()
    log.info(
        "worker=%d port=%d gso=%s sender=%s ready",
        arguments.index,
        endpoint.port,
        use_gso,
        sender.name,
    )
    # What was loaded stays: collecting it again only costs pauses on the packet path.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    await _first_of(stop, worker.drained)
    worker.close()
    await channel.close()


async def _first_of(*events: asyncio.Event) -> None:
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()


def _is_load(message: FromWorker) -> bool:
    return isinstance(message, Notice) and isinstance(
        message.event, ViewerQuality | WorkerLoad | WorkerTotals
    )


def main() -> None:
    logging.basicConfig(
        level=os.environ.get("HALLCAST_LOG_LEVEL", "INFO").upper(),
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    asyncio.run(run(parse_arguments(sys.argv[1:])))


if __name__ == "__main__":
    main()
