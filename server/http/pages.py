"""The built front end: hashed assets for ever, the page itself always fresh."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from aiohttp import web

from server.errors import NotFoundError
from server.http.context import services

NOT_BUILT = (
    "The pages of Hallcast are not built yet. Run `make run`, or `npm run build` in "
    "the folder web, and reload.\n"
)
IMMUTABLE = "public, max-age=31536000, immutable"
TEXT_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".ftl": "text/plain",
    ".webmanifest": "application/manifest+json",
}
_OURS = ("/api/", "/whip/", "/whep/", "/hls/", "/socket.io/", "/assets/")

routes = web.RouteTableDef()


@routes.get("/assets/{path:.+}")
async def get_asset(request: web.Request) -> web.StreamResponse:
    """Vite puts a hash of the content into these names, so they never change."""
    return _file(request, f"assets/{request.match_info['path']}", IMMUTABLE)


@routes.get("/{path:.*}")
async def get_page(request: web.Request) -> web.StreamResponse:
    """A file of the build's top folder, or the page, which finds its route itself."""
    if request.path.startswith(_OURS):
        raise NotFoundError
    name = request.match_info["path"]
    if name and "/" not in name and "." in name:
        return _file(request, name, "public, max-age=3600")
    index = services(request).config.web_dist / "index.html"
    if not index.is_file():
        return web.Response(text=NOT_BUILT, status=503)
    return _answer(request, index, "no-cache")


def _file(request: web.Request, name: str, cache: str) -> web.StreamResponse:
    root = services(request).config.web_dist.resolve()
    path = _inside(root, name)
    if path is None:
        raise NotFoundError
    return _answer(request, path, cache)


def _answer(request: web.Request, path: Path, cache: str) -> web.StreamResponse:
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    if path.suffix in TEXT_TYPES and "gzip" in request.headers.get(
        "Accept-Encoding", ""
    ):
        headers["Content-Encoding"] = "gzip"
        return web.Response(
            body=_gzipped(path, path.stat().st_mtime_ns),
            content_type=TEXT_TYPES[path.suffix],
            charset="utf-8",
            headers=headers,
        )
    return web.FileResponse(path, headers=headers)


@lru_cache(maxsize=256)
def _gzipped(path: Path, mtime_ns: int) -> bytes:
    """Compress once per content: the whole build has about 1 MB of text."""
    return gzip.compress(path.read_bytes(), 9)


def _inside(root: Path, name: str) -> Path | None:
    """Return the file `name` under `root`; None for anything outside or absent."""
    if "\0" in name:
        return None
    path = (root / name).resolve()
    return path if path.is_relative_to(root) and path.is_file() else None
