"""What a wrong proof leads to, and what it does not give away."""

from __future__ import annotations

from bot.conversations import Mode, Reason
from tests.engine.customer import Customer, Customers, Reply

PERSON = ("button_yes_person", "button_no_thanks")


async def fail(customer: Customer, number: str = "MD-100245") -> list[Reply]:
    """Ask for an order with a contact that is not on it."""
    return await customer.says(f"Where is my order {number}? My email is eve@example.com")


async def test_an_unknown_order_gets_the_same_words_as_a_wrong_proof(customers: Customers) -> None:
    wrong, unknown = await fail(customers.new("en")), await fail(customers.new("en"), "MD-999999")
    assert wrong == unknown == [customers.reply("not_matched", "en"), customers.reply("ask_order_number", "en")]


async def test_a_wrong_proof_begins_the_form_again_and_the_right_one_is_still_welcome(
    customers: Customers, customer: Customer
) -> None:
    await fail(customer)
    assert await customer.says("MD-100245") == [customers.reply("ask_contact", "en")]
    (answer,) = await customer.says("omar@example.com")
    assert "TR123456" in answer.text


async def test_three_wrong_proofs_lead_to_a_person(customers: Customers, customer: Customer) -> None:
    for _ in range(2):
        await fail(customer)
    assert await fail(customer) == [customers.reply("attempts_exceeded", "en", *PERSON)]
    assert await customer.says("yes") == [customers.reply("handoff_queued", "en", "button_back_to_bot", position=1)]
    conversation = await customer.conversation()
    assert (conversation.mode, conversation.reason) == (Mode.WAITING, Reason.ASKED)


async def test_whoever_declines_a_person_goes_on_with_madad(customers: Customers, customer: Customer) -> None:
    for _ in range(3):
        await fail(customer)
    assert await customer.says("no") == [customers.reply("handoff_declined", "en")]
    assert (await customer.conversation()).mode is Mode.BOT


async def test_after_three_wrong_proofs_even_the_right_one_is_refused(customers: Customers, customer: Customer) -> None:
    for _ in range(3):
        await fail(customer)
    said = await customer.says("Where is my order MD-100245? My email is omar@example.com")
    assert said == [customers.reply("attempts_exceeded", "en", *PERSON)]


async def test_a_new_visitor_from_the_same_address_does_not_begin_to_count_anew(customers: Customers) -> None:
    guesser = customers.new("en", "198.51.100.7")
    for _ in range(3):
        await fail(guesser)
    said = await customers.new("en", "198.51.100.7").says("Where is my order MD-100452? I am lina@example.com")
    assert said == [customers.reply("attempts_exceeded", "en", *PERSON)]


async def test_a_visitor_from_elsewhere_is_not_refused_for_the_guesses_on_another_order(customers: Customers) -> None:
    guesser = customers.new("en", "198.51.100.7")
    for _ in range(3):
        await fail(guesser)
    (answer,) = await customers.new("en", "203.0.113.9").says("Where is my order MD-100452? I am lina@example.com")
    assert "TR123456" in answer.text
