"""The two ways to seal and send: tests of one are tests of both."""

from __future__ import annotations

import shutil

import pytest

from media.transport.batch_sender import BatchSender, PythonSender
from media.transport.fanout import FanOut
from media.transport.native import NativeSender, best_sender

HAS_COMPILER = any(map(shutil.which, ("cc", "gcc")))

NAMES = ("native", "python")


def make_sender(name: str) -> BatchSender:
    if name == "python":
        return PythonSender()
    if not HAS_COMPILER:
        pytest.skip("no C compiler")
    return NativeSender()


def fan_out() -> FanOut:
    """What a worker has, but for segments."""
    return FanOut(best_sender(), use_gso=False)
