"""What every action does alike: read the turn, and speak in the conversation's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.conversations import Say
from bot.language import DEFAULT_LANGUAGE
from bot.ports import Responses

YES_TO_A_PERSON = (("button_yes_person", "/request_human"), ("button_no_thanks", "/deny"))


@dataclass(frozen=True)
class Heard:
    """What came with the customer's message: see `bot.engine_protocol.Turn`."""

    turn: str
    conversation: str
    language: str
    text: str
    candidates: tuple[tuple[str, float], ...]


def heard(tracker: Tracker) -> Heard:
    """Read the turn out of the tracker."""
    message = tracker.latest_message
    metadata: dict[str, Any] = message.get("metadata") or {}
    return Heard(
        turn=metadata.get("turn", ""),
        conversation=metadata.get("conversation", ""),
        language=metadata.get("language", DEFAULT_LANGUAGE),
        text=message.get("text") or "",
        candidates=tuple((one["id"], one["probability"]) for one in metadata.get("candidates", ())),
    )


def entity(tracker: Tracker, name: str) -> str | None:
    """Return the latest message's first entity of that name."""
    return next(tracker.get_latest_entity_values(name), None)


def speak(
    dispatcher: CollectingDispatcher,
    responses: Responses,
    language: str,
    says: Sequence[Say],
    buttons: Sequence[tuple[str, str]] = (),
) -> None:
    """Say sentences as one message; each button is (key of its title, payload)."""
    titled = [{"title": responses.text(Say(title), language), "payload": payload} for title, payload in buttons]
    dispatcher.utter_message(text="\n".join(responses.text(say, language) for say in says), buttons=titled)
