"""What a line does to packets, and how that changes over time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import msgspec


@dataclass(frozen=True, slots=True)
class Condition:
    """One direction of a line. The default is a perfect wire."""

    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    """The delay wanders by up to this much to both sides, never below 0."""
    reorder: float = 0.0
    """Share of packets held back so that later ones overtake them, 0 to 1."""
    keeps_order: bool = True
    """False: jitter is drawn for each packet anew and reorders at will."""
    loss: float = 0.0
    """Share of packets lost independently of each other, 0 to 1."""
    burst_ms: float = 0.0
    """With `burst_every_ms`: so long everything is lost, at the end of each period."""
    burst_every_ms: float = 0.0
    gilbert_enter: float = 0.0
    """Chance a packet that the line turns bad; while it is bad everything is lost."""
    gilbert_leave: float = 0.0
    """Chance a packet that it turns good again; 1/leave is the mean burst."""
    rate_bps: float = 0.0
    """0: no cap."""
    queue_ms: float = 200.0
    """Of a capped line: a packet that would wait longer is dropped."""
    is_up: bool = True
    only_tcp_port: int = 0
    """A firewall drops everything but TCP with this port at one end; 0: no firewall."""

    @property
    def is_clean(self) -> bool:
        """Whether every packet comes, in order, after the same delay."""
        return self == Condition(delay_ms=self.delay_ms)


@dataclass(frozen=True, slots=True)
class Phase:
    """Both directions of a line for a while. Up is from the far end to the hub."""

    lasts_s: float
    up: Condition = field(default_factory=Condition)
    down: Condition = field(default_factory=Condition)

    @classmethod
    def both(cls, lasts_s: float, condition: Condition) -> Phase:
        return cls(lasts_s, condition, condition)

    def clean(self) -> Phase:
        """Give the phase with its delays alone."""
        up, down = Condition(self.up.delay_ms), Condition(self.down.delay_ms)
        return Phase(self.lasts_s, up, down)


Schedule = tuple[Phase, ...]
"""One phase after the other; the last one stays."""


def one_minute_each(bad: Condition, minute_s: float = 60.0) -> Schedule:
    """Give testRTC's pattern: clean, bad, clean, with the delay of the bad line."""
    clean = Condition(delay_ms=bad.delay_ms)
    return tuple(Phase.both(minute_s, one) for one in (clean, bad, clean))


def condition_at(schedule: Schedule, elapsed_s: float) -> Phase:
    """Give the phase in force so long after the schedule began."""
    for phase in schedule[:-1]:
        if elapsed_s < phase.lasts_s:
            return phase
        elapsed_s -= phase.lasts_s
    return schedule[-1]


def encode_schedules(schedules: tuple[Schedule, ...]) -> bytes:
    """Write the schedules of several lines as one line of JSON."""
    return msgspec.json.encode(schedules)


def decode_schedules(data: bytes) -> tuple[Schedule, ...]:
    """Read what `encode_schedules` wrote. Raises msgspec.ValidationError."""
    return msgspec.json.decode(data, type=tuple[tuple[Phase, ...], ...])


F1 = Condition(delay_ms=25, loss=0.02)
F2 = Condition(delay_ms=50, loss=0.05)
F3 = Condition(delay_ms=50, loss=0.10)
F4 = Condition(delay_ms=150, loss=0.02)
F5 = Condition(delay_ms=25, burst_ms=500, burst_every_ms=10_000)
F6 = Condition(delay_ms=25, rate_bps=500_000, queue_ms=1_000)
F7 = replace(F6, rate_bps=150_000)
F8 = Condition(delay_ms=125, jitter_ms=100, reorder=0.02)
"""Conditions of `reliability.md`, group F. F1's 2 % are meant on the way of the media;
F2 and F3 say "each way", so all of them are used in both directions but the caps,
which are of the way down."""
