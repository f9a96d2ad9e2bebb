"""Reading the FAQ files: every mistake is named with its file and line, and what only looks wrong is a finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.faq_files import LONGEST_ANSWER, check, read_faq, read_language
from bot.errors import BadData
from bot.faq import FaqEntry, FaqText
from bot.language import LANGUAGES

GOOD = """\
# A comment
faq:
- id: warranty-duration
  question: "How long is the warranty?"
  wordings:
  - "warranty period"
  - "guarantee how long"
  answer: "Two years.\\n1. Really."
- id: invoice
  question: "Where is my invoice?"
  wordings: []
  answer: "In your account."
"""


def written(folder: Path, text: str | bytes, name: str = "en.yml") -> Path:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def test_entries_are_read_in_order_with_their_texts(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    first, second = read_faq(tmp_path)
    assert first == FaqEntry(
        "warranty-duration",
        {
            "en": FaqText(
                "How long is the warranty?", ("warranty period", "guarantee how long"), "Two years.\n1. Really."
            )
        },
    )
    assert (second.id, second.texts["en"].wordings) == ("invoice", ())


def test_the_languages_of_an_entry_come_together_by_its_id(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    written(tmp_path, GOOD.replace("How long is the warranty?", "گارانتی چند ساله است؟"), "fa.yml")
    first, second = read_faq(tmp_path)
    assert {code: text.question for code, text in first.texts.items()} == {
        "en": "How long is the warranty?",
        "fa": "گارانتی چند ساله است؟",
    }
    assert set(second.texts) == {"en", "fa"}


def test_an_answer_keeps_the_digits_and_letters_that_its_author_wrote(tmp_path: Path) -> None:
    written(tmp_path, GOOD.replace("Two years.", "۲ سال، يعني ٢"), "fa.yml")
    assert read_faq(tmp_path)[0].texts["fa"].answer.startswith("۲ سال، يعني ٢")


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ('"warranty period"', '"warranty period', 7, "not YAML"),
        ("- id: invoice", "- id: [invoice", 10, "not YAML"),
        ("  answer: \"In your account.\"\n", "", 9, "the field 'answer' is missing"),
        ("id: invoice", "name: invoice", 9, "unknown field 'name'"),
        ("id: invoice", "id: warranty-duration", 9, "the id 'warranty-duration' is used twice"),
        ("id: invoice", "id: Invoice 1", 9, "should be small letters"),
        ("id: invoice", "id: 12", 9, "id should be text; put it in quotes"),
        ("wordings: []", "wordings: one", 11, "'wordings' should be a list"),
        ("wordings: []", "wordings: {a: b}", 11, "'wordings' should be a list"),
        ("wordings: []", "wordings: [yes]", 11, "a wording should be text; put it in quotes"),
        ("wordings: []", "wordings: [[a]]", 11, "a wording should be text; put it in quotes"),
        ("wordings: []", 'wordings: [""]', 11, "a wording is blank"),
        ("wordings: []", "wordings: [~]", 11, "a wording should be text"),
        ('"guarantee how long"', '" \u200c "', 7, "a wording is blank"),
        ("  - \"guarantee how long\"", "  -", 7, "a wording is blank"),
        ('"Where is my invoice?"', '""', 10, "question is blank"),
        ('"In your account."', "5", 12, "answer should be text"),
        ("  wordings: []", "  wordings: []\n  wordings: []", 12, "the field 'wordings' is here twice"),
        ("- id: invoice", "- invoice\n- id: invoice", 9, "expected answer, id, question, wordings here"),
        ("faq:", "questions:", 2, "unknown field 'questions'"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_file_and_line(tmp_path: Path, old: str, new: str, line: int, what: str) -> None:
    assert old in GOOD
    file = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(BadData) as refusal:
        read_faq(tmp_path)
    assert str(refusal.value).startswith(f"{file}:{line}: ")
    assert what in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "the file is empty"),
        ("# only a comment\n", "the file is empty"),
        ("just words", "expected faq here"),
        ("- a\n- b", "expected faq here"),
        ("faq: 5", "'faq' should be a list"),
        (b"\xff\xfe\x00", "cannot be read as UTF-8"),
        ("faq: \x07", "not YAML"),
        ("faq: &a [*a]", "expected answer"),
        ("faq: [!!python/object/apply:os.system [ls]]", "expected answer"),
    ],
)
def test_a_file_that_is_no_faq_is_refused_by_name(tmp_path: Path, content: str | bytes, what: str) -> None:
    file = written(tmp_path, content)
    with pytest.raises(BadData) as refusal:
        read_language(file)
    assert str(refusal.value).startswith(f"{file}:")
    assert what in str(refusal.value)


@pytest.mark.parametrize("name", ["de.yml", "en.yaml", "notes.yml"])
def test_a_file_of_no_known_language_is_refused(tmp_path: Path, name: str) -> None:
    written(tmp_path, GOOD)
    file = written(tmp_path, GOOD, name)
    with pytest.raises(BadData, match=rf"{file}: not an FAQ file; the names are en.yml, ar.yml"):
        read_faq(tmp_path)


@pytest.mark.parametrize("folder", ["empty", "missing"])
def test_a_folder_without_files_is_refused_with_what_to_put_there(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadData, match=rf"{tmp_path / folder}: no FAQ file here; .*en.yml"):
        read_faq(tmp_path / folder)


def entry(entry_id: str, question: str, wordings: tuple[str, ...] = ("a", "b", "c"), answer: str = "Yes.") -> FaqEntry:
    text = FaqText(question, tuple(f"{entry_id} {one}" for one in wordings), answer)
    return FaqEntry(entry_id, dict.fromkeys(LANGUAGES, text))


def test_there_is_nothing_to_find_in_good_entries() -> None:
    assert check([entry("one", "What?"), entry("two", "Why?")]) == []


def test_a_language_that_is_missing_is_found() -> None:
    whole = entry("one", "What?")
    partial = FaqEntry("one", {code: text for code, text in whole.texts.items() if code not in ("ur", "hi")})
    assert [str(finding) for finding in check([partial])] == [
        "one (hi): missing in this language",
        "one (ur): missing in this language",
    ]


def test_few_wordings_and_long_answers_are_found() -> None:
    found = check([entry("one", "What?", ("a", "b"), "x" * (LONGEST_ANSWER + 1))])
    assert len(found) == 2 * len(LANGUAGES)
    assert "only 2 wordings" in found[0].what
    assert "the answer has 701 characters" in found[1].what
    assert not check([entry("one", "What?", answer="x" * LONGEST_ANSWER)])


def test_a_wording_that_two_entries_share_is_found_however_it_is_written() -> None:
    first, second = entry("one", "كيف حالك؟"), entry("two", "WHAT?", ("a", "b", "c"))
    other = FaqEntry("three", {**second.texts, "fa": FaqText("کیف حالک?", ("three",) * 3, "Yes.")})
    shared = [str(finding) for finding in check([first, other]) if "also" in finding.what]
    assert shared == ["three (fa): 'کیف حالک?' is also a wording of one"]


def test_the_faq_of_the_project_has_every_language_and_nothing_to_find(faq_entries: tuple[FaqEntry, ...]) -> None:
    assert len(faq_entries) >= 60
    assert [str(finding) for finding in check(faq_entries)] == []
