"""Every setting, read once from the environment and from `.env`; the only module that reads either."""

from __future__ import annotations

import json
import os
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import BadData

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "MADAD_"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Listed = Annotated[list[str], NoDecode]


class Settings(BaseSettings):
    """The settings, each `MADAD_<NAME>` in the environment. `.env.example` lists them all with their meaning."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=ROOT / ".env", extra="ignore", frozen=True)

    # Where it runs
    host: str = Field("127.0.0.1", description="address on which the website, the widget and the console are served")
    port: int = Field(8080, ge=0, le=65535, description="port for the same; 0 takes a free one")
    action_port: int = Field(8081, ge=0, le=65535, description="loopback port on which the engine calls actions")
    engine_port: int = Field(8082, ge=0, le=65535, description="loopback port of the engine")
    engine_token: SecretStr = Field(SecretStr(""), description="shared by engine and service; `up` makes one per run")
    engine_seconds: float = Field(10.0, gt=0, description="how long the engine may take for a turn, in seconds")
    trusted_proxies: int = Field(0, ge=0, description="how many reverse proxies add to X-Forwarded-For")
    secure_cookies: bool = Field(False, description="set when customers reach the service over https")
    allowed_origins: Listed = Field(
        default_factory=list, description="origins of the shop pages that may show the widget, separated by commas"
    )
    visitor_messages_per_minute: float = Field(60, gt=0, description="messages a visitor may write in a minute")
    address_messages_per_minute: float = Field(
        600, gt=0, description="messages from one network address in a minute; a mobile network shares one"
    )

    # Where it keeps things
    folder: Path = Field(ROOT / "var", description="folder for the embedded databases, caches and logs")
    database_url: str = Field("", description="SQLAlchemy URL; empty means SQLite in the folder")
    redis_url: SecretStr = Field(SecretStr(""), description="Redis URL for several replicas; empty means none")

    # What it says
    shop: str = Field("Noor Store", min_length=1, description="the shop's name, as customers see it")
    demo: bool = Field(True, description="serve the demo shop page and seed the demo orders")
    connectors: Listed = Field(
        default_factory=lambda: ["web"], description="connectors to switch on, built-in names or module:Class, commas"
    )
    faq_folder: Path = Field(ROOT / "data" / "faq", description="folder of the FAQ files, one for each language")
    embedder: str = Field(
        str(ROOT / "models" / "sentence-embedder"), description="sentence-transformers model, by path or name"
    )

    # When a person is there
    hours: str = Field(
        "mon-sat 09:00-18:00", description="business hours, e.g. sun-thu 09:00-17:00, sat 10:00-14:00; or always"
    )
    time_zone: str = Field("Asia/Dubai", description="time zone of the business hours")
    holidays: Annotated[list[date], NoDecode] = Field(
        default_factory=list, description="days off, as 2026-12-02, separated by commas"
    )

    # Proof
    proof_attempts: int = Field(3, ge=1, description="failed proofs before a person is offered instead")
    proof_window_minutes: int = Field(60, ge=1, description="minutes after which a failed proof is forgotten")
    proof_minutes: int = Field(30, ge=1, description="minutes for which a proof lasts")

    # The shop's own order system
    shop_url: str = Field("", description="base URL of the shop's own order system; empty means our own tables")
    shop_token: SecretStr = Field(SecretStr(""), description="bearer token for the shop's own order system")

    @field_validator("allowed_origins", "connectors", "holidays", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            if value.lstrip().startswith("["):
                return json.loads(value)
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("hours")
    @classmethod
    def _hours_can_be_read(cls, value: str) -> str:
        parse_hours(value)
        return value

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no time zone is named {value!r}; use a name such as Asia/Karachi") from error
        return value

    @property
    def service_database_url(self) -> str:
        """The async URL of the service's database."""
        return self.database_url or f"sqlite+aiosqlite:///{self.folder / 'madad.db'}"

    @property
    def engine_database_url(self) -> str:
        """The URL of the engine's database, for the SQLAlchemy and the drivers that Rasa brings."""
        if self.database_url.startswith("postgresql"):
            return "postgresql" + self.database_url[self.database_url.index("://") :]
        return f"sqlite:///{self.folder / 'engine.db'}"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the business hours."""
        return ZoneInfo(self.time_zone)

    @property
    def proof_lasts(self) -> timedelta:
        """For how long a proof lasts."""
        return timedelta(minutes=self.proof_minutes)


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; raises `BadData` that names each wrong one, what it is and what it should be."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        lines = (
            f"{PREFIX}{'_'.join(str(part) for part in one['loc']).upper()}: {one['msg']}" for one in error.errors()
        )
        raise BadData("settings:\n  " + "\n  ".join(lines)) from error


def child_environment(**added: str) -> dict[str, str]:
    """Return the environment for a process that we start. It may keep what it compiles, which halves its start."""
    environment = {**os.environ, **added}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def parse_hours(text: str) -> dict[int, list[tuple[time, time]]]:
    """Read business hours such as "mon-fri 09:00-18:00, sat 10:00-14:00" or "always"; raises `ValueError`."""
    if text.strip() == "always":
        return {day: [(time(0), time(0))] for day in range(7)}
    week: dict[int, list[tuple[time, time]]] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        try:
            days, span = part.split()
            first, _, last = days.lower().partition("-")
            opens, closes = (time.fromisoformat(at) for at in span.split("-"))
            start, end = _DAYS.index(first), _DAYS.index(last or first)
        except ValueError as error:
            raise ValueError(f"cannot read {part!r}; write it like mon-fri 09:00-18:00") from error
        for step in range((end - start) % 7 + 1):
            week.setdefault((start + step) % 7, []).append((opens, closes))
    return week
