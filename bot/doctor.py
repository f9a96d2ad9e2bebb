"""Checks what Madad needs, and says for each thing that is wrong what to do about it."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from bot.engine_process import ENGINE_PYTHON
from bot.errors import CannotStart, MadadError
from bot.serving import LOOPBACK, listen
from bot.settings import ROOT, Settings, load_settings
from bot.training import Training

_FREE_GIGABYTES = 0.5
_VERSIONS = "import importlib.metadata as m, platform; print(platform.python_version(), m.version('rasa'))"


@dataclass(frozen=True)
class Finding:
    """What was found out about one thing; `remedy` is empty when it is well."""

    text: str
    remedy: str = ""

    @property
    def well(self) -> bool:
        """Whether nothing has to be done."""
        return not self.remedy


Check = Callable[[Settings], Awaitable[Finding]]


async def examine(settings: Settings | None = None) -> dict[str, Finding]:
    """Check everything. Settings that cannot be read are a finding, and then the only one."""
    if settings is None:
        try:
            settings = load_settings()
        except MadadError as error:
            return {"Settings": Finding(str(error), "correct them in .env or in the environment")}
    return {name: await _guarded(check, settings) for name, check in CHECKS.items()}


def show(findings: Mapping[str, Finding], console: Console) -> None:
    """Print the findings as a table."""
    table = Table("", "what", Column("found", overflow="fold"), "what to do", title="Madad's health")
    for name, one in findings.items():
        mark = Text("ok", "green") if one.well else Text("wrong", "bold red")
        table.add_row(mark, name, Text(one.text), Text(one.remedy))
    console.print(table)


async def _guarded(check: Check, settings: Settings) -> Finding:
    try:
        return await check(settings)
    except Exception as error:  # a check that breaks is a finding like any other
        return Finding(str(error) or type(error).__name__, "see what was found")


async def _service(settings: Settings) -> Finding:
    here = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < (3, 11):
        return Finding(f"Python {here}", "start it with .venv/bin/python (Python 3.11)")
    wrong = list(_not_as_locked())
    if wrong:
        return Finding(f"not as in requirements.lock: {', '.join(wrong[:5])}", "run `make setup`")
    return Finding(f"Python {here}, packages as in requirements.lock")


def _not_as_locked() -> list[str]:
    """Return what is missing or of another version. Of what nobody here asked for by name, some systems need less."""
    pins = [line.split("==") for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line]
    asked = set(re.findall(r"^[\w.-]+", (ROOT / "requirements.in").read_text(), re.MULTILINE))
    found = [(name, version, _installed(name)) for name, version in pins]
    missing = [f"{name} is missing" for name, _, here in found if here is None and name in asked]
    return missing + [f"{name} {here}" for name, version, here in found if here not in (None, version)]


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name).partition("+")[0]
    except importlib.metadata.PackageNotFoundError:
        return None


async def _engine(settings: Settings) -> Finding:
    try:
        python, rasa = (await asyncio.to_thread(_ask_engine)).split()
    except (OSError, subprocess.SubprocessError):
        return Finding(f"no Rasa in {ENGINE_PYTHON.parent.parent.name}", "run `make setup`")
    return Finding(f"Python {python}, Rasa {rasa}")


def _ask_engine() -> str:
    command = [str(ENGINE_PYTHON), "-c", _VERSIONS]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout  # noqa: S603 - ours


async def _model(settings: Settings) -> Finding:
    training = Training()
    if training.up_to_date():
        return Finding("trained from the present sources")
    found = "older than its sources" if training.model.exists() else "not there"
    return Finding(found, "run `make train` (`up` does it too)")


async def _database(settings: Settings) -> Finding:
    from sqlalchemy import make_url

    url = make_url(settings.service_database_url)
    where = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and not await asyncio.to_thread(Path(url.database or "").exists):
        return Finding(f"{where}: not there yet; the first start makes it")
    try:
        revision, newest = await _revisions(settings.service_database_url)
    except MadadError as error:
        return Finding(f"{where}: {error}", "start the database server, or correct MADAD_DATABASE_URL")
    if revision != newest:
        return Finding(f"{where}: its tables are not this version's", "run `python -m bot db upgrade`")
    return Finding(f"{where}: reachable, tables up to date")


async def _revisions(url: str) -> tuple[str | None, str | None]:
    """Return the revision that the database has, and the one that it should have."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from bot.adapters.sql import migrate
    from bot.adapters.sql.database import Database

    database = Database(url, retry_seconds=1)
    try:
        has = await database.read(lambda connection: MigrationContext.configure(connection).get_current_revision())
    finally:
        await database.close()
    return has, ScriptDirectory(str(Path(migrate.__file__).parent / "migrations")).get_current_head()


