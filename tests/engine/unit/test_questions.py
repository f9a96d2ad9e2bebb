"""The FAQ's questions among the training data."""

from __future__ import annotations

from pathlib import Path

from rasa.shared.nlu.constants import INTENT, TEXT

from bot.engine.questions import FaqImporter

FAQ = """\
faq:
- id: hours
  question: "When are you open?"
  wordings: ["opening hours", "are you open on friday"]
  answer: "Always."
"""
NLU = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
"""


def test_every_wording_of_the_faq_is_an_example_of_a_question(tmp_path: Path) -> None:
    (tmp_path / "faq").mkdir()
    (tmp_path / "faq" / "en.yml").write_text(FAQ, encoding="utf-8")
    (tmp_path / "nlu.yml").write_text(NLU, encoding="utf-8")
    importer = FaqImporter(training_data_paths=[str(tmp_path / "nlu.yml")], faq=str(tmp_path / "faq"))
    examples = {one.get(TEXT): one.get(INTENT) for one in importer.get_nlu_data().training_examples}
    assert examples == {
        "hello": "greet",
        "When are you open?": "ask_question",
        "opening hours": "ask_question",
        "are you open on friday": "ask_question",
    }


def test_without_faq_files_the_examples_are_those_of_rasa(tmp_path: Path) -> None:
    (tmp_path / "nlu.yml").write_text(NLU, encoding="utf-8")
    importer = FaqImporter(training_data_paths=[str(tmp_path / "nlu.yml")], faq=str(tmp_path / "none"))
    assert [one.get(TEXT) for one in importer.get_nlu_data().training_examples] == ["hello"]
