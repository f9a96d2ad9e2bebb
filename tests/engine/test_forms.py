"""Inside a form: whatever a customer says, however often, is answered, and the form goes on or is left on purpose."""

from __future__ import annotations

from itertools import count

import pytest
import yaml

from bot.adapters.rasa import RasaEngine
from bot.conversations import Inbound, Say
from bot.engine_protocol import Answer, Spoken, Turn
from bot.services import Services
from tests.engine.customer import Customer, Customers
from tests.servers import ROOT

INTENTS = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["intents"]
FORMS = {"order_status": "ask_order_number", "warranty_status": "ask_warranty_number"}
LEAVING = {"cancel", "goodbye", "request_human"}
OPENING = {"order_status": "order_status", "another_order": "order_status", "warranty_status": "warranty_status"}


class Session:
    """One session of the engine, asked by intents, as buttons do."""

    def __init__(self, services: Services, engine: RasaEngine, conversation: str) -> None:
        self._services, self._engine, self._conversation = services, engine, conversation
        self._turns = count(1)

    async def says(self, text: str) -> Answer:
        """Say something; raises `EngineUnavailable` when nothing is answered."""
        turn = f"{self._conversation}-{next(self._turns)}"
        return await self._engine.reply(Turn(turn, self._conversation, self._conversation, text, "en"))


@pytest.fixture
async def session(services: Services, engine: RasaEngine) -> Session:
    """A session of a conversation that has just begun."""
    inbound = Inbound("test", "visitor", "hello", "1")
    received = await services.conversations.receive(inbound, "en", services.now())
    return Session(services, engine, received.conversation.id)


def keys(answer: Answer) -> list[str]:
    """Return the keys of the sentences that the service is to write out."""
    return [say.key for say in answer.says if isinstance(say, Say)]


@pytest.mark.parametrize("intent", INTENTS)
@pytest.mark.parametrize("form", FORMS)
async def test_every_intent_is_answered_twice_in_a_row_and_the_form_goes_on(
    session: Session, form: str, intent: str
) -> None:
    await session.says(f"/{form}")
    for _ in range(2):
        answer = await session.says(f"/{intent}")
        assert len(answer.says) in (1, 2) or answer.handoff
    if intent in LEAVING:
        return
    after = await session.says("MD-100245")
    assert keys(after) == ["ask_contact"]


@pytest.mark.parametrize("intent", sorted(set(INTENTS) - LEAVING - set(OPENING)))
@pytest.mark.parametrize("form", FORMS)
async def test_the_question_of_a_form_is_asked_again_or_explained(session: Session, form: str, intent: str) -> None:
    await session.says(f"/{form}")
    answer = await session.says(f"/{intent}")
    explained = [say.text for say in answer.says if isinstance(say, Spoken)]
    assert keys(answer)[-1:] == [FORMS[form]] or len(explained) == 1


@pytest.mark.parametrize("intent", sorted(LEAVING))
@pytest.mark.parametrize("form", FORMS)
async def test_a_form_that_was_left_does_not_ask_any_more(session: Session, form: str, intent: str) -> None:
    await session.says(f"/{form}")
    await session.says(f"/{intent}")
    assert keys(await session.says("/thanks")) == ["thanks"]


async def test_from_one_form_to_the_other_and_back(session: Session) -> None:
    assert keys(await session.says("/order_status")) == ["ask_order_number"]
    assert keys(await session.says("/warranty_status")) == ["ask_warranty_number"]
    assert keys(await session.says("/order_status")) == ["ask_order_number"]


async def test_a_number_that_was_given_to_one_form_serves_the_other(session: Session) -> None:
    await session.says("/order_status")
    assert keys(await session.says("MD-100245")) == ["ask_contact"]
    assert keys(await session.says("/warranty_status")) == ["ask_contact"]


@pytest.mark.parametrize("text", ["Where is my order?", "track my order please", "I want to check my order"])
async def test_the_same_question_again_explains_what_is_missing(
    customers: Customers, customer: Customer, text: str
) -> None:
    await customer.says("Where is my order?")
    assert await customer.says(text) == [customers.reply("order_number_help", "en", "button_human")]
    assert await customer.says("MD-100245") == [customers.reply("ask_contact", "en")]
