from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from server.config import SOCKET_PATH_LIMIT_BYTES, Config, media_socket, run_dir

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "hallcast.example.toml"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Config.model_fields:
        monkeypatch.delenv(f"HALLCAST_{name.upper()}", raising=False)


def test_example_has_every_key_with_its_default() -> None:
    example = tomllib.loads(EXAMPLE.read_text())
    defaults = Config().model_dump()
    defaults["data_dir"] = str(defaults["data_dir"])
    defaults["web_dist"] = str(defaults["web_dist"].relative_to(ROOT))
    assert example == defaults


def test_every_key_of_the_example_has_a_comment() -> None:
    lines = EXAMPLE.read_text().splitlines()
    for before, line in itertools.pairwise(lines):
        if "=" in line and not line.startswith("#"):
            assert before.startswith("#") or "=" in before, line


def test_environment_wins_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "mine.toml").write_text("port = 1234\nacademy = 'Ours'\n")
    monkeypatch.setenv("HALLCAST_CONFIG", "mine.toml")
    monkeypatch.setenv("HALLCAST_PORT", "4321")
    config = Config()
    assert (config.port, config.academy) == (4321, "Ours")


def test_announced_addresses_are_split_at_commas(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HALLCAST_MEDIA_ANNOUNCE", "192.0.2.1, 192.0.2.2")
    assert Config().media_announce == ["192.0.2.1", "192.0.2.2"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "0"), ("PORT", "http"), ("PUBLIC_URL", "example.kz"), ("LOG_LEVEL", "x")],
)
def test_nonsense_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"HALLCAST_{name}", value)
    with pytest.raises(ValidationError):
        Config()


def test_sockets_fit_also_under_a_long_data_directory(tmp_path: Path) -> None:
    short = Config(data_dir=Path("/tmp/h"))
    assert run_dir(short) == Path("/tmp/h/run")
    long = Config(data_dir=tmp_path / ("x" * 100))
    socket = media_socket(long, 0)
    assert len(str(socket)) < SOCKET_PATH_LIMIT_BYTES
    assert run_dir(long) == run_dir(long)
    assert run_dir(long).stat().st_mode & 0o777 == 0o700


SECRET = "sixteen letters!"


@pytest.mark.parametrize(
    "url",
    [
        "turns:turn.example.kz:443?transport=tcp",
        "turn:turn.example.kz",
        "turn:192.0.2.1:3478?transport=udp",
        "turn:[2001:db8::1]:3478",
    ],
)
def test_turn_addresses_are_taken_as_browsers_write_them(url: str) -> None:
    config = Config(turn_urls=[url, url], turn_secret=SECRET)
    assert config.turn_urls == [url, url]
    assert SECRET not in repr(config)


def test_turn_addresses_come_from_the_environment_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HALLCAST_TURN_URLS", "turn:a.kz, turns:b.kz:443")
    monkeypatch.setenv("HALLCAST_TURN_SECRET", SECRET)
    assert Config().turn_urls == ["turn:a.kz", "turns:b.kz:443"]


@pytest.mark.parametrize(
    ("url", "secret", "sentence"),
    [
        ("stun:a.kz", SECRET, "is not the address of a TURN server; one looks like"),
        ("turn:a.kz>", SECRET, "is not the address of a TURN server"),
        ("turn:a.kz?transport=tls", SECRET, "is not the address of a TURN server"),
        ("turn:a.kz", "short secret", "turn_urls need turn_secret"),
    ],
)
def test_wrong_turn_settings_are_told_without_the_secret(
    url: str, secret: str, sentence: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Config(turn_urls=[url], turn_secret=secret)
    assert sentence in str(caught.value)
    assert secret not in str(caught.value)
