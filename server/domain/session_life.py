"""Deciders of a session's life: green room, live, end, locks, slides, decks."""

from __future__ import annotations

from server.domain import events
from server.domain.commands import (
    LocksSet,
    SessionEnd,
    SessionGoLive,
    SessionOpen,
    SlideShow,
)
from server.domain.context import Context
from server.domain.events import Event
from server.domain.polls import close_poll
from server.domain.state import State
from server.domain.system import DeckAdd
from server.errors import AlreadyInStateError, NotFoundError


def open_session(state: State, _command: SessionOpen, _context: Context) -> list[Event]:
    if state.status != "planned":
        raise AlreadyInStateError
    return [events.SessionOpened()]


def go_live(state: State, _command: SessionGoLive, context: Context) -> list[Event]:
    if state.status == "live":
        raise AlreadyInStateError
    opened: list[Event] = [events.SessionOpened()] if state.status == "planned" else []
    return [*opened, events.SessionWentLive(started_at_ms=context.now_ms)]


def end(state: State, _command: SessionEnd, context: Context) -> list[Event]:
    """Close what is open, so that the log alone tells every speech and result."""
    polls = [poll for poll in state.polls.values() if poll.status == "open"]
    return [
        *(event for poll in polls for event in close_poll(poll, context)),
        *(
            events.FloorTaken(
                participant_id=speech.participant_id, taken_at_ms=context.now_ms
            )
            for speech in state.floor
        ),
        events.SessionEnded(ended_at_ms=context.now_ms),
    ]


def set_locks(state: State, command: LocksSet, _context: Context) -> list[Event]:
    if (state.chat_locked, state.hands_locked) == (command.chat, command.hands):
        raise AlreadyInStateError
    return [events.LocksChanged(chat=command.chat, hands=command.hands)]


def show_slide(state: State, command: SlideShow, _context: Context) -> list[Event]:
    pages = {deck.deck_id: deck.pages for deck in state.decks}
    if not 1 <= command.page <= pages.get(command.deck_id, 0):
        raise NotFoundError
    slide = state.slide
    if slide and (slide.deck_id, slide.page) == (command.deck_id, command.page):
        return []
    return [events.SlideShown(deck_id=command.deck_id, page=command.page)]


def add_deck(state: State, wish: DeckAdd, _context: Context) -> list[Event]:
    if state.status == "ended" or any(d.deck_id == wish.deck_id for d in state.decks):
        return []
    return [events.DeckAdded(deck_id=wish.deck_id, title=wish.title, pages=wish.pages)]
