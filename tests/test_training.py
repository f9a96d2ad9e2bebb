"""When the dialogue model is trained, and what happens when that fails; a program of ours stands for Rasa."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from bot.errors import CannotStart
from bot.training import SOURCES, Training, TrainingFailed, train
from tests.test_engine_process import until_gone

RASA = """
import os, pathlib, sys, time
arguments = sys.argv[1:]
pathlib.Path("arguments").write_text(" ".join(arguments))
pathlib.Path("environment").write_text("\\n".join(os.environ))
print("2026-01-01 INFO  rasa.cli.train  - Started validating domain and training data...")
print("Processed rules: 10%|#   | 1/9\\rProcessed rules: 100%|####| 9/9 [00:00, 99it/s]")
print("2026-01-01 INFO  rasa.engine.training.hooks  - Starting to train component 'RulePolicy'.")
folder = pathlib.Path(arguments[arguments.index("--out") + 1])
"""
SUCCEEDS = RASA + "folder.joinpath('rasa.tar.gz').write_text('new')"
FAILS = RASA + (
    "print('\\x1b[91mInvalidRule: \\nContradicting rules or stories found\\n- rule greet, rule clash\\x1b[0m')\n"
    "print('lib/io.py:100: UserWarning: something else')\nsys.exit(1)"
)
MAKES_NOTHING = RASA
HANGS = RASA + "print(os.getpid(), file=open('pid', 'w'), flush=True)\ntime.sleep(600)"


def project(folder: Path, program: str) -> Training:
    """Make a small project whose model is trained by `program`."""
    for pattern in SOURCES:
        path = folder / pattern.replace("*", "one")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("before")
    (folder / "rasa.py").write_text(program)
    return Training(root=folder, program=(sys.executable, "rasa.py"), log=folder / "training.log")


def ignore(text: str) -> None:
    """Show nothing."""


async def test_training_puts_the_model_in_place_and_says_what_it_does(tmp_path: Path) -> None:
    training = project(tmp_path, SUCCEEDS)
    said: list[str] = []
    assert not training.up_to_date()
    await train(training, said.append)
    assert training.up_to_date()
    assert training.model.read_text() == "new"
    assert said == ["checking the training data", "training RulePolicy"]
    assert list((tmp_path / "models" / ".cache").iterdir()) == []


async def test_rasa_is_called_with_our_files_and_may_keep_what_it_compiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    await train(project(tmp_path, SUCCEEDS), ignore)
    arguments = (tmp_path / "arguments").read_text()
    assert arguments.startswith(
        "train --config config.yml --domain domain.yml --data data/nlu data/rules.yml data/stor"
    )
    assert arguments.endswith("--fixed-model-name rasa")
    names = (tmp_path / "environment").read_text().split()
    assert {"MADAD_ACTION_URL", "MADAD_ENGINE_TOKEN", "MADAD_ENGINE_DATABASE_URL"} <= set(names)
    assert "PYTHONDONTWRITEBYTECODE" not in names


@pytest.mark.parametrize("source", SOURCES)
async def test_a_change_of_any_source_makes_the_model_out_of_date(source: str, tmp_path: Path) -> None:
    training = project(tmp_path, SUCCEEDS)
    await train(training, ignore)
    (tmp_path / source.replace("*", "one")).write_text("after")
    assert not training.up_to_date()


async def test_a_renamed_source_makes_the_model_out_of_date(tmp_path: Path) -> None:
    training = project(tmp_path, SUCCEEDS)
    await train(training, ignore)
    (tmp_path / "data/nlu/one").rename(tmp_path / "data/nlu/two")
    assert not training.up_to_date()


async def test_a_failure_shows_what_rasa_said_last_and_keeps_the_old_model(tmp_path: Path) -> None:
    training = project(tmp_path, FAILS)
    training.model.parent.mkdir(parents=True)
    training.model.write_text("old")
    with pytest.raises(TrainingFailed) as failure:
        await train(training, ignore)
    assert str(failure.value).endswith(
        "component 'RulePolicy'.\nInvalidRule:\nContradicting rules or stories found\n- rule greet, rule clash"
    )
    assert str(training.log) in str(failure.value)
    assert "it/s" not in str(failure.value)
    assert training.model.read_text() == "old"
    assert not training.up_to_date()


async def test_a_training_that_leaves_no_model_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed):
        await train(project(tmp_path, MAKES_NOTHING), ignore)


async def test_sources_that_change_during_the_training_make_the_new_model_out_of_date(tmp_path: Path) -> None:
    training = project(tmp_path, SUCCEEDS + "\npathlib.Path('domain.yml').write_text('changed meanwhile')")
    await train(training, ignore)
    assert not training.up_to_date()


async def test_a_cancelled_training_leaves_no_process_and_no_files(tmp_path: Path) -> None:
    training = project(tmp_path, HANGS)
    task = asyncio.create_task(train(training, ignore))
    async with asyncio.timeout(10):
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await until_gone(int((tmp_path / "pid").read_text()))
    assert list((tmp_path / "models" / ".cache").iterdir()) == []


async def test_a_missing_environment_is_reported(tmp_path: Path) -> None:
    training = Training(root=tmp_path, program=(str(tmp_path / "python"),), log=tmp_path / "log")
    with pytest.raises(CannotStart, match="run `make setup`"):
        await train(training, ignore)
