"""What the doctor finds, and what it says to do."""

from __future__ import annotations

import io
import socket
from pathlib import Path

import pytest
from aiohttp import web
from rich.console import Console

from bot.adapters.sql import migrate
from bot.doctor import CHECKS, Finding, examine, show
from bot.settings import Settings, load_settings
from bot.training import Training
from tests.servers import free_port, serve


def settings(folder: Path, **changed: object) -> Settings:
    """Return settings with free ports and an empty folder."""
    chosen: dict[str, object] = {"port": free_port(), "action_port": free_port(), "engine_port": free_port()}
    chosen |= {"folder": folder, "database_url": "", "redis_url": "", "_env_file": None}
    return load_settings(**(chosen | changed))


async def find(name: str, chosen: Settings) -> Finding:
    """Run one check."""
    return await CHECKS[name](chosen)


async def test_the_service_and_its_packages_are_found_as_locked(tmp_path: Path) -> None:
    finding = await find("Service", settings(tmp_path))
    assert finding.well, finding


async def test_a_package_that_is_not_as_locked_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "requirements.lock").write_text("aiohttp==0.0.1\nno-such-package==1.0\nonly-elsewhere==1.0\n")
    (tmp_path / "requirements.in").write_text("aiohttp\nno-such-package  # for a test\n")
    monkeypatch.setattr("bot.doctor.ROOT", tmp_path)
    finding = await find("Service", settings(tmp_path))
    assert "aiohttp 3." in finding.text
    assert "no-such-package is missing" in finding.text
    assert "only-elsewhere" not in finding.text
    assert finding.remedy == "run `make setup`"


async def test_a_missing_engine_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.doctor.ENGINE_PYTHON", tmp_path / ".venv-engine" / "bin" / "python")
    finding = await find("Engine", settings(tmp_path))
    assert finding == Finding("no Rasa in .venv-engine", "run `make setup`")


async def test_a_model_is_missing_old_or_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    training = Training(root=tmp_path)
    monkeypatch.setattr("bot.doctor.Training", lambda: training)
    assert (await find("Dialogue model", settings(tmp_path))).text == "not there"
    training.model.parent.mkdir()
    training.model.touch()
    assert (await find("Dialogue model", settings(tmp_path))).text == "older than its sources"
    training.stamp.write_text(training.fingerprint())
    assert (await find("Dialogue model", settings(tmp_path))).well


async def test_a_database_that_is_not_there_yet_is_no_fault(tmp_path: Path) -> None:
    finding = await find("Database", settings(tmp_path))
    assert finding.well
    assert "the first start makes it" in finding.text
    assert not (tmp_path / "madad.db").exists()


async def test_a_database_is_behind_or_up_to_date(tmp_path: Path) -> None:
    (tmp_path / "madad.db").touch()
    assert (await find("Database", settings(tmp_path))).remedy == "run `python -m bot db upgrade`"
    await migrate.upgrade(settings(tmp_path).service_database_url)
    finding = await find("Database", settings(tmp_path))
    assert finding.well
    assert finding.text.endswith("tables up to date")


async def test_a_database_that_does_not_answer_is_found_and_its_password_is_not_shown(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://madad:secret@127.0.0.1:{free_port()}/madad"
    finding = await find("Database", settings(tmp_path, database_url=url))
    assert "MADAD_DATABASE_URL" in finding.remedy
    assert "secret" not in finding.text


async def test_faq_files_are_read(tmp_path: Path) -> None:
    assert (await find("FAQ", settings(tmp_path))).well
    (tmp_path / "en.yml").write_text("faq: [")
    finding = await find("FAQ", settings(tmp_path, faq_folder=tmp_path))
    assert "en.yml" in finding.text
    assert finding.remedy == "correct the file"


async def test_an_embedder_is_looked_for(tmp_path: Path) -> None:
    assert (await find("Sentence embedder", settings(tmp_path))).well
    finding = await find("Sentence embedder", settings(tmp_path, embedder=str(tmp_path)))
    assert finding.remedy == "correct MADAD_EMBEDDER"


async def test_a_taken_port_is_named_with_its_setting(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    assert (await find("Ports", chosen)).well
    with socket.create_server(("127.0.0.1", chosen.engine_port)):
        finding = await find("Ports", chosen)
    assert finding.text == f"port {chosen.engine_port} on 127.0.0.1 is taken by another program"
    assert "MADAD_ENGINE_PORT" in finding.remedy


async def test_a_port_that_madad_itself_uses_is_no_fault(tmp_path: Path) -> None:
    async def ready(request: web.Request) -> web.Response:
        return web.json_response({"engine": False}, status=503)

    app = web.Application()
    app.add_routes([web.get("/ready", ready)])
    chosen = settings(tmp_path)
    async with serve(app, chosen.port):
        finding = await find("Ports", chosen)
    assert finding.well
    assert "Madad itself" in finding.text


async def test_a_full_disk_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await find("Disk", settings(tmp_path / "not" / "there" / "yet"))).well
    monkeypatch.setattr("bot.doctor._FREE_GIGABYTES", 1e9)
    assert "MADAD_FOLDER" in (await find("Disk", settings(tmp_path))).remedy


async def test_redis_is_asked_only_when_it_is_set(tmp_path: Path) -> None:
    assert (await find("Redis", settings(tmp_path))).text == "not used"
    finding = await find("Redis", settings(tmp_path, redis_url=f"redis://127.0.0.1:{free_port()}/0"))
    assert "MADAD_REDIS_URL" in finding.remedy


async def test_settings_that_cannot_be_read_are_the_only_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADAD_PORT", "eighty")
    findings = await examine()
    assert list(findings) == ["Settings"]
    assert "MADAD_PORT" in findings["Settings"].text


async def test_a_check_that_breaks_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(settings: Settings) -> Finding:
        raise OSError("the lamp is out")

    monkeypatch.setattr("bot.doctor.CHECKS", {"Lamp": breaks})
    findings = await examine(settings(tmp_path))
    assert findings == {"Lamp": Finding("the lamp is out", "see what was found")}


def test_the_table_shows_what_was_found_and_what_to_do() -> None:
    output = io.StringIO()
    findings = {"Lamp": Finding("it is [out]", "light it"), "Door": Finding("closed")}
    show(findings, Console(file=output, width=100))
    lines = output.getvalue().splitlines()
    assert any("wrong" in line and "Lamp" in line and "it is [out]" in line and "light it" in line for line in lines)
    assert any("ok" in line and "Door" in line for line in lines)
