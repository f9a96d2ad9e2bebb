"""The FAQ files, `<lang>.yml` in a folder: reading them, and looking for what an editor may have missed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.errors import BadData
from bot.faq import FaqEntry, FaqText
from bot.language import LANGUAGES
from bot.text import clean, fold

FEWEST_WORDINGS = 3
LONGEST_ANSWER = 700
_FIELDS = {"id", "question", "wordings", "answer"}
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHOWN = 60
_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Finding:
    """Something in the FAQ that an editor should look at; it is not an error."""

    entry: str
    language: str
    what: str

    def __str__(self) -> str:
        return f"{self.entry} ({self.language}): {self.what}"


def read_faq(folder: Path) -> tuple[FaqEntry, ...]:
    """Read every language's file; raises `BadData` with file and line for anything that is not an FAQ entry."""
    files = sorted((*folder.glob("*.yml"), *folder.glob("*.yaml"))) if folder.is_dir() else []
    if not files:
        raise BadData(f"{folder}: no FAQ file here; put one for each language there, such as {folder / 'en.yml'}")
    for file in files:
        if file.suffix != ".yml" or file.stem not in LANGUAGES:
            raise BadData(f"{file}: not an FAQ file; the names are {', '.join(f'{code}.yml' for code in LANGUAGES)}")
    texts: defaultdict[str, dict[str, FaqText]] = defaultdict(dict)
    for language in (code for code in LANGUAGES if (folder / f"{code}.yml") in files):
        for entry_id, text in read_language(folder / f"{language}.yml").items():
            texts[entry_id][language] = text
    return tuple(FaqEntry(entry_id, languages) for entry_id, languages in texts.items())


def read_language(file: Path) -> dict[str, FaqText]:
    """Read one file: the texts by the ids of their entries, in the file's order; raises `BadData` with the line."""
    entries = _fields(file, _parse(file), {"faq"})["faq"]
    read: dict[str, FaqText] = {}
    for node in _items(file, entries, "faq"):
        fields = _fields(file, node, _FIELDS)
        entry_id = _text(file, fields["id"], "id")
        if not _ID.fullmatch(entry_id):
            raise _bad(file, fields["id"], f"the id {entry_id!r} should be small letters, digits and hyphens")
        if entry_id in read:
            raise _bad(file, fields["id"], f"the id {entry_id!r} is used twice in this file")
        wordings = _items(file, fields["wordings"], "wordings")
        read[entry_id] = FaqText(
            question=_text(file, fields["question"], "question"),
            wordings=tuple(_text(file, wording, "a wording") for wording in wordings),
            answer=_text(file, fields["answer"], "answer"),
        )
    return read


def _parse(file: Path) -> yaml.Node:
    try:
        node = yaml.compose(file.read_text("utf-8"), Loader=_Loader)
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(f"{file}: cannot be read as UTF-8 text: {error}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadData(f"{file}:{line}: not YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:  # a character that YAML does not allow
        raise BadData(f"{file}: not YAML: {' '.join(str(error).split())}") from error
    if node is None:
        raise BadData(f"{file}:1: the file is empty; it should begin with 'faq:'")
    return node


def _fields(file: Path, node: yaml.Node, names: set[str]) -> Mapping[str, yaml.Node]:
    """Return the mapping's values by name; every one of `names` must be there, once, and no other."""
    if not isinstance(node, yaml.MappingNode):
        raise _bad(file, node, f"expected {', '.join(sorted(names))} here, each with a colon")
    fields: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if key.value not in names:
            raise _bad(file, key, f"unknown field {key.value!r}; the fields are {', '.join(sorted(names))}")
        if key.value in fields:
            raise _bad(file, key, f"the field {key.value!r} is here twice")
        fields[key.value] = value
    for name in sorted(names - set(fields)):
        raise _bad(file, node, f"the field {name!r} is missing")
    return fields


def _items(file: Path, node: yaml.Node, name: str) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise _bad(file, node, f"{name!r} should be a list, each item after a hyphen")
    return list(node.value)


def _text(file: Path, node: yaml.Node, name: str) -> str:
    if not isinstance(node, yaml.ScalarNode) or node.tag != "tag:yaml.org,2002:str":
        blank = isinstance(node, yaml.ScalarNode) and not node.value
        raise _bad(file, node, f"{name} is blank" if blank else f"{name} should be text; put it in quotes")
    if not clean(node.value):
        raise _bad(file, node, f"{name} is blank")
    return str(node.value).strip()


def _bad(file: Path, node: yaml.Node, what: str) -> BadData:
    return BadData(f"{file}:{node.start_mark.line + 1}: {what}")


def check(entries: Sequence[FaqEntry]) -> list[Finding]:
    """Return what is missing, thin, too long, or said of two entries."""
    return [finding for entry in entries for finding in (*_missing(entry), *_thin_or_long(entry))] + [
        *_duplicates(entries)
    ]


def _missing(entry: FaqEntry) -> Iterator[Finding]:
    for language in LANGUAGES:
        if language not in entry.texts:
            yield Finding(entry.id, language, "missing in this language")


def _thin_or_long(entry: FaqEntry) -> Iterator[Finding]:
    for language, text in entry.texts.items():
        if len(text.wordings) < FEWEST_WORDINGS:
            yield Finding(entry.id, language, f"only {len(text.wordings)} wordings; give it at least {FEWEST_WORDINGS}")
        if len(text.answer) > LONGEST_ANSWER:
            what = (
                f"the answer has {len(text.answer)} characters; from {LONGEST_ANSWER} on it is hard to read in a chat"
            )
            yield Finding(entry.id, language, what)


def _duplicates(entries: Sequence[FaqEntry]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for entry in entries:
        for language, text in entry.texts.items():
            for phrasing in text.phrasings:
                owner = first.setdefault(fold(phrasing), entry.id)
                if owner != entry.id:
                    yield Finding(entry.id, language, f"{phrasing[:_SHOWN]!r} is also a wording of {owner}")
