"""The file in which an FAQ index is kept between runs: plain arrays, nothing that runs when it is read."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.adapters.faq_calibration import Calibration
from bot.adapters.faq_lexical import Lexicon
from bot.adapters.faq_ranking import Matrix

FORMAT = 1
_CALIBRATION, _LEXICON = "calibration.", "lexicon."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Learnt:
    """What is learnt from the wordings."""

    lexicon: Lexicon
    weights: Matrix
    calibration: Calibration


@dataclass(frozen=True)
class Kept:
    """What the file holds: made from which data and by which model, the vectors of the texts, and what was learnt."""

    key: str
    embedder: str
    vectors: Mapping[str, Matrix]
    learnt: Learnt


def key_of(embedder: str, *data: Sequence[object]) -> str:
    """Return what two indexes share only if they were made from the same data, by the same model and program."""
    return hashlib.sha256(json.dumps([FORMAT, embedder, *data]).encode()).hexdigest()


def read(file: Path) -> Kept | None:
    """Return what the file holds; None if there is none, or it is broken or of another version of this program."""
    try:
        with file.open("rb") as content, np.load(content, allow_pickle=False) as arrays:
            return _unpack({name: arrays[name] for name in arrays.files})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        log.warning("%s: not a usable FAQ index (%s); it is built anew", file, error)
        return None


def write(file: Path, key: str, embedder: str, vectors: Mapping[str, Matrix], learnt: Learnt) -> None:
    """Write the file as a whole or not at all; a failure is only logged, since the index is there without it."""
    about = json.dumps({"format": FORMAT, "key": key, "embedder": embedder, "texts": list(vectors)})
    unfinished = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as output:
            np.savez(output, about=np.array(about), vectors=np.array(list(vectors.values())), **_arrays(learnt))
        unfinished.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        log.warning("%s: the FAQ index cannot be kept there (%s); the next start builds it again", file, error)


def _arrays(learnt: Learnt) -> dict[str, Any]:
    calibration = learnt.calibration
    return {
        "weights": learnt.weights,
        f"{_CALIBRATION}weights": calibration.weights,
        f"{_CALIBRATION}intercept": np.array(calibration.intercept),
        **{_LEXICON + name: array for name, array in learnt.lexicon.arrays.items()},
    }


def _unpack(arrays: Mapping[str, Any]) -> Kept:
    about = json.loads(str(arrays["about"]))
    if about["format"] != FORMAT:
        raise ValueError(f"format {about['format']}, and this program writes {FORMAT}")
    lexicon = {name.removeprefix(_LEXICON): array for name, array in arrays.items() if name.startswith(_LEXICON)}
    calibration = Calibration(arrays[f"{_CALIBRATION}weights"], float(arrays[f"{_CALIBRATION}intercept"]))
    return Kept(
        key=about["key"],
        embedder=about["embedder"],
        vectors=dict(zip(about["texts"], arrays["vectors"], strict=True)),
        learnt=Learnt(Lexicon.from_arrays(lexicon), arrays["weights"], calibration),
    )
