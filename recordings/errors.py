"""What this package raises.

RecordingError
+-- BadBitstream (ValueError)   a coded picture or parameter set is not understood
+-- ManifestError               the manifest is not a whole, unbroken chain
+-- TakeRefused                 a take can not begin (carries a protocol code)
"""

from __future__ import annotations

from typing import Literal


class RecordingError(Exception):
    """Base of everything raised here on purpose."""


class BadBitstream(RecordingError, ValueError):
    """A coded picture or a parameter set is cut short or not understood."""


class ManifestError(RecordingError):
    """A manifest line is missing, changed or out of order."""


class TakeRefused(RecordingError):
    """A take can not begin."""

    def __init__(
        self,
        code: Literal["bad_request", "not_found", "disk_full", "internal"],
        why: str,
    ) -> None:
        super().__init__(why)
        self.code: Literal["bad_request", "not_found", "disk_full", "internal"] = code
