"""The widget's protocol, version 1: JSON text frames `{v: 1, type, ...}`, described by `protocol.schema.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.conversations import Conversation, Message
from bot.language import LANGUAGES, RIGHT_TO_LEFT

VERSION = 1
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_MOST_CHARACTERS = {"token": 512, "language": 35, "conversation": 128}
_LARGEST = 2**53 - 1


class BadFrame(Exception):
    """A frame that is not understood or not accepted; `code` is one of the protocol's."""

    def __init__(self, code: str, text: str, client_id: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.client_id = client_id
        self.retry_after = retry_after


@dataclass(frozen=True)
class Hello:
    """The first frame. `conversation` and `after` name the last message that the client has."""

    token: str | None = None
    language: str | None = None
    conversation: str | None = None
    after: int = 0


@dataclass(frozen=True)
class Written:
    """The customer wrote a message."""

    client_id: str
    text: str


@dataclass(frozen=True)
class Pressed:
    """The customer pressed a button of message `sequence`, counted from 0."""

    client_id: str
    sequence: int
    button: int
    conversation: str | None = None


@dataclass(frozen=True)
class LanguageChosen:
    """The customer chose a language."""

    language: str


@dataclass(frozen=True)
class Resume:
    """The client wants every message after `after`."""

    after: int
    conversation: str | None = None


@dataclass(frozen=True)
class Ping:
    """The client asks whether the connection still works."""


Frame = Hello | Written | Pressed | LanguageChosen | Resume | Ping


def read_frame(text: str) -> Frame:
    """Return what a client said; raises `BadFrame`. Unknown fields are left alone, for a newer client may send them."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFrame("malformed", "a frame must be valid JSON") from None
    if not isinstance(fields, dict):
        raise BadFrame("malformed", "a frame must be a JSON object")
    known = _client_id(fields, required=False)
    try:
        return _read(fields)
    except BadFrame as error:
        error.client_id = known
        raise


def _read(fields: Mapping[str, Any]) -> Frame:
    version = _whole(fields, "v")
    if version != VERSION:
        raise BadFrame("unsupported_version", f"this server speaks version {VERSION}")
    read = _READERS.get(_string(fields, "type") or "")
    if read is None:
        raise BadFrame("malformed", f"'type' must be one of {', '.join(_READERS)}")
    return read(fields)


def _language(fields: Mapping[str, Any]) -> LanguageChosen:
    language = _string(fields, "language")
    if language not in LANGUAGES:
        raise BadFrame("malformed", f"'language' must be one of {', '.join(LANGUAGES)}")
    return LanguageChosen(language)


def _hello(fields: Mapping[str, Any]) -> Hello:
    optional = {name: _string(fields, name, required=False) for name in ("token", "language", "conversation")}
    return Hello(**optional, after=_whole(fields, "after", default=0))


_READERS: dict[str, Callable[[Mapping[str, Any]], Frame]] = {
    "hello": _hello,
    "message": lambda fields: Written(_client_id(fields) or "", _string(fields, "text") or ""),
    "press": lambda fields: Pressed(
        _client_id(fields) or "",
        _whole(fields, "sequence"),
        _whole(fields, "button"),
        _string(fields, "conversation", required=False),
    ),
    "language": _language,
    "resume": lambda fields: Resume(_whole(fields, "after"), _string(fields, "conversation", required=False)),
    "ping": lambda fields: Ping(),
}


def _string(fields: Mapping[str, Any], name: str, required: bool = True) -> str | None:
    value = fields.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str):
        raise BadFrame("malformed", f"'{name}' must be a string")
    if len(value) > _MOST_CHARACTERS.get(name, len(value)):
        raise BadFrame("malformed", f"'{name}' must have at most {_MOST_CHARACTERS[name]} characters")
    return value


def _whole(fields: Mapping[str, Any], name: str, default: int | None = None) -> int:
    value = fields.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST:
        raise BadFrame("malformed", f"'{name}' must be a whole number, not below 0")
    return value


def _client_id(fields: Mapping[str, Any], required: bool = True) -> str | None:
    value = fields.get("client_id")
    if isinstance(value, str) and _CLIENT_ID.fullmatch(value):
        return value
    if required:
        raise BadFrame("malformed", "'client_id' must be 8 to 64 letters, digits, '-' or '_'")
    return None


def write_frame(type_: str, **fields: object) -> str:
    """Return a frame for the client."""
    return json.dumps({"v": VERSION, "type": type_, **fields}, ensure_ascii=False, separators=(",", ":"))


def describe_message(message: Message) -> dict[str, object]:
    """Return the fields of a message for the client; what stands behind its buttons stays here."""
    return {
        "conversation": message.conversation,
        "sequence": message.sequence,
        "author": message.author.value,
        "agent": message.agent,
        "text": message.text,
        "at": message.at.isoformat(timespec="milliseconds"),
        "language": message.language,
        "direction": direction(message.language),
        "buttons": [{"title": button.title} for button in message.buttons],
        "client_id": message.message_id,
        "press": message.press and {"sequence": message.press.sequence, "button": message.press.button},
    }


def describe_conversation(conversation: Conversation | None) -> dict[str, object]:
    """Return where a conversation stands, for the client; all is empty before the first message."""
    if conversation is None:
        return {"conversation": None, "mode": "bot", "agent": None, "language": None}
    return {
        "conversation": conversation.id,
        "mode": conversation.mode.value,
        "agent": conversation.agent_name,
        "language": conversation.language,
    }


def direction(language: str) -> str:
    """Return the writing direction of a language."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"
