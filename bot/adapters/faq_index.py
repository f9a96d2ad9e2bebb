"""`FaqIndex` by the meaning of a question and by how it is written, and the building of one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from bot.adapters import faq_cache
from bot.adapters.faq_cache import Learnt
from bot.adapters.faq_calibration import USUAL, Calibration, calibrate, features, try_out
from bot.adapters.faq_files import Finding
from bot.adapters.faq_lexical import Lexicon
from bot.adapters.faq_ranking import HeldOut, Matrix, kernel, learn
from bot.errors import BadData
from bot.faq import Candidate, FaqEntry
from bot.ports import Embedder
from bot.text import clean

Progress = Callable[[str], None]

MOST_PHRASINGS = 6000
_MAXIMUM_CHARACTERS = 2000
_AT_ONCE = 64
_SAME = 0.99
# The one thread of numpy's own: more of them wait for each other, and for the engine, longer than they compute.
_worker = ThreadPoolExecutor(1, thread_name_prefix="faq", initializer=partial(threadpool_limits, 1, "blas"))

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rows:
    """Every phrasing of every entry in every language."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    languages: tuple[str, ...]
    entries: NDArray[np.int64]
    """The place in `ids` of each row's entry."""
    vectors: Matrix


class FaqSearch:
    """`FaqIndex` over the phrasings of all entries in all languages."""

    def __init__(self, rows: Rows, learnt: Learnt, embedder: Embedder) -> None:
        self.rows = rows
        self.learnt = learnt
        self._embedder = embedder

    async def search(self, text: str, language: str, limit: int = 4) -> Sequence[Candidate]:
        """Return the nearest entries, best first; none for a text with nothing in it.

        The text may be in any language, whatever `language` says: that tells nothing about the entry.
        """
        asked = clean(text[:_MAXIMUM_CHARACTERS])
        if not asked or not self.rows.ids:
            return ()
        vectors = await self._embedder.encode([asked])
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_worker, self._nearest, asked, vectors, limit)

    def _nearest(self, text: str, vectors: Matrix, limit: int) -> tuple[Candidate, ...]:
        rows, learnt = self.rows, self.learnt
        scores = kernel(vectors @ rows.vectors.T, learnt.lexicon.similarity(text)[None, :]) @ learnt.weights
        best = np.argsort(-scores[0], kind="stable")[:limit]
        columns = features(np.repeat(scores, len(best), axis=0), best)
        probabilities = _descending(learnt.calibration.probability(columns))
        return tuple(Candidate(rows.ids[place], p) for place, p in zip(best, probabilities, strict=True))

    async def misplaced(self, certain: float) -> list[Finding]:
        """Return the wordings that would be answered, with that probability, from another entry if they were not here.

        Such a wording stands in the wrong entry, or the two entries need to be told apart better.
        """
        return await asyncio.get_running_loop().run_in_executor(_worker, self._misplaced, certain)

    def _misplaced(self, certain: float) -> list[Finding]:
        rows = self.rows
        scores = HeldOut(_likeness(rows, self.learnt.lexicon), rows.entries).one_by_one()
        best = scores.argmax(1)
        sure = self.learnt.calibration.probability(features(scores, best)) >= certain
        findings = []
        for row in np.flatnonzero(sure & (best != rows.entries)):
            what = f"{rows.texts[row]!r} is nearer to the entry {rows.ids[best[row]]}"
            findings.append(Finding(rows.ids[rows.entries[row]], rows.languages[row], what))
        return findings


async def build_index(
    entries: Sequence[FaqEntry],
    embedder: Embedder,
    cache: Path | None = None,
    progress: Progress = lambda text: None,
    previous: FaqSearch | None = None,
) -> FaqSearch:
    """Return an index of the entries; it comes from the `cache` file if that was built from the same data and model.

    `previous` is an index of nearly the same entries: its vectors and its calibration are used again, so that an edit
    is live in a second or two. Raises `BadData` for more questions than can be learnt from.
    """
    phrasings = _phrasings(entries)
    kept = await asyncio.to_thread(faq_cache.read, cache) if cache else None
    known = dict(kept.vectors) if kept and kept.embedder == embedder.name else {}
    if previous:
        known |= zip(previous.rows.texts, previous.rows.vectors, strict=True)
    vectors = await _encode(tuple(one.text for one in phrasings), known, embedder, progress)
    rows = _rows(phrasings, vectors)
    key = faq_cache.key_of(embedder.name, phrasings)
    if kept and kept.key == key:
        return FaqSearch(rows, kept.learnt, embedder)
    progress("learning from the wordings of the FAQ")
    calibration = previous.learnt.calibration if previous else None
    learnt = await asyncio.get_running_loop().run_in_executor(_worker, _learn, rows, calibration)
    if cache:
        texts = dict(zip(rows.texts, rows.vectors, strict=True))
        await asyncio.to_thread(faq_cache.write, cache, key, embedder.name, texts, learnt)
    return FaqSearch(rows, learnt, embedder)


