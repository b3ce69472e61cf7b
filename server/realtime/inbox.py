"""From a raw `command` payload to the session and back to an ack.

Whatever is sent gets an ack with a reason; nothing sent can raise.
"""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from server.domain.commands import Command
from server.domain.lines import PageLine
from server.errors import BadRequestError, FieldProblem
from server.http.error_body import bad_request
from server.http.wire import CommandAck, CommandRequest, LineRequest
from server.services.live import LiveSession, refusal

_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)


async def receive(
    session: LiveSession, participant_id: str, payload: object
) -> CommandAck:
    """Decode a command, carry it out, and return its ack."""
    try:
        request = CommandRequest.model_validate(payload)
        command = _COMMAND.validate_python(request.command)
    except ValidationError as error:
        return refusal(bad_request(error))
    except RecursionError:
        return refusal(BadRequestError())
    bad_field = _unstorable(command)
    if bad_field is not None:
        return refusal(BadRequestError(fields=(bad_field,)))
    return await session.command(participant_id, request.key, command)


def read_line(payload: object) -> PageLine | None:
    """Decode what a page says of its line; None when it is not that."""
    try:
        told = LineRequest.model_validate(payload)
    except (ValidationError, RecursionError):
        return None
    return PageLine(told.rung, told.is_up, told.reason, told.quality)


def _unstorable(command: Command) -> FieldProblem | None:
    """Find a text with NUL in it, which PostgreSQL can not hold."""
    for name, value in command:
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and "\x00" in text for text in texts):
            return FieldProblem(name, "string_nul", "The text holds a NUL character.")
    return None
