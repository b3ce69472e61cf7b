"""The settings of a node: environment HALLCAST_*, then a TOML file, then defaults.

The file is `hallcast.toml` in the working directory, or the one HALLCAST_CONFIG names.
`hallcast.example.toml` documents every key; a test compares the two.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from server.http.wire import Locale

METRICS_TOKEN_LENGTH = 16
SOCKET_PATH_LIMIT_BYTES = 107
"""`sun_path` holds 108 bytes with its closing zero (unix(7))."""
_LONGEST_SOCKET_NAME_BYTES = 64
"""Room for `media-63.sock` and for the recorder's datagram sockets."""

_TURN_URL = re.compile(
    r"turns?:([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(\?transport=(udp|tcp))?"
)
"""RFC 7065; also keeps quotes and angle brackets out of Link headers."""
_TURN_SECRET_CHARS = 16


class Config(BaseSettings):
    """Frozen settings; every key has its unit in its name or its docstring."""

    model_config = SettingsConfigDict(
        env_prefix="HALLCAST_",
        extra="ignore",
        frozen=True,
        # A complaint about one setting must not print the secrets beside it.
        hide_input_in_errors=True,
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    public_url: str = ""
    trust_proxy: bool = False
    data_dir: Path = Path("data")
    database_url: str = ""
    web_dist: Path = Path(__file__).parent.parent / "web" / "dist"
    academy: str = "Academy of Public Administration"
    default_locale: Locale = "en"
    demo: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "warning"

    media_host: str = "0.0.0.0"  # noqa: S104 (browsers reach it from outside)
    media_port: int = Field(default=42000, ge=1, le=65535)
    media_workers: int = Field(default=1, ge=1, le=64)
    media_peers_per_worker: int = Field(default=2000, ge=1, le=3000)
    media_announce: Annotated[list[str], NoDecode] = []
    offers_per_minute: int = Field(default=600, ge=1)

    turn_urls: Annotated[list[str], NoDecode] = []
    turn_secret: str = Field(default="", repr=False)
    turn_ttl_s: int = Field(default=86_400, ge=600, le=7 * 86_400)

    login_days: int = Field(default=14, ge=1, le=365)
    login_tries_per_account: int = Field(default=10, ge=1)
    login_tries_per_address: int = Field(default=100, ge=1)
    strangers_per_address: int = Field(default=400, ge=1)
    metrics_token: str = ""

    upload_max_mb: int = Field(default=50, ge=1, le=2000)
    deck_max_pages: int = Field(default=500, ge=1, le=2000)
    converter_memory_mb: int = Field(default=1024, ge=256)
    converter_cpu_s: int = Field(default=60, ge=5)

    @field_validator("media_announce", "turn_urls", mode="before")
    @classmethod
    def _split_addresses(cls, value: object) -> object:
        """Take `1.2.3.4,5.6.7.8` from the environment as well as a TOML list."""
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("metrics_token")
    @classmethod
    def _hard_to_guess(cls, value: str) -> str:
        if value and len(value) < METRICS_TOKEN_LENGTH:
            raise ValueError(f"must have at least {METRICS_TOKEN_LENGTH} characters")
        return value

    @field_validator("turn_urls")
    @classmethod
    def _turn_addresses(cls, value: list[str]) -> list[str]:
        for url in value:
            if not _TURN_URL.fullmatch(url):
                raise ValueError(
                    f"{url!r} is not the address of a TURN server; one looks like "
                    "turns:turn.example.kz:443?transport=tcp"
                )
        return value

    @model_validator(mode="after")
    def _turn_has_its_secret(self) -> Self:
        if self.turn_urls and len(self.turn_secret) < _TURN_SECRET_CHARS:
            raise ValueError(
                "turn_urls need turn_secret, the static-auth-secret of the TURN "
                f"server, of at least {_TURN_SECRET_CHARS} characters"
            )
        return self

    @field_validator("public_url")
    @classmethod
    def _plain_origin(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        path = Path(os.environ.get("HALLCAST_CONFIG", "hallcast.toml"))
        toml = TomlConfigSettingsSource(settings_cls, path)
        return init_settings, env_settings, toml

    @property
    def origin(self) -> str:
        """Address people type, without a trailing slash."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def is_https(self) -> bool:
        return self.origin.startswith("https://")

    @property
    def database(self) -> str:
        """SQLAlchemy address; SQLite in the data directory unless one is set."""
        if self.database_url:
            return self.database_url
        return f"sqlite+aiosqlite:///{self.data_dir.resolve() / 'hallcast.sqlite3'}"

    @property
    def recordings_dir(self) -> Path:
        return self.data_dir.resolve() / "recordings"

    @property
    def decks_dir(self) -> Path:
        return self.data_dir.resolve() / "decks"

    @property
    def upload_max_bytes(self) -> int:
        return self.upload_max_mb * 1024 * 1024


def run_dir(config: Config) -> Path:
    """Return the directory of the control sockets, created for this user only.

    It is `data_dir/run` unless that path is too long for a Unix socket; then one under
    the temporary directory that every process of this data directory computes alike.
    Raise PermissionError when somebody else owns it.
    """
    path = config.data_dir.resolve() / "run"
    room = SOCKET_PATH_LIMIT_BYTES - _LONGEST_SOCKET_NAME_BYTES
    if len(os.fsencode(path)) > room:
        digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
        path = Path(tempfile.gettempdir()) / f"hallcast-{os.getuid()}-{digest}"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise PermissionError(f"{path} belongs to somebody else")
    return path


def media_socket(config: Config, index: int) -> Path:
    return run_dir(config) / f"media-{index}.sock"


def recorder_socket(config: Config) -> Path:
    return run_dir(config) / "recorder.sock"
