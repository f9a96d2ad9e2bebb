"""Trains the dialogue model, in the engine's environment, when what it is made from has changed."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import signal
import tempfile
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.engine_process import ENGINE_PYTHON
from bot.errors import CannotStart
from bot.logs import last_lines
from bot.progress import Say
from bot.settings import ROOT, child_environment

SOURCES = (
    "config.yml", "domain.yml", "data/nlu/*", "data/faq/*", "data/rules.yml", "data/stories.yml",
    "bot/engine/*.py", "bot/text.py", "bot/identifiers.py", "bot/understanding.py", "requirements-engine.lock",
)  # fmt: skip
_STEPS = (
    (re.compile(r"Started validating"), "checking the training data"),
    (re.compile(r"Starting to train component '(\w+)'"), r"training \1"),
    (re.compile(r"Restored component '(\w+)' from cache"), r"\1 is unchanged"),
)
_LONGEST_LINE = 1 << 20  # a progress bar is one line, however often it is drawn


class TrainingFailed(CannotStart):
    """The model could not be trained; the one that was there, if any, still is."""


@dataclass(frozen=True)
class Training:
    """What is trained from where, and by what program."""

    root: Path = ROOT
    program: Sequence[str] = (str(ENGINE_PYTHON), "-m", "bot.engine")
    log: Path = ROOT / "var" / "logs" / "training.log"

    @property
    def model(self) -> Path:
        """The trained model."""
        return self.root / "models" / "rasa.tar.gz"

    @property
    def stamp(self) -> Path:
        """The file beside the model that says what it was made from."""
        return self.root / "models" / "rasa.sources"

    def fingerprint(self) -> str:
        """Return what changes when a source does."""
        digest = hashlib.sha256()
        for path in sorted(path for pattern in SOURCES for path in self.root.glob(pattern)):
            digest.update(f"{path.relative_to(self.root)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def up_to_date(self) -> bool:
        """Say whether the model is there and was made from the sources as they are."""
        return self.model.exists() and self.stamp.exists() and self.stamp.read_text() == self.fingerprint()


async def train(training: Training, say: Say) -> None:
    """Train, and put the new model in the place of the old one; raises `TrainingFailed`, having changed nothing."""
    made_from = training.fingerprint()
    cache = training.root / "models" / ".cache"
    cache.mkdir(parents=True, exist_ok=True)
    training.log.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        code = await _run(training, Path(folder), say)
        made = Path(folder) / training.model.name
        if code or not made.exists():
            raise TrainingFailed(
                f"the dialogue model could not be trained, and is as it was before. The end of {training.log}:\n"
                + last_lines(training.log, 12)
            )
        made.replace(training.model)
        stamp = Path(folder) / training.stamp.name
        stamp.write_text(made_from)
        stamp.replace(training.stamp)


async def _run(training: Training, folder: Path, say: Say) -> int:
    process = await _start(training, folder)
    try:
        await _follow(process, training.log, say)
        return await process.wait()
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _start(training: Training, folder: Path) -> Process:
    data = ("--data", "data/nlu", "data/rules.yml", "data/stories.yml")
    target = ("--out", str(folder), "--fixed-model-name", training.model.name.removesuffix(".tar.gz"))
    # Rasa reads endpoints.yml when it trains too, though it connects to nothing.
    unused = dict.fromkeys(("MADAD_ACTION_URL", "MADAD_ENGINE_TOKEN", "MADAD_ENGINE_DATABASE_URL"), "unused")
    try:
        return await asyncio.create_subprocess_exec(
            *training.program, "train", "--config", "config.yml", "--domain", "domain.yml", *data, *target,
            cwd=training.root, env=child_environment(**unused, MADAD_ENGINE_ENDS_WITH_PARENT="1"),
            stdin=PIPE, stdout=PIPE, stderr=STDOUT, limit=_LONGEST_LINE, start_new_session=True,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise CannotStart(f"{training.program[0]} is not there; run `make setup`") from error


async def _follow(process: Process, log: Path, say: Say) -> None:
    assert process.stdout
    with log.open("wb") as file:
        async for line in process.stdout:
            file.write(line)
            for pattern, words in _STEPS:
                if found := pattern.search(line.decode(errors="replace")):
                    say(found.expand(words))
