"""Deciders of the chat."""

from __future__ import annotations

from server.domain import events
from server.domain.commands import ChatHide, ChatPost
from server.domain.context import Context
from server.domain.events import Event
from server.domain.state import State
from server.errors import AlreadyInStateError, ChatLockedError, NotFoundError


def post(state: State, command: ChatPost, context: Context) -> list[Event]:
    if state.chat_locked and not context.actor.is_staff:
        raise ChatLockedError
    return [
        events.ChatPosted(
            message_id=context.new_id("msg"),
            participant_id=context.actor.participant_id,
            text=command.text,
        )
    ]


def hide(state: State, command: ChatHide, _context: Context) -> list[Event]:
    message = next((m for m in state.chat if m.message_id == command.message_id), None)
    if message is None:
        raise NotFoundError
    if message.is_hidden:
        raise AlreadyInStateError
    return [events.ChatHidden(message_id=command.message_id)]
