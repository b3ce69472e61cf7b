"""What the web process counts of itself, in its own Prometheus registry."""

from __future__ import annotations

import asyncio
import contextlib

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector

LOOK_EVERY_S = 0.1
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""A vote is answered within 1 s (DESIGN.md 2); an fsync takes 1 to 30 ms."""

# The time a series was made: one more line for every count, which nobody plots.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]


class Meters:
    """Made once for a web process; tests make their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.sockets = Gauge(
            "hallcast_web_sockets",
            "Live connections of browsers.",
            registry=self.registry,
        )
        self.commands = Counter(
            "hallcast_web_commands",
            "Commands of people, by what became of them.",
            ["outcome"],
            registry=self.registry,
        )
        for outcome in ("done", "refused"):
            self.commands.labels(outcome)
        self.commit_s = Histogram(
            "hallcast_web_commit_seconds",
            "Time to write one batch of events to the database.",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.loop_lag_s = Histogram(
            "hallcast_web_loop_lag_seconds",
            "How late the event loop of the web process runs, looked at 10 times a s.",
            buckets=SECONDS,
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        self._watch: asyncio.Task[None] | None = None

    def note_command(self, is_done: bool) -> None:
        self.commands.labels("done" if is_done else "refused").inc()

    def open(self) -> None:
        """Begin to watch the running event loop."""
        self._watch = asyncio.create_task(self._watch_loop())

    async def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch

    async def _watch_loop(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due_s = loop.time() + LOOK_EVERY_S
            await asyncio.sleep(LOOK_EVERY_S)
            self.loop_lag_s.observe(max(0.0, loop.time() - due_s))
