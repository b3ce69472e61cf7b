"""One table of every route: who may call it at all. Services decide the rest.

`public`: anyone. `login`: a person with a cookie (a guest is one). `key`: a cookie or a
stream key, checked by the handler. A route that is missing here needs a login, and
fails a test.
"""

from __future__ import annotations

from typing import Literal

Access = Literal["public", "login", "key"]

ROUTES: dict[tuple[str, str], Access] = {
    ("GET", "/healthz"): "public",
    ("GET", "/readyz"): "public",
    ("GET", "/metrics"): "public",
    ("GET", "/api/me"): "public",
    ("PUT", "/api/me/locale"): "login",
    ("POST", "/api/login"): "public",
    ("POST", "/api/demo-login"): "public",
    ("POST", "/api/logout"): "public",
    ("GET", "/api/invitations/{token}"): "public",
    ("POST", "/api/invitations/{token}"): "public",
    ("GET", "/api/ice-servers"): "login",
    ("GET", "/api/centres"): "login",
    ("GET", "/api/seminars"): "login",
    ("POST", "/api/seminars"): "login",
    ("GET", "/api/seminars/{seminar_id}"): "login",
    ("PUT", "/api/seminars/{seminar_id}"): "login",
    ("POST", "/api/seminars/{seminar_id}/decks"): "login",
    ("GET", "/api/seminars/{seminar_id}/keys"): "login",
    ("POST", "/api/seminars/{seminar_id}/keys/renew"): "login",
    ("GET", "/api/decks/{deck_id}"): "login",
    ("DELETE", "/api/decks/{deck_id}"): "login",
    ("GET", "/api/decks/{deck_id}/text"): "login",
    ("GET", "/api/decks/{deck_id}/original.pdf"): "login",
    ("GET", "/api/decks/{deck_id}/{page}-{width}.webp"): "login",
    ("GET", "/api/sessions/{session_id}/timeline"): "login",
    ("GET", "/api/sessions/{session_id}/attendance"): "login",
    ("GET", "/api/sessions/{session_id}/attendance.csv"): "login",
    ("POST", "/whip/{seminar_id}"): "key",
    ("GET", "/{wire}/{seminar_id}"): "key",
    ("OPTIONS", "/{wire}/{seminar_id}"): "public",
    ("GET", "/{wire}/{seminar_id}/{peer_id}"): "key",
    ("PATCH", "/{wire}/{seminar_id}/{peer_id}"): "key",
    ("DELETE", "/{wire}/{seminar_id}/{peer_id}"): "key",
    ("OPTIONS", "/{wire}/{seminar_id}/{peer_id}"): "public",
    ("POST", "/{wire}/{seminar_id}/{peer_id}/layers"): "key",
    ("OPTIONS", "/{wire}/{seminar_id}/{peer_id}/layers"): "public",
    ("POST", "/whep/{seminar_id}"): "key",
    ("GET", "/hls/{session_id}/{rendition}.m3u8"): "key",
    ("GET", "/hls/{session_id}/{rendition}/{file}"): "key",
    ("OPTIONS", "/hls/{session_id}/{tail}"): "public",
    # Engine.IO authenticates its connections itself.
    ("GET", "/socket.io/"): "public",
    ("POST", "/socket.io/"): "public",
    ("OPTIONS", "/socket.io/"): "public",
    # The page and its parts.
    ("GET", "/assets/{path}"): "public",
    ("GET", "/{path}"): "public",
}


def access_of(method: str, path: str) -> Access:
    """Look a route up by its canonical path; HEAD counts as GET."""
    return ROUTES.get(("GET" if method == "HEAD" else method, path), "login")
