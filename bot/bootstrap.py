"""From the settings to running services; the only importer of the adapters."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING

from bot.adapters.faq_files import read_faq
from bot.adapters.passwords import Argon2Passwords
from bot.adapters.pubsub import InProcessPubSub
from bot.adapters.rasa import RasaEngine
from bot.adapters.responses import FileResponses, read_texts
from bot.adapters.sql import migrate, seed
from bot.adapters.sql.agents import SqlAgents
from bot.adapters.sql.attempts import SqlAttempts
from bot.adapters.sql.conversations import SqlConversations
from bot.adapters.sql.database import Database
from bot.adapters.sql.keys import SqlKeys
from bot.adapters.sql.outbox import SqlOutbox
from bot.adapters.sql.questions import SqlQuestions
from bot.adapters.sql.shop import SqlShopRecords
from bot.adapters.sql.tickets import SqlTickets
from bot.agents import SignIn
from bot.dialogue import Dialogue, Parts
from bot.faq import Faq, Thresholds
from bot.handoff import Handoff
from bot.hours import BusinessHours
from bot.orders import OrderDesk
from bot.outbox import Outbox
from bot.ports import FaqIndex, PubSub, ShopRecords
from bot.services import Services
from bot.settings import ROOT, Settings, parse_hours

if TYPE_CHECKING:
    from bot.adapters.faq_index import FaqSearch

Progress = Callable[[str], None]


def utc_now() -> datetime:
    """Return the time, aware."""
    return datetime.now(timezone.utc)


@contextlib.asynccontextmanager
async def open_services(settings: Settings, progress: Progress = lambda text: None) -> AsyncIterator[Services]:
    """Open everything that the settings name, and close it again.

    Raises:
        BadData: a file or a setting is not what it should be; the text says what to do.
    """
    settings.folder.mkdir(parents=True, exist_ok=True)
    async with contextlib.AsyncExitStack() as stack:
        progress("Opening the database")
        await migrate.upgrade(settings.service_database_url)
        database = Database(settings.service_database_url)
        stack.push_async_callback(database.close)
        if settings.demo and not settings.shop_url:
            await seed.seed(database, utc_now().date())
        progress("Loading the FAQ")
        faq, index = await stack.enter_async_context(open_faq(settings, progress))
        pubsub = await _open_pubsub(settings, stack)
        engine = RasaEngine(
            f"http://127.0.0.1:{settings.engine_port}",
            settings.engine_token.get_secret_value(),
            settings.engine_seconds,
        )
        stack.push_async_callback(engine.close)
        yield _assemble(settings, database, pubsub, engine, faq, index, await _open_records(settings, database, stack))


@contextlib.asynccontextmanager
async def open_faq(settings: Settings, progress: Progress = lambda text: None) -> AsyncIterator[tuple[Faq, FaqSearch]]:
    """Read the FAQ files and make them searchable."""
    # Imported here, because it brings torch: not every command needs that.
    from bot.adapters.embeddings import SentenceTransformerEmbedder
    from bot.adapters.faq_index import build_index

    entries = read_faq(settings.faq_folder)
    with contextlib.closing(SentenceTransformerEmbedder(settings.embedder)) as embedder:
        index = await build_index(entries, embedder, cache=settings.folder / "faq-index", progress=progress)
        yield Faq(entries, Thresholds()), index


async def _open_pubsub(settings: Settings, stack: contextlib.AsyncExitStack) -> PubSub:
    url = settings.redis_url.get_secret_value()
    if not url:
        return InProcessPubSub()
    from bot.adapters.redis_pubsub import RedisPubSub

    pubsub = RedisPubSub(url)
    stack.push_async_callback(pubsub.close)
    return pubsub


async def _open_records(settings: Settings, database: Database, stack: contextlib.AsyncExitStack) -> ShopRecords:
    if not settings.shop_url:
        return SqlShopRecords(database)
    from bot.adapters.http_shop import HttpShopRecords

    shop = HttpShopRecords(settings.shop_url, settings.shop_token.get_secret_value())
    stack.push_async_callback(shop.close)
    return shop


def _assemble(
    settings: Settings,
    database: Database,
    pubsub: PubSub,
    engine: RasaEngine,
    faq: Faq,
    index: FaqIndex,
    records: ShopRecords,
) -> Services:
    conversations, attempts = SqlConversations(database), SqlAttempts(database)
    responses = FileResponses(read_texts(ROOT / "data" / "responses", "responses"), settings.shop)
    interface = read_texts(ROOT / "data" / "interface", "interface")
    outbox = Outbox(conversations, SqlOutbox(database), pubsub, utc_now)
    hours = BusinessHours(settings.zone, parse_hours(settings.hours), frozenset(settings.holidays))
    handoff = Handoff(conversations, outbox, responses, hours, utc_now)
    return Services(
        dialogue=Dialogue(Parts(conversations, outbox, engine, index, responses, handoff, utc_now)),
        handoff=handoff,
        outbox=outbox,
        orders=OrderDesk(records, attempts, settings.proof_attempts, timedelta(minutes=settings.proof_window_minutes)),
        faq=faq,
        faq_index=index,
        sign_in=SignIn(SqlAgents(database), Argon2Passwords(), attempts),
        conversations=conversations,
        tickets=SqlTickets(database),
        questions=SqlQuestions(database),
        keys=SqlKeys(database),
        pubsub=pubsub,
        engine=engine,
        responses=responses,
        interface=partial(_labels, interface),
        now=utc_now,
        shop=settings.shop,
        proof_lasts=settings.proof_lasts,
    )


def _labels(interface: dict[str, dict[str, str]], language: str) -> dict[str, str]:
    return interface.get(language) or interface["en"]
