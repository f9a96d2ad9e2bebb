"""The door that every channel comes through, ours and a stranger's."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, ClassVar, Self

from aiohttp import web

from bot.conversations import Delivery, Inbound, Receipt, Received
from bot.errors import BadData

if TYPE_CHECKING:
    from bot.services import Services
    from bot.settings import Settings

Receive = Callable[[Inbound], Awaitable[Received]]
"""Commits a customer's message; raises `BadData` for a blank or oversized text and `NotFound` for an unknown button."""

BUILT_IN = {
    "web": "connectors.web.connector:WebConnector",
    "terminal": "connectors.terminal:TerminalConnector",
}


class Connector(ABC):
    """A place where customers talk to us.

    Only `from_settings` and `send` must be written. A connector is made once, started before the first message and
    stopped after the last one. Text is mandatory; buttons may be shown as text (see `as_text`).
    """

    name: ClassVar[str]
    """The channel's name: the first part of its paths, and stored with each conversation."""

    @classmethod
    @abstractmethod
    def from_settings(cls, settings: Settings, services: Services) -> Self:
        """Make the connector; raises `BadData` with what to do when a setting is missing."""

    def routes(self, receive: Receive) -> Iterable[web.AbstractRouteDef]:
        """Return the paths on which the outside world calls us."""
        return ()

    async def start(self, receive: Receive) -> None:
        """Begin listening, if nothing calls us."""
        return

    async def stop(self) -> None:
        """Let go of everything."""
        return

    @abstractmethod
    async def send(self, delivery: Delivery) -> Receipt:
        """Deliver a message, or raise `DeliveryFailed`."""


def as_text(delivery: Delivery) -> str:
    """Return a message with its buttons as numbered lines, for channels that have no buttons."""
    choices = (f"{n}. {button.title}" for n, button in enumerate(delivery.message.buttons, 1))
    return "\n".join([delivery.message.text, *choices])


def find_connector(name: str) -> type[Connector]:
    """Return the connector class with a built-in name, or at `module:Class`; raises `BadData` if there is none."""
    path = BUILT_IN.get(name, name)
    module, _, attribute = path.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        known = ", ".join(sorted(BUILT_IN))
        raise BadData(f"no connector {name!r} ({error}); use one of {known}, or module:Class") from error
    if not (isinstance(found, type) and issubclass(found, Connector)):
        raise BadData(f"{name!r} is not a subclass of connectors.base.Connector")
    return found
