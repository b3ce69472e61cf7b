"""Install what tests need from the system: browsers, a voice, network tools.

`python -m tests.system_packages` does nothing when all is there. It never fails the
build by itself: a test that misses its browser fails with its own clear sentence.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NEEDED = {
    "chromium": ("chromium",),
    "firefox-esr": ("firefox-esr", "firefox"),
    # Debian's Firefox decodes H.264 by the libavcodec that this brings.
    "ffmpeg": ("ffmpeg",),
    "espeak-ng": ("espeak-ng",),
    "coturn": ("turnserver",),
    "nftables": ("nft", "/usr/sbin/nft"),
    "iproute2": ("ip", "/usr/sbin/ip"),
    "conntrack": ("conntrack", "/usr/sbin/conntrack"),
}
"""Debian package to the commands of which one is enough."""


def missing_packages() -> list[str]:
    """Return the packages none of whose commands is on the PATH."""
    return [
        package
        for package, commands in NEEDED.items()
        if not any(shutil.which(command) for command in commands)
    ]


def install(packages: list[str]) -> None:
    """Install with apt-get, as root or by password-less sudo."""
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-yq", "--no-install-recommends", *packages],
    ):
        subprocess.run([*prefix, *command], check=True, env=environment)


def main() -> int:
    packages = missing_packages()
    if not packages:
        return 0
    if shutil.which("apt-get") is None:
        sys.stderr.write(f"Please install for the tests: {' '.join(packages)}\n")
        return 0
    try:
        install(packages)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"Could not install {' '.join(packages)}: {error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
