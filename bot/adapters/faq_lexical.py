"""How alike texts are written: TF-IDF over the character n-grams of their words.

The same numbers as scikit-learn's `TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)` over
`fold()`, which a test compares; a service that only searches is spared the three seconds of importing it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.text import fold

_SIZES = (2, 3, 4)
_MAXIMUM_CHARACTERS = 2000


class Lexicon:
    """The n-grams of a number of texts, and the texts' cosine similarity to another text."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(_ngrams(text)) for text in texts]
        known = {ngram: place for place, ngram in enumerate(sorted(set().union(*counts)))}
        texts_with = Counter(ngram for count in counts for ngram in count)
        rarity = np.array([np.log((1 + len(texts)) / (1 + texts_with[ngram])) + 1 for ngram in known], np.float32)
        columns, weights, rows = [], [], []
        for row, count in enumerate(counts):
            places, values = _weigh(count, known, rarity)
            columns.append(places)
            weights.append(values)
            rows.append(np.full(len(places), row, np.int32))
        column = np.concatenate(columns) if columns else np.zeros(0, np.int64)
        order = np.argsort(column, kind="stable")
        self._take(
            {
                "ngrams": np.array(list(known), f"<U{_SIZES[-1]}"),
                "rarity": rarity,
                "starts": np.searchsorted(column[order], np.arange(len(known) + 1)),
                "rows": np.concatenate(rows)[order] if rows else np.zeros(0, np.int32),
                "weights": np.concatenate(weights)[order] if weights else np.zeros(0, np.float32),
                "count": np.array(len(texts)),
            }
        )

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Lexicon:
        """Return the lexicon whose `arrays` these are."""
        lexicon = cls.__new__(cls)
        lexicon._take(arrays)
        return lexicon

    def _take(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.arrays = {name: arrays[name] for name in ("ngrams", "rarity", "starts", "rows", "weights", "count")}
        self._known = {str(ngram): place for place, ngram in enumerate(arrays["ngrams"])}
        self._count = int(arrays["count"])

    def similarity(self, text: str) -> NDArray[np.float32]:
        """Return the cosine similarity of every text to `text`, from 0 to 1."""
        places, values = _weigh(Counter(_ngrams(text)), self._known, self.arrays["rarity"])
        starts, rows, weights = self.arrays["starts"], self.arrays["rows"], self.arrays["weights"]
        spans = [slice(starts[place], starts[place + 1]) for place in places]
        if not spans:
            return np.zeros(self._count, np.float32)
        products = [weights[span] * value for span, value in zip(spans, values, strict=True)]
        found = np.concatenate([rows[span] for span in spans])
        return np.bincount(found, np.concatenate(products), self._count).astype(np.float32)


def _ngrams(text: str) -> Iterator[str]:
    for word in fold(text[:_MAXIMUM_CHARACTERS]).split():
        padded = f" {word} "
        for size in _SIZES:
            yield from (padded[start : start + size] for start in range(max(1, len(padded) - size + 1)))
            if len(padded) <= size:
                break


def _weigh(
    count: Counter[str], known: Mapping[str, int], rarity: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the places of the known n-grams, and their weights, which are of length 1 together."""
    kept = [(known[ngram], times) for ngram, times in count.items() if ngram in known]
    places = np.array([place for place, _ in kept], np.int64)
    weights = (1 + np.log(np.array([times for _, times in kept], np.float32))) * rarity[places]
    return places, weights / max(float(np.linalg.norm(weights)), 1e-9)
