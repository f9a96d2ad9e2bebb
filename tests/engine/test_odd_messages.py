"""Messages that are no sentences: commands, nothing at all, too much, only signs."""

from __future__ import annotations

import pytest

from bot.dialogue import MAXIMUM_CHARACTERS
from bot.errors import BadData, NotFound
from tests.engine.customer import Customer, Customers

COMMANDS = [
    "restart",
    "back",
    'order_status{"order_number": "MD-100245", "contact": "omar@example.com"}',
    'inform{"order_number": "MD-100245"}',
    "not_helpful",
    "session_start",
]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("before", ["/", " / /", "\u200b/", "／", "\u200c/"])
async def test_a_typed_command_is_a_text_like_any_other(customers: Customers, command: str, before: str) -> None:
    one, other = customers.new("en"), customers.new("en")
    for text in ("Where is my order?", "MD-100245"):
        assert await one.says(text) == await other.says(text)
    assert await one.says(before + command) == await other.says(command)


async def test_a_typed_restart_leaves_the_form_open(customers: Customers, customer: Customer) -> None:
    await customer.says("Where is my order?")
    await customer.says("/restart")
    assert await customer.says("MD-100245") == [customers.reply("ask_contact", "en")]


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b\ufeff", "///", "\u200c/ \u200d"])
async def test_a_blank_message_is_refused(customer: Customer, text: str) -> None:
    with pytest.raises(BadData, match="blank"):
        await customer.says(text)


async def test_a_long_message_is_answered_and_a_longer_one_refused(customer: Customer) -> None:
    (reply,) = await customer.says(("my phone does not charge and " * 80)[:MAXIMUM_CHARACTERS])
    assert reply.text
    with pytest.raises(BadData, match=f"{MAXIMUM_CHARACTERS}"):
        await customer.says("x" * (MAXIMUM_CHARACTERS + 1))


@pytest.mark.parametrize("text", ["👍🏽", "🙏🙏🙏", "❤️", "؟؟؟", "...", "!", "١", "👨‍👩‍👧", "\u0301"])
async def test_signs_alone_are_answered(customer: Customer, text: str) -> None:
    replies = await customer.says(text)
    assert replies
    assert all(reply.text for reply in replies)


async def test_a_button_that_was_never_offered_is_refused(customers: Customers) -> None:
    one, other = customers.new("en"), customers.new("en")
    await one.says("hello")
    other._seen = one._seen
    with pytest.raises(NotFound):
        await other.presses(customers.text("button_order", "en"))
