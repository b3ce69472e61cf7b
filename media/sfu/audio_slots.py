"""`AudioSlots`: puts the loudest sources of the room into the audio slots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from media.sfu.audio_slot import AudioSlot
from media.sfu.encoding import Encoding
from media.sfu.publication import Publication
from media.sfu.speakers import choose_loudest, choose_occupants, rank

CHOICE_INTERVAL_NS = 40_000_000
"""Two packets: sooner there is nothing new to hear."""

EVENT_INTERVAL_NS = 200_000_000


class AudioSlots:
    """The room's three voices, and the one slot that follows the loudest."""

    __slots__ = (
        "_announced",
        "_announced_ns",
        "_chosen_ns",
        "_on_changed",
        "_order",
        "loudest",
        "slots",
    )

    def __init__(
        self,
        slots: Sequence[AudioSlot],
        loudest: AudioSlot,
        on_changed: Callable[[tuple[str, ...]], None],
    ) -> None:
        self.slots = tuple(slots)
        self.loudest = loudest
        self._on_changed = on_changed
        self._order: list[Encoding] = []
        self._announced: tuple[str, ...] = ()
        self._announced_ns = -EVENT_INTERVAL_NS
        self._chosen_ns = -CHOICE_INTERVAL_NS

    def is_due(self, now_ns: int) -> bool:
        return now_ns - self._chosen_ns >= CHOICE_INTERVAL_NS

    def choose(self, publications: Iterable[Publication], now_ns: int) -> None:
        """Choose again among who may be heard; tell it at most five times a second."""
        self._chosen_ns = now_ns
        able = [
            one.encodings[0]
            for one in publications
            if one.track.kind == "audio" and one.is_open and not one.is_paused
        ]
        self._assign(able, now_ns)
        present = [slot.current for slot in self.slots if slot.current is not None]
        self._order = rank(self._order, present, now_ns)
        self._announce(now_ns)

    def _assign(self, able: list[Encoding], now_ns: int) -> None:
        occupants = [slot.current for slot in self.slots]
        kept = [one if one in able else None for one in occupants]
        for slot, chosen in zip(
            self.slots, choose_occupants(kept, able, now_ns), strict=True
        ):
            slot.assign(chosen)
        current = self.loudest.current
        if current not in able:
            current = None
        self.loudest.assign(choose_loudest(current, able, now_ns))

    def _announce(self, now_ns: int) -> None:
        order = tuple(one.publication_id for one in self._order)
        if order == self._announced:
            return
        if now_ns - self._announced_ns < EVENT_INTERVAL_NS:
            return
        self._announced = order
        self._announced_ns = now_ns
        self._on_changed(order)
