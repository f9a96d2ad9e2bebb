"""The character n-grams: the same numbers as scikit-learn's, for any text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.adapters.faq_lexical import Lexicon
from bot.text import fold

TEXTS = [
    "where is my parcel", "where is my phone", "mein phone kahan hai", "گوشی من کجاست", "كيف أتتبع شحنتي؟",
    "मेरा पार्सल कहाँ है", "a", "a b", "I.D.", "the the the parcel", "🙂",
]  # fmt: skip


@pytest.fixture(scope="module")
def vectorizer() -> TfidfVectorizer:
    """What our numbers are to agree with."""
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, preprocessor=fold).fit(TEXTS)


@settings(deadline=None)  # the first use of scikit-learn takes longer
@given(text=st.one_of(st.sampled_from(TEXTS), st.text(max_size=60), st.text("abc parcelphone ۱کي", max_size=60)))
def test_similarities_are_those_of_scikit_learn(vectorizer: TfidfVectorizer, text: str) -> None:
    theirs = (vectorizer.transform(TEXTS) @ vectorizer.transform([text]).T).toarray()[:, 0]
    assert Lexicon(TEXTS).similarity(text) == pytest.approx(theirs, abs=1e-5)


def test_spellings_of_the_same_letters_are_alike() -> None:
    lexicon = Lexicon(["می‌کنند", "چیز دیگر"])
    for spelling in ("می‌کنند", "می کنند", "ميكنند"):
        same, other = lexicon.similarity(spelling)
        assert same > other + 0.3


@pytest.mark.parametrize("text", ["", " ", "zzz", "\u200c"])
def test_a_text_that_shares_nothing_is_like_nothing(text: str) -> None:
    assert not Lexicon(TEXTS[:3]).similarity(text).any()


def test_no_texts_are_no_mistake() -> None:
    assert Lexicon([]).similarity("text").shape == (0,)


def test_its_arrays_make_the_same_again() -> None:
    lexicon = Lexicon(TEXTS)
    again = Lexicon.from_arrays(lexicon.arrays)
    for text in TEXTS:
        assert np.array_equal(again.similarity(text), lexicon.similarity(text))
