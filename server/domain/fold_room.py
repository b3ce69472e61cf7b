"""The fold of the session's life, its sources, slides, chat and locks."""

from __future__ import annotations

from server.domain import events
from server.domain.events import Logged
from server.domain.state import Deck, Message, OpenSource, Slide, State


def session_opened(state: State, _event: events.SessionOpened, _logged: Logged) -> None:
    state.status = "green_room"


def session_went_live(
    state: State, event: events.SessionWentLive, _logged: Logged
) -> None:
    """Begin with an empty chat: what trainers said in the green room stays there."""
    state.status = "live"
    state.started_at_ms = event.started_at_ms
    state.chat = []


def session_ended(state: State, event: events.SessionEnded, _logged: Logged) -> None:
    state.status = "ended"
    state.ended_at_ms = event.ended_at_ms
    state.queue = []
    state.floor = []
    state.sources = []


def source_opened(state: State, event: events.SourceOpened, _logged: Logged) -> None:
    """Put the source last: the newest screen is the one shown."""
    _drop_source(state, event.participant_id, event.source)
    state.sources.append(
        OpenSource(event.participant_id, event.source, event.has_video, event.has_audio)
    )


def source_closed(state: State, event: events.SourceClosed, _logged: Logged) -> None:
    _drop_source(state, event.participant_id, event.source)


def _drop_source(state: State, participant_id: str, source: events.Source) -> None:
    state.sources = [
        one
        for one in state.sources
        if (one.participant_id, one.source) != (participant_id, source)
    ]


def deck_added(state: State, event: events.DeckAdded, _logged: Logged) -> None:
    state.decks = [deck for deck in state.decks if deck.deck_id != event.deck_id]
    state.decks.append(Deck(event.deck_id, event.title, event.pages))


def slide_shown(state: State, event: events.SlideShown, _logged: Logged) -> None:
    state.slide = Slide(event.deck_id, event.page)


def chat_posted(state: State, event: events.ChatPosted, logged: Logged) -> None:
    state.chat.append(
        Message(event.message_id, event.participant_id, event.text, logged.at_ms)
    )


def chat_hidden(state: State, event: events.ChatHidden, _logged: Logged) -> None:
    for message in state.chat:
        if message.message_id == event.message_id:
            message.is_hidden = True
            message.text = ""


def locks_changed(state: State, event: events.LocksChanged, _logged: Logged) -> None:
    state.chat_locked = event.chat
    state.hands_locked = event.hands


def media_restarted(
    state: State, event: events.MediaRestarted, _logged: Logged
) -> None:
    state.media_epoch = event.media_epoch
    state.sources = []


def recording_changed(
    state: State, event: events.RecordingChanged, _logged: Logged
) -> None:
    state.recording = event.health
