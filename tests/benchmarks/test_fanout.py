"""The fan-out benchmark still measures what it says."""

from __future__ import annotations

import pytest

from benchmarks.fanout.compare import PEERS
from benchmarks.fanout.floor import compiled_floor, measure_floor
from benchmarks.fanout.janus import Janus
from benchmarks.fanout.light_dtls import GCM
from benchmarks.fanout.load import Layout
from benchmarks.fanout.measure import SETTLE_S, measure
from benchmarks.fanout.mediasoup import Mediasoup
from benchmarks.fanout.servers import Hallcast

INSTALLED = [peer for peer in PEERS if peer.is_installed()]


@pytest.mark.parametrize("make", [Hallcast, *INSTALLED])
async def test_every_subscriber_gets_and_decrypts_the_programme(
    make: type[Hallcast] | type[Janus] | type[Mediasoup],
) -> None:
    settle_s = 0.3 if make is Hallcast else SETTLE_S
    result = await measure(make(), 3, 1, settle_s)
    assert result.connected == 3
    assert result.profile == GCM
    assert result.samples > 0
    assert result.samples_failed == 0
    assert result.loss_percent == 0
    assert 0 < result.delays.audio.p50_ms <= result.delays.audio.p99_ms
    assert 0 < result.delays.video.p50_ms <= result.delays.video.max_ms


async def test_rooms_and_publishers_each_reach_their_own_subscribers() -> None:
    layout = Layout(subscribers=4, publishers=2, rooms=2)
    result = await measure(Hallcast(), layout, 1, settle_s=0.3)
    assert result.connected == 4
    assert result.loss_percent == 0
    assert result.packets_per_s > 4 * 210, "two pictures each, one of them small"


async def test_the_floor_compiles_and_prints_a_figure() -> None:
    with compiled_floor() as program:
        if program is None:
            pytest.skip("no gcc or no OpenSSL headers")
        assert 0.1 < await measure_floor(program, 5, 0.5, use_gso=True) < 1000
