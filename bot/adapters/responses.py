"""The sentences of `data/responses/` and the labels of `data/interface/`, written out in a language."""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path

import yaml
from babel import Locale
from babel.dates import format_date, format_time

from bot.conversations import Say
from bot.errors import BadData
from bot.identifiers import isolate_identifiers
from bot.language import DEFAULT_LANGUAGE, LANGUAGES, RIGHT_TO_LEFT
from bot.text import isolate

_LOCALES = {language: Locale(language) for language in LANGUAGES}
_COMMA = {"ar": "، ", "ur": "، ", "fa": "، "}


def read_texts(folder: Path, top: str) -> dict[str, dict[str, str]]:
    """Return the texts of every language by key, from `<folder>/<lang>.yml`, each with the one key `top`.

    Raises:
        BadData: a file is missing or malformed, or lacks a key or a {name} that English has.
    """
    texts = {language: _read(folder / f"{language}.yml", top) for language in LANGUAGES}
    for language, ours in texts.items():
        for key, english in texts[DEFAULT_LANGUAGE].items():
            if key not in ours:
                raise BadData(f"{folder / language}.yml lacks {key!r}; add it under {top!r}")
            if _names(ours[key]) != _names(english):
                raise BadData(
                    f"{folder / language}.yml: {key!r} must have the names {sorted(_names(english))} in braces"
                )
    return texts


def _read(path: Path, top: str) -> dict[str, str]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadData(f"{path} is missing; every language needs one") from error
    except yaml.YAMLError as error:
        raise BadData(f"{path} is not valid YAML: {error}") from error
    texts = content.get(top) if isinstance(content, dict) else None
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise BadData(f"{path} must have one key {top!r} with texts by name")
    return texts


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


class FileResponses:
    """Responses from files; dates and times are written in the way of the language (CLDR, by Babel).

    Text values and identifiers are isolated in right-to-left languages, so that they keep their own order.
    """

    def __init__(self, texts: Mapping[str, Mapping[str, str]], shop: str) -> None:
        self._texts = texts
        self._shop = shop

    def text(self, say: Say, language: str) -> str:
        """Write a sentence out; raises `KeyError` for a key that no file has."""
        template = self._texts[language if language in self._texts else DEFAULT_LANGUAGE][say.key]
        values = {name: self._value(value, language) for name, value in {"shop": self._shop, **say.values}.items()}
        return self.isolated(template.format_map(values), language)

    def isolated(self, text: str, language: str) -> str:
        """Return text with its identifiers isolated, where the language is written from right to left."""
        return isolate_identifiers(text) if language in RIGHT_TO_LEFT else text

    def _value(self, value: object, language: str) -> str:
        locale = _LOCALES.get(language, _LOCALES[DEFAULT_LANGUAGE])
        if isinstance(value, Say):
            return self.text(value, language)
        if isinstance(value, list):
            return _COMMA.get(language, ", ").join(self._value(one, language) for one in value)
        if isinstance(value, datetime):
            raise TypeError("say the date or the time, not both in one value")
        if isinstance(value, date):
            return format_date(value, "full", locale=locale)
        if isinstance(value, time):
            return format_time(value, "HH:mm", locale=locale)
        text = "" if value is None else str(value)
        return isolate(text) if text and language in RIGHT_TO_LEFT else text
