"""The language that a conversation stays in."""

from __future__ import annotations

import re
from collections import Counter

from bot.text import fold

LANGUAGES = ("en", "ar", "hi", "ur", "fa")
RIGHT_TO_LEFT = frozenset({"ar", "ur", "fa"})
DEFAULT_LANGUAGE = "en"

# Letters that only one of the languages in Arabic script writes; counted before folding, which makes them one.
_OWN_LETTERS = {"ar": "ةىيكأإؤ", "fa": "ۀ", "ur": "ٹڈڑںےہھۓۂ"}
_NOT_ARABIC = "پچژگیک"
# The commonest words that tell one language from the others that share its script, as `fold()` leaves them.
_WORDS = {
    "ar": "في من علی هل ما این متی کیف انا هو هذا هذه التی الی عن مع لا لم لن کان وین ابغی عندی شو ایش ازای فین بدی عایز طلبی مرحبا السلام شکرا",
    "fa": "است من شما را که این آن از به با در برای چی چرا کجاست کجا چطور هست نیست میشه شده نمیشه سلام لطفا خواهش ممنون سفارشم بله خیر کی چقدر دارم میخواهم رو",
    "ur": "هی هین کا کی کو می مین کیا نهین مجهی میرا میری آپ هو کب کهان کیسی سی نی پر اور کیون هون شکریه جی چاهیی رها رهی گا",
    "en": "the is my i you a an to of it where what how when not for do can please order phone and in on me have help with",
    "hi": "mera meri mere kahan kab kya hai hain nahi nahin ka ki ke ko kaise mujhe aap chahiye ho raha rahi gaya karo karna bhai yeh kitna se",
}  # fmt: skip
_FOLDED_WORDS = {language: frozenset(fold(words).split()) for language, words in _WORDS.items()}
_LETTERS = re.compile(r"[^\W\d_]")
_SURE = 3.0
_SHORT = 2


def choose_language(text: str, hint: str | None = None) -> str:
    """Return the language for a new conversation: the text's own when its script leaves no doubt, else the hint."""
    scores = _scores(text)
    best, score = max(scores.items(), key=lambda pair: pair[1], default=(DEFAULT_LANGUAGE, 0.0))
    hint = hint if hint in LANGUAGES else None
    if hint and (score < _SURE or scores.get(hint, 0.0) >= score):
        return hint
    return best if score > 0 else hint or DEFAULT_LANGUAGE


def follow_language(text: str, current: str) -> str:
    """Return the language to go on in: the current one, unless the text is clearly, and at some length, in another.

    Latin letters alone switch only on several English words: an order number, a product's name, or Hindi, Urdu,
    Arabic or Persian typed in Latin letters does not take a conversation out of its language.
    """
    scores = _scores(text)
    best, score = max(scores.items(), key=lambda pair: pair[1], default=(current, 0.0))
    if best == current or len(_LETTERS.findall(text)) <= _SHORT:
        return current
    return best if score >= _SURE and score > 1.5 * scores.get(current, 0.0) else current


def _scores(text: str) -> dict[str, float]:
    """Return how much speaks for each language; a language that nothing speaks for is absent."""
    scripts = Counter(_script(letter) for letter in _LETTERS.findall(text))
    words = fold(text).split()
    scores: dict[str, float] = {}
    if scripts["devanagari"]:
        scores["hi"] = 3.0 * scripts["devanagari"]
    if scripts["arabic"]:
        for language in ("ar", "fa", "ur"):
            own = sum(text.count(letter) for letter in _OWN_LETTERS[language])
            common = sum(word in _FOLDED_WORDS[language] for word in words)
            scores[language] = 1.0 + 2.0 * own + 2.0 * common
        foreign = sum(text.count(letter) for letter in _NOT_ARABIC)
        scores["fa"] += foreign
        scores["ur"] += foreign
        if not foreign and scores["fa"] == scores["ur"] == 1.0:
            scores["ar"] += 2.0
        elif "\u200c" in text:
            scores["fa"] += 2.0
    if scripts["latin"]:
        english, hindi = (sum(word.strip(".,?!'") in _FOLDED_WORDS[code] for word in words) for code in ("en", "hi"))
        if english > hindi:
            scores["en"] = 1.5 * (english - hindi)
    return scores


def _script(letter: str) -> str:
    code = ord(letter)
    if code < 0x250:
        return "latin"
    if 0x600 <= code < 0x780 or 0xFB50 <= code < 0xFF00:
        return "arabic"
    return "devanagari" if 0x900 <= code < 0x980 else "other"
