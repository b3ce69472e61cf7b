"""`python -m recordings --control SOCKET --data-dir DIR --run-dir DIR`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from pathlib import Path

from recordings.recorder import Recorder


async def _run(arguments: argparse.Namespace) -> None:
    recorder = Recorder(
        arguments.control, Path(arguments.data_dir), Path(arguments.run_dir)
    )
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await recorder.start()
    try:
        await ended.wait()
    finally:
        await recorder.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m recordings")
    parser.add_argument("--control", required=True, help="unix socket to listen on")
    parser.add_argument("--data-dir", required=True, help="where recordings are kept")
    parser.add_argument("--run-dir", required=True, help="where sockets are bound")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    asyncio.run(_run(arguments))


if __name__ == "__main__":
    main()
