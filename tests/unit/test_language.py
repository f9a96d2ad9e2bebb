"""The language of a conversation: how it is chosen, and how hard it is to leave."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language import DEFAULT_LANGUAGE, LANGUAGES, RIGHT_TO_LEFT, choose_language, follow_language

DATA = Path(__file__).parents[2] / "data"
MARK = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")

# Written for this test; none of them is in `data/`.
SENTENCES = {
    "en": [
        "Where is my parcel, it was due on Monday?",
        "The dishwasher is leaking, what can I do about it?",
        "I would like to change the address of my delivery",
        "Can you tell me whether my laptop is covered?",
        "It has been ten days and nobody called me",
        "Do you have a shop in Sharjah?",
        "How long does a refund take",
    ],
    "ar": [
        "متى سيصل الطرد الذي طلبته الأسبوع الماضي؟",
        "الغسالة تسرب الماء من الأسفل",
        "اريد تغيير عنوان التوصيل من فضلك",
        "هل ما زال جهازي تحت الضمان؟",
        "دفعت مرتين ولم يصلني شيء",
        "وين فرعكم في الشارقة",
        "عايز اكلم حد من خدمة العملاء",
        "شكرا جزيلا على المساعدة",
    ],
    "hi": [
        "मेरा पार्सल कब तक आएगा?",
        "वॉशिंग मशीन से पानी टपक रहा है",
        "मुझे डिलीवरी का पता बदलना है",
        "क्या मेरा लैपटॉप अभी वारंटी में है",
        "दो बार पैसे कट गए लेकिन कुछ नहीं मिला",
        "शारजाह में आपकी दुकान कहाँ है",
        "पैसे वापस आने में कितने दिन लगते हैं",
    ],
    "ur": [
        "میرا پارسل کب تک پہنچے گا؟",
        "واشنگ مشین سے پانی ٹپک رہا ہے",
        "مجھے ڈیلیوری کا پتا بدلوانا ہے",
        "کیا میرا لیپ ٹاپ ابھی وارنٹی میں ہے",
        "دو بار پیسے کٹ گئے مگر کچھ نہیں ملا",
        "شارجہ میں آپ کی دکان کہاں ہے",
        "رقم واپس آنے میں کتنے دن لگتے ہیں",
        "آپ لوگوں کا بہت بہت شکریہ",
    ],
    "fa": [
        "بسته‌ای که هفته پیش خریدم کی می‌رسد؟",
        "ماشین لباسشویی از زیر آب می دهد",
        "می‌خواهم نشانی تحویل را عوض کنم",
        "لپ‌تاپم هنوز ضمانت دارد؟",
        "دو بار پول دادم ولی چیزی نرسید",
        "فروشگاه شما در شارجه کجاست",
        "برگشت پول چند روز طول می‌کشد",
        "پاسخ شما مشکل من را حل نکرد",
    ],
}
EVERY_SENTENCE = [(language, sentence) for language, sentences in SENTENCES.items() for sentence in sentences]


@pytest.mark.parametrize(("language", "sentence"), EVERY_SENTENCE)
def test_the_language_of_a_first_sentence_is_recognised_without_a_hint(language: str, sentence: str) -> None:
    assert choose_language(sentence) == language


@pytest.mark.parametrize(("language", "sentence"), [pair for pair in EVERY_SENTENCE if pair[0] != "en"])
def test_a_first_sentence_in_another_script_is_stronger_than_the_hint(language: str, sentence: str) -> None:
    same_script = RIGHT_TO_LEFT if language in RIGHT_TO_LEFT else {language}
    assert {choose_language(sentence, hint) for hint in set(LANGUAGES) - same_script} == {language}


@pytest.mark.parametrize(("language", "sentence"), EVERY_SENTENCE)
def test_a_conversation_stays_in_its_language(language: str, sentence: str) -> None:
    assert follow_language(sentence, language) == language


@pytest.mark.parametrize("text", ["", " ", "👍", "100245", "MD-100245", "?!", "+971 50 123 4567", "۱۲۳۴", "Привет"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_in_no_language_of_ours_decides_nothing(text: str, language: str) -> None:
    assert choose_language(text, language) == language
    assert follow_language(text, language) == language
    assert choose_language(text) == DEFAULT_LANGUAGE


@pytest.mark.parametrize("hint", [None, "", "de", "EN", "xx-unknown"])
def test_a_hint_of_no_language_of_ours_is_ignored(hint: str | None) -> None:
    assert choose_language("hello", hint) == "en"
    assert choose_language("मेरा ऑर्डर कहाँ है", hint) == "hi"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "سلام"), ("ar", "نعم"), ("ar", "لا"), ("ar", "شكرا"), ("ar", "السلام عليكم"),
        ("ar", "طلبي"), ("ar", "متى"),
        ("ur", "سلام"), ("ur", "السلام علیکم"), ("ur", "جی"), ("ur", "نہیں"), ("ur", "شکریہ"), ("ur", "خدا حافظ"),
        ("ur", "سلام جناب"), ("ur", "شب بخیر"),
        ("fa", "سلام"), ("fa", "بله"), ("fa", "نه"), ("fa", "ممنون"), ("fa", "السلام علیکم"),
        ("fa", "باشه"), ("fa", "خداحافظ"),
        ("hi", "नमस्ते"), ("hi", "हाँ"), ("hi", "नहीं"), ("hi", "ok"), ("hi", "ji haan"),
        ("en", "hi"), ("en", "ok"), ("en", "thanks"), ("en", "salam"), ("en", "namaste"),
    ],
)  # fmt: skip
def test_a_short_message_stays_in_the_conversations_language(language: str, text: str) -> None:
    assert follow_language(text, language) == language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "iPhone"), ("ar", "warranty"), ("ar", "ok"), ("ar", "أريد iPhone 15 Pro Max"),
        ("ar", "Samsung Galaxy S24 Ultra"),
        ("ar", "please"), ("ar", "MD-100245"), ("ar", "sara@example.com"), ("ar", "my order"),
        ("ur", "Order number MD-100245"), ("ur", "وارنٹی check کریں please"), ("ur", "Dell Inspiron 15"),
        ("fa", "سریال SN7K2P9X4Q1B"), ("fa", "Noor Store"), ("fa", "مدل AirPods Pro را دارم"),
        ("hi", "मेरा Washing Machine खराब है"), ("hi", "tracking number"), ("hi", "Lenovo IdeaPad Slim 5"),
    ],
)  # fmt: skip
def test_english_words_product_names_and_numbers_do_not_switch(language: str, text: str) -> None:
    assert follow_language(text, language) == language


@pytest.mark.parametrize("language", ["hi", "ur"])
@pytest.mark.parametrize(
    "text", ["mera order kahan hai", "warranty check karo bhai", "order kab tak aa jayega", "nahi mila abhi"]
)
def test_hindi_and_urdu_in_latin_letters_do_not_switch_to_english(language: str, text: str) -> None:
    assert follow_language(text, language) == language


@pytest.mark.parametrize(
    ("language", "text"),
    [("ar", "wein talabi"), ("ar", "abgha atkallam ma3 7ad"), ("fa", "sefaresh man kojast"), ("fa", "chera nemirese")],
)
def test_arabic_and_persian_in_latin_letters_do_not_switch_to_english(language: str, text: str) -> None:
    assert follow_language(text, language) == language


@pytest.mark.parametrize("current", LANGUAGES)
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Can we go on in English? Where is my order and when will it be delivered?"),
        ("ar", "أريد أن أعرف متى سيصل الطلب إلى البيت"),
        ("hi", "मेरा ऑर्डर कहाँ है"),
        ("ur", "مجھے بتائیں کہ میرا آرڈر کہاں ہے"),
        ("fa", "می‌خواهم بدانم سفارش من کجاست و کی می‌رسد"),
    ],
)
def test_a_clear_sentence_switches(current: str, language: str, text: str) -> None:
    assert follow_language(text, current) == language


@pytest.mark.parametrize("current", ["en", "hi"])
def test_another_script_switches_also_on_a_short_message(current: str) -> None:
    assert follow_language("مرحبا", current) == "ar"
    assert follow_language("شکریہ", current) == "ur"
    assert follow_language("ممنون", current) == "fa"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.sampled_from(LANGUAGES))
def test_every_text_has_a_language(text: str, current: str) -> None:
    assert choose_language(text) in LANGUAGES
    assert choose_language(text, current) in LANGUAGES
    assert follow_language(text, current) in LANGUAGES


@pytest.mark.parametrize("unit", ["ی", "می ", "ک\u200c", "a ", "क ", "\ud800", "ال"])
def test_the_time_is_linear_in_the_length(unit: str) -> None:
    started = time.perf_counter()
    choose_language((unit * 50_000)[:50_000])
    assert time.perf_counter() - started < 5


# How often it is right on what the product itself expects customers to write

FLOORS = {"en": 0.98, "ar": 0.97, "hi": 0.98, "ur": 0.97, "fa": 0.97}


def examples(language: str) -> Iterator[str]:
    """Yield the training examples, but for those that ask, often in it, for another language."""
    for block in yaml.safe_load((DATA / "nlu" / f"{language}.yml").read_text("utf-8"))["nlu"]:
        if block.get("intent", "change_language") != "change_language":
            for line in block["examples"].splitlines():
                yield MARK.sub(r"\1", line.removeprefix("- ")).strip()


def questions(language: str) -> Iterator[str]:
    for entry in yaml.safe_load((DATA / "faq" / f"{language}.yml").read_text("utf-8"))["faq"]:
        yield from (entry["question"], *entry.get("wordings", ()))


def in_own_script(texts: Iterator[str], language: str) -> list[str]:
    """Return the sentences of three words or more, and but for English, those without Latin letters."""
    return [t for t in texts if len(t.split()) >= 3 and (language == "en" or not re.search("[A-Za-z]", t))]


@pytest.mark.parametrize("source", [examples, questions])
@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_of_our_data_are_recognised_without_a_hint(
    language: str, source: Callable[[str], Iterator[str]]
) -> None:
    sentences = in_own_script(source(language), language)
    assert len(sentences) > 300
    right = sum(choose_language(sentence) == language for sentence in sentences)
    assert right / len(sentences) >= FLOORS[language]


@pytest.mark.parametrize("source", [examples, questions])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_of_our_data_takes_a_conversation_out_of_its_language(
    language: str, source: Callable[[str], Iterator[str]]
) -> None:
    """Short ones and those in Latin letters too; a few of them are whole English sentences, and do."""
    texts = list(source(language))
    assert sum(follow_language(text, language) == language for text in texts) / len(texts) >= 0.995


@pytest.mark.parametrize("language", LANGUAGES)
def test_most_sentences_of_our_data_switch_a_conversation_in_any_other_language(language: str) -> None:
    sentences = in_own_script(questions(language), language)
    for other in set(LANGUAGES) - {language}:
        switched = sum(follow_language(sentence, other) == language for sentence in sentences)
        assert switched / len(sentences) >= 0.8, other
