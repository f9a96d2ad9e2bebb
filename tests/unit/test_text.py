"""The normaliser: what `clean()` keeps, what `fold()` makes equal, and that neither ever fails."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text import alike, clean, fold, isolate, typed

# Signs that meet in real messages and interact: letters with variants, marks, joiners, digits, blanks, half characters.
TRICKY = (
    "می نیكکيىۀۂۃەئؤءآأإ\u0654\u0655\u0653\u064b\u0670ـ"
    "कर\u0958\u0931\u093c\u0947١۲३\u1100\u1161\u11a8aA.ßİıſﬁ①½ªﷺ\u0301\u0338"
    "\u200c\u200d\u200e\u202e \n\t\r\u00a0\u0085\u2028/\ud800😀\ufe0f"
)
ANY_TEXT = st.text(st.characters() | st.sampled_from(TRICKY), max_size=60) | st.text(st.sampled_from(TRICKY))
properties = settings(max_examples=200, deadline=None)


@properties
@given(ANY_TEXT)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@properties
@given(ANY_TEXT)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@properties
@given(ANY_TEXT)
def test_folding_sees_no_difference_between_a_text_and_its_cleaned_form(text: str) -> None:
    assert fold(clean(text)) == fold(text)


@properties
@given(ANY_TEXT)
def test_a_cleaned_text_has_no_control_characters_and_can_be_encoded(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert not {c for c in cleaned if unicodedata.category(c) in ("Cc", "Cs", "Cn")} - {"\n"}


@properties
@given(ANY_TEXT)
def test_a_cleaned_text_has_no_blanks_at_its_ends_nor_two_in_a_row(text: str) -> None:
    cleaned = clean(text)
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned
    assert "\n\n\n" not in cleaned


@properties
@given(ANY_TEXT)
def test_what_was_typed_is_never_a_command_of_the_engine(text: str) -> None:
    assert not clean(typed(text)).startswith("/")
    assert typed(typed(text)) == typed(text)


@properties
@given(ANY_TEXT)
def test_every_text_is_like_itself_however_it_is_cleaned(text: str) -> None:
    assert alike(text, f" {clean(text)} ")


@pytest.mark.parametrize("step", [clean, fold, typed])
@pytest.mark.parametrize("unit", ["a", " ", "\n", "ی", "می ", "\u200c", "ا\u064b", "क\u093c", "😀", "\ud800", "/"])
def test_the_time_is_linear_in_the_length(step: Callable[[str], str], unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    started = time.perf_counter()
    step(text)
    assert time.perf_counter() - started < 3


@pytest.mark.parametrize(
    "digits",
    [
        "0123456789",
        "٠١٢٣٤٥٦٧٨٩",
        "۰۱۲۳۴۵۶۷۸۹",
        "०१२३४५६७८९",
        "০১২৩৪৫৬৭৮৯",
        "０１２３４５６７８９",
        "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
        "߀߁߂߃߄߅߆߇߈߉",
    ],
)
def test_digits_of_every_script_become_ascii(digits: str) -> None:
    assert clean(digits) == "0123456789"


def test_there_is_no_decimal_digit_in_unicode_that_stays_as_it_is() -> None:
    every = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Nd"]
    assert {clean(digit) for digit in every} == set("0123456789")


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("می\u200cکنند", "می\u200cکنند"),
        ("\u200cسلام\u200c", "سلام"),
        ("نمی\u200c\u200cدانم", "نمی\u200cدانم"),
        ("क्\u200dष", "क्\u200dष"),
        ("\u202eMD-100245\u202c", "MD-100245"),
        ("\u2068MD-100245\u2069\u200e\u200f\u061c", "MD-100245"),
        ("\ufeffhello", "hello"),
        ("zero\u200bwidth", "zerowidth"),
        ("soft\u00adhyphen", "softhyphen"),
        ("nul\x00 bell\x07 escape\x1b", "nul bell escape"),
        ("half \ud83d character", "half character"),
        ("tab\tand\u00a0no-break \u3000 wide", "tab and no-break wide"),
        ("  ends  ", "ends"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("a\r\n\r\n\r\n\r\nb", "a\n\nb"),
        ("ＭＤ－１００２４５", "MD-100245"),
        ("ﻣﺮﺣﺒﺎ", "مرحبا"),
        ("cafe\u0301", "café"),
        ("", ""),
        (" \n\t\u200c ", ""),
    ],
)
def test_cleaning_makes_regular_and_loses_nothing_that_matters(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@pytest.mark.parametrize("emoji", ["😀", "👍🏽", "👨\u200d👩\u200d👧", "❤\ufe0f", "🇦🇪"])
def test_emoji_are_kept_whole(emoji: str) -> None:
    assert clean(f"thanks {emoji} a lot") == f"thanks {emoji} a lot"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Where Is My ORDER", "where is my order"),
        ("كيف الحال", "کیف الحال"),
        ("علي", "على"),
        ("ہے", "هی"),
        ("مدرسة", "مدرسه"),
        ("أإآٱ", "اااا"),
        ("مُحَمَّد", "محمد"),
        ("مـــرحـــبا", "مرحبا"),
        ("مسئول", "مسیول"),
        ("مؤسسة", "موسسه"),
        ("خانۀ", "خانه"),
        ("क़लम", "कलम"),
        ("\u0915\u093cलम", "\u0958लम"),
        ("ज़्यादा", "ज्यादा"),
        ("हाँ", "हां"),
        ("کیا؟", "کیا?"),
        ("«سلام»، خوبی؛", '"سلام", خوبی;'),
        ("soooooo slow", "so slow"),
        ("سلاااااام", "سلام"),
        ("Straße", "strasse"),
        ("don’t", "don't"),
        ("كتاب\u200cها", "کتاب ها"),
        ("١٠٠٢٤٥", "100245"),
    ],
)
def test_spellings_that_mean_the_same_fold_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize("spelling", ["می\u200cکنند", "می کنند", "ميكنند", "مي كنند", "میکنند"])
def test_the_persian_verb_prefix_means_the_same_joined_apart_and_with_a_joiner(spelling: str) -> None:
    assert fold(spelling) == "میکنند"
    assert fold(f"آنها ن{spelling}") == "انها نمیکنند"


@pytest.mark.parametrize("phrase", ["می", "می یابد", "قدیمی است", "کمی صبر", "می 5"])
def test_what_only_looks_like_the_verb_prefix_stays_apart(phrase: str) -> None:
    assert fold(phrase) == phrase


@pytest.mark.parametrize(("one", "other"), [("order", "ordre"), ("100245", "100246"), ("111", "11"), ("بله", "نه")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)
    assert not alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Yes, a person please", "yes a person please!"),
        ("کتاب\u200cها", "کتابها"),
        ("جی ہاں", "جي هاں۔"),
        ("No, thanks", "no thanks"),
        ("👍", "👍"),
    ],
)
def test_texts_are_alike_whatever_stands_between_their_letters(one: str, other: str) -> None:
    assert alike(one, other)


@pytest.mark.parametrize(("one", "other"), [("👍", "👎"), ("", "yes"), ("हाँ", "ह"), ("!", "?")])
def test_texts_of_other_letters_are_not_alike(one: str, other: str) -> None:
    assert not alike(one, other)


@pytest.mark.parametrize(
    "attempt",
    [
        "/restart",
        "//restart",
        " / /restart",
        "\n/restart",
        "／restart",
        "\u200c/restart",
        "/\u200c/restart",
        "\u202e/restart",
    ],
)
def test_leading_slashes_are_taken_off(attempt: str) -> None:
    assert typed(attempt) == "restart"


def test_slashes_inside_a_text_stay() -> None:
    assert typed("24/7 and/or") == "24/7 and/or"


def test_an_isolated_value_is_a_value_between_first_strong_isolate_and_pop() -> None:
    assert isolate("MD-100245") == "\u2068MD-100245\u2069"
    assert clean(isolate("MD-100245")) == "MD-100245"
