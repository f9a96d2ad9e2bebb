"""What the widget says of itself, in a language."""

from __future__ import annotations

from bot.conversations import Say
from bot.language import LANGUAGES
from bot.services import Services
from connectors.web.protocol import direction

LANGUAGE_NAMES = {"en": "English", "ar": "العربية", "hi": "हिन्दी", "ur": "اردو", "fa": "فارسی"}
_CHIPS = ("button_order", "button_warranty", "button_capabilities", "button_human")
_LANGUAGES = [{"code": code, "name": name, "direction": direction(code)} for code, name in LANGUAGE_NAMES.items()]


def describe_interface(services: Services, language: str) -> dict[str, object]:
    """Return labels, first suggestions and languages for the client."""
    return {
        "language": language,
        "direction": direction(language),
        "labels": _labels(services, language),
        "suggestions": [services.responses.text(Say(key), language) for key in _CHIPS],
        "languages": _LANGUAGES,
    }


def first_interface(services: Services) -> dict[str, object]:
    """Return the labels in every language, for the time before the widget has reached us."""
    return {"languages": _LANGUAGES, "labels": {language: _labels(services, language) for language in LANGUAGES}}


def _labels(services: Services, language: str) -> dict[str, str]:
    return {key: text for key, text in services.interface(language).items() if key.startswith("widget_")}
