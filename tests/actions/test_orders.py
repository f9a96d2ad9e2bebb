"""Order status: who may hear it, what is remembered of a proof, and what a wrong one leads to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.services import Services
from tests.actions.webhook import Result, Webhook, webhook
from tests.fakes import FakeAttempts, FakeShopRecords, FixedClock, make_services

FORGOTTEN = {"order_number": None, "warranty_number": None, "contact": None, "proved_at": None}
PERSON = ["/request_human", "/deny"]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def attempts() -> FakeAttempts:
    return FakeAttempts()


@pytest.fixture
def services(records: FakeShopRecords, clock: FixedClock, attempts: FakeAttempts) -> Services:
    return make_services(records=records, clock=clock, attempts=attempts)


async def ask(hook: Webhook, number: str, contact: str, turn: str = "t1", proved_at: float | None = None) -> Result:
    slots = {"order_number": number, "contact": contact, "proved_at": proved_at}
    return await hook.run("action_order_status", turn=turn, slots=slots)


@pytest.mark.parametrize("contact", ["omar@example.com", "OMAR@example.com", "+971501234567", "050 123 4567"])
async def test_whoever_proves_an_order_hears_where_it_is(services: Services, contact: str) -> None:
    async with webhook(services) as hook:
        result = await ask(hook, "MD-100245", contact)
    (text,) = result.texts
    assert text.startswith("order_shipped number=MD-100245 carrier=Aramex tracking=TR123456")
    assert text.splitlines()[1:] == [
        "order_items items=Zephyr X2, Zephyr Air",
        "order_expected expected=2025-03-14 carrier=Aramex",
        "order_another",
    ]
    assert result.payloads == ["/warranty_status", "/request_human"]


async def test_a_proof_is_remembered_with_its_time_and_the_number_for_the_warranty(
    services: Services, clock: FixedClock
) -> None:
    async with webhook(services) as hook:
        result = await ask(hook, "MD-100245", "omar@example.com")
    assert result.slots == {
        "order_number": None,
        "warranty_number": "MD-100245",
        "proved_at": clock().timestamp(),
        "misses": 0,
    }
    assert result.form is None


async def test_a_proof_does_not_last_longer_for_being_used(services: Services, clock: FixedClock) -> None:
    began = clock().timestamp()
    clock.advance(20 * 60)
    async with webhook(services) as hook:
        result = await ask(hook, "MD-100245", "omar@example.com", proved_at=began)
    assert result.slots["proved_at"] == began


async def test_a_proof_serves_until_it_runs_out(services: Services, clock: FixedClock) -> None:
    began = clock().timestamp()
    clock.advance(services.proof_lasts.total_seconds())
    async with webhook(services) as hook:
        assert (await ask(hook, "MD-100245", "omar@example.com", proved_at=began)).texts
        clock.advance(1)
        result = await ask(hook, "MD-100245", "omar@example.com", "t2", proved_at=began)
    assert result.texts == []
    assert result.slots == {"contact": None, "proved_at": None}
    assert result.form == "order_form"


async def test_an_unknown_order_and_a_wrong_proof_are_answered_alike(services: Services) -> None:
    async with webhook(services) as hook:
        unknown = await ask(hook, "MD-999999", "omar@example.com", "t1")
        wrong = await ask(hook, "MD-100245", "eve@example.com", "t2")
    assert unknown == wrong
    assert unknown.texts == ["not_matched"]
    assert unknown.slots == FORGOTTEN
    assert unknown.form == "order_form"


async def test_another_order_is_matched_against_the_given_contact_anew(services: Services, clock: FixedClock) -> None:
    async with webhook(services) as hook:
        result = await ask(hook, "MD-100452", "omar@example.com", proved_at=clock().timestamp())
    assert result.texts == ["not_matched"]


async def test_the_third_wrong_proof_offers_a_person_and_the_right_one_is_refused_then(services: Services) -> None:
    async with webhook(services) as hook:
        results = [await ask(hook, "MD-100245", "eve@example.com", f"t{n}") for n in range(3)]
        right = await ask(hook, "MD-100245", "omar@example.com", "t4")
    assert [result.texts for result in results] == [["not_matched"], ["not_matched"], ["attempts_exceeded"]]
    assert results[-1].payloads == PERSON
    assert results[-1].slots == {**FORGOTTEN, "offer": "person"}
    assert results[-1].form is None
    assert right.texts == ["attempts_exceeded"]


async def test_a_repeated_turn_counts_as_one_attempt(services: Services, attempts: FakeAttempts) -> None:
    async with webhook(services) as hook:
        for _ in range(5):
            assert (await ask(hook, "MD-100245", "eve@example.com", "same")).texts == ["not_matched"]
        count = await attempts.most([f"conversation:{hook.conversation}"], services.now() - timedelta(hours=1))
    assert count == 1
