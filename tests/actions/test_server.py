"""The action webhook: what it refuses, and what the customer hears when an action fails."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import aiohttp
import pytest
import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

from actions.server import ACTIONS, make_app
from bot.services import Services
from tests.actions.webhook import action_call, webhook
from tests.fakes import FakeShopRecords, make_services
from tests.servers import ROOT, serve

SECRET = "my address is hana@example.com"
PROOF = {"order_number": "MD-100245", "contact": "omar@example.com"}
OFFER_A_PERSON = [["button_yes_person", '/request_human{"reason": "failure"}'], ["button_no_thanks", "/deny"]]


class Failing(Action):  # type: ignore[misc]
    """An action that fails with what the customer wrote in its error."""

    def __init__(self, services: Services) -> None:
        pass

    def name(self) -> str:
        return "action_failing"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        raise KeyError(tracker.latest_message["text"])


class Rejecting(Failing):
    """An action that does not want to run."""

    def name(self) -> str:
        return "action_rejecting"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        raise ActionExecutionRejection(self.name())


async def test_every_action_of_the_domain_is_served_and_none_else() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    assert sorted(action(make_services()).name() for action in ACTIONS) == sorted(domain["actions"])


async def test_an_unknown_action_is_answered_with_404_and_without_what_the_customer_said() -> None:
    async with webhook(make_services()) as hook:
        result = await hook.run("action_unheard_of", text=SECRET, slots=PROOF)
    assert result.status == 404
    assert result.body == {"error": "no such action", "action_name": "action_unheard_of"}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"text"', b"7", b"{}", b'{"next_action": null}', b'{"next_action": ""}',
     b'{"next_action": ["action_answer_faq"]}', b'{"next_action": {}}', b"\xff\xfe"],
)  # fmt: skip
async def test_what_is_not_an_action_call_is_refused(body: bytes) -> None:
    async with webhook(make_services()) as hook:
        result = await hook.post(data=body, headers={"Content-Type": "application/json"})
    assert (result.status, result.body) == (400, {"error": "send Rasa's action call as JSON"})


async def test_an_unknown_encoding_is_refused() -> None:
    async with webhook(make_services()) as hook:
        result = await hook.post(data=b"{}", headers={"Content-Type": "application/json; charset=klingon"})
    assert result.status == 400


async def test_an_oversized_call_is_refused() -> None:
    async with webhook(make_services()) as hook:
        body = io.BytesIO(json.dumps(action_call("action_answer_faq", text="x" * 4_000_001)).encode())
        result = await hook.post(data=body, headers={"Content-Type": "application/json"})
    assert result.status == 413
    assert "xxxx" not in str(result.body)


async def test_a_call_without_a_domain_is_served() -> None:
    call = action_call("action_not_helpful", metadata={"language": "en"})
    del call["domain"]
    async with webhook(make_services()) as hook:
        result = await hook.post(json=call)
    assert (result.status, result.texts) == (200, ["not_helpful"])


@pytest.mark.parametrize("part", ["tracker", "sender_id"])
async def test_a_call_that_lacks_a_part_is_answered_with_an_apology(part: str) -> None:
    call = action_call("action_not_helpful")
    call.pop(part)
    call.get("tracker", {}).pop(part, None)
    async with webhook(make_services()) as hook:
        result = await hook.post(json=call)
    assert (result.status, result.custom) == (200, [{"response": "engine_down", "buttons": OFFER_A_PERSON}])


async def test_without_metadata_the_answer_is_in_english() -> None:
    async with webhook(make_services()) as hook:
        result = await hook.post(json=action_call("action_explain_detail", metadata=None))
    assert result.texts == ["order_number_help"]


async def test_without_metadata_an_order_is_not_looked_up() -> None:
    async with webhook(make_services()) as hook:
        result = await hook.post(json=action_call("action_order_status", slots=PROOF, metadata=None))
    assert result.custom[0]["response"] == "engine_down"


async def test_an_action_that_fails_apologises_and_a_plain_yes_then_brings_a_person() -> None:
    async with webhook(make_services(), [Failing]) as hook:
        result = await hook.run("action_failing", text=SECRET)
    assert result.status == 200
    assert result.custom == [{"response": "engine_down", "buttons": OFFER_A_PERSON}]
    assert result.slots == {"offer": "person"}
    assert "hana" not in str(result.body)


async def test_an_action_that_declines_is_named_but_the_conversation_is_not_repeated() -> None:
    async with webhook(make_services(), [Rejecting]) as hook:
        result = await hook.run("action_rejecting", text=SECRET)
    assert result.status == 400
    assert result.body["action_name"] == "action_rejecting"
    assert "hana" not in str(result.body)


@pytest.mark.parametrize("action", ["action_order_status", "action_warranty_status"])
async def test_records_out_of_reach_are_told_from_other_failures(action: str, records: FakeShopRecords) -> None:
    records.failing = True
    async with webhook(make_services(records=records)) as hook:
        result = await hook.run(action, slots={**PROOF, "warranty_number": "MD-100245"})
    assert result.custom == [{"response": "lookup_down", "buttons": OFFER_A_PERSON}]
    assert result.slots == {"offer": "person"}


async def test_a_failure_is_logged_with_its_place_but_without_the_customers_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    async with webhook(make_services(), [Failing]) as hook:
        await hook.run("action_failing", text=SECRET)
    assert "action_failing: KeyError" in caplog.text
    assert "test_server.py" in caplog.text
    assert "hana" not in caplog.text


async def test_nothing_personal_is_logged_above_debug(
    caplog: pytest.LogCaptureFixture, records: FakeShopRecords
) -> None:
    caplog.set_level(logging.INFO)
    slots = {**PROOF, "warranty_number": "SN7K2P9X4Q1B"}
    async with webhook(make_services(records=records)) as hook:
        for failing in (False, True):
            records.failing = failing
            for turn, action in enumerate(ACTIONS):
                await hook.run(action.name(None), text=SECRET, turn=str(turn), slots=slots)
    assert "the shop's records are out of reach" in caplog.text
    assert not [word for word in ("omar", "hana", "100245", "SN7K2P9X4Q1B", "Zephyr") if word in caplog.text]


async def test_health_is_reported() -> None:
    async with (
        serve(make_app(make_services())) as url,
        aiohttp.ClientSession() as session,
        session.get(f"{url}/health") as answer,
    ):
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})
