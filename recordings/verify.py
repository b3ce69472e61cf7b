"""Check a recording against its manifest: `python -m recordings.verify FOLDER`.

Prints one line per finding, naming the part, and exits 1 when there is any. Part
files that were removed after their segment was closed are checked inside it.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recordings.errors import ManifestError
from recordings.index import RecordingIndex
from recordings.manifest import (
    MANIFEST_NAME,
    InitLine,
    Line,
    LostLine,
    PartLine,
    SegmentLine,
    read_chain,
)


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was recorded."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def verify_recording(folder: Path) -> list[Finding]:
    """Check the chain of lines and the bytes of every file they name."""
    findings: list[Finding] = []
    try:
        data = (folder / MANIFEST_NAME).read_bytes()
    except OSError as error:
        return [Finding(MANIFEST_NAME, f"not readable ({error.strerror})")]
    index = RecordingIndex()
    open_parts: dict[str, list[PartLine]] = {}
    try:
        for line, _ in read_chain(data):
            index.apply(line)
            findings += _check_line(folder, line, open_parts)
    except ManifestError as error:
        findings.append(Finding(MANIFEST_NAME, str(error)))
    for parts in open_parts.values():
        findings += _check_part_files(folder, parts)
    return findings


def _check_line(
    folder: Path, line: Line, open_parts: dict[str, list[PartLine]]
) -> Iterator[Finding]:
    match line:
        case InitLine():
            yield from _check_file(folder, line.rendition, line.file, line.sha256)
        case PartLine():
            open_parts.setdefault(line.rendition, []).append(line)
        case LostLine():
            parts = open_parts.get(line.rendition, [])
            del parts[line.part :]
        case SegmentLine():
            yield from _check_segment(folder, line, open_parts.pop(line.rendition, []))


def _check_segment(
    folder: Path, line: SegmentLine, parts: list[PartLine]
) -> Iterator[Finding]:
    path = folder / line.rendition / line.file
    try:
        data = path.read_bytes()
    except OSError as error:
        yield Finding(
            f"{line.rendition}/{line.file}", f"not readable ({error.strerror})"
        )
        return
    is_whole = hashlib.sha256(data).hexdigest() == line.sha256
    position = 0
    for part in parts:
        piece = data[position : position + part.size_bytes]
        position += part.size_bytes
        if not is_whole and hashlib.sha256(piece).hexdigest() != part.sha256:
            yield Finding(_name(part), f"changed within {line.file}")
    if not is_whole and (position != len(data) or not parts):
        yield Finding(
            f"{line.rendition}/{line.file}", "not the bytes that were recorded"
        )
    if is_whole and position != len(data):
        yield Finding(f"{line.rendition}/{line.file}", "does not match its parts")


def _check_part_files(folder: Path, parts: list[PartLine]) -> Iterator[Finding]:
    for part in parts:
        for finding in _check_file(folder, part.rendition, part.file, part.sha256):
            yield Finding(_name(part), finding.what)


def _check_file(
    folder: Path, rendition: str, file: str, sha256: str
) -> Iterator[Finding]:
    try:
        data = (folder / rendition / file).read_bytes()
    except OSError as error:
        yield Finding(f"{rendition}/{file}", f"not readable ({error.strerror})")
        return
    if hashlib.sha256(data).hexdigest() != sha256:
        yield Finding(f"{rendition}/{file}", "not the bytes that were recorded")


def _name(part: PartLine) -> str:
    return f"{part.rendition} part {part.msn}.{part.part} ({part.file})"


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m recordings.verify FOLDER\n")
        return 2
    findings = verify_recording(Path(arguments[0]))
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    if not findings:
        sys.stdout.write("whole: every line and file is as it was recorded\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
