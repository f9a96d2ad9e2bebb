"""Small stores in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.agents import Agent


class FakeAttempts:
    """`AttemptStore` in memory."""

    def __init__(self) -> None:
        self.recorded: dict[tuple[str, str], datetime] = {}

    async def most(self, keys: Sequence[str], since: datetime) -> int:
        return max((self._count(key, since) for key in keys), default=0)

    async def record(self, keys: Sequence[str], turn: str, now: datetime) -> None:
        for key in keys:
            self.recorded.setdefault((key, turn), now)

    def _count(self, key: str, since: datetime) -> int:
        return sum(k == key and at >= since for (k, _), at in self.recorded.items())


class FakeAgents:
    """`AgentStore` in memory."""

    def __init__(self) -> None:
        self.agents: dict[str, tuple[Agent, str]] = {}
        self.sessions: dict[str, tuple[str, datetime]] = {}

    async def add(self, agent: Agent, password_hash: str) -> None:
        known = self.agents.get(agent.email)
        kept = Agent(known[0].id, agent.email, agent.name) if known else agent
        self.agents[agent.email] = (kept, password_hash)
        self.sessions = {token: held for token, held in self.sessions.items() if held[0] != kept.id}

    async def by_email(self, email: str) -> tuple[Agent, str] | None:
        return self.agents.get(email)

    async def open_session(self, token_hash: str, agent_id: str, expires: datetime) -> None:
        self.sessions[token_hash] = (agent_id, expires)

    async def by_session(self, token_hash: str, now: datetime) -> Agent | None:
        agent_id, expires = self.sessions.get(token_hash, ("", now))
        return next((agent for agent, _ in self.agents.values() if agent.id == agent_id and expires > now), None)

    async def close_session(self, token_hash: str) -> None:
        self.sessions.pop(token_hash, None)


class FakeQuestions:
    """`QuestionStore` in memory."""

    def __init__(self) -> None:
        self.recorded: dict[str, tuple[str, str, str, datetime]] = {}

    async def record(self, conversation: str, turn: str, text: str, language: str, now: datetime) -> None:
        self.recorded.setdefault(turn, (conversation, text, language, now))


class FakeKeys:
    """`KeyStore` in memory."""

    def __init__(self, **keys: bytes) -> None:
        self.keys = keys or {"first": b"secret-of-the-first-key-32-bytes"}

    async def current(self) -> tuple[str, bytes]:
        return list(self.keys.items())[-1]

    async def secret(self, key_id: str) -> bytes | None:
        return self.keys.get(key_id)
