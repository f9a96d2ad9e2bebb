"""The training data, with the FAQ's questions among them: whatever the FAQ answers is a question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rasa.shared.utils.io
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.understanding import ASK_QUESTION


class FaqImporter(RasaFileImporter):  # type: ignore[misc]
    """Rasa's own importer, and every wording of the FAQ files in the folder `faq` as an example of `ask_question`.

    Without them one FAQ question in ten is taken for something else, such as one about the customer's own warranty.
    """

    def __init__(
        self, config_file: str | None = None, domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None, faq: str = "data/faq",
    ) -> None:  # fmt: skip
        super().__init__(config_file, domain_path, training_data_paths)
        self._folder = Path(faq)

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Return the examples."""
        examples = [
            Message({TEXT: wording, INTENT: ASK_QUESTION})
            for file in sorted(self._folder.glob("*.yml"))
            for wording in wordings(rasa.shared.utils.io.read_yaml_file(file))
        ]
        merged: TrainingData = super().get_nlu_data(language).merge(TrainingData(examples))
        return merged


def wordings(content: Any) -> list[str]:
    """Return the questions in an FAQ file, in every wording."""
    return [wording for entry in content["faq"] for wording in (entry["question"], *entry["wordings"])]
