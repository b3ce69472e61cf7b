"""From the height a picture is shown at to the layer a viewer begins with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from media.sfu.allocation import WISH_TOLERANCE
from media.sfu.encoding import LAYER_HEIGHTS, TOP_LAYER

NO_WISHES: Mapping[Any, int] = {}


def layer_for(max_height: int | None) -> int:
    """Give the smallest layer that fills this height: -1 for 0, the top for None."""
    if max_height == 0:
        return -1
    for layer, height in enumerate(LAYER_HEIGHTS):
        if max_height is not None and height * WISH_TOLERANCE >= max_height:
            return layer
    return TOP_LAYER
