"""Agents and their sessions in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select

from bot.adapters.sql.database import Database
from bot.adapters.sql.tables import agent_sessions, agents
from bot.agents import Agent

_COLUMNS = (agents.c.id, agents.c.email, agents.c.name)


class SqlAgents:
    """`bot.ports.AgentStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, agent: Agent, password_hash: str) -> None:
        changed = {"name": agent.name, "password_hash": password_hash}
        new = {"id": agent.id, "email": agent.email, **changed}
        adding = self._database.insert(agents).values(new).on_conflict_do_update(index_elements=["email"], set_=changed)
        # Who knew the old password is signed out.
        mine = select(agents.c.id).where(agents.c.email == agent.email).scalar_subquery()
        signing_out = delete(agent_sessions).where(agent_sessions.c.agent == mine)
        await self._database.write(lambda connection: [connection.execute(adding), connection.execute(signing_out)])

    async def by_email(self, email: str) -> tuple[Agent, str] | None:
        query = select(*_COLUMNS, agents.c.password_hash).where(agents.c.email == email)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return (Agent(*row[:3]), row.password_hash) if row else None

    async def open_session(self, token_hash: str, agent_id: str, expires: datetime) -> None:
        opening = insert(agent_sessions).values(token_hash=token_hash, agent=agent_id, expires=expires)
        await self._database.write(lambda connection: connection.execute(opening))

    async def by_session(self, token_hash: str, now: datetime) -> Agent | None:
        valid = (agent_sessions.c.token_hash == token_hash) & (agent_sessions.c.expires > now)
        query = select(*_COLUMNS).join(agent_sessions, agent_sessions.c.agent == agents.c.id).where(valid)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return Agent(*row) if row else None

    async def close_session(self, token_hash: str) -> None:
        closing = delete(agent_sessions).where(agent_sessions.c.token_hash == token_hash)
        await self._database.write(lambda connection: connection.execute(closing))
