"""Compiles and runs `floor.c`, the loop that only encrypts and sends."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

_SOURCE = Path(__file__).with_name("floor.c")


@contextlib.contextmanager
def compiled_floor() -> Iterator[Path | None]:
    """Compile the floor for this run; None without gcc or OpenSSL headers."""
    gcc = shutil.which("gcc")
    with tempfile.TemporaryDirectory(prefix="fanout-") as folder:
        program = Path(folder) / "floor"
        words = [gcc or "", "-O2", "-o", str(program), str(_SOURCE), "-lcrypto"]
        if gcc is None or subprocess.run(words, capture_output=True).returncode:
            yield None
        else:
            yield program


async def measure_floor(
    program: Path, subscribers: int, seconds: float, *, use_gso: bool
) -> float:
    """Give the CPU microseconds per packet."""
    process = await asyncio.create_subprocess_exec(
        str(program),
        str(subscribers),
        str(seconds),
        str(int(use_gso)),
        stdout=subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return float(output)
