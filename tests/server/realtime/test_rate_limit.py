from __future__ import annotations

from server.realtime.rate_limit import Bucket


def test_a_burst_passes_and_then_only_the_steady_rate() -> None:
    bucket = Bucket(per_s=30, burst=60, now_ms=0)
    assert sum(bucket.take(0) for _ in range(100)) == 60
    assert sum(bucket.take(1000) for _ in range(100)) == 30


def test_tokens_are_not_saved_beyond_the_burst() -> None:
    bucket = Bucket(per_s=30, burst=60, now_ms=0)
    assert sum(bucket.take(3_600_000) for _ in range(100)) == 60
