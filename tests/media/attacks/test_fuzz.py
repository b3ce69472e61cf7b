"""No bytes make a parser raise what it should not, or hang (reliability A1)."""

from __future__ import annotations

import secrets

import pytest

from tests.media.attacks.fuzz import Target, slowest_s, targets

FIXED_SEED = 20261121
HANG_S = 0.010
"""CPU time of one input, measured twice; the slowest seen is below 2 ms."""

SLOW = ("sdp", "transport-cc")
"""1 ms an input, for what they make of it."""

IDS = [target.name for target in targets()]


@pytest.mark.parametrize("target", targets(), ids=IDS)
def test_mutations_raise_the_documented_error_alone(target: Target) -> None:
    count = 250 if target.name in SLOW else 2_500
    assert slowest_s(target, FIXED_SEED, count) < HANG_S
    assert slowest_s(target, secrets.randbits(32), count) < HANG_S


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("target", targets(), ids=IDS)
def test_100_000_mutations_raise_the_documented_error_alone(target: Target) -> None:
    assert slowest_s(target, FIXED_SEED, 50_000) < HANG_S
    assert slowest_s(target, secrets.randbits(32), 50_000) < HANG_S
