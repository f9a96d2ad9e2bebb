"""When something is broken: the customer hears it in their language, nothing is lost, and a person is within reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.rasa import RasaEngine
from bot.conversations import Mode, Reason
from bot.orders import Order
from tests.engine.customer import Customer, Customers
from tests.fakes import FakeShopRecords, make_services
from tests.responses import file_responses
from tests.servers import TOKEN, engine_process, free_port, until_ready

LANGUAGES = ("en", "ar", "hi", "ur", "fa")
PERSON = ("button_yes_person", "button_no_thanks")
HELLO = {"en": "hello", "ar": "مرحبا", "hi": "नमस्ते", "ur": "السلام علیکم", "fa": "سلام"}
ASK = {
    "en": "Where is my order MD-100245? My email is omar@example.com",
    "ar": "أين طلبي رقم MD-100245؟ بريدي omar@example.com",
    "hi": "मेरा ऑर्डर MD-100245 कहाँ है? मेरा ईमेल omar@example.com है",
    "ur": "میرا آرڈر MD-100245 کہاں ہے؟ میری ای میل omar@example.com ہے",
    "fa": "سفارش من MD-100245 کجاست؟ ایمیلم omar@example.com است",
}


class BrokenRecords(FakeShopRecords):
    """Records with a fault that nobody expected."""

    async def order(self, number: str) -> Order | None:
        raise RuntimeError(number)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_records_out_of_reach_are_regretted_and_a_person_offered(
    customers: Customers, records: FakeShopRecords, language: str
) -> None:
    records.failing = True
    customer = customers.new(language)
    assert await customer.says(ASK[language]) == [customers.reply("lookup_down", language, *PERSON)]
    assert await customer.presses(customers.text("button_yes_person", language)) == [
        customers.reply("handoff_queued", language, "button_back_to_bot", position=1)
    ]
    assert (await customer.conversation()).reason is Reason.FAILURE


async def test_once_the_records_are_back_the_same_question_is_answered(
    customer: Customer, records: FakeShopRecords
) -> None:
    records.failing = True
    await customer.says(ASK["en"])
    records.failing = False
    (answer,) = await customer.says(ASK["en"])
    assert "TR123456" in answer.text


class TestBrokenAction:
    """An action that raises."""

    @pytest.fixture
    def records(self) -> FakeShopRecords:
        return BrokenRecords()

    @pytest.mark.parametrize("language", LANGUAGES)
    async def test_it_is_regretted_and_a_plain_yes_brings_a_person(self, customers: Customers, language: str) -> None:
        customer = customers.new(language)
        assert await customer.says(ASK[language]) == [customers.reply("engine_down", language, *PERSON)]


async def test_without_the_action_server_the_apology_comes_from_the_service(
    engine: RasaEngine,
) -> None:
    customers = Customers(make_services(engine=engine, responses=file_responses()))
    said = await customers.new("en").says("what is your return policy")
    assert said == [customers.reply("engine_down", "en", *PERSON)]


async def test_when_the_engine_is_gone_the_messages_are_kept_and_a_person_is_still_one_press_away(
    model: Path, tmp_path: Path
) -> None:
    with engine_process(model, free_port(), tmp_path) as engine_port:
        await until_ready(engine_port, tmp_path)
        engine = RasaEngine(f"http://127.0.0.1:{engine_port}", TOKEN, 20)
        services = make_services(engine=engine, responses=file_responses())
        customers = Customers(services)
        known = {language: customers.new(language) for language in LANGUAGES}
        for language, customer in known.items():
            assert (await customer.says(HELLO[language]))[0].text == customers.text("greet", language)
    for place, (language, customer) in enumerate(known.items(), 1):
        assert await customer.says(ASK[language]) == [customers.reply("engine_down", language, *PERSON)]
        kept = await services.conversations.messages((await customer.conversation()).id)
        assert ASK[language] in [message.text for message in kept]
        assert await customer.presses(customers.text("button_yes_person", language)) == [
            customers.reply("handoff_queued", language, "button_back_to_bot", position=place)
        ]
        conversation = await customer.conversation()
        assert (conversation.mode, conversation.reason) == (Mode.WAITING, Reason.FAILURE)
    await engine.close()
