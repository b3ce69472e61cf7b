"""The fan-out benchmark still measures what it says."""

from __future__ import annotations

import pytest

from benchmarks.fanout.floor import compiled_floor, measure_floor
from benchmarks.fanout.light_dtls import GCM
from benchmarks.fanout.measure import measure
from benchmarks.fanout.servers import Hallcast, Janus, MediaServer


@pytest.mark.parametrize("make", [Hallcast, Janus])
async def test_every_subscriber_gets_and_decrypts_the_programme(
    make: type[Hallcast] | type[Janus],
) -> None:
    if make is Janus and not Janus.is_installed():
        pytest.skip("Janus is not installed")
    server: MediaServer = make()
    result = await measure(server, subscribers=3, seconds=1)
    assert result.connected == 3
    assert result.profile == GCM
    assert result.samples > 0
    assert result.samples_failed == 0
    assert result.loss_percent == 0


async def test_the_floor_compiles_and_prints_a_figure() -> None:
    with compiled_floor() as program:
        if program is None:
            pytest.skip("no gcc or no OpenSSL headers")
        assert 0.1 < await measure_floor(program, 5, 0.5, use_gso=True) < 1000
