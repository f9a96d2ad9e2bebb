"""The engine's memory: a row a session, short, surviving, shared."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import create_engine, text

from bot.engine.tracker_store import KEPT_EVENTS, RowTrackerStore, shorten

SERVER = os.environ.get("MADAD_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
DOMAIN = Domain.load(str(Path(__file__).parents[3] / "domain.yml"))


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """An empty PostgreSQL database."""
    server = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    name = f"madad_engine_{secrets.token_hex(4)}"
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except Exception as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"PostgreSQL is not there: {error}")
    yield f"{SERVER.rpartition('/')[0]}/{name}"
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'engine.db'}"
    found: str = request.getfixturevalue("postgresql")
    return found


@pytest.fixture
def open_store(url: str) -> Iterator[Callable[[], RowTrackerStore]]:
    """Opens the store, as a replica or a process that has started again does."""
    opened: list[RowTrackerStore] = []

    def open_one() -> RowTrackerStore:
        opened.append(RowTrackerStore(DOMAIN, url))
        return opened[-1]

    yield open_one
    for store in opened:
        store._engine.dispose()


@pytest.fixture
def session() -> str:
    """A session that no other test knows."""
    return secrets.token_hex(8)


def turn(words: str) -> list[Event]:
    """Return the events of a turn."""
    return [
        ActionExecuted("action_listen"),
        UserUttered(words, {"name": "thanks"}),
        ActionExecuted("utter_thanks"),
    ]


def tracker(session: str, *events: Event) -> DialogueStateTracker:
    return DialogueStateTracker.from_events(session, list(events), DOMAIN.slots)


async def test_an_unknown_session_is_none(open_store: Callable[[], RowTrackerStore], session: str) -> None:
    assert await open_store().retrieve(session) is None


async def test_a_session_survives_reopening(open_store: Callable[[], RowTrackerStore], session: str) -> None:
    events = [*turn("شكرا"), SlotSet("contact", "omar@example.com"), ActiveLoop("order_form")]
    await open_store().save(tracker(session, *events))
    found = await open_store().retrieve(session)
    assert found is not None
    assert list(found.events) == events
    assert (found.get_slot("contact"), found.active_loop_name) == ("omar@example.com", "order_form")


async def test_two_sessions_do_not_mix(open_store: Callable[[], RowTrackerStore], session: str) -> None:
    store = open_store()
    await store.save(tracker(session, SlotSet("contact", "omar@example.com")))
    await store.save(tracker(session + "b", SlotSet("contact", "lina@example.com")))
    one, other = await store.retrieve(session), await store.retrieve(session + "b")
    assert one
    assert other
    assert (one.get_slot("contact"), other.get_slot("contact")) == ("omar@example.com", "lina@example.com")
    assert {session, session + "b"} <= set(await store.keys())


async def test_a_session_is_one_row_however_often_it_is_saved(
    open_store: Callable[[], RowTrackerStore], session: str
) -> None:
    store = open_store()
    for words in "abc":
        await store.save(tracker(session, *turn(words)))
    assert list(await store.keys()).count(session) == 1


async def test_what_another_replica_saved_meanwhile_is_what_counts(
    open_store: Callable[[], RowTrackerStore], session: str
) -> None:
    one, other = open_store(), open_store()
    await one.save(tracker(session, SlotSet("contact", "omar@example.com")))
    found = await other.retrieve(session)
    assert found
    found.update(SlotSet("contact", "lina@example.com"))
    await other.save(found)
    again = await one.retrieve(session)
    assert again
    assert again.get_slot("contact") == "lina@example.com"


async def test_a_turn_that_is_not_saved_leaves_no_trace(
    open_store: Callable[[], RowTrackerStore], session: str
) -> None:
    store = open_store()
    await store.save(tracker(session, *turn("a")))
    failed = await store.retrieve(session)
    assert failed
    failed.update(SlotSet("contact", "omar@example.com"))
    again = await store.retrieve(session)
    assert again
    assert again.get_slot("contact") is None


async def test_a_long_talk_stays_short_and_forgets_neither_slots_nor_the_open_form(
    open_store: Callable[[], RowTrackerStore], session: str
) -> None:
    store = open_store()
    talk = tracker(session, SlotSet("contact", "omar@example.com"), ActiveLoop("order_form"))
    for number in range(100):
        for event in turn(f"thanks {number}"):
            talk.update(event)
        await store.save(talk)
        found = await store.retrieve(session)
        assert found
        talk = found
        assert len(talk.events) <= 2 * KEPT_EVENTS + 3
    reopened = await open_store().retrieve(session)
    assert reopened
    assert (reopened.get_slot("contact"), reopened.active_loop_name) == ("omar@example.com", "order_form")
    assert reopened.latest_message
    assert reopened.latest_message.text == "thanks 99"


def test_few_events_are_left_as_they_are() -> None:
    events = turn("a") * 3
    assert shorten(events, DOMAIN, "c") == events


def test_the_last_events_begin_with_a_turn() -> None:
    events = [SlotSet("contact", "omar@example.com"), *turn("a") * 40, ActionExecuted("action_listen")]
    kept = shorten(events, DOMAIN, "c")
    assert kept[-1] == events[-1]
    first = next(place for place, event in enumerate(kept) if isinstance(event, ActionExecuted))
    assert kept[first].action_name == "action_listen"
    assert SlotSet("contact", "omar@example.com") in kept[:first]


def test_one_very_long_turn_is_kept_as_a_whole() -> None:
    events = [*turn("a"), *[SlotSet("misses", 1.0)] * 3 * KEPT_EVENTS]
    assert shorten(events, DOMAIN, "c") == events
