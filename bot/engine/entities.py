"""Entities: identifiers by their form, products and languages by the lookup tables of the training data."""

from __future__ import annotations

import json
import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.identifiers import find_identifiers
from bot.text import clean, fold

_WORD = re.compile(r"\S+")
_EDGES = ".,;:!?\"'()[]"
_FILE = "lookups.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class EntityExtractor(GraphComponent, EntityExtractorMixin):  # type: ignore[misc]
    """Finds identifiers with `bot.identifiers`, and the phrases of lookup tables, whole words, compared folded.

    Rasa's RegexEntityExtractor cannot serve: its word boundaries break at Devanagari vowel signs, and it does not fold.
    The value of a phrase is the name of the synonym that it stands under, or the phrase itself.
    """

    def __init__(self, storage: ModelStorage, resource: Resource, phrases: dict[str, tuple[str, str]]) -> None:
        self._storage = storage
        self._resource = resource
        self._phrases = phrases
        self._longest = max((len(phrase.split()) for phrase in phrases), default=0)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntityExtractor:
        """Make an untrained extractor."""
        return cls(model_storage, resource, {})

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EntityExtractor:
        """Load the phrases of a trained model."""
        with model_storage.read_from(resource) as folder:
            phrases = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return cls(model_storage, resource, {phrase: (entity, value) for phrase, (entity, value) in phrases.items()})

    def train(self, training_data: TrainingData) -> Resource:
        """Keep the phrases of the lookup tables, with the names of their synonyms."""
        names = {fold(surface): name for surface, name in training_data.entity_synonyms.items()}
        phrases = {
            fold(element): (table["name"], names.get(fold(element), element))
            for table in training_data.lookup_tables
            for element in table["elements"]
        }
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(phrases, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities of each message to it."""
        for message in messages:
            text = clean(str(message.get(TEXT) or ""))
            found = [self._entity(i.kind, i.value, i.start, i.end) for i in find_identifiers(text)]
            found += self._find_phrases(text)
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def _find_phrases(self, text: str) -> list[dict[str, Any]]:
        words = list(_WORD.finditer(text))
        found = []
        first = 0
        while first < len(words):
            for length in range(min(self._longest, len(words) - first), 0, -1):
                start, end = words[first].start(), words[first + length - 1].end()
                hit = self._phrases.get(fold(text[start:end]).strip(_EDGES))
                if hit:
                    found.append(self._entity(hit[0], hit[1], *_trim(text, start, end)))
                    first += length
                    break
            else:
                first += 1
        return found

    def _entity(self, kind: str, value: str, start: int, end: int) -> dict[str, Any]:
        return {"entity": kind, "value": value, "start": start, "end": end, "extractor": type(self).__name__}


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the phrase stands without the punctuation around it."""
    while fold(text[start]) in _EDGES:
        start += 1
    while fold(text[end - 1]) in _EDGES:
        end -= 1
    return start, end
