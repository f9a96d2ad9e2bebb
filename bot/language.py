"""The language that a conversation stays in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.text import clean, fold

LANGUAGES = ("en", "ar", "hi", "ur", "fa")
RIGHT_TO_LEFT = frozenset({"ar", "ur", "fa"})
DEFAULT_LANGUAGE = "en"

# Letters by which keyboards give a language away (folding makes them one), and beginnings and ends of words.
_SIGNS = (
    (re.compile(r"[ةىيكأإ]|\b[وبفک]?ال\w{3}|\bلل\w{2}"), ("ar",)),
    (re.compile("[ٹڈڑںےہھۓۂ]"), ("ur",)),
    (re.compile("[پچژگیک]"), ("fa", "ur")),
    (re.compile("ه"), ("ar", "fa")),
    (re.compile(r"\u200c|\bن?می\w{3}|\w{2}های?\b"), ("fa",)),
)
# Words that tell a language from the others of its script, as `fold()` leaves them. "roman" is what Hindi, Urdu, Arabic
# and Persian look like in Latin letters.
_WORDS = {
    "ar": (
        "في من علی هل ما این متی کیف انا هو هی هذا هذه التی الی عن مع لا لم لن قد کان وین ابغی عندی عندکم شو ایش "
        "ازای فین بدی عایز لو انت مرحبا شکرا اهلا ابی ابغا ودی اقدر ممکن الحین لیش کم قبل بعد حق تم اذا"
    ),
    "fa": (
        "است من شما را که این آن از به با در برای تا هم یا اگر ولی چی چرا کجاست کجا چطور هست نیست بود باید شده شد "
        "نشده نشد شود کنید کنم کنه کرد کردم بده بدم دارم ندارم دارد داره ندارد نداره دارید خواهش ممنون مرسی لطفا "
        "بله آره خیر نه کی چقدر چه خیلی هنوز خوب حالا رو یه تو توی روی ام اش اون چند دیگه فقط رفتم اومد بهم سفارش "
        "سفارشم ارسال"
    ),
    "ur": (
        "هی هین کا کی کو مین کیا نهین مجهی میرا میری آپ هو کب کهان کیسی سی نی پر اور کیون هون جی چاهیی رها رهی "
        "گا گی کر کرو کرنا کرین دو دی دیا لی لیا بتاو جاو بهی یه وه تها تهی جو یا تو اس ان ابهی نمبر والی کوئی هم "
        "اپنا اپنی"
    ),
    "en": (
        "the is are was my i your it its a an of this that where what how when why who which not for with have "
        "has had do does did can could would will and or but if in on at from there any get want am been much "
        "long i'm don't can't didn't"
    ),
    "roman": (
        "mera meri mere mujhe main mai me mein hum kahan kaha kab kya kyu kyun hai hain he ho tha thi nahi nahin "
        "ka ki ke ko kaise aap chahiye raha rahi rha rhi gaya gya karo karna karu kar bhai bhi yeh ye se par ya "
        "aur kitna kitne din aaj koi jayega hoga krna kro salam shukriya wo woh jo to man az chi chera kojast "
        "mikham nist hast sefaresh lotfan mersi wein wain fein ana shu ayesh abgha abi el al el3 mesh mish"
    ),
}
_FOLDED_WORDS = {language: frozenset(map(fold, words.split())) for language, words in _WORDS.items()}
_SCRIPTS = {
    "latin": (re.compile("[a-z\u00c0-\u024f]", re.IGNORECASE), ()),
    "arabic": (re.compile("[\u0620-\u064a\u066e-\u06d3]"), ("ar", "ur", "fa")),
    "devanagari": (re.compile("[\u0904-\u0939\u0958-\u0961]"), ("hi",)),
}
_CLEAR = 2.0
_SHORT = 2
_SOME_WORDS = 3


def choose_language(text: str, hint: str | None = None) -> str:
    """Return the language for a new conversation: the text's own when that is clear, else the hint."""
    scores = _scores(clean(text))
    best = max(scores, key=scores.__getitem__)
    return hint if hint in LANGUAGES and scores[best] - scores[hint] < _CLEAR else best


def follow_language(text: str, current: str) -> str:
    """Return the language to go on in: the current one, unless the text is clearly, and at some length, in another.

    Latin letters alone switch only on several English words: an order number, a product's name, or Hindi, Urdu,
    Arabic or Persian typed in Latin letters does not take a conversation out of its language. Words that several
    languages share, such as a greeting, do not either.
    """
    return current if sum(map(str.isalpha, text)) <= _SHORT else choose_language(text, current)


def _scores(text: str) -> Mapping[str, float]:
    """Return how much speaks for each language; where nothing speaks for any, the default one comes first."""
    scores = dict.fromkeys(LANGUAGES, 0.0)
    letters = {script: len(pattern.findall(text)) for script, (pattern, _) in _SCRIPTS.items()}
    if not any(letters.values()):
        return scores
    main = max(letters, key=letters.__getitem__)
    for language in _SCRIPTS[main][1]:
        scores[language] = _CLEAR
    if letters["arabic"]:
        _score_arabic_script(text, scores)
    if main == "latin":
        words = [word.strip(".,?!'\"") for word in fold(text).split()]
        english = sum((word in _FOLDED_WORDS["en"]) - (word in _FOLDED_WORDS["roman"]) for word in words)
        scores["en"] = max(0.0, english)
    return scores


def _score_arabic_script(text: str, scores: dict[str, float]) -> None:
    words = text.split()
    for word in words:
        folded = fold(word).strip(".,?!'\"")
        for sign, languages in _SIGNS:
            if sign.search(word) or sign.match(folded):
                for language in languages:
                    scores[language] += 1.0 / len(languages)
        for language in ("ar", "ur", "fa"):
            scores[language] += folded in _FOLDED_WORDS[language]
    # Arabic and Urdu hardly ever write three words without a sign of their own; Persian does.
    if len(words) >= _SOME_WORDS:
        for language in ("ar", "ur"):
            scores[language] -= not any(sign.search(text) for sign, languages in _SIGNS if languages == (language,))
