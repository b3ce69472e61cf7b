"""A recording that was tampered with, or cut by a power failure."""

from __future__ import annotations

import errno
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from recordings.archive import close_archive, mend
from recordings.disk import GIB, DiskSpace
from recordings.errors import ManifestError
from recordings.library import Library, NoRecording
from recordings.manifest import MANIFEST_NAME
from recordings.store import ManifestFile, end_line
from recordings.verify import verify_recording
from tests.recordings.demuxed import decode, open_recording
from tests.recordings.streams import Slot, voice
from tests.recordings.studio import SESSION, STARTED_AT_MS, open_store, record


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("whole")
    sound = Slot(11, 48_000)
    record(root, voice(sound, 1000, 12_000), 12_000)
    close_archive(root / SESSION, STARTED_AT_MS + 12_000)
    return root


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole / SESSION, tmp_path / SESSION)
    return tmp_path / SESSION


def remove_parts(folder: Path) -> None:
    for path in folder.glob("*/e*-p*.m4s"):
        path.unlink()


def test_whole_recording_has_no_findings_even_without_part_files(copy: Path) -> None:
    assert verify_recording(copy) == []
    remove_parts(copy)
    assert verify_recording(copy) == []


def test_flipped_bit_names_the_part_and_the_command_exits_1(copy: Path) -> None:
    remove_parts(copy)
    path = copy / "programme" / "e1-s000001.m4s"
    data = bytearray(path.read_bytes())
    data[10] ^= 0x10
    path.write_bytes(data)
    run = subprocess.run(
        [sys.executable, "-m", "recordings.verify", str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    (line,) = run.stdout.splitlines()
    assert line.startswith("programme part 1.0 (e1-p")
    assert line.endswith("changed within e1-s000001.m4s")


@pytest.mark.parametrize("seed", range(200))
def test_any_flipped_bit_of_any_segment_or_line_is_found(
    whole: Path, seed: int
) -> None:
    choice = random.Random(seed)
    folder = whole / SESSION
    paths = [
        *folder.glob("*/e*-s*.m4s"),
        *folder.glob("*/*.mp4"),
        folder / MANIFEST_NAME,
    ]
    path = choice.choice(sorted(paths))
    before = path.read_bytes()
    data = bytearray(before)
    data[choice.randrange(len(data) - 1)] ^= 1 << choice.randrange(8)
    path.write_bytes(data)
    try:
        assert verify_recording(folder)
    finally:
        path.write_bytes(before)


def test_removed_and_reordered_lines_are_found(copy: Path) -> None:
    manifest = copy / MANIFEST_NAME
    lines = manifest.read_bytes().splitlines(keepends=True)
    manifest.write_bytes(b"".join(lines[:5] + lines[6:]))
    assert "chain is broken" in str(verify_recording(copy)[0])
    manifest.write_bytes(b"".join([*lines[:5], lines[6], lines[5], *lines[7:]]))
    assert "chain is broken" in str(verify_recording(copy)[0])
    with pytest.raises(ManifestError):
        open_recording(copy.parent)


def test_missing_segment_is_named(copy: Path) -> None:
    (copy / "audio" / "e1-s000000.m4s").unlink()
    (finding,) = verify_recording(copy)
    assert str(finding).startswith("audio/e1-s000000.m4s: not readable")


def test_torn_last_line_is_no_fact_and_is_cut_off_by_the_next_take(copy: Path) -> None:
    manifest = copy / MANIFEST_NAME
    lines = manifest.read_bytes().splitlines(keepends=True)[:-1]
    manifest.write_bytes(b"".join(lines) + b'{"type":"part","pre')
    assert not open_recording(copy.parent).index.is_ended
    assert verify_recording(copy) == []
    mend(copy)
    assert manifest.read_bytes().endswith(b"\n")
    assert verify_recording(copy) == []


def cut_open(folder: Path) -> int:
    """Undo the closing of the last programme segment; give its number of parts."""
    last = open_recording(folder.parent).index.renditions["programme"].segments[-1]
    lines = (folder / MANIFEST_NAME).read_bytes().splitlines(keepends=True)
    assert last.file is not None
    closing = f'"file":"{last.file}"'.encode()
    mine = b'"rendition":"programme"'
    (at,) = [n for n, one in enumerate(lines) if closing in one and mine in one]
    (folder / MANIFEST_NAME).write_bytes(b"".join(lines[:at]))
    (folder / "programme" / last.file).unlink()
    return last.part_count


def test_open_segment_is_closed_from_its_parts(copy: Path) -> None:
    cut_open(copy)
    mend(copy)
    mend(copy)
    assert verify_recording(copy) == []
    written = open_recording(copy.parent).index.renditions["programme"].segments
    assert written[-1].file is not None
    assert decode(open_recording(copy.parent), "programme").sound_end_s > 11.8


def test_parts_lost_by_a_power_cut_are_marked_and_the_rest_is_readable(
    copy: Path,
) -> None:
    parts = cut_open(copy)
    last = sorted((copy / "programme").glob("e1-p*.m4s"))[-1]
    last.write_bytes(last.read_bytes()[:100])
    duration_ms = close_archive(copy, STARTED_AT_MS + 12_000)
    assert verify_recording(copy) == []
    segment = open_recording(copy.parent).index.renditions["programme"].segments[-1]
    assert segment.part_count == parts - 1
    assert duration_ms > 10_000


def test_full_disk_keeps_the_lines_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path)
    store.close()
    folder = tmp_path / SESSION
    manifest = ManifestFile(folder)
    before = manifest.path.read_bytes()
    line = manifest.index

    def half(fd: int, data: bytes) -> int:
        del fd, data
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("recordings.store.os.write", half)
        with pytest.raises(OSError, match="No space"):
            manifest.append(end_line(line, 1))
    assert manifest.path.read_bytes() == before
    manifest.close()
    close_archive(folder, STARTED_AT_MS)
    assert verify_recording(folder) == []


@pytest.mark.parametrize(
    ("free", "total", "expected"),
    [
        (63 << 20, 64 << 20, "low"),  # under 15 minutes
        (1 << 20, 64 << 20, "full"),
        (50 * GIB, 1000 * GIB, "enough"),
        (GIB, 1000 * GIB, "low"),
        (100 << 20, 1000 * GIB, "full"),
    ],
)
def test_disk_levels(free: int, total: int, expected: str) -> None:
    assert DiskSpace(free, total).level(250_000) == expected


def test_library_lists_serves_and_deletes(whole: Path, copy: Path) -> None:
    library = Library(copy.parent)
    (summary,) = library.summaries()
    assert (summary.session_id, summary.is_ended) == (SESSION, True)
    assert summary.duration_ms == pytest.approx(11_000, abs=100)
    recording = library.open(SESSION)
    assert recording.file("audio", "e1-s000000.m4s").is_file()
    for rendition, name in (
        ("audio", "../manifest.jsonl"),
        ("audio", "e1-s999999.m4s"),
        ("..", "e1-s000000.m4s"),
        ("audio", "e1-s000000.m4s/../x"),
    ):
        with pytest.raises(NoRecording):
            recording.file(rendition, name)
    assert library.delete(SESSION)
    assert not library.delete(SESSION)
    with pytest.raises(NoRecording):
        library.open(SESSION)
    with pytest.raises(NoRecording):
        library.open("../" + SESSION)
    assert list(copy.parent.glob("*")) == []


def test_reader_follows_what_is_appended(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    recording = Library(tmp_path).open(SESSION)
    assert recording.refresh() is False
    store.close()
    close_archive(tmp_path / SESSION, STARTED_AT_MS + 1)
    assert recording.refresh() is True
    assert recording.index.is_ended
    assert recording.index.ended_at_ms == STARTED_AT_MS + 1
