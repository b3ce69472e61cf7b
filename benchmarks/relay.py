"""Cost of relaying: what the origin spends on each packet for each replica.

Prints CPU microseconds per packet for 1.3 Mbit/s (150 picture packets/s in bursts of 6,
50 sound packets/s), real sockets included: the origin's share with 0, 1, 2 and 4
replicas, and what the replica spends on taking a packet, before it sends it to anybody.
Ends of relays run one after the other in this process, so nothing waits for a core.

    python -m benchmarks.relay
"""

from __future__ import annotations

import asyncio
import socket
import time

from benchmarks.router_flush import SECONDS, NullOut, build_second
from media.clock import SystemClock
from media.sfu.ports import DeclaredTrack
from media.sfu.relay_replica import Replica
from media.sfu.router import Router
from media.transport.relay import READ_BYTES, RelaySocket

RUNS = 5
REPLICAS = (0, 1, 2, 4)


class Ends:
    """An origin with so many replicas; nobody views."""

    def __init__(self, replicas: int) -> None:
        loop = asyncio.get_running_loop()
        self.origin = Router("bench", SystemClock(), lambda _: None)
        tracks = [
            DeclaredTrack("0", "audio", {111: "opus"}, ssrc=1, audio_level_id=1),
            DeclaredTrack("1", "video", {96: "vp8"}, ssrc=2),
        ]
        self.origin.open_publisher("p", tracks, NullOut())
        self.here: list[RelaySocket] = []
        self.there: list[tuple[socket.socket, Replica]] = []
        for number in range(replicas):
            near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            far.setblocking(False)
            out = RelaySocket(near, loop, lambda *_: None, lambda: None, lambda _: None)
            router = Router(f"r{number}", SystemClock(), lambda _: None)
            self.here.append(out)
            self.there.append((far, Replica(router, lambda _: None)))
            self.origin.relay.add(out)

    def take(self) -> None:
        """Let the replicas read everything that was sent."""
        for sock, replica in self.there:
            try:
                while True:
                    replica.on_message(sock.recv(READ_BYTES))
            except BlockingIOError:
                pass

    def close(self) -> None:
        for one in self.here:
            one.close()
        for sock, _ in self.there:
            sock.close()


def run(replicas: int) -> tuple[float, float]:
    """Give CPU us per packet of the origin, and of all replicas together."""
    ends = Ends(replicas)
    ends.take()
    arrival_ns = time.monotonic_ns()
    packets = 0
    sending_s = taking_s = 0.0
    for second in range(SECONDS):
        for batch in build_second(second):
            started = time.thread_time()
            for data in batch:
                ends.origin.on_rtp("p", data, arrival_ns)
            ends.origin.flush()
            sent = time.thread_time()
            ends.take()
            sending_s += sent - started
            taking_s += time.thread_time() - sent
            packets += len(batch)
    ends.close()
    return sending_s * 1e6 / packets, taking_s * 1e6 / packets


async def main() -> None:
    alone = min(run(0)[0] for _ in range(RUNS))
    print(f"no replica: {alone:.2f} us per packet (parsing, statistics)")
    for replicas in REPLICAS[1:]:
        sending, taking = min(run(replicas) for _ in range(RUNS))
        each = (sending - alone) / replicas
        print(
            f"{replicas} replicas: {sending:.2f} us per packet, {each:.2f} us for each;"
            f" a replica takes it in {taking / replicas:.2f} us"
        )


if __name__ == "__main__":
    asyncio.run(main())
