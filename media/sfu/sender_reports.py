"""`SenderReports`: what time it is on each line, at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from media.rtp.rtcp import SenderReport, SourceDescription
from media.rtp.rtcp_codec import build_rtcp
from media.sfu.publisher import CNAME
from media.sfu.subscription import Subscription


class SenderReports:
    """Compound packets for those who are on certain lines.

    Viewers on the same lines are sent the same one, so it is built once.
    """

    __slots__ = ("_built", "_by_line")

    def __init__(self, by_line: Mapping[object, SenderReport]) -> None:
        self._by_line = by_line
        self._built: dict[object, bytes] = {}

    def of(self, subscriptions: Sequence[Subscription]) -> bytes:
        """Give the reports of the lines these are on; empty when they carry nothing."""
        key = tuple([(one.line, one.shift.timestamp) for one in subscriptions])
        found = self._built.get(key)
        if found is None:
            found = self._built[key] = self._build(subscriptions)
        return found

    def _build(self, subscriptions: Sequence[Subscription]) -> bytes:
        reports = [
            one.shifted_report(report) if one.shift.timestamp else report
            for one in subscriptions
            if (report := self._by_line.get(one.line)) is not None
        ]
        if not reports:
            return b""
        names = SourceDescription(tuple((one.ssrc, CNAME) for one in reports))
        return build_rtcp((*reports, names))
