"""The FAQ: entries in every language, and what to do with the nearest ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from bot.errors import NotFound


@dataclass(frozen=True)
class FaqText:
    """An entry in one language."""

    question: str
    wordings: tuple[str, ...]
    answer: str

    @property
    def phrasings(self) -> tuple[str, ...]:
        """The question and its other wordings."""
        return (self.question, *self.wordings)


@dataclass(frozen=True)
class FaqEntry:
    """One topic, under the same id in every language."""

    id: str
    texts: Mapping[str, FaqText]


@dataclass(frozen=True)
class Candidate:
    """An entry that may be the right one, and how probable that is, from 0 to 1."""

    id: str
    probability: float


class Verdict(str, Enum):
    """What to do with the nearest entries."""

    ANSWER = "answer"
    ASK = "ask"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Thresholds:
    """From `answer` on the best entry is given as the answer; from `ask` on the nearest questions are offered.

    At 0.85, 94 of 100 answers to held-out wordings are right, and 5 of 100 questions that no entry covers are answered.
    Held-out wordings are harder than what customers ask, for each is unlike the others of its entry: 28 of 100 are
    answered, and most others offered. `python -m benchmarks.faq_retrieval` has the whole table.
    """

    answer: float = 0.85
    ask: float = 0.3

    def verdict(self, candidates: Sequence[Candidate]) -> Verdict:
        best = candidates[0].probability if candidates else 0.0
        if best >= self.answer:
            return Verdict.ANSWER
        return Verdict.ASK if best >= self.ask else Verdict.UNKNOWN


class Faq:
    """The entries that are published now."""

    def __init__(self, entries: Sequence[FaqEntry], thresholds: Thresholds) -> None:
        self.entries = {entry.id: entry for entry in entries}
        self.thresholds = thresholds

    def text(self, entry_id: str, language: str) -> FaqText:
        """Return an entry in `language`, or in English where it lacks that; raises `NotFound`."""
        if entry_id not in self.entries:
            raise NotFound(f"no FAQ entry has the id {entry_id!r}")
        texts = self.entries[entry_id].texts
        return texts.get(language) or texts.get("en") or next(iter(texts.values()))
