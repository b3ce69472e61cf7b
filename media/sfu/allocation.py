"""`LayerAllocator`: which layer of each picture one viewer gets.

Sound is always sent; what the line has left is given to pictures in two rounds, each by
importance: first everyone's cheapest rung, then each as high as it fits. A picture
whose cheapest rung does not fit is off: no exception, a full line would break the
sound. Down goes at once, and only as far as needed; up needs headroom for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEADROOM = 1.15
"""Encoders overshoot their average by as much from second to second."""

RISE_NS = 3_000_000_000

WISH_TOLERANCE = 1.2
"""360 lines shown at 430 look the same; the next layer costs three times as much."""

OFF_NS = 2_000_000_000
FAR_SHARE = 0.8
"""A line that carries more of the smallest picture than this may be misjudged; one
that does not will soon be judged to carry much less."""

OFF = -1


@dataclass(slots=True, frozen=True)
class Choice:
    """What of a picture is sent."""

    layer: int
    """0 is the lowest."""
    max_temporal: int | None = None
    """Highest temporal sub-layer that is sent; None sends all."""


@dataclass(slots=True, frozen=True)
class LayerOffer:
    """One simulcast layer of a picture, as it flows now."""

    layer: int
    height: int
    """Nominal, in pixels."""
    bps: int
    """Measured over the last seconds, all temporal sub-layers."""
    is_active: bool = True
    temporal_shares: tuple[float, ...] = ()
    """By temporal sub-layer, what is sent up to it as a share of `bps`, the last one
    (all of it) left out: (0.5, 0.75) for L1T3. Empty when there are none."""


@dataclass(slots=True, frozen=True)
class SlotDemand:
    """One slot of a viewer."""

    slot: str
    source: str
    """What is in the slot; when it changes there is no wait for a better layer."""
    layers: tuple[LayerOffer, ...]
    max_height: int | None = None
    """Height it is shown at in pixels, 0 for not at all, None when not told."""


@dataclass(slots=True, frozen=True)
class Cap:
    """What the worker's load permits; it wins over everything."""

    max_layer: int | None = None
    max_temporal: int | None = None
    is_video_off: bool = False


NO_CAP = Cap()


@dataclass(slots=True, frozen=True)
class Allocation:
    """By slot in the order of the demands."""

    choices: tuple[Choice | None, ...]
    """None is off."""
    goal_bps: int
    """The rate in all at which the next better picture is sent; 0 when there is none
    (`DownlinkEstimator.goal_bps`)."""
    video_bps: int
    """What the choices cost."""
    is_capped: bool = False
    """The cap keeps back what is wished; who sees none of it is no concern of it."""


@dataclass(slots=True, frozen=True)
class Rung:
    """One way to send a picture; those of a ladder cost more from rung to rung."""

    choice: Choice
    bps: int


Ladder = tuple[Rung, ...]
Levels = tuple[int, ...]
"""By slot the index of the rung, OFF for none."""


class LayerAllocator:
    """The choices of one viewer over time."""

    __slots__ = ("_candidate", "_chosen", "_rise_ns", "_short_ns", "_wishes")

    def __init__(self) -> None:
        self._chosen: dict[str, Choice | None] = {}
        self._wishes: tuple[tuple[str, str, int | None], ...] = ()
        self._candidate: Levels | None = None
        self._rise_ns = 0
        self._short_ns: int | None = None

    def allocate(
        self,
        target_bps: int,
        audio_bps: int,
        demands: Sequence[SlotDemand],
        now_ns: int,
        cap: Cap = NO_CAP,
        *,
        is_troubled: bool = True,
    ) -> Allocation:
        """Choose. `demands` come most important first; sound takes `audio_bps`.

        `is_troubled`: reports tell of delay or loss, not only the estimate.
        """
        ladders = [build_ladder(demand, cap) for demand in demands]
        present = tuple(
            find_level(ladder, self._chosen.get(demand.slot))
            for ladder, demand in zip(ladders, demands, strict=True)
        )
        budget_bps = target_bps - audio_bps
        levels = shrink(ladders, present, budget_bps)
        levels = self._keep_for_now(
            ladders, present, levels, budget_bps if is_troubled else None, now_ns
        )
        wanted = fill(ladders, int(target_bps / HEADROOM) - audio_bps)
        wishes = tuple((one.slot, one.source, one.max_height) for one in demands)
        may_rise_now, self._wishes = wishes != self._wishes, wishes
        levels = self._rise(levels, wanted, now_ns, may_rise_now)
        choices = tuple(
            ladder[level].choice if level != OFF else None
            for ladder, level in zip(ladders, levels, strict=True)
        )
        self._chosen = {
            demand.slot: choice for demand, choice in zip(demands, choices, strict=True)
        }
        goal_bps = find_goal(ladders, levels, audio_bps)
        is_capped = cap != NO_CAP and any(
            _best(build_ladder(demand, NO_CAP)) != _best(ladder)
            for ladder, demand in zip(ladders, demands, strict=True)
        )
        return Allocation(choices, goal_bps, cost(ladders, levels), is_capped)

    def _keep_for_now(
        self,
        ladders: Sequence[Ladder],
        present: Levels,
        levels: Levels,
        budget_bps: int | None,
        now_ns: int,
    ) -> Levels:
        """Switch the last picture off only when the line is short for long.

        The way back takes probes and seconds, and an estimate may err. Without a
        budget there is no trouble on the line but a low estimate: the picture stays.
        """
        shown = [index for index, level in enumerate(present) if level != OFF]
        if not shown or any(level != OFF for level in levels):
            self._short_ns = None
            return levels
        if self._short_ns is None:
            self._short_ns = now_ns
        kept = tuple(0 if index == shown[0] else OFF for index in range(len(levels)))
        if budget_bps is None or now_ns - self._short_ns < OFF_NS:
            return kept
        return levels if budget_bps < FAR_SHARE * cost(ladders, kept) else kept

    def _rise(
        self, levels: Levels, wanted: Levels, now_ns: int, may_rise_now: bool
    ) -> Levels:
        """Give the worst of what was wanted without a break for `RISE_NS`."""
        candidate = self._candidate
        self._candidate = None
        if rank(wanted) <= rank(levels):
            return levels
        if may_rise_now:
            return wanted
        if (
            candidate is None
            or len(candidate) != len(wanted)
            or rank(candidate) <= rank(levels)
        ):
            candidate, self._rise_ns = wanted, now_ns
        # Of the two, the one that is surely within today's budget is the newer.
        if rank(wanted) < rank(candidate) or not _is_within(candidate, wanted):
            candidate = wanted
        if now_ns - self._rise_ns >= RISE_NS:
            return candidate
        self._candidate = candidate
        return levels


