"""How actions read a turn, and how they speak."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.speech import Heard, entity, heard, speak
from bot.conversations import Say
from tests.actions.webhook import action_call, webhook
from tests.fakes import FakeResponses, make_services
from tests.responses import file_responses


def tracker(**call: object) -> Tracker:
    return Tracker.from_dict(action_call("action_answer_faq", **call)["tracker"])  # type: ignore[arg-type]


def test_a_turn_is_read_from_the_messages_metadata() -> None:
    metadata = {"turn": "c-1", "conversation": "c", "language": "ur", "candidates": [{"id": "a", "probability": 0.5}]}
    assert heard(tracker(text="سلام", metadata=metadata)) == Heard("c-1", "c", "ur", "سلام", (("a", 0.5),))


@pytest.mark.parametrize("metadata", [None, {}])
def test_without_metadata_a_turn_is_in_english_and_has_no_candidates(metadata: dict[str, object] | None) -> None:
    assert heard(tracker(text="hi", metadata=metadata)) == Heard("", "", "en", "hi", ())


def test_the_first_entity_of_a_name_counts() -> None:
    call = action_call("action_answer_faq")
    call["tracker"]["latest_message"]["entities"] = [
        {"entity": "email", "value": "a@example.com"},
        {"entity": "email", "value": "b@example.com"},
    ]
    assert entity(Tracker.from_dict(call["tracker"]), "email") == "a@example.com"


def test_an_entity_that_is_not_there_is_none() -> None:
    assert entity(tracker(entities={"email": "a@example.com"}), "phone") is None


def test_sentences_are_lines_of_one_message_with_titled_buttons_under_it() -> None:
    dispatcher = CollectingDispatcher()
    speak(dispatcher, FakeResponses(), "en", [Say("one"), Say("two")], [("button_human", "/request_human")])
    assert [message["text"] for message in dispatcher.messages] == ["one\ntwo"]
    assert dispatcher.messages[0]["buttons"] == [{"title": "button_human", "payload": "/request_human"}]


@pytest.mark.parametrize("language", ["en", "ar", "hi", "ur", "fa"])
async def test_an_action_speaks_the_language_of_the_turn(language: str) -> None:
    responses = file_responses()
    async with webhook(make_services(responses=responses)) as hook:
        result = await hook.run("action_not_helpful", language=language)
    assert result.texts == [responses.text(Say("not_helpful"), language)]
    assert result.titles == [responses.text(Say("button_human"), language)]


async def test_an_unknown_language_is_answered_in_english() -> None:
    responses = file_responses()
    async with webhook(make_services(responses=responses)) as hook:
        result = await hook.run("action_not_helpful", language="tlh")
    assert result.texts == [responses.text(Say("not_helpful"), "en")]
