"""The web process: `python -m server` or `hallcast web`."""

from __future__ import annotations

import sys

from aiohttp import web
from pydantic import ValidationError

from server import log
from server.app import build_app
from server.config import Config
from server.supervisor import EXIT_CANNOT_START

STOP_TIMEOUT_S = 1.0
"""What is still being answered is cut after this. aiohttp waits up to three times as
long (connections, handlers, cancelled handlers), the supervisor 10 s."""


def main() -> int:
    try:
        config = Config()
    except ValidationError as error:
        return refuse(f"The settings are not valid: {error}")
    log.set_up(config.log_level)
    try:
        web.run_app(
            build_app(config),
            host=config.host,
            port=config.port,
            print=None,
            access_log=None,
            shutdown_timeout=STOP_TIMEOUT_S,
        )
    except OSError as error:
        return refuse(f"The web process can not start: {error}")
    return 0


def refuse(sentence: str) -> int:
    """Say why this can not start, and return the exit code for it."""
    sys.stderr.write(sentence + "\n")
    return EXIT_CANNOT_START


if __name__ == "__main__":
    sys.exit(main())
