"""Fakes of every port, in memory, and `make_services()`, which puts the whole product together from them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, time, timedelta, timezone
from pathlib import Path

import yaml

from bot.agents import SignIn
from bot.conversations import Say
from bot.dialogue import Dialogue, Parts
from bot.engine_protocol import Answer, Turn
from bot.errors import EngineUnavailable, RecordsUnavailable
from bot.faq import Candidate, Faq, FaqEntry, Thresholds
from bot.handoff import Handoff
from bot.hours import BusinessHours
from bot.orders import Order, OrderDesk
from bot.outbox import Outbox
from bot.services import Services
from tests.fake_conversations import FakeConversations, FakeTickets
from tests.fake_stores import FakeAgents, FakeAttempts, FakeKeys, FakeQuestions

NOON = datetime(2025, 3, 12, 12, 0, tzinfo=timezone.utc)
"""A Wednesday."""
ALWAYS_OPEN = BusinessHours(timezone.utc, {day: [(time(0), time(0))] for day in range(7)})
NEVER_OPEN = BusinessHours(timezone.utc, {})
_INTERFACE = Path(__file__).parent.parent / "data" / "interface"


class FixedClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class FakePubSub:
    """`PubSub` in memory, without limits; keeps what was published."""

    def __init__(self) -> None:
        self.published: list[tuple[str, Mapping[str, object]]] = []
        self._queues: list[tuple[str, asyncio.Queue[Mapping[str, object]]]] = []

    async def publish(self, topic: str, event: Mapping[str, object]) -> None:
        self.published.append((topic, event))
        for subscribed, queue in self._queues:
            if subscribed == topic:
                queue.put_nowait(event)

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[AsyncIterator[Mapping[str, object]]]:
        entry = (topic, asyncio.Queue[Mapping[str, object]]())
        self._queues.append(entry)
        try:
            yield _drain(entry[1])
        finally:
            self._queues.remove(entry)


async def _drain(queue: asyncio.Queue[Mapping[str, object]]) -> AsyncIterator[Mapping[str, object]]:
    while True:
        yield await queue.get()


class FakeEngine:
    """`Engine` that gives the scripted answers in turn, then says `echo`; it can fail, or wait for `gate`."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.turns: list[Turn] = []
        self.failing = False
        self.gate: asyncio.Event | None = None

    async def reply(self, turn: Turn) -> Answer:
        self.turns.append(turn)
        if self.gate:
            await self.gate.wait()
        if self.failing:
            raise EngineUnavailable("the engine is switched off")
        return self.answers.pop(0) if self.answers else Answer((Say("echo", {"text": turn.text}),))

    async def ready(self) -> bool:
        return not self.failing


class FakeFaqIndex:
    """`FaqIndex` that finds what it was told to find for a text."""

    def __init__(self, found: Mapping[str, Sequence[Candidate]] | None = None) -> None:
        self.found = dict(found or {})

    async def search(self, text: str, language: str, limit: int = 4) -> Sequence[Candidate]:
        return list(self.found.get(text, ()))[:limit]


class FakeShopRecords:
    """`ShopRecords` over a few orders; it can be out of order."""

    def __init__(self, *orders: Order) -> None:
        self.orders = list(orders)
        self.failing = False

    async def order(self, number: str) -> Order | None:
        return self._first(lambda order: order.number == number)

    async def order_of_device(self, serial: str) -> Order | None:
        return self._first(lambda order: any(device.serial == serial for device in order.devices))

    def _first(self, fits: Callable[[Order], bool]) -> Order | None:
        if self.failing:
            raise RecordsUnavailable("the shop's system is switched off")
        return next(filter(fits, self.orders), None)


class FakeResponses:
    """`Responses` that writes a sentence as its key and its values: `handoff_taken agent=Sara`."""

    def text(self, say: Say, language: str) -> str:
        return " ".join([say.key, *(f"{name}={self._value(value, language)}" for name, value in say.values.items())])

    def isolated(self, text: str, language: str) -> str:
        return text

    def _value(self, value: object, language: str) -> str:
        if isinstance(value, Say):
            return f"({self.text(value, language)})" if value.values else value.key
        if isinstance(value, (list, tuple)):
            return ", ".join(self._value(one, language) for one in value)
        return str(value)


class FakePasswordHasher:
    """`PasswordHasher` that hides nothing."""

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password_hash: str, password: str) -> bool:
        return password_hash == self.hash(password)


def interface(language: str) -> dict[str, str]:
    """Return the labels of `data/interface/`, which are the product's own also in tests."""
    labels: dict[str, str] = yaml.safe_load((_INTERFACE / f"{language}.yml").read_text("utf-8"))["interface"]
    return labels


def make_services(
    *,
    clock: Callable[[], datetime] | None = None,
    conversations: FakeConversations | None = None,
    engine: FakeEngine | None = None,
    faq_index: FakeFaqIndex | None = None,
    faq: Sequence[FaqEntry] = (),
    records: FakeShopRecords | None = None,
    attempts: FakeAttempts | None = None,
    agents: FakeAgents | None = None,
    questions: FakeQuestions | None = None,
    keys: FakeKeys | None = None,
    pubsub: FakePubSub | None = None,
    responses: FakeResponses | None = None,
    hasher: FakePasswordHasher | None = None,
    hours: BusinessHours = ALWAYS_OPEN,
    shop: str = "Madad Shop",
) -> Services:
    """Return the product with fakes all around. Connect a channel with `services.outbox.connect(name, send)`."""
    now = clock or FixedClock()
    store, pubsub = conversations or FakeConversations(), pubsub or FakePubSub()
    engine, faq_index = engine or FakeEngine(), faq_index or FakeFaqIndex()
    responses, attempts = responses or FakeResponses(), attempts or FakeAttempts()
    outbox = Outbox(store, store, pubsub, now)
    handoff = Handoff(store, outbox, responses, hours, now)
    return Services(
        dialogue=Dialogue(Parts(store, outbox, engine, faq_index, responses, handoff, now)),
        handoff=handoff,
        outbox=outbox,
        orders=OrderDesk(records or FakeShopRecords(), attempts),
        faq=Faq(faq, Thresholds()),
        faq_index=faq_index,
        sign_in=SignIn(agents or FakeAgents(), hasher or FakePasswordHasher(), attempts),
        conversations=store,
        tickets=FakeTickets(store),
        questions=questions or FakeQuestions(),
        keys=keys or FakeKeys(),
        pubsub=pubsub,
        engine=engine,
        responses=responses,
        interface=interface,
        now=now,
        shop=shop,
        proof_lasts=timedelta(minutes=30),
    )
