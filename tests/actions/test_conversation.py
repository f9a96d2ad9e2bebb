"""The language of a conversation, and explanations of what a form asks for."""

from __future__ import annotations

import pytest

from bot.conversations import Say
from tests.actions.webhook import webhook
from tests.fakes import make_services
from tests.responses import file_responses

LANGUAGES = ["en", "ar", "hi", "ur", "fa"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_named_language_is_what_the_service_goes_on_in(language: str) -> None:
    async with webhook(make_services()) as hook:
        result = await hook.run("action_change_language", entities={"language": language})
    assert result.custom == [{"language": language, "response": "language_changed"}]


@pytest.mark.parametrize("entities", [{}, {"language": "klingon"}, {"language": ""}])
async def test_without_a_language_that_we_speak_all_are_offered_by_their_own_names(entities: dict[str, str]) -> None:
    responses = file_responses()
    async with webhook(make_services(responses=responses)) as hook:
        result = await hook.run("action_change_language", language="hi", entities=entities)
    assert result.texts == [responses.text(Say("language_ask"), "hi")]
    assert result.titles == ["English", "العربية", "हिन्दी", "اردو", "فارسی"]
    assert result.payloads == [f'/change_language{{"language": "{language}"}}' for language in LANGUAGES]


@pytest.mark.parametrize(
    ("requested", "says"),
    [
        ("order_number", "order_number_help"),
        ("warranty_number", "warranty_number_help"),
        ("contact", "contact_help"),
        (None, "order_number_help"),
    ],
)
async def test_the_detail_that_a_form_asks_for_is_explained(requested: str | None, says: str) -> None:
    async with webhook(make_services()) as hook:
        slots = {"requested_slot": requested}
        result = await hook.run("action_explain_detail", slots=slots)
    assert result.texts == [says]
    assert result.payloads == ["/request_human"]


@pytest.mark.parametrize(
    ("name", "value", "form"),
    [("order_number", "MD-100245", "order_form"), ("serial_number", "SN7K2P9X4Q1B", "warranty_form")],
)
async def test_a_number_out_of_the_blue_opens_the_form_that_it_is_for(name: str, value: str, form: str) -> None:
    async with webhook(make_services()) as hook:
        result = await hook.run("action_explain_detail", entities={name: value, "email": "omar@example.com"})
    assert result.body["events"] == [{"event": "followup", "timestamp": None, "name": form}]
    assert result.texts == []


@pytest.mark.parametrize("name", ["email", "phone"])
async def test_a_contact_out_of_the_blue_leads_to_what_can_be_done_with_it(name: str) -> None:
    async with webhook(make_services()) as hook:
        result = await hook.run("action_explain_detail", entities={name: "omar@example.com"})
    assert result.texts == ["affirm"]
    assert result.payloads == ["/order_status", "/warranty_status"]


async def test_a_number_of_the_wrong_kind_inside_a_form_is_explained() -> None:
    async with webhook(make_services()) as hook:
        result = await hook.run(
            "action_explain_detail",
            entities={"serial_number": "SN7K2P9X4Q1B"},
            slots={"requested_slot": "order_number"},
            form="order_form",
        )
    assert result.texts == ["order_number_help"]


async def test_after_an_explanation_the_form_listens_again() -> None:
    async with webhook(make_services()) as hook:
        result = await hook.run("action_explain_detail", slots={"requested_slot": "contact"}, form="order_form")
    assert result.form == "order_form"
    assert result.body["events"][-1] == {"event": "followup", "timestamp": None, "name": "action_listen"}
