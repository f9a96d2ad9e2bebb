"""Entities: identifiers by their form, phrases by lookup tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.entities import EntityExtractor

DATA = TrainingData(
    entity_synonyms={"mobile phone": "phone", "अंग्रेज़ी": "en", "تلفن همراه": "phone", "گارانتی": "warranty"},
    lookup_tables=[
        {"name": "product", "elements": ["phone", "mobile phone", "تلفن همراه", "fridge"]},
        {"name": "language", "elements": ["अंग्रेज़ी"]},
    ],
)


@pytest.fixture
def extractor(tmp_path: Path) -> EntityExtractor:
    """An extractor that was trained, kept and loaded again."""
    storage, resource = LocalModelStorage(tmp_path), Resource("entities")
    context = ExecutionContext(GraphSchema({}))
    EntityExtractor.create({}, storage, resource, context).train(DATA)
    return EntityExtractor.load({}, storage, resource, context)


def found(extractor: EntityExtractor, text: str) -> list[tuple[str, str, str]]:
    """Return the kind, the value and the words of each entity."""
    message = Message({TEXT: text})
    entities: list[dict[str, Any]] = extractor.process([message])[0].get(ENTITIES)
    return [(one["entity"], one["value"], text[one["start"] : one["end"]]) for one in entities]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("order MD-100245.", ("order_number", "MD-100245", "MD-100245")),
        ("my mail: Omar@Example.com!", ("email", "omar@example.com", "Omar@Example.com")),
        ("0501234567 is mine", ("phone", "0501234567", "0501234567")),
        ("SN 7k2p9x4q1b", ("serial_number", "SN7K2P9X4Q1B", "SN 7k2p9x4q1b")),
    ],
)
def test_identifiers_are_found_with_their_canonical_value(
    extractor: EntityExtractor, text: str, expected: tuple[str, str, str]
) -> None:
    assert found(extractor, text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my Phone is dead", ("product", "phone", "Phone")),
        ("my mobile phone", ("product", "phone", "mobile phone")),
        ('is the "fridge", cold?', ("product", "fridge", "fridge")),
        ("अंग्रेजी में बात करें", ("language", "en", "अंग्रेजी")),
        ("تلفن همراه؟", ("product", "phone", "تلفن همراه")),
        ("تلفن\u200cهمراه", ("product", "phone", "تلفن\u200cهمراه")),
    ],
)
def test_phrases_are_found_in_any_spelling_without_the_punctuation_around_them(
    extractor: EntityExtractor, text: str, expected: tuple[str, str, str]
) -> None:
    assert found(extractor, text) == [expected]


@pytest.mark.parametrize("text", ["", "phones", "telephone", "a fridges b", "...", "🙂"])
def test_parts_of_words_are_not_phrases(extractor: EntityExtractor, text: str) -> None:
    assert found(extractor, text) == []


def test_several_entities_keep_what_was_there_before(extractor: EntityExtractor) -> None:
    message = Message({TEXT: "phone of MD-100245", ENTITIES: [{"entity": "faq_id"}]})
    extractor.process([message])
    assert [one["entity"] for one in message.get(ENTITIES)] == ["faq_id", "order_number", "product"]
