from __future__ import annotations

import subprocess
import sys


def test_web_process_loads_no_media_engine() -> None:
    """PyAV and aiortc belong to other processes; PDFium to the converter."""
    code = (
        "import sys, server.app\n"
        "print([m for m in ('av', 'aiortc', 'aioice', 'pypdfium2', 'numpy')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
