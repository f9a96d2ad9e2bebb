"""How well is the right FAQ entry found, how far is its probability to be trusted, and what does it cost?

Run with `.venv/bin/python -m benchmarks.faq_retrieval`. Three kinds of questions:

- *held-out wordings*: every wording of data/faq is asked while it is hidden itself;
- *and their translations*: the nearest wording of the same entry in each other language is hidden too, because the
  files repeat one another's wordings, and customers do not;
- *new questions*: those of faq_questions.yml, written without looking at the wordings.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import yaml

from benchmarks.common import ROOT, percentile, report
from bot.adapters.embeddings import SentenceTransformerEmbedder
from bot.adapters.faq_calibration import Trial, cross_validate, features, figures, try_out
from bot.adapters.faq_files import read_faq
from bot.adapters.faq_index import FaqSearch, build_index
from bot.adapters.faq_ranking import ABSENT, HeldOut, Matrix, kernel
from bot.faq import Thresholds
from bot.language import LANGUAGES
from bot.text import clean

QUESTIONS = ROOT / "benchmarks" / "faq_questions.yml"
THRESHOLDS = (0.2, 0.5, 0.6, 0.7, 0.8, 0.95)
QUERIES = 300


@dataclass(frozen=True)
class Asked:
    """Questions, the place of the entry of each (-1 for none), and the similarities to every row of the index."""

    languages: np.ndarray[Any, Any]
    entries: np.ndarray[Any, Any]
    dense: Matrix
    lexical: Matrix
    scores: Matrix

    def part(self, chosen: np.ndarray[Any, Any]) -> Asked:
        """Return some of them."""
        return Asked(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


def held_out_wordings(index: FaqSearch, held_out: HeldOut, *, with_translations: bool) -> Asked:
    """Ask every wording while it, and perhaps what looks like its translations, are hidden."""
    rows, languages = index.rows, np.array(index.rows.languages)
    dense = rows.vectors @ rows.vectors.T
    lexical = np.stack([index.learnt.lexicon.similarity(text) for text in rows.texts])
    scores = held_out.one_by_one()
    for row, entry in enumerate(rows.entries):
        own = np.flatnonzero(rows.entries == entry)
        others = [own[languages[own] == code] for code in LANGUAGES if with_translations and code != languages[row]]
        hidden = np.array([row, *(other[dense[row, other].argmax()] for other in others if len(other))])
        if with_translations:
            scores[row] = held_out.together(hidden)[0]
        dense[row, hidden], lexical[row, hidden] = ABSENT, ABSENT
    return Asked(languages, rows.entries, dense, lexical, scores)


async def new_questions(index: FaqSearch, embedder: SentenceTransformerEmbedder) -> Asked:
    """Ask the questions of the file."""
    content = yaml.safe_load(QUESTIONS.read_text("utf-8"))
    asked = [(language, clean(text), entry) for language, pairs in content.items() for text, entry in pairs]
    places = {name: place for place, name in enumerate(index.rows.ids)}
    dense = await embedder.encode([text for _, text, _ in asked]) @ index.rows.vectors.T
    lexical = np.stack([index.learnt.lexicon.similarity(text) for _, text, _ in asked])
    return Asked(
        np.array([language for language, _, _ in asked]),
        np.array([places.get(entry, -1) for _, _, entry in asked]),
        dense,
        lexical,
        kernel(dense, lexical) @ index.learnt.weights,
    )


def recall_rows(kind: str, asked: Asked, index: FaqSearch) -> list[dict[str, Any]]:
    """Return recall at 1 / at 3, by language, of ours and of each of its two halves alone."""
    asked = asked.part(asked.entries >= 0)
    starts = np.flatnonzero(np.diff(index.rows.entries, prepend=-1))
    ways = {
        "ours": asked.scores,
        "dense only, nearest wording": np.maximum.reduceat(asked.dense, starts, axis=1),
        "TF-IDF only, nearest wording": np.maximum.reduceat(asked.lexical, starts, axis=1),
    }
    rows = []
    for way, scores in ways.items():
        order = np.argsort(-scores, axis=1, kind="stable")[:, :3]
        hits = order == asked.entries[:, None]
        recalls = {"all": hits, **{code: hits[asked.languages == code] for code in LANGUAGES}}
        shown = {code: f"{hit[:, 0].mean():.2f} / {hit.any(1).mean():.2f}" for code, hit in recalls.items()}
        rows.append({"questions": f"{kind} ({len(hits)})", "way": way, **shown})
    return rows


def threshold_rows(trial: Trial, asked: Asked, index: FaqSearch) -> list[dict[str, Any]]:
    """Return what answering from a probability on means: cross-validated by entry, and for the new questions."""
    probability = cross_validate(trial)
    new = Trial(asked.scores, asked.entries, asked.entries >= 0)
    certain = index.learnt.calibration.probability(features(new.scores, new.best))
    ours = Thresholds()
    rows = []
    for threshold in sorted({*THRESHOLDS, ours.ask, ours.answer}):
        held_out, found = figures(trial, probability, threshold), figures(new, certain, threshold)
        chosen = certain >= threshold
        rows.append(
            {
                "from": threshold,
                "": {ours.ask: "ask", ours.answer: "answer"}.get(threshold, ""),
                "cv precision": held_out.precision,
                "cv coverage": held_out.coverage,
                "cv unanswerable": held_out.of_unanswered,
                "new precision": float(new.right[chosen].mean()),
                "new coverage": found.coverage,
                "new unanswerable": found.of_unanswered,
            }
        )
    return rows


async def timed(call: Any, texts: Sequence[str]) -> list[float]:
    """Return the milliseconds of each call."""
    spent = []
    for text in texts:
        began = time.perf_counter()
        await call(text)
        spent.append(1000 * (time.perf_counter() - began))
    return spent


async def cost_rows() -> list[dict[str, Any]]:
    """Return times and memory, each measured once the model is loaded, but for loading itself."""
    process = psutil.Process(os.getpid())
    entries = read_faq(ROOT / "data" / "faq")
    rows: list[dict[str, Any]] = []

    def add(what: str, value: float, unit: str) -> None:
        rows.append({"what": what, "value": value, "unit": unit, "memory MB": process.memory_info().rss / 1e6})

    began = time.perf_counter()
    embedder = SentenceTransformerEmbedder(str(ROOT / "models" / "sentence-embedder"))
    await embedder.encode(["ready"])
    add("import PyTorch and load the model", time.perf_counter() - began, "s")
    with tempfile.TemporaryDirectory() as folder:
        for what in ("build the index", "load the index from its file"):
            began = time.perf_counter()
            index = await build_index(entries, embedder, Path(folder) / "index")
            add(f"{what}, {len(index.rows.texts)} wordings", time.perf_counter() - began, "s")
    began = time.perf_counter()
    await build_index(entries[1:], embedder, previous=index)
    add("make an edit live", time.perf_counter() - began, "s")
    vectors = await timed(lambda text: embedder.encode([text]), [f"where is my order {n}" for n in range(QUERIES)])
    searches = await timed(lambda text: index.search(text, "en"), [f"when is order {n} here" for n in range(QUERIES)])
    again = await timed(lambda text: index.search(text, "en"), ["how long does delivery take"] * QUERIES)
    for what, spent in (("vector of a new query", vectors), ("search, new query", searches), ("search, known", again)):
        add(f"{what}, p50", statistics.median(spent), "ms")
        add(f"{what}, p95", percentile(spent, 0.95), "ms")
    embedder.close()
    return rows


async def main() -> None:
    """Measure and report."""
    costs = await cost_rows()
    embedder = SentenceTransformerEmbedder(str(ROOT / "models" / "sentence-embedder"))
    index = await build_index(read_faq(ROOT / "data" / "faq"), embedder)
    rows = index.rows
    lexical = np.stack([index.learnt.lexicon.similarity(text) for text in rows.texts])
    held_out = HeldOut(kernel(rows.vectors @ rows.vectors.T, lexical), rows.entries)
    asked = await new_questions(index, embedder)
    report(
        "faq_recall",
        "FAQ retrieval: recall at 1 / at 3",
        [
            *recall_rows("held-out wordings", held_out_wordings(index, held_out, with_translations=False), index),
            *recall_rows("and their translations", held_out_wordings(index, held_out, with_translations=True), index),
            *recall_rows("new questions", asked, index),
        ],
    )
    title = "FAQ retrieval: answering from a probability on (cv: cross-validated; unanswerable: answered all the same)"
    report("faq_thresholds", title, threshold_rows(try_out(held_out, rows.entries), asked, index))
    report("faq_cost", "FAQ retrieval: time and memory on one thread", costs)
    embedder.close()


if __name__ == "__main__":
    asyncio.run(main())
