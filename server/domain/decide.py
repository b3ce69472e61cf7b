"""From a wish to its events, or to a refusal. Pure; the state is only looked at.

Whether the actor's role may send the command at all is `server.permissions`; the
deciders check what depends on the state.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from server.domain import (
    chat,
    commands,
    floor,
    polls,
    presence,
    session_life,
    sources,
    system,
)
from server.domain.commands import Command
from server.domain.context import Context
from server.domain.events import Event
from server.domain.state import State
from server.domain.system import SystemWish

DECIDERS: dict[type, Callable[[State, Any, Context], list[Event]]] = {
    commands.SessionOpen: session_life.open_session,
    commands.SessionGoLive: session_life.go_live,
    commands.SessionEnd: session_life.end,
    commands.HandRaise: floor.raise_hand,
    commands.HandLower: floor.lower_hand,
    commands.QueueMove: floor.move_in_queue,
    commands.FloorGive: floor.give_floor,
    commands.FloorTake: floor.take_floor,
    commands.SlideShow: session_life.show_slide,
    commands.ChatPost: chat.post,
    commands.ChatHide: chat.hide,
    commands.PollCreate: polls.create,
    commands.PollOpen: polls.open_poll,
    commands.PollVote: polls.vote,
    commands.PollClose: polls.close,
    commands.PollRelease: polls.release,
    commands.LocksSet: session_life.set_locks,
    commands.ParticipantMute: presence.mute,
    commands.ParticipantRemove: presence.remove,
    system.Join: presence.join,
    system.Leave: presence.leave,
    system.GiveUpPlace: presence.give_up_place,
    system.SourceOpen: sources.open_source,
    system.SourceClose: sources.close_source,
    system.MediaRestart: sources.restart_media,
    system.RecordingChange: sources.change_recording,
    system.DeckAdd: session_life.add_deck,
    system.PollTimeout: polls.time_out,
}


def decide(state: State, wish: Command | SystemWish, context: Context) -> list[Event]:
    """Return the events of `wish`, none when it changes nothing.

    Raises a `HallcastError` with the reason when the wish is refused.
    """
    return DECIDERS[type(wish)](state, wish, context)
