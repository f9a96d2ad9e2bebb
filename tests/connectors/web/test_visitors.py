"""Visitor tokens."""

from __future__ import annotations

import pytest

from connectors.web.visitors import TOKEN_LASTS, Visitors
from tests.fakes import FakeKeys, FixedClock

DAY = 24 * 3600


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def visitors(clock: FixedClock) -> Visitors:
    return Visitors(FakeKeys(), clock)


async def test_a_token_brings_the_same_visitor_back(visitors: Visitors) -> None:
    visitor, token = await visitors.recognise(None)
    assert await visitors.recognise(token) == (visitor, token)


async def test_two_newcomers_are_two_visitors(visitors: Visitors) -> None:
    assert (await visitors.recognise(None))[0] != (await visitors.recognise(None))[0]


@pytest.mark.parametrize("place", [0, 40, 50, -1])
async def test_a_token_with_one_changed_character_is_nobodys(visitors: Visitors, place: int) -> None:
    visitor, token = await visitors.recognise(None)
    changed = token[:place] + ("0" if token[place] != "0" else "1") + (token[place + 1 :] if place != -1 else "")
    assert (await visitors.recognise(changed))[0] != visitor


@pytest.mark.parametrize("token", ["", ".", "...", "a.b.c.d", "a.1.first.", "ü.1.first.ü", "null", "a" * 512])
async def test_nonsense_makes_a_new_visitor(visitors: Visitors, token: str) -> None:
    visitor, issued = await visitors.recognise(token)
    assert len(visitor) == 32
    assert issued != token


async def test_another_installations_token_is_nobodys(visitors: Visitors, clock: FixedClock) -> None:
    visitor, token = await Visitors(FakeKeys(first=b"another secret"), clock).recognise(None)
    assert (await visitors.recognise(token))[0] != visitor


async def test_a_token_ends_after_180_days(visitors: Visitors, clock: FixedClock) -> None:
    visitor, token = await visitors.recognise(None)
    clock.advance(TOKEN_LASTS.total_seconds() - 1)
    assert (await visitors.recognise(token))[0] == visitor
    clock.advance(1)
    assert (await visitors.recognise(token))[0] != visitor


async def test_a_returning_visitor_gets_a_fresh_token_in_time(visitors: Visitors, clock: FixedClock) -> None:
    visitor, token = await visitors.recognise(None)
    clock.advance(100 * DAY)
    same, renewed = await visitors.recognise(token)
    clock.advance(100 * DAY)
    assert renewed != token
    assert (same, (await visitors.recognise(renewed))[0]) == (visitor, visitor)


async def test_a_token_of_an_older_key_is_good_and_renewed_with_the_newest_one(clock: FixedClock) -> None:
    visitor, token = await Visitors(FakeKeys(old=b"old"), clock).recognise(None)
    same, renewed = await Visitors(FakeKeys(old=b"old", new=b"new"), clock).recognise(token)
    assert same == visitor
    assert renewed.split(".")[2] == "new"


async def test_a_token_of_a_withdrawn_key_is_nobodys(visitors: Visitors, clock: FixedClock) -> None:
    visitor, token = await Visitors(FakeKeys(old=b"old"), clock).recognise(None)
    assert (await visitors.recognise(token))[0] != visitor
