"""What a router refuses.

LookupError
+-- UnknownPublicationError
+-- UnknownSlotError
"""

from __future__ import annotations


class UnknownPublicationError(LookupError):
    """No open peer declared this publication."""


class UnknownSlotError(LookupError):
    """The router has no slot of this name."""
