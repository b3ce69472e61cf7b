"""Slides: take an uploaded PDF, have it rendered, hand out pages and their text.

Files of a deck: `<decks_dir>/<deck_id>.pdf` and, once ready, `<decks_dir>/<deck_id>/`
with `<page>-<width>.webp` and `text.json`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import shutil
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterator,
)
from pathlib import Path
from typing import BinaryIO

from server.clock import Clock
from server.config import Config
from server.converter.render import Renderer, RenderFailed, RenderLimits
from server.domain.ids import new_id
from server.errors import FileTooBigError, NotFoundError, PdfUnreadableError
from server.http.wire import DeckInfo, DeckText
from server.services.seminar_access import access_seminar, edit_seminar
from server.services.seminars import deck_body
from server.store import decks
from server.store.database import Database
from server.store.decks import DeckRecord
from server.store.people import PersonRecord

log = logging.getLogger(__name__)

PDF_MAGIC = b"%PDF-"
MAGIC_WITHIN_BYTES = 1024
"""Readers accept a header within the first kilobyte (ISO 32000-1, annex H.3.4.1)."""
WIDTHS_PX = (480, 960, 1600)

OnReady = Callable[[DeckRecord], Awaitable[None]]


class DeckService:
    def __init__(
        self, database: Database, config: Config, clock: Clock, on_ready: OnReady
    ) -> None:
        self._database = database
        self._config = config
        self._clock = clock
        self._on_ready = on_ready
        self._dir = config.decks_dir
        self._renderer = Renderer(RenderLimits.of(config))
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Go on with what was being rendered when the process ended."""
        self._dir.mkdir(parents=True, exist_ok=True)
        async with self._database.read() as db:
            unfinished = await decks.list_rendering(db)
        for deck in unfinished:
            self._spawn(self._render(deck))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def upload(
        self,
        person: PersonRecord,
        seminar_id: str,
        title: str,
        chunks: AsyncIterator[bytes],
    ) -> DeckInfo:
        """Store a PDF and begin to render it.

        Raise NotFoundError, ForbiddenError, FileTooBigError or PdfUnreadableError.
        """
        async with self._database.read() as db:
            await edit_seminar(db, person, seminar_id)
        deck = DeckRecord(
            deck_id=new_id("dck"),
            seminar_id=seminar_id,
            title=title,
            pages=0,
            status="rendering",
            error=None,
            created_at_ms=self._clock.now_ms(),
        )
        await self._receive(self._source(deck.deck_id), chunks)
        async with self._database.write() as db:
            await decks.insert(db, deck)
        self._spawn(self._render(deck))
        return deck_body(deck)

    async def get(self, person: PersonRecord, deck_id: str) -> DeckInfo:
        return deck_body(await self._access(person, deck_id))

    async def text(self, person: PersonRecord, deck_id: str) -> DeckText:
        await self._access(person, deck_id)
        async with self._database.read() as db:
            return DeckText(pages=await decks.texts_of(db, deck_id))

    async def picture(
        self, person: PersonRecord, deck_id: str, page: int, width_px: int
    ) -> Path:
        """Return the file of a page. Raise NotFoundError or ForbiddenError."""
        deck = await self._access(person, deck_id)
        if not 1 <= page <= deck.pages or width_px not in WIDTHS_PX:
            raise NotFoundError
        return self._dir / deck_id / f"{page}-{width_px}.webp"

    async def original(self, person: PersonRecord, deck_id: str) -> Path:
        """Return the uploaded PDF. Raise NotFoundError or ForbiddenError."""
        await self._access(person, deck_id)
        return self._source(deck_id)

    async def delete(self, person: PersonRecord, deck_id: str) -> None:
        """Remove a deck with its files. Raise NotFoundError or ForbiddenError."""
        async with self._database.write() as db:
            deck = await decks.find(db, deck_id)
            if deck is None:
                raise NotFoundError
            await edit_seminar(db, person, deck.seminar_id)
            await decks.remove(db, deck_id)
        await asyncio.to_thread(self._remove_files, deck_id)

    async def wait_until_rendered(self) -> None:
        """Return when nothing is being rendered (the seed waits for its slides)."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _access(self, person: PersonRecord, deck_id: str) -> DeckRecord:
        async with self._database.read() as db:
            deck = await decks.find(db, deck_id)
            if deck is None:
                raise NotFoundError
            await access_seminar(db, person, deck.seminar_id)
        return deck

    def _source(self, deck_id: str) -> Path:
        return self._dir / f"{deck_id}.pdf"

    async def _receive(self, path: Path, chunks: AsyncIterator[bytes]) -> None:
        """Write the upload to disk as it comes; leave no file behind on refusal."""
        limit_bytes, size_bytes, head = self._config.upload_max_bytes, 0, b""
        with _new_file(path) as file:
            async for chunk in chunks:
                size_bytes += len(chunk)
                if size_bytes > limit_bytes:
                    raise FileTooBigError(limit_mb=self._config.upload_max_mb)
                if len(head) < MAGIC_WITHIN_BYTES:
                    head += chunk[:MAGIC_WITHIN_BYTES]
                # Chunks are small (aiohttp: at most 128 KiB), so this is short.
                file.write(chunk)
            if PDF_MAGIC not in head[:MAGIC_WITHIN_BYTES]:
                raise PdfUnreadableError

    async def _render(self, deck: DeckRecord) -> None:
        target = self._dir / deck.deck_id
        try:
            if not target.exists():
                await self._renderer.render(self._source(deck.deck_id), target)
            texts = json.loads((target / "text.json").read_text(encoding="utf-8"))
        except RenderFailed as error:
            await self._fail(deck, error.code)
            return
        except OSError:
            log.exception("deck=%s not rendered", deck.deck_id)
            await self._fail(deck, "internal")
            return
        async with self._database.write() as db:
            await decks.mark_ready(db, deck.deck_id, texts)
            ready = await decks.find(db, deck.deck_id)
        if ready is None:  # deleted meanwhile
            self._remove_files(deck.deck_id)
            return
        await self._on_ready(ready)

    async def _fail(self, deck: DeckRecord, code: str) -> None:
        async with self._database.write() as db:
            await decks.mark_failed(db, deck.deck_id, code)

    def _remove_files(self, deck_id: str) -> None:
        self._source(deck_id).unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self._dir / deck_id)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """Open a fresh file; it is gone again when its writing fails."""
    try:
        with path.open("xb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise
