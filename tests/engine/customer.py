"""A customer of the whole product: says something, presses a button, and reads what is answered."""

from __future__ import annotations

from itertools import count
from typing import NamedTuple

from bot.conversations import Author, Conversation, Delivery, Inbound, Message, Press, Receipt, Say
from bot.services import Services


class Reply(NamedTuple):
    """A message as the customer sees it."""

    text: str
    buttons: tuple[str, ...] = ()


class Customer:
    """One visitor of the website, who asks in one language at first."""

    def __init__(self, services: Services, language: str, user: str, address: str) -> None:
        self._services = services
        self._language = language
        self._user = user
        self._address = address
        self._ids = count(1)
        self._seen: list[Message] = []

    async def says(self, text: str) -> list[Reply]:
        """Write a message, and return all the answers to it."""
        return await self._send(text, None)

    async def presses(self, title: str) -> list[Reply]:
        """Press the newest button with that title."""
        for message in reversed(self._seen):
            for place, button in enumerate(message.buttons):
                if button.title == title:
                    return await self._send("", Press(message.sequence, place))
        raise AssertionError(f"no button {title!r} was offered")

    async def conversation(self) -> Conversation:
        """Return the customer's conversation."""
        found = await self._services.conversations.current("test", self._user)
        assert found
        return found

    async def _send(self, text: str, press: Press | None) -> list[Reply]:
        inbound = Inbound(
            "test", self._user, text, f"{next(self._ids)}", self._language, self._address, press
        )  # fmt: skip
        received = await self._services.dialogue.receive(inbound)
        await self._services.dialogue.stop()
        await self._services.outbox.stop()
        sequence = received.message.sequence
        messages = await self._services.conversations.messages(received.conversation.id, after=sequence)
        self._seen += messages
        return [
            Reply(message.text, tuple(button.title for button in message.buttons))
            for message in messages
            if message.author is not Author.CUSTOMER
        ]


class Customers:
    """Makes customers, each a visitor of their own; unless told otherwise, each at an address of their own."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._numbers = count(1)
        services.outbox.connect("test", self._deliver)

    def new(self, language: str, address: str | None = None) -> Customer:
        """Return a new visitor."""
        number = next(self._numbers)
        return Customer(self._services, language, f"visitor{number}", address or f"192.0.2.{number}")

    def text(self, key: str, language: str, **values: object) -> str:
        """Return a sentence of the product."""
        return self._services.responses.text(Say(key, values), language)

    def reply(self, key: str, language: str, *buttons: str, **values: object) -> Reply:
        """Return a reply of one sentence, with buttons by the keys of their titles."""
        return Reply(self.text(key, language, **values), tuple(self.text(button, language) for button in buttons))

    async def _deliver(self, delivery: Delivery) -> Receipt:
        return Receipt()
