"""What the core asks of the outside world. `bot.adapters` has the real ones, `tests/fakes.py` the others."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bot.agents import Agent
    from bot.conversations import Change, Conversation, Delivery, Inbound, Lease, Message, Received, Say
    from bot.engine_protocol import Answer, Turn
    from bot.faq import Candidate
    from bot.orders import Order
    from bot.tickets import Ticket


class ShopRecords(Protocol):
    """The shop's orders, with items, devices and warranties. Both raise `RecordsUnavailable`."""

    async def order(self, number: str) -> Order | None: ...
    async def order_of_device(self, serial: str) -> Order | None: ...


class ConversationStore(Protocol):
    """Conversations and their messages. Times are aware and in UTC."""

    async def receive(self, inbound: Inbound, language: str, now: datetime) -> Received:
        """Write the message to the user's current conversation, or to a new one; `language` is for a new one.

        A `message_id` that this user has used before writes nothing and returns what was written then. After a closed
        conversation a new one begins, which names it as `previous`.
        """

    async def conversation(self, conversation: str) -> Conversation:
        """Return the conversation; raises `NotFound`."""

    async def current(self, channel: str, user: str) -> Conversation | None: ...
    async def message(self, conversation: str, sequence: int) -> Message | None: ...
    async def messages(self, conversation: str, after: int = 0, limit: int = 500) -> Sequence[Message]:
        """Return the first `limit` messages whose sequence is greater than `after`, in order."""

    async def last_offer(self, conversation: str, before: int) -> Message | None:
        """Return the newest message below sequence `before` that the customer did not write, if it has buttons."""

    async def next_unhandled(self, conversation: str) -> Message | None:
        """Return the customer's first message that no `Change.handled` has named."""

    async def with_unhandled(self) -> Sequence[str]: ...
    async def acquire(self, conversation: str, owner: str, now: datetime, seconds: float) -> Lease | None:
        """Take or prolong the lease; None while another owner's has not expired."""

    async def release(self, lease: Lease) -> None: ...
    async def commit(
        self, conversation: str, change: Change, now: datetime
    ) -> tuple[Conversation, Sequence[Message], Sequence[Delivery]]:
        """Do `change` as a whole; raises `Conflict` (or `LeaseLost`), having written nothing, when it no longer fits.

        Returns the conversation after it, the new messages, and the deliveries among them that the caller is to make
        now: their outbox rows are claimed for 30 seconds. Rows behind an undelivered earlier one are not claimed.
        """

    async def waiting(self) -> Sequence[Conversation]:
        """Return the queue: mode WAITING, longest waiting first."""

    async def of_agent(self, agent_id: str) -> Sequence[Conversation]: ...


class OutboxStore(Protocol):
    """The rows of messages that still have to reach their destination."""

    async def due(self, now: datetime, channels: Collection[str], limit: int = 100) -> Sequence[str]:
        """Return conversations of these channels whose first undelivered row is due and unclaimed."""

    async def claim(self, conversation: str, now: datetime) -> Sequence[Delivery]:
        """Claim, for 30 seconds, all undelivered rows of a conversation in order; none while any is claimed."""

    async def delivered(self, delivery: Delivery, provider_id: str | None, now: datetime) -> None: ...
    async def postpone(self, delivery: Delivery, next_try: datetime) -> None:
        """Count a failed attempt, and give up the claims on this row and on the later ones of its conversation."""

    async def undeliverable(self, delivery: Delivery, now: datetime) -> None:
        """Stop trying; the message is shown as not delivered."""


class AttemptStore(Protocol):
    """Counts of failed attempts, by key."""

    async def most(self, keys: Sequence[str], since: datetime) -> int:
        """Return the highest count among the keys of what was recorded since then."""

    async def record(self, keys: Sequence[str], turn: str, now: datetime) -> None:
        """Count one attempt for each key; the same `turn` counts once."""


class TicketStore(Protocol):
    async def ticket(self, number: str) -> Ticket | None: ...
    async def open_tickets(self) -> Sequence[Ticket]: ...
    async def solve(self, number: str, agent_id: str, now: datetime) -> bool:
        """Mark an open ticket as solved, and take it off its conversation; False if it is not open."""


class AgentStore(Protocol):
    async def add(self, agent: Agent, password_hash: str) -> None:
        """Add an agent, or set the name and the password of the one with this e-mail address."""

    async def by_email(self, email: str) -> tuple[Agent, str] | None:
        """Return the agent and the hash of the password."""

    async def open_session(self, token_hash: str, agent_id: str, expires: datetime) -> None: ...
    async def by_session(self, token_hash: str, now: datetime) -> Agent | None: ...
    async def close_session(self, token_hash: str) -> None: ...


class QuestionStore(Protocol):
    """Questions that no FAQ entry answered."""

    async def record(self, conversation: str, turn: str, text: str, language: str, now: datetime) -> None:
        """Keep the question; the same `turn` is kept once."""


class KeyStore(Protocol):
    """Signing keys: they have ids, persist, and are shared by replicas."""

    async def current(self) -> tuple[str, bytes]:
        """Return (id, secret) of the newest key, made now if there is none."""

    async def secret(self, key_id: str) -> bytes | None: ...


class PubSub(Protocol):
    """Tells listeners, in this process and in other replicas, that something happened. Nothing is kept."""

    async def publish(self, topic: str, event: Mapping[str, object]) -> None: ...
    def subscribe(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[Mapping[str, object]]]: ...


class Engine(Protocol):
    """The dialogue engine."""

    async def reply(self, turn: Turn) -> Answer:
        """Return what to say and do; raises `EngineUnavailable`, also for an empty answer."""

    async def ready(self) -> bool: ...


class Embedder(Protocol):
    """Turns sentences of any of the languages into vectors that are near where the meaning is."""

    name: str
    """Names the model and its weights: only vectors made under the same name can be compared."""
    dimensions: int

    async def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row of length 1 for each text; zeros for a text with nothing in it."""


class FaqIndex(Protocol):
    """Nearest FAQ entries."""

    async def search(self, text: str, language: str, limit: int = 4) -> Sequence[Candidate]:
        """Return the nearest entries, best first, each with the probability that it is the right one."""


class Responses(Protocol):
    """The sentences of `data/responses/`, written out in a language."""

    def text(self, say: Say, language: str) -> str: ...
    def isolated(self, text: str, language: str) -> str:
        """Return a text that comes from elsewhere with its identifiers isolated, where the language needs that."""


class PasswordHasher(Protocol):
    def hash(self, password: str) -> str: ...
    def verify(self, password_hash: str, password: str) -> bool: ...
