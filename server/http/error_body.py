"""A refusal as the wire body that every route and every Socket.IO ack carries."""

from __future__ import annotations

from pydantic import ValidationError

from server.errors import BadRequestError, FieldProblem, HallcastError
from server.http.wire import ErrorBody, FieldError


def error_body(error: HallcastError) -> ErrorBody:
    return ErrorBody(
        code=error.code,
        message=error.sentence,
        args=error.args_by_name,
        fields=[
            FieldError(field=problem.field, code=problem.code, message=problem.message)
            for problem in error.fields
        ],
    )


def bad_request(error: ValidationError) -> BadRequestError:
    """Turn a refused body into our error, every wrong field named, no input echoed."""
    problems = error.errors(
        include_url=False, include_input=False, include_context=False
    )
    return BadRequestError(
        fields=tuple(
            FieldProblem(
                field=".".join(str(part) for part in problem["loc"]),
                code=problem["type"],
                message=problem["msg"],
            )
            for problem in problems[:50]
        )
    )
