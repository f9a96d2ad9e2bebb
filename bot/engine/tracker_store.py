"""Where the engine keeps its side of conversations: one row each, short, shared by replicas, surviving a kill."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import Column, Float, MetaData, String, Table, Text, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine

KEPT_EVENTS = 80
"""After a save that finds more than twice as many, the oldest are replaced by the slots that they left behind."""

_trackers = Table(
    "trackers",
    MetaData(),
    Column("session", String(200), primary_key=True),
    Column("events", Text, nullable=False),
    Column("saved", Float, nullable=False),
)


class RowTrackerStore(TrackerStore):  # type: ignore[misc]
    """A row per session, read and written in a thread; `url` is a database URL of SQLAlchemy.

    Rasa's SQL store reads the whole session again every turn, on the event loop, so that a turn costs the more the
    longer the talk. Here a row holds the last events only. If saving fails, the turn fails, and the service says so.
    """

    def __init__(self, domain: Domain, host: str, event_broker: EventBroker | None = None, **kwargs: Any) -> None:
        super().__init__(domain, event_broker)
        self._engine = _connect(host)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="trackers")

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the session's row."""
        await self.stream_events(tracker)
        kept = [one.as_dict() for one in shorten(list(tracker.events), self.domain, tracker.sender_id)]
        await self._in_thread(self._write, tracker.sender_id, json.dumps(kept))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Read the session's row."""
        row = await self._in_thread(self._read, sender_id)
        if row is None:
            return None
        events = deserialise_events(json.loads(row))
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots)

    async def keys(self) -> Iterable[str]:
        """Return the names of all sessions."""
        return await self._in_thread(self._names)

    async def _in_thread(self, function: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)

    def _write(self, session: str, events: str) -> None:
        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        values = {"events": events, "saved": time.time()}
        statement = dialect.insert(_trackers).values(session=session, **values)
        statement = statement.on_conflict_do_update(index_elements=["session"], set_=values)
        with self._engine.begin() as connection:
            connection.execute(statement)

    def _read(self, session: str) -> str | None:
        with self._engine.connect() as connection:
            found: str | None = connection.execute(
                _trackers.select().with_only_columns(_trackers.c.events).where(_trackers.c.session == session)
            ).scalar()
            return found

    def _names(self) -> list[str]:
        with self._engine.connect() as connection:
            return list(connection.execute(_trackers.select().with_only_columns(_trackers.c.session)).scalars())


def shorten(events: list[Event], domain: Domain, session: str) -> list[Event]:
    """Return the last events from the start of a turn on, behind the slots and the form that the others left set."""
    if len(events) <= 2 * KEPT_EVENTS:
        return events
    listens = [
        place
        for place, one in enumerate(events[:-1])
        if isinstance(one, ActionExecuted) and one.action_name == ACTION_LISTEN_NAME
    ]
    cut = next((place for place in listens if place >= len(events) - KEPT_EVENTS), 0)
    before = DialogueStateTracker.from_events(session, events[:cut], domain.slots)
    state: list[Event] = [SlotSet(name, slot.value) for name, slot in before.slots.items() if slot.has_been_set]
    if before.active_loop_name:
        state.append(ActiveLoop(before.active_loop_name))
    return [SessionStarted(timestamp=events[cut].timestamp), *state, *events[cut:]]


def _connect(url: str) -> Engine:
    engine = create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def tune(connection: Any, record: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA busy_timeout=5000")

    _trackers.create(engine, checkfirst=True)
    return engine
