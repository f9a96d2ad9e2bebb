"""Fixtures of the core's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from bot.services import Services
from tests.fakes import make_services
from tests.unit.talk import Talk


@pytest.fixture
async def make() -> AsyncIterator[Callable[..., Talk]]:
    """Yield a maker of talks; what they leave running is waited for."""
    made: list[Services] = []

    def talk(**parts: object) -> Talk:
        made.append(make_services(**parts))  # type: ignore[arg-type]
        return Talk(made[-1])

    yield talk
    for services in made:
        await services.dialogue.stop()
        await services.outbox.stop()
