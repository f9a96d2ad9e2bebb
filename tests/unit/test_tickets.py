"""Ticket numbers."""

from __future__ import annotations

import re

from bot.tickets import new_ticket_number


def test_a_ticket_number_is_t_and_eight_digits() -> None:
    assert all(re.fullmatch(r"T-[0-9]{8}", new_ticket_number()) for _ in range(500))


def test_ticket_numbers_cannot_be_counted_up() -> None:
    numbers = [int(new_ticket_number()[2:]) for _ in range(200)]
    assert len(set(numbers)) > 190
    assert numbers != sorted(numbers)
    assert max(numbers) - min(numbers) > 10**7
