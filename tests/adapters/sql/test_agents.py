"""What every `AgentStore` promises."""

from __future__ import annotations

from datetime import timedelta

from bot.agents import Agent
from tests.adapters.sql.conftest import Stores
from tests.fakes import NOON

SARA = Agent("a1", "sara@example.com", "سارا")
LATER = NOON + timedelta(hours=1)


async def test_an_agent_is_found_by_address_with_the_hash_of_the_password(stores: Stores) -> None:
    await stores.agents.add(SARA, "hash")
    assert await stores.agents.by_email("sara@example.com") == (SARA, "hash")
    assert await stores.agents.by_email("nobody@example.com") is None


async def test_an_address_that_is_known_keeps_its_id_and_gets_the_new_name_and_password(stores: Stores) -> None:
    await stores.agents.add(SARA, "hash")
    await stores.agents.add(Agent("a2", "sara@example.com", "Sara B."), "other")
    assert await stores.agents.by_email("sara@example.com") == (Agent("a1", "sara@example.com", "Sara B."), "other")


async def test_a_new_password_ends_the_sessions_of_that_agent_only(stores: Stores) -> None:
    omar = Agent("a2", "omar@example.com", "Omar")
    for agent in (SARA, omar):
        await stores.agents.add(agent, "hash")
        await stores.agents.open_session(f"token-{agent.id}", agent.id, LATER)
    await stores.agents.add(SARA, "other")
    assert await stores.agents.by_session("token-a1", NOON) is None
    assert await stores.agents.by_session("token-a2", NOON) == omar


async def test_a_session_lasts_until_it_expires_or_is_closed(stores: Stores) -> None:
    await stores.agents.add(SARA, "hash")
    await stores.agents.open_session("one", SARA.id, LATER)
    await stores.agents.open_session("two", SARA.id, LATER)
    assert await stores.agents.by_session("one", LATER - timedelta(seconds=1)) == SARA
    assert await stores.agents.by_session("one", LATER) is None
    await stores.agents.close_session("two")
    assert await stores.agents.by_session("two", NOON) is None
    assert await stores.agents.by_session("one", NOON) == SARA
    assert await stores.agents.by_session("three", NOON) is None
