"""The FAQ: entries in every language, and what to do with the nearest ones."""

from __future__ import annotations

import pytest

from bot.errors import NotFound
from bot.faq import Candidate, Faq, FaqEntry, FaqText, Thresholds, Verdict

ENGLISH = FaqText("How long does delivery take?", ("when does it come",), "Two to four days.")
URDU = FaqText("ڈیلیوری میں کتنے دن لگتے ہیں؟", (), "دو سے چار دن۔")
FAQ = Faq([FaqEntry("delivery-time", {"en": ENGLISH, "ur": URDU}), FaqEntry("only-urdu", {"ur": URDU})], Thresholds())


@pytest.mark.parametrize(
    ("probabilities", "verdict"),
    [
        ([0.9, 0.1], Verdict.ANSWER),
        ([0.6], Verdict.ANSWER),
        ([0.59, 0.58], Verdict.ASK),
        ([0.2], Verdict.ASK),
        ([0.19], Verdict.UNKNOWN),
        ([0.0], Verdict.UNKNOWN),
        ([], Verdict.UNKNOWN),
    ],
)
def test_the_best_entry_decides_between_answering_asking_and_not_knowing(
    probabilities: list[float], verdict: Verdict
) -> None:
    assert (
        Thresholds(answer=0.6, ask=0.2).verdict([Candidate(str(n), p) for n, p in enumerate(probabilities)]) is verdict
    )


def test_the_thresholds_can_be_set() -> None:
    strict = Thresholds(answer=0.95, ask=0.9)
    found = [strict.verdict([Candidate("a", probability)]) for probability in (0.95, 0.9, 0.89)]
    assert found == [Verdict.ANSWER, Verdict.ASK, Verdict.UNKNOWN]


def test_an_entry_is_given_in_the_language_asked_for() -> None:
    assert FAQ.text("delivery-time", "ur") is URDU
    assert FAQ.text("delivery-time", "en") is ENGLISH


def test_an_entry_that_lacks_the_language_is_given_in_english_or_in_what_there_is() -> None:
    assert FAQ.text("delivery-time", "fa") is ENGLISH
    assert FAQ.text("only-urdu", "fa") is URDU


@pytest.mark.parametrize("entry", ["", "no-such-entry", "Delivery-Time"])
def test_an_unknown_entry_is_not_found(entry: str) -> None:
    with pytest.raises(NotFound, match="no FAQ entry"):
        FAQ.text(entry, "en")


def test_the_phrasings_are_the_question_and_its_other_wordings() -> None:
    assert ENGLISH.phrasings == ("How long does delivery take?", "when does it come")
    assert URDU.phrasings == (URDU.question,)


def test_the_entries_are_found_by_their_ids() -> None:
    assert list(FAQ.entries) == ["delivery-time", "only-urdu"]
