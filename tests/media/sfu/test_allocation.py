"""Which layers a viewer gets of what its line carries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.sfu.allocation import (
    HEADROOM,
    OFF,
    RISE_NS,
    Allocation,
    Cap,
    Choice,
    LayerAllocator,
    LayerOffer,
    SlotDemand,
    build_ladder,
    cost,
    fill,
    rank,
    shrink,
)

LOW, MID, TOP = Choice(0), Choice(1), Choice(2)
S = 1_000_000_000
AUDIO_BPS = 40_000

CAMERA = (
    LayerOffer(0, 180, 150_000),
    LayerOffer(1, 360, 500_000),
    LayerOffer(2, 720, 1_500_000),
)
SCREEN = (LayerOffer(0, 1080, 400_000),)


def demand(
    slot: str = "presenter",
    layers: tuple[LayerOffer, ...] = CAMERA,
    max_height: int | None = None,
    source: str = "a",
) -> SlotDemand:
    return SlotDemand(slot, source, layers, max_height)


def first(target_bps: int, *demands: SlotDemand, cap: Cap | None = None) -> Allocation:
    """What a joiner gets."""
    return LayerAllocator().allocate(target_bps, AUDIO_BPS, demands, 0, cap or Cap())


@pytest.mark.parametrize(
    ("target_bps", "expected"),
    [
        (0, None),
        (150_000, None),
        (218_000, None),
        (219_000, LOW),
        (620_000, LOW),
        (622_000, MID),
        (1_770_000, MID),
        (1_772_000, TOP),
        (30_000_000, TOP),
    ],
)
def test_one_camera_gets_what_fits_beside_the_sound(
    target_bps: int, expected: Choice | None
) -> None:
    assert first(target_bps, demand()).choices == (expected,)


@pytest.mark.parametrize(
    ("max_height", "expected"),
    [
        (None, TOP),
        (0, None),
        (90, LOW),
        (216, LOW),
        (217, MID),
        (432, MID),
        (2160, TOP),
    ],
)
def test_nobody_gets_more_lines_than_are_shown(
    max_height: int | None, expected: Choice | None
) -> None:
    assert first(9_000_000, demand(max_height=max_height)).choices == (expected,)


def test_everyone_has_a_picture_before_the_first_gets_a_better_one() -> None:
    demands = (demand("screen", SCREEN), demand(), demand("floor-1"))
    lowest_bps = AUDIO_BPS + 400_000 + 150_000 + 150_000
    assert first(int(lowest_bps * HEADROOM) + 1, *demands).choices == (LOW, LOW, LOW)
    more_bps = lowest_bps + 350_000
    assert first(int(more_bps * HEADROOM) + 1, *demands).choices == (LOW, MID, LOW)


def test_a_layer_that_does_not_flow_is_not_chosen() -> None:
    sleeping = (CAMERA[0], CAMERA[1], LayerOffer(2, 720, 0, is_active=False))
    assert first(9_000_000, demand(layers=sleeping)).choices == (MID,)


def test_a_layer_that_costs_less_than_a_worse_one_takes_its_place() -> None:
    odd = (LayerOffer(0, 180, 300_000), LayerOffer(1, 360, 250_000))
    assert first(334_000, demand(layers=odd)).choices == (MID,)


def test_temporal_layers_are_steps_between() -> None:
    layers = (
        LayerOffer(0, 180, 150_000, temporal_shares=(0.5,)),
        LayerOffer(1, 360, 500_000, temporal_shares=(0.5,)),
    )
    seen = [
        first(bps, demand(layers=layers)).choices[0]
        for bps in (133_000, 219_000, 334_000, 622_000)
    ]
    assert seen == [Choice(0, 0), Choice(0), Choice(1, 0), Choice(1)]


@pytest.mark.parametrize(
    ("cap", "expected"),
    [
        (Cap(max_layer=1), MID),
        (Cap(max_layer=0), LOW),
        (Cap(is_video_off=True), None),
        (Cap(max_temporal=0), Choice(2, 0)),
        (Cap(max_layer=0, max_temporal=0), Choice(0, 0)),
    ],
)
def test_the_cap_of_a_full_worker_wins(cap: Cap, expected: Choice | None) -> None:
    layers = tuple(
        LayerOffer(one.layer, one.height, one.bps, temporal_shares=(0.6,))
        for one in CAMERA
    )
    assert first(9_000_000, demand(layers=layers), cap=cap).choices == (expected,)


def test_a_cap_lowers_at_once_what_flows() -> None:
    allocator = LayerAllocator()
    demands = (demand(),)
    assert allocator.allocate(9_000_000, AUDIO_BPS, demands, 0).choices == (TOP,)
    capped = allocator.allocate(9_000_000, AUDIO_BPS, demands, 1, Cap(max_layer=0))
    assert capped.choices == (LOW,)
    assert capped.goal_bps == 0


def test_down_is_at_once_and_up_waits_for_three_seconds() -> None:
    allocator = LayerAllocator()
    demands = (demand(),)
    assert allocator.allocate(2_000_000, AUDIO_BPS, demands, 0).choices == (TOP,)
    assert allocator.allocate(600_000, AUDIO_BPS, demands, 1).choices == (MID,)
    assert allocator.allocate(2_000_000, AUDIO_BPS, demands, 2).choices == (MID,)
    early = allocator.allocate(2_000_000, AUDIO_BPS, demands, RISE_NS)
    assert early.choices == (MID,)
    late = allocator.allocate(2_000_000, AUDIO_BPS, demands, RISE_NS + 2)
    assert late.choices == (TOP,)


def test_a_moment_without_headroom_starts_the_wait_again() -> None:
    allocator = LayerAllocator()
    demands = (demand(),)
    allocator.allocate(600_000, AUDIO_BPS, demands, 0)
    allocator.allocate(2_000_000, AUDIO_BPS, demands, 1)
    allocator.allocate(600_000, AUDIO_BPS, demands, 2)
    again = allocator.allocate(2_000_000, AUDIO_BPS, demands, RISE_NS + 1)
    assert again.choices == (LOW,)


def test_what_flows_stays_without_headroom() -> None:
    allocator = LayerAllocator()
    demands = (demand(),)
    allocator.allocate(2_000_000, AUDIO_BPS, demands, 0)
    kept = allocator.allocate(1_540_000, AUDIO_BPS, demands, 1)
    assert kept.choices == (TOP,)
    assert allocator.allocate(1_539_000, AUDIO_BPS, demands, 2).choices == (MID,)


def test_the_least_important_picture_is_lowered_first() -> None:
    allocator = LayerAllocator()
    demands = (demand("presenter"), demand("floor-1"))
    both = allocator.allocate(4_000_000, AUDIO_BPS, demands, 0)
    assert both.choices == (TOP, TOP)
    assert allocator.allocate(2_200_000, AUDIO_BPS, demands, 1).choices == (TOP, MID)
    assert allocator.allocate(400_000, AUDIO_BPS, demands, 2).choices == (LOW, LOW)
    assert allocator.allocate(200_000, AUDIO_BPS, demands, 3).choices == (LOW, None)


def test_a_larger_window_or_another_speaker_gets_its_layer_at_once() -> None:
    allocator = LayerAllocator()
    small = allocator.allocate(2_000_000, AUDIO_BPS, (demand(max_height=180),), 0)
    assert small.choices == (LOW,)
    large = allocator.allocate(2_000_000, AUDIO_BPS, (demand(max_height=720),), 1)
    assert large.choices == (TOP,)
    none = allocator.allocate(2_000_000, AUDIO_BPS, (demand(layers=(), source=""),), 2)
    assert none.choices == (None,)
    other = allocator.allocate(2_000_000, AUDIO_BPS, (demand(source="b"),), 3)
    assert other.choices == (TOP,)


def test_the_goal_is_the_rate_at_which_the_next_layer_comes() -> None:
    goal_bps = first(300_000, demand()).goal_bps
    assert first(goal_bps, demand()).choices == (MID,)
    assert first(goal_bps - 10, demand()).choices == (LOW,)
    assert first(9_000_000, demand()).goal_bps == 0


offers = st.lists(
    st.builds(
        LayerOffer,
        layer=st.integers(0, 2),
        height=st.sampled_from([180, 360, 720, 1080]),
        bps=st.integers(0, 3_000_000),
        is_active=st.booleans(),
        temporal_shares=st.sampled_from([(), (0.6,), (0.4, 0.7)]),
    ),
    max_size=3,
    unique_by=lambda one: one.layer,
).map(tuple)
slots = ("screen", "presenter", "floor-1", "floor-2", "programme")
demand_lists = st.lists(
    st.tuples(offers, st.none() | st.integers(0, 1200)), max_size=5
).map(
    lambda rows: tuple(
        SlotDemand(slot, "a", layers, max_height)
        for slot, (layers, max_height) in zip(slots, rows, strict=False)
    )
)


@given(
    demand_lists,
    st.lists(st.tuples(st.integers(0, 9_000_000), st.integers(0, 4_000)), min_size=1),
)
def test_pictures_never_cost_more_than_the_line_has(
    demands: tuple[SlotDemand, ...], steps: list[tuple[int, int]]
) -> None:
    allocator = LayerAllocator()
    now_ns = 0
    for target_bps, elapsed_ms in steps:
        now_ns += elapsed_ms * 1_000_000
        given_ = allocator.allocate(target_bps, AUDIO_BPS, demands, now_ns)
        last = sum(choice is not None for choice in given_.choices) == 1
        assert last or given_.video_bps <= max(0, target_bps - AUDIO_BPS)
        for one, choice in zip(demands, given_.choices, strict=True):
            flowing = {offer.layer for offer in one.layers if offer.is_active}
            assert choice is None or choice.layer in flowing


@given(demand_lists, st.integers(0, 9_000_000), st.integers(0, 9_000_000))
def test_a_better_line_never_gets_worse_pictures(
    demands: tuple[SlotDemand, ...], one_bps: int, other_bps: int
) -> None:
    ladders = [build_ladder(demand, Cap()) for demand in demands]
    less, more = sorted((one_bps, other_bps))
    assert rank(fill(ladders, less)) <= rank(fill(ladders, more))


@given(demand_lists, st.integers(0, 9_000_000))
def test_lowering_keeps_what_fits(
    demands: tuple[SlotDemand, ...], budget_bps: int
) -> None:
    ladders = [build_ladder(demand, Cap()) for demand in demands]
    best = tuple(len(ladder) - 1 for ladder in ladders)
    lowered = shrink(ladders, best, budget_bps)
    assert cost(ladders, lowered) <= budget_bps
    if cost(ladders, best) <= budget_bps:
        assert lowered == best
    assert all(OFF <= level <= most for level, most in zip(lowered, best, strict=True))


def test_the_last_picture_goes_only_when_the_line_is_short_for_long() -> None:
    allocator = LayerAllocator()
    demands = (demand("presenter"),)
    assert allocator.allocate(4_000_000, AUDIO_BPS, demands, 0).choices == (TOP,)
    for now_ns in range(0, 2 * S, S // 5):
        given_ = allocator.allocate(100_000, AUDIO_BPS, demands, now_ns)
        assert given_.choices == (LOW,)
    given_ = allocator.allocate(100_000, AUDIO_BPS, demands, 2 * S)
    assert given_.choices == (None,)


def test_the_last_picture_stays_on_a_line_that_may_be_misjudged() -> None:
    allocator = LayerAllocator()
    demands = (demand("presenter"),)
    allocator.allocate(4_000_000, AUDIO_BPS, demands, 0)
    nearly_bps = AUDIO_BPS + int(0.9 * demands[0].layers[0].bps)
    for now_ns in range(0, 20 * S, S // 5):
        given_ = allocator.allocate(nearly_bps, AUDIO_BPS, demands, now_ns)
        assert given_.choices == (LOW,)
