"""The product's own sentences, for tests that assert them."""

from __future__ import annotations

from functools import cache

from bot.adapters.responses import FileResponses, read_texts
from tests.servers import ROOT


@cache
def file_responses() -> FileResponses:
    """Return the responses of `data/responses/` for a shop of the name Noor Store."""
    return FileResponses(read_texts(ROOT / "data" / "responses", "responses"), "Noor Store")
