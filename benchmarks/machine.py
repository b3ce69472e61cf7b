"""What a printed figure belongs to: the machine, the moment and how busy it was."""

from __future__ import annotations

import datetime
import os
import platform
import resource
from pathlib import Path

NEEDED_FILES = 8_192
"""1,000 subscribers have a socket each."""


def describe_machine() -> str:
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    busy = os.getloadavg()[0]
    now = datetime.datetime.now(datetime.UTC)
    return (
        f"{now:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} x {model}, Linux "
        f"{platform.release()}, Python {platform.python_version()}, load {busy:.1f} "
        "before the run"
    )


def allow_many_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, max(soft, NEEDED_FILES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
