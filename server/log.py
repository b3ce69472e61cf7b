"""Logging of the web process and the supervisor: one quiet line on stderr a record."""

from __future__ import annotations

import logging
import sys
import time


class _LineFormatter(logging.Formatter):
    """UTC time, level, logger; line breaks in a message can not forge a record."""

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)sZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S"
        )

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return time.strftime(datefmt or "", time.gmtime(record.created))

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = record.message.replace("\r", "\\r").replace("\n", "\\n")
        return super().formatMessage(record)


def set_up(level: str) -> None:
    """Send records of `level` (debug, info, warning, error) and above to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LineFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # These write a line a request or a transport at INFO.
    for noisy in ("aiohttp.access", "engineio", "socketio", "aiosqlite"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.root.level))
