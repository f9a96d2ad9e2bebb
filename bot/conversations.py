"""A conversation: who speaks, what was said, and who is in charge of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class Mode(str, Enum):
    """Who answers the customer now."""

    BOT = "bot"
    WAITING = "waiting"
    AGENT = "agent"
    CLOSED = "closed"


class Author(str, Enum):
    """Who wrote a message."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Reason(str, Enum):
    """Why a person was brought in."""

    ASKED = "asked"
    NOT_HELPED = "not_helped"
    ATTEMPTS = "attempts"
    FAILURE = "failure"


@dataclass(frozen=True)
class Inbound:
    """What a connector heard from a customer.

    `user` is issued or verified by the connector and never read from the message itself. `message_id` is unique per
    user and makes a repeated delivery harmless. `press` is set instead of `text` when an offered button was pressed.
    `address` is where the customer comes from (a network address, an account), for limits only.
    """

    channel: str
    user: str
    text: str
    message_id: str
    language_hint: str | None = None
    address: str = ""
    press: Press | None = None


@dataclass(frozen=True)
class Press:
    """A pressed button: the sequence number of the message that offered it, and its place there, counted from 0."""

    sequence: int
    button: int


@dataclass(frozen=True)
class Button:
    """A choice under a message. `payload` is for the engine; connectors never send it to a customer."""

    title: str
    payload: str


@dataclass(frozen=True)
class Say:
    """A sentence by its key in `data/responses/<lang>.yml`, with the values for its {names} and the buttons under it.

    Values may be text, dates, times, other sentences (`Say`), or lists of these; the renderer writes each in the
    language's own way.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    buttons: tuple[tuple[str, str], ...] = ()
    """(key of the title, payload) of each button."""


@dataclass(frozen=True)
class Draft:
    """A message that is about to be written."""

    author: Author
    text: str
    buttons: tuple[Button, ...] = ()
    agent: str | None = None
    """The name of the agent who wrote it."""


@dataclass(frozen=True)
class Message:
    """A message of a conversation; `sequence` counts from 1 within it, whoever wrote it."""

    conversation: str
    sequence: int
    author: Author
    text: str
    at: datetime
    language: str
    buttons: tuple[Button, ...] = ()
    agent: str | None = None
    message_id: str | None = None
    press: Press | None = None
    undelivered: bool = False


@dataclass(frozen=True)
class Conversation:
    """The state of a conversation as it was read."""

    id: str
    channel: str
    user: str
    address: str
    mode: Mode
    language: str
    created: datetime
    last_sequence: int
    episode: int = 0
    """Counts the times that a person handed back; each begins a fresh session of the engine."""
    language_chosen: bool = False
    """Whether the customer chose the language, so that detection no longer changes it."""
    agent_id: str | None = None
    agent_name: str | None = None
    reason: Reason | None = None
    queued_at: datetime | None = None
    queued_sequence: int = 0
    """The last message before the conversation was queued."""
    ticket: str | None = None
    """The number of its open ticket."""
    previous: str | None = None
    """The closed conversation that this one goes on from."""

    @property
    def session(self) -> str:
        """The engine's name for this stretch of the conversation."""
        return f"{self.id}.{self.episode}"


@dataclass(frozen=True)
class Lease:
    """The right to work on a conversation until `expires`; `fence` grows with each, so a late holder is refused."""

    conversation: str
    owner: str
    fence: int
    expires: datetime


@dataclass(frozen=True)
class Change:
    """What one step does to a conversation: committed as a whole, or refused as a whole with `Conflict`.

    Refused unless the mode is one of `expect`, the agent in charge is `expect_agent` (when given), and `lease` (when
    given) is still held. Each message gets the next sequence number and, unless the customer wrote it, an outbox row.
    """

    expect: frozenset[Mode]
    messages: tuple[Draft, ...] = ()
    mode: Mode | None = None
    expect_agent: str | None = None
    agent: tuple[str, str] | None = None
    """(id, name) of the agent who takes over; leaving the mode AGENT clears it."""
    reason: Reason | None = None
    language: str | None = None
    language_chosen: bool | None = None
    ticket: str | None = None
    """The number of a ticket to open with this change."""
    new_episode: bool = False
    handled: int | None = None
    """The sequence number of the customer's message that this step answers."""
    lease: Lease | None = None


@dataclass(frozen=True)
class Received:
    """What became of an incoming message: its conversation and number, and whether it had been received before."""

    conversation: Conversation
    message: Message
    duplicate: bool = False


@dataclass(frozen=True)
class Delivery:
    """A message on its way out to one user of one channel."""

    id: int
    channel: str
    user: str
    message: Message
    attempts: int = 0


@dataclass(frozen=True)
class Receipt:
    """The channel took the message; `provider_id` is its own name for it, if it has one."""

    provider_id: str | None = None
