from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media.rtp.rewriter import StreamRewriter


def test_first_source_begins_at_the_given_numbers() -> None:
    rewriter = StreamRewriter(500, 9_000)
    rewriter.join(70_000, 123, elapsed=0)
    assert rewriter.map_seqno(70_000) == 500
    assert rewriter.map_timestamp(123) == 9_001


def test_holes_of_the_source_stay_holes_until_they_are_filled() -> None:
    rewriter = StreamRewriter(0, 0)
    rewriter.join(1000, 0, elapsed=0)
    assert [rewriter.map_seqno(n) for n in (1000, 1003, 1001)] == [0, 3, 1]


def test_time_goes_on_by_what_passed_between_two_sources() -> None:
    rewriter = StreamRewriter(0, 2**32 - 10)
    rewriter.join(1, 50, elapsed=0)
    last = rewriter.map_timestamp(50)
    rewriter.join(9, 4_000_000_000, elapsed=3000)
    assert rewriter.map_timestamp(4_000_000_000) == (last + 3000) & 0xFFFFFFFF
    assert rewriter.map_timestamp(4_000_000_090) == (last + 3090) & 0xFFFFFFFF


def test_two_pictures_never_share_a_timestamp() -> None:
    rewriter = StreamRewriter(0, 0)
    rewriter.join(1, 0, elapsed=0)
    last = rewriter.map_timestamp(0)
    rewriter.join(1, 0, elapsed=-900)
    assert rewriter.map_timestamp(0) == last + 1


def test_packets_from_before_the_join_are_too_late() -> None:
    rewriter = StreamRewriter(0, 0)
    rewriter.join(1000, 0, elapsed=0)
    assert rewriter.map_seqno(999) is None


def test_left_out_numbers_close_up_and_late_packets_find_their_place() -> None:
    rewriter = StreamRewriter(0, 0)
    rewriter.join(100, 0, elapsed=0)
    assert rewriter.map_seqno(100) == 0
    assert rewriter.leave_out(102)
    assert rewriter.map_seqno(103) == 2
    assert rewriter.map_seqno(101) == 1
    assert rewriter.map_seqno(102) is None
    assert not rewriter.leave_out(102)


def test_number_that_is_spent_can_not_be_left_out() -> None:
    rewriter = StreamRewriter(0, 0)
    rewriter.join(100, 0, elapsed=0)
    rewriter.map_seqno(101)
    assert not rewriter.leave_out(100)
    assert rewriter.map_seqno(100) == 0


steps = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.integers(1, 5)),
        st.tuples(st.just("swap"), st.just(2)),
        st.tuples(st.just("leave"), st.just(1)),
        st.tuples(st.just("join"), st.integers(0, 200_000)),
    ),
    max_size=60,
)


@given(first=st.integers(0, 65_535), steps=steps)
def test_whatever_is_switched_swapped_or_left_out_no_gap_is_made(
    first: int, steps: list[tuple[str, int]]
) -> None:
    rewriter = StreamRewriter(first, 0)
    source = 70_000
    rewriter.join(source, 0, elapsed=0)
    mapped = []
    for step, amount in steps:
        match step:
            case "send":
                for _ in range(amount):
                    mapped.append(rewriter.map_seqno(source))
                    source += 1
            case "swap":
                mapped.append(rewriter.map_seqno(source + 1))
                mapped.append(rewriter.map_seqno(source))
                source += 2
            case "leave":
                assert rewriter.leave_out(source)
                source += 1
            case _:
                source = 70_000 + amount
                rewriter.join(source, amount, elapsed=100)
    got = [number for number in mapped if number is not None]
    assert sorted(got) == list(range(first, first + len(got)))
    assert len(got) == len(mapped)
