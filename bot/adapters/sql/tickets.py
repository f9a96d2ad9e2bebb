"""Tickets in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.adapters.sql.database import Database
from bot.adapters.sql.tables import conversations, is_unsolved, tickets
from bot.tickets import Ticket

_COLUMNS = (tickets.c.number, tickets.c.conversation, tickets.c.opened, tickets.c.solved)


class SqlTickets:
    """`bot.ports.TicketStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ticket(self, number: str) -> Ticket | None:
        query = select(*_COLUMNS).where(tickets.c.number == number)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return Ticket(*row) if row else None

    async def open_tickets(self) -> Sequence[Ticket]:
        query = select(*_COLUMNS).where(is_unsolved).order_by(tickets.c.opened, tickets.c.number)
        return [Ticket(*row) for row in await self._database.read(lambda connection: connection.execute(query).all())]

    async def solve(self, number: str, agent_id: str, now: datetime) -> bool:
        return await self._database.write(lambda connection: _solve(connection, number, agent_id, now))


def _solve(connection: Connection, number: str, agent_id: str, now: datetime) -> bool:
    this = (tickets.c.number == number) & is_unsolved
    solved = connection.execute(update(tickets).where(this).values(solved=now, solved_by=agent_id)).rowcount == 1
    if solved:
        connection.execute(update(conversations).where(conversations.c.ticket == number).values(ticket=None))
    return solved
