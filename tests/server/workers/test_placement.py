"""Where viewers and routers go, by tables and by storms."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.workers.join_meter import HANDSHAKE_S, YOUNG_S, JoinMeter
from server.workers.placement import (
    FULL,
    VIEWER_PACKETS,
    WorkerState,
    choose_for_router,
    choose_for_viewer,
    fullness,
    has_room,
)

IDLE = WorkerState(0)
BUSY = WorkerState(0, cpu_percent=71)
JOIN_COST_S = 0.004
PACKET_COST_S = 4e-6


def numbered(*workers: WorkerState) -> list[WorkerState]:
    return [replace(one, index=index) for index, one in enumerate(workers)]


@pytest.mark.parametrize(
    ("workers", "origin", "replicas", "chosen"),
    [
        ([IDLE, IDLE], 0, (), 0),
        ([IDLE, IDLE], 1, (), 1),
        ([WorkerState(0, cpu_percent=69), IDLE], 0, (), 0),
        ([BUSY, IDLE], 0, (), 1),
        ([BUSY, WorkerState(1, cpu_percent=60), IDLE], 0, (1,), 1),
        ([BUSY, BUSY, IDLE], 0, (1,), 2),
        ([WorkerState(0, cpu_percent=50), IDLE, IDLE], 0, (1,), 1),
        ([BUSY, WorkerState(1, cpu_percent=95)], 0, (), 0),
        ([WorkerState(0, loop_lag_ms=250), IDLE], 0, (), 1),
        ([WorkerState(0, cpu_percent=50, shed_step=1), IDLE], 0, (), 1),
        ([WorkerState(0, peers=900), IDLE], 0, (), 1),
        ([WorkerState(0, peers=800), IDLE], 0, (), 0),
        ([WorkerState(0, peers=300, packets_out=180_000), IDLE], 0, (), 1),
        ([WorkerState(0, peers=2, max_peers=2), IDLE], 0, (), 1),
        ([WorkerState(0, young_peers=200, joins=200), IDLE], 0, (), 1),
        ([WorkerState(0, is_draining=True), IDLE], 0, (), 1),
        ([WorkerState(0, is_draining=True), BUSY], 0, (), 1),
        ([WorkerState(0, is_draining=True)], 0, (), 0),
        ([], 0, (), None),
    ],
    ids=[
        "idle: at the origin",
        "idle: at the origin, whichever it is",
        "not yet full",
        "full: a new replica",
        "full: the replica that is there, though another is idle",
        "origin and replica full: another replica",
        "a replica is there: the less busy of the two",
        "all full: the least busy",
        "stalled loop",
        "it sheds",
        "too many for when the camera is switched on",
        "as many as planned for",
        "a heavy session: its own packets count",
        "the operator's limit",
        "a burst within one second",
        "draining",
        "draining: rather a full one",
        "nothing but draining",
        "no worker at all",
    ],
)
def test_viewers_stay_at_the_origin_until_it_is_full(
    workers: list[WorkerState],
    origin: int,
    replicas: tuple[int, ...],
    chosen: int | None,
) -> None:
    assert choose_for_viewer(numbered(*workers), origin, replicas) == chosen


@pytest.mark.parametrize(
    ("workers", "chosen"),
    [
        ([WorkerState(0, routers=1), WorkerState(1)], 1),
        ([WorkerState(0, cpu_percent=4), WorkerState(1, routers=1)], 0),
        ([WorkerState(0, cpu_percent=40), WorkerState(1, routers=3)], 1),
        ([WorkerState(0, is_draining=True), WorkerState(1, cpu_percent=60)], 1),
        ([], None),
    ],
    ids=["fewer routers", "noise", "less busy", "draining", "none"],
)
def test_routers_go_where_least_is_done(
    workers: list[WorkerState], chosen: int | None
) -> None:
    assert choose_for_router(workers) == chosen


states = st.lists(
    st.builds(
        WorkerState,
        index=st.just(0),
        cpu_percent=st.floats(0, 100),
        loop_lag_ms=st.floats(0, 1_000),
        packets_out=st.integers(0, 300_000),
        peers=st.integers(0, 2_000),
        young_peers=st.integers(0, 300),
        joins=st.integers(0, 300),
        is_draining=st.booleans(),
    ),
    min_size=1,
    max_size=8,
).map(lambda workers: numbered(*workers))


@given(workers=states, data=st.data())
def test_nobody_is_put_on_a_full_worker_while_another_has_room(
    workers: list[WorkerState], data: st.DataObject
) -> None:
    indexes = st.sampled_from([one.index for one in workers])
    origin = data.draw(indexes)
    replicas = data.draw(st.sets(indexes))
    chosen = choose_for_viewer(workers, origin, replicas)
    assert chosen is not None
    if any(has_room(one) for one in workers):
        assert has_room(workers[chosen])
    if not workers[chosen].is_draining:
        return
    assert all(one.is_draining for one in workers)


@given(workers=states, data=st.data())
def test_a_further_replica_is_opened_only_when_those_there_are_full(
    workers: list[WorkerState], data: st.DataObject
) -> None:
    origin = data.draw(st.sampled_from([one.index for one in workers]))
    chosen = choose_for_viewer(workers, origin, ())
    if has_room(workers[origin]):
        assert chosen == origin


class SimulatedWorker:
    """Costs what was measured; its report is up to a second old."""

    def __init__(self, index: int, peers: int = 0) -> None:
        self.index = index
        self.peers = peers
        self.meter = JoinMeter()
        self.joined_in_second = 0
        self.report = WorkerState(index, peers=peers)
        self.report_now()

    def report_now(self) -> None:
        packets = self.peers * VIEWER_PACKETS
        cpu_s = packets * PACKET_COST_S + self.joined_in_second * JOIN_COST_S
        self.report = WorkerState(
            self.index, 100 * cpu_s, 5.0, packets, peers=self.peers
        )
        self.joined_in_second = 0

    def state(self, now_s: float) -> WorkerState:
        return replace(
            self.report,
            young_peers=self.meter.young(now_s),
            joins=self.meter.joining(now_s),
        )

    def join(self, now_s: float) -> None:
        self.meter.begin()
        self.meter.end(now_s, is_joined=True)
        self.peers += 1
        self.joined_in_second += 1


def storm(
    workers: list[SimulatedWorker], replicas: set[int], joins: int, seconds: float
) -> Counter[int]:
    """Let so many join, evenly, at the origin 0 or elsewhere; give who went where."""
    went: Counter[int] = Counter()
    reported_s = 0.0
    for number in range(joins):
        now_s = number * seconds / joins
        if now_s - reported_s >= 1.0:
            reported_s = now_s
            for worker in workers:
                worker.report_now()
        states = [worker.state(now_s) for worker in workers]
        chosen = choose_for_viewer(states, 0, replicas)
        assert chosen is not None
        replicas.add(chosen)
        workers[chosen].join(now_s)
        went[chosen] += 1
    return went


@pytest.mark.parametrize("seconds", [1.0, 10.0])
def test_a_storm_of_300_is_spread_within_a_tenth(seconds: float) -> None:
    workers = [SimulatedWorker(0, peers=900), *(SimulatedWorker(i) for i in (1, 2, 3))]
    went = storm(workers, {1, 2, 3}, 300, seconds)
    assert set(went) == {1, 2, 3}
    assert max(went.values()) - min(went.values()) <= 10


def test_a_storm_in_one_moment_does_not_land_on_the_worker_that_looked_idle() -> None:
    workers = [SimulatedWorker(index) for index in range(3)]
    went = storm(workers, set(), 300, 0.3)
    assert len(went) >= 2
    assert max(went.values()) <= 200


def test_a_storm_that_one_worker_can_take_opens_no_replica() -> None:
    workers = [SimulatedWorker(index) for index in range(3)]
    assert storm(workers, set(), 300, 10.0) == {0: 300}


def test_two_thousand_viewers_fill_worker_after_worker_and_none_over_the_edge() -> None:
    workers = [SimulatedWorker(index) for index in range(3)]
    storm(workers, set(), 2_000, 100.0)
    for worker in workers:
        worker.report_now()
        assert worker.report.cpu_percent < 80


def test_a_join_is_young_for_two_seconds_and_costs_for_one() -> None:
    meter = JoinMeter()
    meter.begin()
    assert (meter.young(0.0), meter.joining(0.0)) == (1, 1)
    meter.end(10.0, is_joined=True)
    meter.begin()
    meter.end(10.0, is_joined=False)
    assert (meter.young(10.0), meter.joining(10.0)) == (1, 1)
    assert meter.joining(10.0 + HANDSHAKE_S) == 0
    assert meter.young(10.0 + HANDSHAKE_S) == 1
    assert meter.young(10.0 + YOUNG_S) == 0


def test_fullness_is_a_share_of_a_core() -> None:
    assert fullness(IDLE) == 0
    assert fullness(WorkerState(0, cpu_percent=40)) == pytest.approx(0.4)
    assert fullness(WorkerState(0, peers=875)) == pytest.approx(FULL)
