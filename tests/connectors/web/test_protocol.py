"""The widget's protocol: what is understood, and what is refused with which words."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import ValidationError

from bot.conversations import Author, Button, Message
from connectors.web.protocol import (
    BadFrame,
    Hello,
    LanguageChosen,
    Ping,
    Pressed,
    Resume,
    Written,
    describe_message,
    read_frame,
    write_frame,
)
from tests.connectors.web.site import CLIENT, SCHEMA, SERVER

ID = "a1b2c3d4"


def frame(type_: object, **fields: object) -> str:
    return json.dumps({"v": 1, "type": type_, **fields})


NAMES = st.sampled_from(["v", "type", "client_id", "text", "after", "sequence", "button", "language", "token"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["hello", "press", ID]),
    lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner),
)
GOOD = [
    (frame("hello"), Hello()),
    (
        frame("hello", token="t", language="fr", conversation="c", after=3),
        Hello(token="t", language="fr", conversation="c", after=3),
    ),
    (frame("hello", token=None, language=None, conversation=None, after=0), Hello()),
    (frame("message", client_id=ID, text="hi"), Written(ID, "hi")),
    (frame("press", client_id=ID, sequence=4, button=1, conversation="c"), Pressed(ID, 4, 1, "c")),
    (frame("language", language="ur"), LanguageChosen("ur")),
    (frame("resume", after=7), Resume(7)),
    (frame("ping", later_field=True), Ping()),
]
BAD = [
    ("", "malformed", "valid JSON"),
    ("{", "malformed", "valid JSON"),
    ("[" * 100_000, "malformed", "valid JSON"),
    ('{"v": ' + "1" * 5000 + "}", "malformed", "valid JSON"),
    ("[]", "malformed", "JSON object"),
    ("null", "malformed", "JSON object"),
    ("{}", "malformed", "'v'"),
    ('{"v": "1", "type": "ping"}', "malformed", "'v'"),
    ('{"v": true, "type": "ping"}', "malformed", "'v'"),
    ('{"v": 2, "type": "ping"}', "unsupported_version", "version 1"),
    ('{"v": 1}', "malformed", "'type'"),
    (frame("dance"), "malformed", "hello, message, press, language, resume, ping"),
    (frame(["hello"]), "malformed", "'type'"),
    (frame("hello", token=7), "malformed", "'token'"),
    (frame("hello", token="t" * 513), "malformed", "512"),
    (frame("hello", after=-1), "malformed", "'after'"),
    (frame("hello", after=1.5), "malformed", "'after'"),
    (frame("hello", after=2**53), "malformed", "'after'"),
    (frame("hello", language={}), "malformed", "'language'"),
    (frame("message", text="hi"), "malformed", "'client_id'"),
    (frame("message", client_id="short", text="hi"), "malformed", "'client_id'"),
    (frame("message", client_id="with blank", text="hi"), "malformed", "'client_id'"),
    (frame("message", client_id="a" * 65, text="hi"), "malformed", "'client_id'"),
    (frame("message", client_id=ID), "malformed", "'text'"),
    (frame("message", client_id=ID, text=["hi"]), "malformed", "'text'"),
    (frame("press", client_id=ID, sequence="4", button=0), "malformed", "'sequence'"),
    (frame("press", client_id=ID, sequence=4), "malformed", "'button'"),
    (frame("press", client_id=ID, sequence=4, button=False), "malformed", "'button'"),
    (frame("language", language="fr"), "malformed", "en, ar, hi, ur, fa"),
    (frame("resume"), "malformed", "'after'"),
]


@pytest.mark.parametrize(("text", "meaning"), GOOD)
def test_frames_are_understood(text: str, meaning: object) -> None:
    assert read_frame(text) == meaning
    CLIENT.validate(json.loads(text))


@pytest.mark.parametrize(("text", "code", "words"), BAD, ids=range(len(BAD)))
def test_bad_frames_are_refused_with_the_reason(text: str, code: str, words: str) -> None:
    with pytest.raises(BadFrame) as refused:
        read_frame(text)
    assert refused.value.code == code
    assert words in refused.value.text


@pytest.mark.parametrize("text", [text for text, _, words in BAD if words != "valid JSON"])
def test_the_schema_refuses_the_same_frames(text: str) -> None:
    with pytest.raises(ValidationError):
        CLIENT.validate(json.loads(text))


def test_a_refusal_names_the_message_that_it_is_about() -> None:
    with pytest.raises(BadFrame) as refused:
        read_frame(frame("message", client_id=ID, text=7))
    assert refused.value.client_id == ID


@given(ANYTHING)
def test_any_json_is_either_understood_or_refused(value: object) -> None:
    try:
        read_frame(json.dumps(value))
    except BadFrame as refused:
        assert refused.text  # noqa: PT017


def test_a_message_is_described_without_what_stands_behind_its_buttons() -> None:
    message = Message(
        "c1", 2, Author.BOT, "سلام", datetime(2026, 1, 2, 3, 4, 5, 6789, tzinfo=UTC), "fa",
        (Button("بله", "/affirm{\"secret\": 1}"),),
    )  # fmt: skip
    written = write_frame("message", **describe_message(message))
    SERVER.validate(json.loads(written))
    assert "affirm" not in written
    assert json.loads(written)["buttons"] == [{"title": "بله"}]
    assert json.loads(written)["direction"] == "rtl"
    assert json.loads(written)["at"] == "2026-01-02T03:04:05.006+00:00"


def test_the_schema_is_a_schema() -> None:
    CLIENT.check_schema(SCHEMA)