async def _faq(settings: Settings) -> Finding:
    from bot.adapters.faq_files import read_faq

    try:
        entries = await asyncio.to_thread(read_faq, settings.faq_folder)
    except MadadError as error:
        return Finding(str(error), "correct the file")
    return Finding(f"{len(entries)} entries")


async def _embedder(settings: Settings) -> Finding:
    folder = Path(settings.embedder)
    if await asyncio.to_thread((folder / "modules.json").exists):
        return Finding(folder.name)
    return Finding(f"{folder} is no sentence-transformers folder", "correct MADAD_EMBEDDER")


async def _ports(settings: Settings) -> Finding:
    if await _is_madad(settings):
        return Finding(f"{settings.port} is in use by Madad itself")
    wanted = {
        "MADAD_PORT": (settings.host, settings.port),
        "MADAD_ACTION_PORT": (LOOPBACK, settings.action_port),
        "MADAD_ENGINE_PORT": (LOOPBACK, settings.engine_port),
    }
    try:
        for setting, (host, port) in wanted.items():
            listen(host, port, setting).close()
    except CannotStart as error:
        text, _, remedy = str(error).partition(": ")
        return Finding(text, remedy or "correct the setting")
    return Finding(f"{', '.join(str(port) for _, port in wanted.values())} are free")


async def _is_madad(settings: Settings) -> bool:
    address = f"http://{LOOPBACK if settings.host == '0.0.0.0' else settings.host}:{settings.port}/ready"  # noqa: S104
    with contextlib.suppress(aiohttp.ClientError, asyncio.TimeoutError, ValueError):
        async with _get(address) as answer:
            return "engine" in await answer.json()
    return False


@contextlib.asynccontextmanager
async def _get(address: str) -> AsyncIterator[aiohttp.ClientResponse]:
    timeout = aiohttp.ClientTimeout(total=2)
    async with aiohttp.ClientSession(timeout=timeout) as session, session.get(address) as answer:
        yield answer


async def _disk(settings: Settings) -> Finding:
    there = next(folder for folder in (settings.folder, *settings.folder.parents) if folder.exists())
    free = shutil.disk_usage(there).free / 1e9
    remedy = "make room, or set MADAD_FOLDER to a folder on another disk" if free < _FREE_GIGABYTES else ""
    return Finding(f"{free:.1f} GB are free for {settings.folder}", remedy)


async def _redis(settings: Settings) -> Finding:
    url = settings.redis_url.get_secret_value()
    if not url:
        return Finding("not used")
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    try:
        async with Redis.from_url(url, socket_connect_timeout=3) as redis:
            await redis.ping()
    except (RedisError, OSError, ValueError) as error:
        return Finding(str(error), "start Redis, or correct MADAD_REDIS_URL")
    return Finding("answers")


CHECKS: dict[str, Check] = {
    "Service": _service,
    "Engine": _engine,
    "Dialogue model": _model,
    "Database": _database,
    "FAQ": _faq,
    "Sentence embedder": _embedder,
    "Ports": _ports,
    "Disk": _disk,
    "Redis": _redis,
}
