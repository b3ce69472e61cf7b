from __future__ import annotations

from server.errors import HTTP_STATUS, all_errors
from server.http.error_body import error_body


def test_every_error_has_its_own_code_with_a_status() -> None:
    codes = [error.code for error in all_errors()]
    assert len(codes) == len(set(codes))
    assert set(codes) == set(HTTP_STATUS)


def test_an_error_becomes_a_body_with_its_sentence() -> None:
    for error in all_errors():
        body = error_body(error(limit=3))
        assert body.code == error.code
        assert body.message.endswith(".")
        assert body.args == {"limit": 3}
