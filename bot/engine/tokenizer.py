"""Words as the classifier should see them: folded, and with identifiers as what they are instead of what they say."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.identifiers import find_identifiers
from bot.text import clean, fold

_WORD = re.compile(r"\S+")
# Like no word of any language: a phone number is not to resemble a phone.
_MARKS = {"order_number": "⟨o⟩", "serial_number": "⟨s⟩", "email": "⟨e⟩", "phone": "⟨p⟩"}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class NormalizingTokenizer(WhitespaceTokenizer):  # type: ignore[misc]
    """Splits at blanks, after `bot.text.fold`; an order number becomes the word "⟨o⟩", and so on.

    Offsets are those of the cleaned text, which the service sends.
    """

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Return the tokens of an attribute; at least one, because Rasa expects that."""
        text = clean(str(message.get(attribute)))
        identifiers = find_identifiers(text)
        tokens = [Token(_MARKS[i.kind], i.start, i.end) for i in identifiers]
        for word in _WORD.finditer(_blank(text, identifiers)):
            folded = fold(word.group())
            if folded:
                tokens.append(Token(folded, word.start(), word.end()))
        tokens.sort(key=lambda token: token.start)
        return tokens or [Token(text or "-", 0, len(text))]


def _blank(text: str, identifiers: list[Any]) -> str:
    for found in identifiers:
        text = text[: found.start] + " " * (found.end - found.start) + text[found.end :]
    return text
