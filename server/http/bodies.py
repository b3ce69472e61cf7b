"""JSON in and out: pydantic at the door, every wrong field reported at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, TypeAdapter, ValidationError

from server.errors import BadRequestError
from server.http.error_body import bad_request

MAX_BODY_BYTES = 256 * 1024
"""A seminar draft with 500 centres has about 20 kB."""
Body = TypeVar("Body", bound=BaseModel)


async def read_body(request: web.Request, model: type[Body]) -> Body:
    """Decode a JSON body. Raise BadRequestError with the wrong fields."""
    if request.content_type != "application/json":
        raise BadRequestError(reason="the body must be application/json")
    data = await read_limited(request, MAX_BODY_BYTES)
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise bad_request(error) from error


async def read_limited(request: web.Request, limit_bytes: int) -> bytes:
    """Read a whole body. Raise BadRequestError when it is longer than the limit."""
    data = bytearray()
    async for chunk in request.content.iter_any():
        data += chunk
        if len(data) > limit_bytes:
            raise BadRequestError(reason="the body is too long")
    return bytes(data)


def reply(body: BaseModel, status: int = 200) -> web.Response:
    return _json(body.model_dump_json(), status)


def reply_list(bodies: Sequence[BaseModel]) -> web.Response:
    adapter = TypeAdapter(Sequence[BaseModel])
    return _json(adapter.dump_json(bodies, serialize_as_any=True).decode(), 200)


def _json(text: str, status: int) -> web.Response:
    # Answers are personal; nothing between us and the browser may keep them.
    return web.Response(
        text=text,
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
