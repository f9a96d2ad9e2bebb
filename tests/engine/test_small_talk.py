"""What needs no looking up: greetings, thanks, questions about Madad, and the language of the conversation."""

from __future__ import annotations

import pytest

from tests.engine.customer import Customers

LANGUAGES = ("en", "ar", "hi", "ur", "fa")
MENU = ("button_order", "button_warranty", "button_human")

# What is said, in English, Arabic, Hindi, Urdu and Persian; the response's key and its buttons.
TALK = {
    "greet": (MENU, ("Hello!", "مرحبا", "नमस्ते", "السلام علیکم", "سلام")),
    "goodbye": ((), ("Goodbye!", "مع السلامة", "अलविदा", "خدا حافظ", "خداحافظ")),
    "thanks": ((), ("Thanks a lot!", "شكرا جزيلا", "बहुत धन्यवाद", "بہت شکریہ", "خیلی ممنون")),
    "capabilities": (
        MENU,
        ("What can you do?", "ماذا تستطيع أن تفعل؟", "आप क्या कर सकते हैं?", "آپ کیا کر سکتے ہیں؟", "چه کار می‌تونی بکنی؟"),
    ),
    "how_are_you": ((), ("How are you today?", "كيف حالك اليوم؟", "आप कैसे हैं?", "آپ کیسے ہیں؟", "حالت چطوره؟")),
    "am_bot": (
        ("button_human",),
        ("Are you a robot?", "هل أنت روبوت؟", "क्या आप रोबोट हैं?", "کیا آپ روبوٹ ہیں؟", "تو ربات هستی؟"),
    ),
    "praise": ((), ("You are great", "أنت رائع", "आप बहुत अच्छे हैं", "آپ بہت اچھے ہیں", "عالی هستی")),
    "insult": (("button_human",), ("Stupid bot", "بوت غبي", "बेवकूफ बॉट", "بیوقوف بوٹ", "ربات احمق")),
    "out_of_scope": (
        MENU,
        ("Tell me a joke", "احكي لي نكتة", "एक चुटकुला सुनाओ", "کوئی لطیفہ سناؤ", "یه جوک بگو"),
    ),
    "affirm": ((), ("Yes, sure", "نعم أكيد", "हाँ बिल्कुल", "جی ہاں", "بله حتما")),
    "deny": ((), ("No", "لا", "नहीं", "نہیں", "نه")),
}  # fmt: skip


@pytest.mark.parametrize("key", TALK)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_small_talk_is_answered_in_the_customers_language(customers: Customers, key: str, language: str) -> None:
    buttons, texts = TALK[key]
    said = await customers.new(language).says(texts[LANGUAGES.index(language)])
    assert said == [customers.reply(key, language, *buttons)]
