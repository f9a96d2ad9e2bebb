"""One trained model, one engine, one FAQ index for all tests; everything else is new for each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from actions.server import make_app
from bot.adapters.embeddings import SentenceTransformerEmbedder
from bot.adapters.faq_files import read_faq
from bot.adapters.faq_index import FaqSearch, build_index
from bot.adapters.rasa import RasaEngine
from bot.faq import FaqEntry
from bot.services import Services
from bot.training import Training, train
from tests.engine.customer import Customer, Customers
from tests.fakes import FakeShopRecords, FixedClock, make_services
from tests.responses import file_responses
from tests.servers import ROOT, TOKEN, engine_process, free_port, serve, until_ready
from tests.shop import ORDERS

collect_ignore = ["unit"]  # for the engine's environment: .venv-engine/bin/python -m pytest tests/engine/unit


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test here: it needs the engine."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.engine)
            item.add_marker(pytest.mark.timeout(300))  # the first one may have to train the model


@dataclass(frozen=True)
class Running:
    """A running engine, and the port on which it looks for the actions."""

    port: int
    action_port: int

    @property
    def url(self) -> str:
        """Where the engine listens."""
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="session")
def model() -> Path:
    """The trained model; trained now if its sources have changed."""
    training = Training()
    if not training.up_to_date():
        asyncio.run(train(training, lambda text: None))
    return training.model


@pytest.fixture(scope="session")
def running(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The engine."""
    folder, action_port = tmp_path_factory.mktemp("engine"), free_port()
    with engine_process(model, action_port, folder) as port:
        asyncio.run(until_ready(port, folder))
        yield Running(port, action_port)


@pytest.fixture(scope="session")
def faq() -> list[FaqEntry]:
    """The FAQ that ships with the product."""
    return read_faq(ROOT / "data" / "faq")


@pytest.fixture(scope="session")
def faq_index(faq: list[FaqEntry]) -> FaqSearch:
    """The index over it, by the sentence embedder that ships with the product."""
    embedder = SentenceTransformerEmbedder(str(ROOT / "models" / "sentence-embedder"))
    return asyncio.run(build_index(faq, embedder, cache=ROOT / "models" / ".cache" / "faq-index-of-tests"))


@pytest.fixture
def clock() -> FixedClock:
    """The service's clock."""
    return FixedClock()


@pytest.fixture
def records() -> FakeShopRecords:
    """The shop's records."""
    return FakeShopRecords(*ORDERS)


@pytest.fixture
async def engine(running: Running) -> AsyncIterator[RasaEngine]:
    """The service's way to the engine."""
    engine = RasaEngine(running.url, TOKEN, 20)
    yield engine
    await engine.close()


@pytest.fixture
async def services(
    running: Running,
    engine: RasaEngine,
    faq: list[FaqEntry],
    faq_index: FaqSearch,
    clock: FixedClock,
    records: FakeShopRecords,
) -> AsyncIterator[Services]:
    """The product with real dialogue, engine, actions, responses and FAQ, and its actions served to the engine."""
    services = make_services(
        engine=engine, faq=faq, faq_index=faq_index, clock=clock, records=records, responses=file_responses(),
        shop="Noor Store",
    )  # fmt: skip
    async with serve(make_app(services), running.action_port):
        yield services


@pytest.fixture
def customers(services: Services) -> Customers:
    """Makes customers."""
    return Customers(services)


@pytest.fixture
def customer(customers: Customers) -> Customer:
    """A customer who writes English."""
    return customers.new("en")
