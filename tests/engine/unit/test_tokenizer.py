"""Words as the classifier sees them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.engine.tokenizer import _MARKS, NormalizingTokenizer
from bot.identifiers import KINDS
from bot.text import clean

TOKENIZER = NormalizingTokenizer(NormalizingTokenizer.get_default_config())
TRICKY = "MD-100245 a@b.co ١٢३ می\u200cکنند ؟🙂/\n\u0301\ud800"


def words(text: str) -> list[str]:
    return [token.text for token in TOKENIZER.tokenize(Message({TEXT: text}), TEXT)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Where IS my order", ["where", "is", "my", "order"]),
        ("मेरा ऑर्डर", ["मेरा", "ऑर्डर"]),
        ("أَيْنَ طَلَبِي", ["این", "طلبی"]),
        ("می\u200cخواهم", ["میخواهم"]),
    ],
)
def test_words_are_split_at_blanks_and_folded(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("order MD-100245 please", ["order", "⟨o⟩", "please"]),
        ("MD-١٠٠٢٤٥", ["⟨o⟩"]),
        ("I am omar@example.com", ["i", "am", "⟨e⟩"]),
        ("call +971 50 123 4567 now", ["call", "⟨p⟩", "now"]),
        ("serial SN7K2P9X4Q1B", ["serial", "⟨s⟩"]),
    ],
)
def test_an_identifier_is_one_word_that_says_what_it_is(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize("text", ["", " ", "\u200c", "ـ", "\u064b"])
def test_a_text_without_words_has_a_token_nevertheless(text: str) -> None:
    assert len(words(text)) == 1


def test_every_kind_of_identifier_has_a_word_of_its_own() -> None:
    assert set(_MARKS) == KINDS
    assert len(set(_MARKS.values())) == len(KINDS)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters() | st.sampled_from(TRICKY), max_size=60))
def test_tokens_lie_within_the_cleaned_text_in_order_and_do_not_overlap(text: str) -> None:
    tokens = TOKENIZER.tokenize(Message({TEXT: text}), TEXT)
    assert tokens
    assert all(one.end <= following.start for one, following in pairwise(tokens))
    assert tokens[-1].end <= max(1, len(clean(text)))  # Rasa gives a token at least one character