def build_ladder(demand: SlotDemand, cap: Cap) -> Ladder:
    """List the ways to send a picture that its wish and the cap permit."""
    if demand.max_height == 0 or cap.is_video_off:
        return ()
    offers = sorted(
        (one for one in demand.layers if one.is_active), key=lambda one: one.layer
    )
    usable = [
        one
        for position, one in enumerate(offers)
        if position == 0 or not _is_enough(offers[position - 1], demand.max_height)
    ]
    if cap.max_layer is not None:
        usable = [one for one in usable if one.layer <= cap.max_layer] or usable[:1]
    ladder: list[Rung] = []
    for rung in (rung for offer in usable for rung in _rungs(offer, cap)):
        # A rung that costs less than a worse one takes its place.
        while ladder and ladder[-1].bps >= rung.bps:
            ladder.pop()
        ladder.append(rung)
    return tuple(ladder)


def _is_enough(offer: LayerOffer, max_height: int | None) -> bool:
    return max_height is not None and offer.height * WISH_TOLERANCE >= max_height


def _rungs(offer: LayerOffer, cap: Cap) -> list[Rung]:
    thinned = [
        Rung(Choice(offer.layer, temporal), int(offer.bps * share))
        for temporal, share in enumerate(offer.temporal_shares)
    ]
    rungs = [*thinned, Rung(Choice(offer.layer), offer.bps)]
    if cap.max_temporal is not None:
        rungs = rungs[: cap.max_temporal + 1]
    return rungs


def find_level(ladder: Ladder, choice: Choice | None) -> int:
    """Give the rung of a choice, or the best one that is not better than it."""
    if choice is None or not ladder:
        return OFF
    wanted = _quality(choice)
    worse = [i for i, rung in enumerate(ladder) if _quality(rung.choice) <= wanted]
    return worse[-1] if worse else 0


def _best(ladder: Ladder) -> Choice | None:
    return ladder[-1].choice if ladder else None


def _quality(choice: Choice) -> tuple[int, int]:
    return choice.layer, 99 if choice.max_temporal is None else choice.max_temporal


def cost(ladders: Sequence[Ladder], levels: Levels) -> int:
    """Give the bit/s of all pictures at these levels."""
    return sum(
        ladder[level].bps
        for ladder, level in zip(ladders, levels, strict=True)
        if level != OFF
    )


def rank(levels: Levels) -> tuple[tuple[bool, ...], Levels]:
    """Order by what matters: who has a picture at all, then how good they are."""
    return tuple(level != OFF for level in levels), levels


def _is_within(levels: Levels, limits: Levels) -> bool:
    return all(one <= limit for one, limit in zip(levels, limits, strict=True))


def fill(ladders: Sequence[Ladder], budget_bps: int) -> Levels:
    """Give everyone the cheapest rung, then raise each as far as it fits."""
    levels = [OFF] * len(ladders)
    left_bps = budget_bps
    for index, ladder in enumerate(ladders):
        if ladder and ladder[0].bps <= left_bps:
            levels[index] = 0
            left_bps -= ladder[0].bps
    for index, ladder in enumerate(ladders):
        if levels[index] == OFF:
            continue
        spare_bps = left_bps + ladder[0].bps
        best = max(
            i for i, rung in enumerate(ladder) if i == 0 or rung.bps <= spare_bps
        )
        levels[index] = best
        left_bps = spare_bps - ladder[best].bps
    return tuple(levels)


def shrink(ladders: Sequence[Ladder], levels: Levels, budget_bps: int) -> Levels:
    """Lower the least important first, no further than needed; then switch off."""
    lowered = list(levels)
    for floor in (0, OFF):
        for index in reversed(range(len(lowered))):
            while lowered[index] > floor:
                if cost(ladders, tuple(lowered)) <= budget_bps:
                    return tuple(lowered)
                lowered[index] -= 1
    return tuple(lowered)


def find_goal(ladders: Sequence[Ladder], levels: Levels, audio_bps: int) -> int:
    """Give the least rate in all at which one picture gets its next rung."""
    now_bps = cost(ladders, levels)
    steps = [
        ladder[level + 1].bps - (ladder[level].bps if level != OFF else 0)
        for ladder, level in zip(ladders, levels, strict=True)
        if level + 1 < len(ladder)
    ]
    if not steps:
        return 0
    return int((audio_bps + now_bps + min(steps)) * HEADROOM) + 2
