"""Run the demonstration against a running server: `python -m demo --url ...`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
from pathlib import Path

from demo.account import open_account
from demo.hall import run_hall
from demo.presenter import run_presenter
from demo.room import CONNECTION_ERRORS, RefusedError
from demo.script import HALLS, HallPart

logger = logging.getLogger(__name__)

RETRY_S = 2
EXPECTED = (*CONNECTION_ERRORS, RefusedError)


async def _presenter(base_url: str, folder: Path, on_air: asyncio.Queue[str]) -> None:
    """Lecture for ever; a server that restarts is joined again."""
    while True:
        with contextlib.suppress(*EXPECTED):
            async with open_account(base_url) as account:
                await run_presenter(account, folder, on_air)
        await asyncio.sleep(RETRY_S)


async def _invite_token(base_url: str, seminar_id: str) -> str:
    async with open_account(base_url) as account:
        await account.post("/api/demo-login", {"role": "trainer"})
        keys = await account.get(f"/api/seminars/{seminar_id}/keys")
        return str(keys["invite_url"].rsplit("/", 1)[1])


async def _hall(base_url: str, seminar_id: str, part: HallPart, folder: Path) -> None:
    with contextlib.suppress(*EXPECTED):
        token = await _invite_token(base_url, seminar_id)
        async with open_account(base_url) as account:
            await run_hall(account, seminar_id, token, part, folder)


async def _halls(base_url: str, folder: Path, on_air: asyncio.Queue[str]) -> None:
    """Let the halls join whatever is on air now."""
    running: list[asyncio.Task[None]] = []
    try:
        while True:
            seminar_id = await on_air.get()
            for task in running:
                task.cancel()
            running = [
                asyncio.create_task(_hall(base_url, seminar_id, part, folder))
                for part in HALLS
            ]
    finally:
        for task in running:
            task.cancel()


async def _run(base_url: str, folder: Path) -> None:
    on_air: asyncio.Queue[str] = asyncio.Queue(maxsize=4)
    main = asyncio.current_task()
    assert main is not None
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, main.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_presenter(base_url, folder, on_air))
            tasks.create_task(_halls(base_url, folder, on_air))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--data-dir", type=Path, default=Path("data/demo"))
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    arguments.data_dir.mkdir(parents=True, exist_ok=True)
    asyncio.run(_run(arguments.url, arguments.data_dir))


if __name__ == "__main__":
    main()
