"""`Party`: streams of several viewers that are sent the same batches by one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from media.sfu.ports import OutPacket
from media.transport.batch import BatchKey
from media.transport.batch_sender import Seats
from media.transport.out_stream import OutStream


class Owner(Protocol):
    """Whose streams are sent: a `PeerOut`."""

    def on_refused(
        self,
        state: OutStream,
        rest: Sequence[OutPacket],
        error_number: int,
        *,
        is_segmented: bool,
    ) -> None:
        """Take back what could not be sent of a batch, from a run on to its end.

        `is_segmented` when that run should have left as one message of several.
        """
        ...


class Party(NamedTuple):
    """Streams under one key, in the order of their seats."""

    key: BatchKey
    owners: Sequence[tuple[Owner, OutStream]]
    seats: Seats
