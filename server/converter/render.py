"""Runs the converter process for one document; at most two at a time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from server.config import Config

log = logging.getLogger(__name__)

WALL_LIMIT_S = 120.0
AT_ONCE = 2
_KNOWN_ERRORS = frozenset({"pdf_unreadable", "pdf_encrypted", "pdf_too_long"})


class RenderFailed(Exception):
    """The document was refused; `code` is an error code for people."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class RenderLimits:
    max_pages: int
    memory_bytes: int
    cpu_s: int
    wall_s: float = WALL_LIMIT_S

    @classmethod
    def of(cls, config: Config) -> RenderLimits:
        return cls(
            max_pages=config.deck_max_pages,
            memory_bytes=config.converter_memory_mb * 1024 * 1024,
            cpu_s=config.converter_cpu_s,
        )


class Renderer:
    """Renders documents in limited processes, two at a time; others wait in order."""

    def __init__(self, limits: RenderLimits) -> None:
        self._limits = limits
        self._places = asyncio.Semaphore(AT_ONCE)

    async def render(self, source: Path, target: Path) -> int:
        """Fill the fresh directory `target`; return the number of pages.

        `target` appears only when complete. Raise RenderFailed.
        """
        async with self._places:
            partial = target.with_name(f"{target.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            try:
                pages = await self._run(source, partial)
                partial.rename(target)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
            return pages

    async def _run(self, source: Path, target: Path) -> int:
        limits = self._limits
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server.converter", str(source), str(target)),
            *("--max-pages", str(limits.max_pages)),
            *("--memory-bytes", str(limits.memory_bytes)),
            *("--cpu-s", str(limits.cpu_s)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(limits.wall_s):
                output, _ = await process.communicate()
        except TimeoutError:
            raise RenderFailed("pdf_too_long") from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        return _outcome(process.returncode, output)


def _outcome(code: int | None, output: bytes) -> int:
    """Read the process's last line; a killed process has none worth reading."""
    if code != 0:
        log.warning("converter ended with %s", code)
        # The kernel sends SIGKILL at the hard CPU limit (setrlimit(2)).
        raise RenderFailed("pdf_too_long" if code == -9 else "pdf_unreadable")
    outcome = json.loads(output.decode().splitlines()[-1])
    if isinstance(pages := outcome.get("pages"), int):
        return pages
    error = outcome.get("error")
    raise RenderFailed(error if error in _KNOWN_ERRORS else "pdf_unreadable")
