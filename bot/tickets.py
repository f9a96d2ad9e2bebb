"""Tickets: what is left for the team when nobody is there."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Ticket:
    """A concern that somebody will see to. `number` is what the customer is told."""

    number: str
    conversation: str
    opened: datetime
    solved: datetime | None = None


def new_ticket_number() -> str:
    """Return a number that is short enough to say and cannot be counted up: T- and eight digits."""
    return f"T-{secrets.randbelow(10**8):08d}"