class _Phrasing(NamedTuple):
    entry: str
    language: str
    text: str


def _phrasings(entries: Sequence[FaqEntry]) -> tuple[_Phrasing, ...]:
    """Return what is learnt from: everything, or of a very large FAQ the first wordings of each entry and language."""
    all_phrasings = [
        [_Phrasing(entry.id, language, clean(one)[:_MAXIMUM_CHARACTERS]) for one in text.phrasings]
        for entry in entries
        for language, text in sorted(entry.texts.items())
    ]
    if len(all_phrasings) > MOST_PHRASINGS:
        raise BadData(
            f"the FAQ has {len(all_phrasings)} questions in all languages together, and {MOST_PHRASINGS} are the most "
            "that can be searched; take out what is not asked any more"
        )
    counts = [len(phrasings) for phrasings in all_phrasings]
    depth = max(counts, default=0)
    while sum(min(count, depth) for count in counts) > MOST_PHRASINGS:
        depth -= 1
    if depth < max(counts, default=0):
        log.warning("the FAQ is large: only the first %d wordings of each entry and language are used", depth - 1)
    return tuple(one for phrasings in all_phrasings for one in phrasings[:depth])


def _rows(phrasings: Sequence[_Phrasing], vectors: Matrix) -> Rows:
    places = {entry: place for place, entry in enumerate(dict.fromkeys(one.entry for one in phrasings))}
    return Rows(
        ids=tuple(places),
        texts=tuple(one.text for one in phrasings),
        languages=tuple(one.language for one in phrasings),
        entries=np.array([places[one.entry] for one in phrasings], np.int64),
        vectors=vectors,
    )


async def _encode(texts: Sequence[str], known: Mapping[str, Matrix], embedder: Embedder, progress: Progress) -> Matrix:
    """Return the texts' vectors, taking those that are known; also makes sure that the model is there and the same."""
    sample = next((text for text in texts if text in known), None)
    if sample and not ((await embedder.encode([sample]))[0] @ known[sample] > _SAME):
        known = {}
    new = list(dict.fromkeys(text for text in texts if text not in known))
    found: dict[str, Matrix] = {}
    for start in range(0, len(new), _AT_ONCE):
        progress(f"encoding the FAQ, {start} of {len(new)} wordings")
        part = new[start : start + _AT_ONCE]
        found |= zip(part, await embedder.encode(part), strict=True)
    rows = [found[text] if text in found else known[text] for text in texts]
    return np.array(rows, np.float32).reshape(len(texts), embedder.dimensions)


def _learn(rows: Rows, calibration: Calibration | None) -> Learnt:
    lexicon = Lexicon(rows.texts)
    if not rows.texts:
        return Learnt(lexicon, np.zeros((0, 0), np.float32), USUAL)
    likeness = _likeness(rows, lexicon)
    if calibration:
        return Learnt(lexicon, learn(likeness, rows.entries), calibration)
    held_out = HeldOut(likeness, rows.entries)
    return Learnt(lexicon, held_out.weights, calibrate(try_out(held_out, rows.entries)))


def _likeness(rows: Rows, lexicon: Lexicon) -> Matrix:
    """Return how much each row tells about each, made in parts to save memory."""
    likeness = np.empty((len(rows.texts), len(rows.texts)), np.float32)
    for start in range(0, len(rows.texts), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        lexical = np.stack([lexicon.similarity(text) for text in rows.texts[part]])
        likeness[part] = kernel(rows.vectors[part] @ rows.vectors.T, lexical)
    return likeness


def _descending(probabilities: Matrix) -> list[float]:
    """Return probabilities of which none is greater than the one before, and that are not more than 1 together."""
    left, last, fitted = 1.0, 1.0, []
    for probability in probabilities.tolist():
        last = min(probability, last, left)
        left -= last
        fitted.append(last)
    return fitted
