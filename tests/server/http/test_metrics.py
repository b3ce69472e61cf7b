"""`/metrics`: who may read it, that it parses, and that its table is complete."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from media import protocol
from server.domain.lines import PageLine
from server.http import metrics
from tests.fakes.node import Node, open_node

DEPLOY = Path(__file__).parents[3] / "deploy"
TOKEN = "a token of enough characters"
LAG = protocol.Histogram(bounds_ms=(1, 10), counts=(5, 2, 1), sum_ms=30)


def _totals(**changes: object) -> protocol.WorkerTotals:
    told: dict[str, object] = {
        "packets_in": 1_000,
        "packets_out": 300_000,
        "drops": {"gate": 7},
        "retransmissions": 4,
        "keyframe_requests": 9,
        "joins": {"receive": LAG},
        "failed_joins": {"receive": 2},
        "loop_lag": LAG,
        "routers": (
            protocol.RouterTraffic(
                router_id="ses_x", viewers=3, publishers=1, in_bps=10, out_bps=30
            ),
        ),
    }
    return protocol.WorkerTotals(**told | changes)  # type: ignore[arg-type]


async def _read(node: Node, **headers: str) -> dict[str, Metric]:
    browser = await node.browser()
    answer = await browser.call("GET", "/metrics", **headers)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    families = list(text_string_to_metric_families(await answer.text()))
    assert max(Counter(one.name for one in families).values()) == 1
    return {one.name: one for one in families}


def _value(family: Metric, name: str, **labels: str) -> float:
    (value,) = [
        one.value
        for one in family.samples
        if one.name == name and labels.items() <= one.labels.items()
    ]
    return value


async def _tell(node: Node, totals: protocol.WorkerTotals) -> None:
    node.worker.tell(
        protocol.WorkerLoad(
            cpu_percent=50,
            loop_lag_ms=12,
            packets_in=1,
            packets_out=2,
            peers=4,
            shed_step=3,
        )
    )
    node.worker.tell(totals)
    await node.until(lambda: node.services.director.pool.totals.get(0) == totals)


async def test_the_table_of_metrics_is_complete(node: Node) -> None:
    await _tell(node, _totals())
    await node.live_session()
    families = await _read(node)
    table = (DEPLOY / "METRICS.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(hallcast_\w+)` \| (\w+) \|([^|]*)\|", table, re.M)
    exported = {
        (
            name + ("_total" if family.type == "counter" else ""),
            family.type,
            frozenset(
                label
                for sample in family.samples
                for label in sample.labels
                if label != "le"
            ),
        )
        for name, family in families.items()
        if name.startswith("hallcast_")
    }
    documented = {
        (name, kind, frozenset(re.findall(r"`(\w+)`", labels)))
        for name, kind, labels in rows
    }
    assert exported == documented
    reasons = {one.labels["reason"] for one in families["hallcast_media_drops"].samples}
    assert all(f"| `{reason}` |" in table for reason in reasons)
    others = {one for one in families if not one.startswith("hallcast_")}
    assert all(one.startswith("process_") for one in others)


async def test_alerts_ask_only_for_metrics_that_exist(node: Node) -> None:
    await _tell(node, _totals())
    await node.live_session()
    samples = {
        sample.name for one in (await _read(node)).values() for sample in one.samples
    }
    alerts = (DEPLOY / "alerts.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"hallcast_\w+", alerts)) - {"hallcast_token"} <= samples


async def test_totals_are_counters_and_histograms_in_seconds(node: Node) -> None:
    await _tell(node, _totals())
    families = await _read(node)
    packets = families["hallcast_media_packets_out"]
    assert packets.type == "counter"
    assert _value(packets, "hallcast_media_packets_out_total", worker="0") == 300_000
    drops = families["hallcast_media_drops"]
    assert _value(drops, "hallcast_media_drops_total", reason="gate") == 7
    assert _value(drops, "hallcast_media_drops_total", reason="stranger") == 0
    joins, name = families["hallcast_media_join_seconds"], "hallcast_media_join_seconds"
    assert _value(joins, f"{name}_bucket", le="0.01") == 7
    assert _value(joins, f"{name}_bucket", le="+Inf") == 8
    assert _value(joins, f"{name}_count") == 8
    assert _value(joins, f"{name}_sum") == 0.03


async def test_followers_are_counted_by_way_and_line(node: Node) -> None:
    session = await node.live_session()
    participant_id = await node.join("participant")
    session.note_page(participant_id, PageLine("hls", True, "blocked"))
    for _ in range(4):
        node.clock.advance(2_000)
        await session.tick()
    followers = (await _read(node))["hallcast_followers"]
    assert _value(followers, "hallcast_followers", way="hls", line="weak") == 1
    assert sum(one.value for one in followers.samples) == 1


async def test_commands_commits_and_sockets_are_measured(node: Node) -> None:
    await node.live_session()
    families = await _read(node)
    commits = families["hallcast_web_commit_seconds"]
    assert _value(commits, "hallcast_web_commit_seconds_count") >= 2
    assert _value(families["hallcast_web_sockets"], "hallcast_web_sockets") == 0


async def test_many_sessions_are_few_series(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "MAX_SESSIONS", 2)
    routers = tuple(
        protocol.RouterTraffic(
            router_id=f"ses_{number}", viewers=number, publishers=1, in_bps=1, out_bps=1
        )
        for number in range(5)
    )
    await _tell(node, _totals(routers=routers + routers[4:]))
    viewers = (await _read(node))["hallcast_session_viewers"]
    assert {one.labels["session"]: one.value for one in viewers.samples} == {
        "ses_4": 8,
        "ses_3": 3,
        "other": 3,
    }


@pytest.mark.parametrize(
    ("settings", "headers", "status"),
    [
        ({}, {}, 200),
        ({}, {"X-Forwarded-For": "203.0.113.9"}, 404),
        ({}, {"Via": "1.1 proxy"}, 404),
        ({"trust_proxy": True}, {}, 404),
        ({"public_url": "https://seminars.example.kz"}, {}, 404),
        ({"metrics_token": TOKEN}, {}, 401),
        ({"metrics_token": TOKEN}, {"Authorization": "Bearer wrong"}, 401),
        ({"metrics_token": TOKEN}, {"Authorization": "Bearer é"}, 401),
        ({"metrics_token": TOKEN}, {"Authorization": f"Bearer {TOKEN}"}, 200),
        (
            {"metrics_token": TOKEN, "public_url": "https://seminars.example.kz"},
            {"Authorization": f"Bearer {TOKEN}"},
            200,
        ),
    ],
)
async def test_strangers_do_not_read_it(
    tmp_path: Path, settings: dict[str, object], headers: dict[str, str], status: int
) -> None:
    node = await open_node(tmp_path, **settings)
    try:
        answer = await (await node.browser()).call("GET", "/metrics", **headers)
        assert answer.status == status
        if status == 401:
            assert answer.headers["WWW-Authenticate"] == "Bearer"
    finally:
        await node.close()
