"""Agents, the people who take over, and how they sign in."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import MadadError
from bot.ports import AgentStore, AttemptStore, PasswordHasher

SESSION_LASTS = timedelta(hours=12)
_MINIMUM_PASSWORD = 10


@dataclass(frozen=True)
class Agent:
    """A person who answers customers."""

    id: str
    email: str
    name: str


class SignInRefused(MadadError):
    """E-mail or password is wrong, or there were too many attempts (then `wait` is set)."""

    def __init__(self, wait: bool) -> None:
        super().__init__("too many attempts" if wait else "e-mail or password is not right")
        self.wait = wait


@dataclass(frozen=True)
class SignIn:
    """Signs agents in and recognises their sessions. Only hashes of passwords and of session tokens are stored."""

    agents: AgentStore
    hasher: PasswordHasher
    attempts: AttemptStore
    limit: int = 5
    window: timedelta = timedelta(minutes=1)

    async def add(self, email: str, name: str, password: str) -> Agent:
        """Add an agent, or reset the one with this address.

        Raises:
            ValueError: the password is too short, or the address or the name is missing.
        """
        if len(password) < _MINIMUM_PASSWORD:
            raise ValueError(f"the password needs at least {_MINIMUM_PASSWORD} characters")
        if "@" not in email or not name.strip():
            raise ValueError("an agent needs an e-mail address and a name")
        email = email.strip().lower()
        known = await self.agents.by_email(email)
        agent = Agent(known[0].id if known else secrets.token_hex(8), email, name.strip())
        await self.agents.add(agent, await asyncio.to_thread(self.hasher.hash, password))
        return agent

    async def open(self, email: str, password: str, address: str, now: datetime) -> tuple[Agent, str]:
        """Return the agent and a new session token; raises `SignInRefused`."""
        email = email.strip().lower()
        keys = [f"sign-in:{email}", f"sign-in-from:{address}"]
        if await self.attempts.most(keys, now - self.window) >= self.limit:
            raise SignInRefused(wait=True)
        found = await self.agents.by_email(email)
        if not await asyncio.to_thread(self._is_right, found, password):
            await self.attempts.record(keys, secrets.token_hex(8), now)
            raise SignInRefused(wait=False)
        assert found
        token = secrets.token_urlsafe(32)
        await self.agents.open_session(_token_hash(token), found[0].id, now + SESSION_LASTS)
        return found[0], token

    def _is_right(self, found: tuple[Agent, str] | None, password: str) -> bool:
        if found is None:
            self.hasher.hash(password)  # so that an unknown address costs as much time as a wrong password
            return False
        return self.hasher.verify(found[1], password)

    async def agent(self, token: str, now: datetime) -> Agent | None:
        """Return the agent to whom a session token belongs."""
        return await self.agents.by_session(_token_hash(token), now)

    async def close(self, token: str) -> None:
        """End the session."""
        await self.agents.close_session(_token_hash(token))


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
