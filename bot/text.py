"""One normaliser for every script that customers write in.

`clean()` loses nothing that matters and is applied to everything a customer types. `fold()` throws differences away
that only confuse matching (letter variants, vowel signs, repeated letters); its result is never shown and never stored.
Both are used at training time, at run time and for identifiers, in the service and inside the engine.
"""

from __future__ import annotations

import re
import unicodedata

ZWNJ = "\u200c"
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"

# Kept although they are "format" characters: ZWNJ separates Persian morphemes, ZWJ shapes Indic conjuncts and emoji.
_KEPT_FORMAT = {ZWNJ, "\u200d"}
_LINE_BREAKS = {"\n", "\t"}
_MANY_BLANKS = re.compile(r"[^\S\n]+")
_MANY_LINES = re.compile(r"\n{3,}")
_JOINERS_WITHOUT_LETTERS = re.compile("[\u200c\u200d]{2,}")

_ARABIC_LETTERS = str.maketrans(
    {
        "ي": "ی", "ى": "ی", "ے": "ی", "ئ": "ی", "ۓ": "ی", "ې": "ی",
        "ك": "ک", "ڪ": "ک",
        "ہ": "ه", "ھ": "ه", "ە": "ه", "ة": "ه", "ۃ": "ه", "ۂ": "ه", "ۀ": "ه",
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا",
        "ؤ": "و", "ۇ": "و",
        "ء": None, "ـ": None,
        ZWNJ: " ", "\u200d": None,
    }
)  # fmt: skip
_VOWEL_SIGNS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]")
_NUKTA = "\u093c"
_DEVANAGARI_NASALS = str.maketrans({"ँ": "ं", "।": ".", "॥": "."})
_PUNCTUATION = str.maketrans(
    {"؟": "?", "،": ",", "؛": ";", "۔": ".", "«": '"', "»": '"', "’": "'", "‘": "'", "“": '"', "”": '"'}
)
_REPEATED = re.compile(r"(\D)\1{2,}")
# The Persian verb prefix is written joined, with ZWNJ or apart. What follows is never ی, so joining repeats no letter.
_VERB_PREFIX = re.compile(r"\b(ن?می) (?=[^\W\d_ی])")


def clean(text: str) -> str:
    """Return `text` with compatibility forms, digits, blanks and invisible characters made regular.

    NFKC; decimal digits of every script become ASCII; control characters, lone surrogates, bidi marks and byte-order
    marks go; runs of blanks become one; at most one empty line stays between lines. Idempotent, linear in the length.
    """
    # A joiner has a use only between two others; and NFKC after the removal, because a mark can meet its letter then.
    kept = "".join(_clean_character(c) for c in unicodedata.normalize("NFKC", text.replace("\r\n", "\n")))
    kept = unicodedata.normalize("NFKC", _JOINERS_WITHOUT_LETTERS.sub(lambda m: m.group()[0], kept))
    lines = (_MANY_BLANKS.sub(" ", line).strip(" \u200c\u200d") for line in kept.split("\n"))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _clean_character(character: str) -> str:
    if character.isascii() and character.isprintable():
        return character
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if character in _KEPT_FORMAT or character in _LINE_BREAKS:
        return character
    if category in ("Zl", "Zp") or character in "\r\v\f\x85":
        return "\n"
    return "" if category[0] == "C" and category != "Co" else character


def fold(text: str) -> str:
    """Return a lossy form of `text` under which spellings that mean the same are equal; for matching only.

    Case, tashkeel, tatweel, the Arabic, Persian and Urdu variants of yeh, kaf, heh and alef, nukta, ZWNJ (as a blank),
    the Persian verb prefix joined or apart, and letters or signs repeated three times or more. Idempotent.
    """
    text = clean(text).casefold().translate(_PUNCTUATION)
    text = unicodedata.normalize("NFD", text).replace(_NUKTA, "")
    text = _VOWEL_SIGNS.sub("", text.translate(_ARABIC_LETTERS))
    text = unicodedata.normalize("NFC", text).translate(_ARABIC_LETTERS).translate(_DEVANAGARI_NASALS)
    text = " ".join(_REPEATED.sub(r"\1", _VOWEL_SIGNS.sub("", text)).split())
    return _VERB_PREFIX.sub(r"\1", text)


def alike(left: str, right: str) -> bool:
    """Say whether two texts have the same letters in the same order, whatever stands between them."""
    return _bare(left) == _bare(right)


def _bare(text: str) -> str:
    folded = fold(text)
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LNM") or folded


def typed(text: str) -> str:
    """Return what a customer typed, cleaned, and without the leading slashes by which Rasa recognises commands."""
    return clean(text).lstrip("/ \n\u200c\u200d")


def isolate(value: str) -> str:
    """Wrap `value` in Unicode isolates, so that an identifier keeps its order inside right-to-left text (UAX #9)."""
    return f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}"
