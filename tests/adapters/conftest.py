"""What tests of the FAQ retrieval share: the real model and the real FAQ, loaded and built once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bot.adapters.embeddings import SentenceTransformerEmbedder
from bot.adapters.faq_files import read_faq
from bot.adapters.faq_index import FaqSearch, build_index
from bot.faq import FaqEntry
from bot.settings import ROOT

MODEL = ROOT / "models" / "sentence-embedder"


@pytest.fixture(scope="session")
def embedder() -> Iterator[SentenceTransformerEmbedder]:
    """The model that ships with the project."""
    loaded = SentenceTransformerEmbedder(str(MODEL))
    yield loaded
    loaded.close()


@pytest.fixture(scope="session")
def faq_entries() -> tuple[FaqEntry, ...]:
    """The FAQ that ships with the project."""
    return read_faq(ROOT / "data" / "faq")


@pytest.fixture(scope="session")
def faq_index(faq_entries: tuple[FaqEntry, ...], embedder: SentenceTransformerEmbedder) -> FaqSearch:
    """An index of that FAQ, built anew."""
    return asyncio.run(build_index(faq_entries, embedder))
