"""The converter process: one PDF in, pages out, then it ends.

It takes away its own rights first (memory, CPU, files, network) and only then opens
the document. The last line on stdout is a JSON object: `{"pages": n}` or
`{"error": code}`. Exit code 0 means that line can be trusted.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from server.converter.limits import take_limits


def main() -> int:
    parser = argparse.ArgumentParser(prog="hallcast-converter")
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--max-pages", type=int, required=True)
    parser.add_argument("--memory-bytes", type=int, required=True)
    parser.add_argument("--cpu-s", type=int, required=True)
    args = parser.parse_args()
    take_limits(memory_bytes=args.memory_bytes, cpu_s=args.cpu_s)
    # Imported under the limits: PDFium is the part that reads hostile bytes.
    from server.converter.pages import PdfRefused, convert

    try:
        outcome: dict[str, object] = {
            "pages": convert(args.source, args.target, args.max_pages)
        }
    except PdfRefused as error:
        outcome = {"error": error.code}
    except MemoryError:
        outcome = {"error": "pdf_unreadable"}
    sys.stdout.write(json.dumps(outcome) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
