"""`SlotAudience`: who sees a slot, on which of its lines, and how they change lines.

Who is on a line stays there until the wanted line has a keyframe (or, between all and
some pictures of one layer, until a picture that both know begins): nobody freezes for a
change. Who is on none waits for a keyframe group.
"""

from __future__ import annotations

from typing import Protocol

from media.rtp.packet import RtpPacket
from media.sfu.encoding import Encoding
from media.sfu.picture_line import PictureLine
from media.sfu.ports import OutPacket
from media.sfu.subscription import Subscription

LIVE_NS = 200_000_000
"""A younger group is live: a joiner gets it with its own timestamps."""

FRESH_NS = 500_000_000
"""Who changes layers is served from so young a group: when many do at once (a hall's
line, a full worker), one keyframe serves them all."""


class LineChoice(Protocol):
    """What the slot knows and its audience asks."""

    def line_for(
        self, subscription: Subscription, now_ns: int
    ) -> PictureLine | None: ...

    def want_keyframe_of(self, line: PictureLine, now_ns: int) -> None: ...


class SlotAudience:
    """The subscriptions of one slot of pictures."""

    __slots__ = ("_may_start", "_slot", "_waiting", "subscriptions")

    def __init__(self, slot: LineChoice) -> None:
        self.subscriptions: list[Subscription] = []
        self._slot = slot
        self._waiting: list[Subscription] = []
        self._may_start = False
        """A group began that those who wait may be served from."""

    def add(self, subscription: Subscription, now_ns: int) -> None:
        """A joiner is served from the young keyframe group, else waits for the next."""
        self.subscriptions.append(subscription)
        self.place(subscription, now_ns)

    def remove(self, subscription: Subscription) -> None:
        self._take_off(subscription)
        self._forget_waiting(subscription)
        self.subscriptions.remove(subscription)

    def aim(
        self,
        subscription: Subscription,
        target: int,
        now_ns: int,
        max_temporal: int | None,
    ) -> None:
        """Let a viewer have this layer (-1 for no picture), up to a temporal one."""
        if (target, max_temporal) == (subscription.target, subscription.max_temporal):
            return
        subscription.target, subscription.max_temporal = target, max_temporal
        if target < 0:
            self._take_off(subscription)
            self._forget_waiting(subscription)
        else:
            self.place(subscription, now_ns)

    def place_all(self, now_ns: int) -> None:
        for subscription in tuple(self.subscriptions):
            self.place(subscription, now_ns)

    def place(self, subscription: Subscription, now_ns: int) -> None:
        """Bring a viewer to the line of its target: at once, or with a keyframe."""
        line = subscription.line
        wanted = self._slot.line_for(subscription, now_ns)
        subscription.waits_for = None
        if isinstance(line, PictureLine) and wanted is not line:
            is_due = wanted is None or not line.is_flowing(now_ns)
            if is_due or self._can_follow(wanted, line, now_ns):
                self._take_off(subscription)
            elif wanted is not None:
                subscription.waits_for = wanted
                if wanted.layer != line.layer:
                    self._slot.want_keyframe_of(wanted, now_ns)
        if subscription.line is None and subscription.target >= 0:
            self._wait(subscription)
            self._start_waiting(now_ns)
            if wanted is not None and subscription in self._waiting:
                self._slot.want_keyframe_of(wanted, now_ns)

    def _can_follow(
        self, wanted: PictureLine | None, line: PictureLine, now_ns: int
    ) -> bool:
        """Tell whether another layer has a keyframe so new that its group will do."""
        return (
            wanted is not None
            and wanted.layer != line.layer
            and wanted.group.is_young(wanted.last_ext_seqno, now_ns)
            and wanted.group.age_ns(now_ns) <= FRESH_NS
        )

    # Lines tell.

    def move_with_keyframe(self, line: PictureLine, first: OutPacket) -> None:
        """A keyframe began: let those on who waited; it goes out with the batch."""
        self._may_start = True
        changed: set[PictureLine] = set()
        for subscription in self.subscriptions:
            before = subscription.line
            if subscription.waits_for is line and isinstance(before, PictureLine):
                before.send_batch()
                self._move(subscription, before, line, first.ext_seqno, first.timestamp)
                changed |= {before, line}
        _rebuild(changed)

    def move_with_picture(
        self, source: Encoding, ext_seqno: int, packet: RtpPacket
    ) -> None:
        """A picture begins: change between all and some of a layer's pictures."""
        changed: set[PictureLine] = set()
        for subscription in self.subscriptions:
            before, after = subscription.line, subscription.waits_for
            if (
                isinstance(before, PictureLine)
                and isinstance(after, PictureLine)
                and before.current is after.current is source
                and _may_change(before, after, packet)
            ):
                before.send_batch()
                after.send_batch()
                number = after.rewriter.peek_seqno(ext_seqno)
                timestamp = after.rewriter.peek_timestamp(packet.timestamp)
                self._move(subscription, before, after, number, timestamp)
                changed |= {before, after}
        _rebuild(changed)

    def _move(
        self,
        subscription: Subscription,
        before: PictureLine,
        after: PictureLine,
        first_ext_seqno: int,
        first_timestamp: int,
    ) -> None:
        before.subscriptions.remove(subscription)
        subscription.start(after, first_ext_seqno, first_timestamp)
        after.subscriptions.append(subscription)

    def leave(self, line: PictureLine) -> None:
        """The line is about to carry nothing, and has sent all: everybody waits."""
        halted, line.subscriptions = line.subscriptions, []
        for subscription in halted:
            self._halt(subscription)
        line.regather()

    def leave_for_codec(self, line: PictureLine) -> None:
        """Who does not know the line's new codec waits for one it knows."""
        for subscription in tuple(line.subscriptions):
            if line.codec not in subscription.codecs:
                line.subscriptions.remove(subscription)
                self._halt(subscription)
        line.regather()

    # Waiting.

    def flush(self, now_ns: int) -> None:
        """Let those in who waited for a group that began; lines have sent all."""
        if self._may_start:
            self._start_waiting(now_ns)

    def _start_waiting(self, now_ns: int) -> None:
        self._may_start = False
        still_waiting = []
        groups: dict[PictureLine, list[OutPacket]] = {}
        for subscription in self._waiting:
            line = self._slot.line_for(subscription, now_ns)
            if line is None or not line.group.is_young(line.last_ext_seqno, now_ns):
                still_waiting.append(subscription)
                continue
            if line not in groups:
                line.send_batch()
                groups[line] = line.packets_of_group()
            self._start(subscription, line, groups[line], now_ns)
        self._waiting = still_waiting
        _rebuild(groups)

    def _start(
        self,
        subscription: Subscription,
        line: PictureLine,
        packets: list[OutPacket],
        now_ns: int,
    ) -> None:
        first = packets[0]
        # Who saw pictures until now has later ones than the first of the group.
        catch_up = subscription.has_flowed or line.group.age_ns(now_ns) > LIVE_NS
        line.packets_out += subscription.start(
            line, first.ext_seqno, first.timestamp, packets, catch_up=catch_up
        )
        line.subscriptions.append(subscription)

    def _take_off(self, subscription: Subscription) -> None:
        line = subscription.line
        if isinstance(line, PictureLine):
            line.send_batch()
            line.subscriptions.remove(subscription)
            self._halt(subscription)
            line.regather()

    def _halt(self, subscription: Subscription) -> None:
        """Let a viewer wait; what its line had batched has been sent."""
        subscription.stop()
        if subscription.target >= 0:
            self._wait(subscription)

    def _wait(self, subscription: Subscription) -> None:
        if subscription not in self._waiting:
            self._waiting.append(subscription)

    def _forget_waiting(self, subscription: Subscription) -> None:
        if subscription in self._waiting:
            self._waiting.remove(subscription)


def _rebuild(lines: set[PictureLine] | dict[PictureLine, list[OutPacket]]) -> None:
    for line in lines:
        line.regather()


def _may_change(before: PictureLine, after: PictureLine, packet: RtpPacket) -> bool:
    """Tell whether a viewer may go over where this picture begins.

    To fewer pictures: at any that both have. To more: where the picture needs nothing
    of what was left out.
    """
    if after.max_temporal < before.max_temporal:
        return packet.temporal_id <= after.max_temporal
    return packet.is_layer_sync and 0 < packet.temporal_id <= after.max_temporal
