"""What is shown of everybody's line, from reports, pages and time."""

from __future__ import annotations

from server.domain.lines import PageLine, PublisherLine, ViewerLine
from server.domain.state import OpenSource, Participant, State
from server.http.wire import Lines
from server.services.line_board import MAX_NAMED, LineBoard, MediaLines

ON_AIR = OpenSource("trainer", "camera", has_video=True, has_audio=True)


class Watched:
    """A board, a session of so many people in one hall, and the time."""

    def __init__(self, people: int = 1, on_air: bool = True) -> None:
        self.board = LineBoard()
        self.now_ms = 100_000
        self.state = State(session_id="ses", seminar_id="sem", status="live")
        self.state.sources = [ON_AIR] if on_air else []
        for number in range(people):
            name = f"p{number}"
            self.state.participants[name] = Participant(
                name, f"prs{number}", "participant", "ctr", True, 0
            )

    def report(self, *losses: float, sent: float | None = None, mute: int = 0) -> None:
        """Let the worker tell a loss for each person but the last `mute` ones."""
        heard = losses[: len(losses) - mute]
        self.board.note_media(
            MediaLines(
                viewers=tuple(
                    ViewerLine(f"peer{i}", loss, 20.0, (720,))
                    for i, loss in enumerate(heard)
                ),
                publishers=(
                    () if sent is None else (PublisherLine("out", sent, 20.0),)
                ),
                receiving={f"peer{i}": f"p{i}" for i in range(len(losses))},
                publishing={"out": "p0"},
            ),
            self.now_ms,
        )

    def report_full(self, **heights: tuple[int, ...]) -> None:
        """Let the worker tell what it still sends of whom it keeps something back."""
        self.board.note_media(
            MediaLines(
                viewers=tuple(
                    ViewerLine(f"of-{name}", 0, 20.0, sent, "capacity")
                    for name, sent in heights.items()
                ),
                publishers=(),
                receiving={f"of-{name}": name for name in heights},
                publishing={},
            ),
            self.now_ms,
        )

    def after(self, ms: int) -> Lines:
        self.now_ms += ms
        self.board.survey(self.state, self.now_ms)
        return self.board.shown

    def keep(self, seconds: int, *losses: float, **more: float) -> Lines:
        """Go on like this; return what is shown then."""
        for _ in range(seconds // 2):
            self.report(*losses, sent=more.get("sent"), mute=int(more.get("mute", 0)))
            self.after(2_000)
        return self.board.shown


def test_a_bad_line_is_named_with_its_hall_and_beginning() -> None:
    watched = Watched(people=3)
    began_ms = watched.now_ms + 2_000
    shown = watched.keep(6, 0, 12, 4)
    assert (shown.following, shown.bad, shown.weak) == (3, 1, 1)
    (hall,) = shown.halls
    assert (hall.centre_id, hall.following, hall.is_hall_line) == ("ctr", 3, False)
    assert [(one.participant_id, one.problem) for one in hall.people] == [
        ("p1", "breaks"),
        ("p2", "stutters"),
    ]
    assert hall.people[0].since_ms == began_ms


def test_a_survey_before_its_time_changes_nothing() -> None:
    watched = Watched()
    watched.report(50)
    assert watched.board.survey(watched.state, watched.now_ms)
    assert not watched.board.survey(watched.state, watched.now_ms + 1_999)


def test_it_is_known_what_a_full_server_keeps_back_from_whom() -> None:
    watched = Watched(people=3)
    watched.report_full(p0=(360, 0), p1=(0,))
    watched.after(2_000)
    assert watched.board.shed == {"p0": "reduced", "p1": "paused"}


def test_that_all_is_back_counts_as_a_change() -> None:
    watched = Watched(people=2)
    watched.keep(60, 0, 0)
    watched.report_full(p0=(180,), p1=(180,))
    watched.now_ms += 2_000
    assert watched.board.survey(watched.state, watched.now_ms)
    watched.report(0, 0)
    watched.now_ms += 2_000
    assert watched.board.survey(watched.state, watched.now_ms)
    assert watched.board.shed == {}


def test_a_peer_that_falls_silent_has_no_media() -> None:
    watched = Watched(people=2)
    watched.keep(12, 0, 0)
    assert watched.keep(10, 0, 0, mute=1).bad == 0
    shown = watched.keep(4, 0, 0, mute=1)
    assert [one.problem for one in shown.halls[0].people] == ["no_media"]


def test_silence_is_no_trouble_while_nobody_is_on_air() -> None:
    watched = Watched(on_air=False)
    assert watched.keep(40, 0, mute=1).bad == 0


def test_silence_of_the_worker_itself_is_no_trouble_of_its_viewers() -> None:
    watched = Watched()
    watched.keep(12, 0)
    for _ in range(20):
        watched.after(2_000)
    assert watched.board.shown.bad == 0


def test_a_second_peer_that_works_makes_up_for_a_silent_one() -> None:
    watched = Watched()
    for _ in range(20):
        watched.board.note_media(
            MediaLines(
                viewers=(ViewerLine("new", 0, 20.0),),
                publishers=(),
                receiving={"old": "p0", "new": "p0"},
                publishing={},
            ),
            watched.now_ms,
        )
        assert watched.after(2_000).bad == 0


def test_the_way_is_told_and_hls_is_no_bad_webrtc() -> None:
    watched = Watched()
    watched.board.note_page("p0", PageLine("hls", True, "blocked"))
    shown = watched.keep(20, 0, mute=1)
    (one,) = shown.halls[0].people
    assert (one.way, one.problem, one.standing) == ("hls", "delayed", "weak")
    assert watched.board.census.followers == {("hls", "weak"): 1}


def test_who_left_is_forgotten_with_their_trouble() -> None:
    watched = Watched(people=2)
    assert watched.keep(8, 0, 50).bad == 1
    watched.state.participants["p1"].is_present = False
    shown = watched.after(2_000)
    assert (shown.following, shown.bad, shown.halls) == (1, 0, [])
    watched.state.participants["p1"].is_present = True
    assert watched.after(2_000).bad == 0


def test_after_the_end_nobody_is_in_trouble() -> None:
    watched = Watched()
    assert watched.keep(8, 50).bad == 1
    watched.state.status = "ended"
    assert watched.after(2_000).following == 0


def test_what_a_speaker_sends_is_judged_apart() -> None:
    watched = Watched(people=2)
    shown = watched.keep(8, 0, 0, sent=15)
    assert shown.bad == 0
    (one,) = shown.uplinks
    assert (one.participant_id, one.standing) == ("p0", "bad")


def test_the_report_of_a_second_worker_takes_nothing_from_the_first() -> None:
    watched = Watched(people=2)
    for _ in range(4):
        watched.report(0, 0, sent=15)
        watched.report(0, 0)
        watched.after(2_000)
    assert len(watched.board.shown.uplinks) == 1
    for _ in range(5):
        watched.report(0, 0)
        watched.after(2_000)
    assert watched.board.shown.uplinks == []


def test_very_many_are_counted_but_not_all_named() -> None:
    watched = Watched(people=100)
    shown = watched.keep(8, *[20.0] * 100)
    assert shown.bad == 100
    assert len(shown.halls[0].people) == MAX_NAMED
    assert shown.halls[0].is_hall_line


def test_the_census_counts_pictures_by_height() -> None:
    watched = Watched(people=2)
    watched.keep(4, 0, 0)
    assert watched.board.census.heights == {720: 2}
