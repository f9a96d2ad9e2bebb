"""Where the engine keeps its side of conversations: one row each, short, shared by replicas, surviving a kill."""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text, create_engine, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.pool import QueuePool

KEPT_EVENTS = 12
"""After a save that finds more than twice as many, the oldest are replaced by the slots that they left behind."""

_CACHED_SESSIONS = 500

_trackers = Table(
    "trackers",
    MetaData(),
    Column("session", String(200), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("events", Text, nullable=False),
    Column("saved", Float, nullable=False),
)


@dataclass
class _Cached:
    """A tracker as it was saved, with its events written out, so that the next save writes only the new ones."""

    version: int
    tracker: DialogueStateTracker | None
    lines: list[tuple[Event, str]]


class RowTrackerStore(TrackerStore):  # type: ignore[misc]
    """A row per session, read and written in a thread; `url` is a database URL of SQLAlchemy.

    Rasa's SQL store reads the whole session again every turn, on the event loop, so that a turn costs the more the
    longer the talk. Here a row holds the last events only, and a tracker that this process saved last is taken from
    memory after a look at the row's version. If saving fails, Rasa logs an error and goes on from memory.
    """

    def __init__(self, domain: Domain, host: str, event_broker: EventBroker | None = None, **kwargs: Any) -> None:
        super().__init__(domain, event_broker)
        self._engine = _connect(host)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="trackers")
        self._cache: OrderedDict[str, _Cached] = OrderedDict()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the session's row."""
        await self.stream_events(tracker)
        session, known = tracker.sender_id, self._cache.pop(tracker.sender_id, None)
        events = shorten(list(tracker.events), self.domain, session)
        if len(events) < len(tracker.events):
            tracker = DialogueStateTracker.from_events(session, events, self.domain.slots)
        written = {id(event): line for event, line in known.lines} if known else {}
        lines = [(event, written.get(id(event)) or json.dumps(event.as_dict())) for event in events]
        version = await self._in_thread(self._write, session, f"[{','.join(line for _, line in lines)}]")
        self._keep(session, _Cached(version, tracker, lines))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Read the session's row."""
        # Handed over, not shared: after a turn that fails before it is saved, the row is the truth again.
        cached = self._cache.get(sender_id)
        if cached and cached.tracker and await self._in_thread(self._version, sender_id) == cached.version:
            tracker, cached.tracker = cached.tracker, None
            return tracker
        row = await self._in_thread(self._read, sender_id)
        if row is None:
            return None
        return DialogueStateTracker.from_events(sender_id, deserialise_events(json.loads(row)), self.domain.slots)

    async def keys(self) -> Iterable[str]:
        """Return the names of all sessions."""
        return await self._in_thread(self._names)

    def _keep(self, session: str, cached: _Cached) -> None:
        self._cache[session] = cached
        if len(self._cache) > _CACHED_SESSIONS:
            self._cache.popitem(last=False)

    async def _in_thread(self, function: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)

    def _write(self, session: str, events: str) -> int:
        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(_trackers).values(session=session, version=1, events=events, saved=time.time())
        new = statement.excluded
        statement = statement.on_conflict_do_update(
            index_elements=["session"],
            set_={"version": _trackers.c.version + 1, "events": new.events, "saved": new.saved},
        )
        with self._engine.begin() as connection:
            connection.execute(statement)
            version: int = connection.execute(_of(session, _trackers.c.version)).scalar_one()
            return version

    def _version(self, session: str) -> int | None:
        with self._engine.connect() as connection:
            version: int | None = connection.execute(_of(session, _trackers.c.version)).scalar()
            return version

    def _read(self, session: str) -> str | None:
        with self._engine.connect() as connection:
            events: str | None = connection.execute(_of(session, _trackers.c.events)).scalar()
            return events

    def _names(self) -> list[str]:
        with self._engine.connect() as connection:
            return list(connection.execute(select(_trackers.c.session)).scalars())


def _of(session: str, column: Any) -> Any:
    return select(column).where(_trackers.c.session == session)


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
    if not cut:
        return events
    before = DialogueStateTracker.from_events(session, events[:cut], domain.slots)
    state: list[Event] = [SlotSet(name, slot.value) for name, slot in before.slots.items() if slot.has_been_set]
    if before.active_loop_name:
        state.append(ActiveLoop(before.active_loop_name))
    return [SessionStarted(timestamp=events[cut].timestamp), *state, *events[cut:]]


def _connect(url: str) -> Engine:
    engine = create_engine(url, pool_pre_ping=True, poolclass=QueuePool, pool_size=1)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def tune(connection: Any, record: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA busy_timeout=5000")

    _trackers.create(engine, checkfirst=True)
    engine.dispose()  # a connection of SQLite belongs to the thread that made it
    return engine
