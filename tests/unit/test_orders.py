"""Proof of an order: who learns of it, and how guessing is stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.conversations import Conversation, Mode, Say
from bot.errors import RecordsUnavailable
from bot.orders import Device, Item, Lookup, Order, OrderDesk, OrderStatus, Outcome, describe_order
from tests.fake_stores import FakeAttempts
from tests.fakes import NOON, FakeShopRecords

TODAY = NOON.date()
TV = Item("Noor TV 55", 1, 149900, devices=(Device("SN7K2P9X4Q1B", "Noor TV 55"),))
ORDER = Order(
    "MD-100245", "sara@example.com", "+971 50 123 4567", OrderStatus.SHIPPED, date(2025, 3, 8),
    (TV, Item("HDMI cable", 2, 1500)), carrier="Nahda", tracking="NX998877", expected=date(2025, 3, 14),
    shipped=date(2025, 3, 10),
)  # fmt: skip
CONVERSATION = Conversation("c1", "web", "visitor-1", "192.0.2.1", Mode.BOT, "en", NOON, 1)
RIGHT, WRONG = "sara@example.com", "ali@example.com"


@pytest.fixture
def records() -> FakeShopRecords:
    return FakeShopRecords(ORDER)


@pytest.fixture
def attempts() -> FakeAttempts:
    return FakeAttempts()


@pytest.fixture
def desk(records: FakeShopRecords, attempts: FakeAttempts) -> OrderDesk:
    return OrderDesk(records, attempts)


async def fail(
    desk: OrderDesk, times: int, number: str = "MD-100245", conversation: Conversation = CONVERSATION
) -> Lookup:
    for n in range(times):
        lookup = await desk.look_up(number, WRONG, conversation, f"{conversation.id}-{number}-{n}", NOON)
    return lookup


@pytest.mark.parametrize("contact", [RIGHT, "SARA@example.com", "+971501234567", "0501234567"])
@pytest.mark.parametrize("number", ["MD-100245", "SN7K2P9X4Q1B"])
async def test_the_contact_on_the_order_proves_it_by_its_number_or_a_devices(
    desk: OrderDesk, number: str, contact: str
) -> None:
    assert await desk.look_up(number, contact, CONVERSATION, "t1", NOON) == Lookup(Outcome.PROVED, ORDER)


@pytest.mark.parametrize(
    ("unknown", "known"), [("MD-999999", "MD-100245"), ("SN0000000000", "SN7K2P9X4Q1B"), ("MD-999999", "SN7K2P9X4Q1B")]
)
async def test_an_unknown_number_and_a_wrong_contact_have_the_same_outcome(
    desk: OrderDesk, unknown: str, known: str
) -> None:
    of_unknown = await desk.look_up(unknown, RIGHT, CONVERSATION, "t1", NOON)
    of_wrong = await desk.look_up(known, WRONG, CONVERSATION, "t2", NOON)
    assert of_unknown == of_wrong == Lookup(Outcome.NOT_MATCHED)


async def test_they_are_counted_alike(attempts: FakeAttempts, desk: OrderDesk) -> None:
    elsewhere = replace(CONVERSATION, id="c2", address="192.0.2.2")
    await desk.look_up("MD-999999", RIGHT, CONVERSATION, "t1", NOON)
    await desk.look_up("MD-100245", WRONG, elsewhere, "t2", NOON)
    assert sorted(key for key, _ in attempts.recorded) == [
        "address:web:192.0.2.1", "address:web:192.0.2.2", "conversation:c1", "conversation:c2",
        "number:MD-100245", "number:MD-999999",
    ]  # fmt: skip


@pytest.mark.parametrize("contact", ["", " ", "-", "@", "4567", "01234567@example.com"])
async def test_an_empty_or_partial_contact_proves_nothing(desk: OrderDesk, contact: str) -> None:
    for number in ("MD-100245", "MD-999999"):
        lookup = await desk.look_up(number, contact, CONVERSATION, number, NOON)
        assert lookup == Lookup(Outcome.NOT_MATCHED)


async def test_an_order_without_contact_is_proved_by_nothing(desk: OrderDesk, records: FakeShopRecords) -> None:
    records.orders = [replace(ORDER, email="", phone="")]
    for contact in ("", "-"):
        assert (await desk.look_up("MD-100245", contact, CONVERSATION, contact, NOON)).order is None


async def test_the_third_failure_exceeds_the_limit(desk: OrderDesk) -> None:
    assert await fail(desk, 2) == Lookup(Outcome.NOT_MATCHED)
    assert await desk.look_up("MD-100245", WRONG, CONVERSATION, "third", NOON) == Lookup(Outcome.EXCEEDED)


async def test_a_fourth_attempt_is_refused_even_with_the_right_contact(desk: OrderDesk) -> None:
    await fail(desk, 3)
    assert await desk.look_up("MD-100245", RIGHT, CONVERSATION, "fourth", NOON) == Lookup(Outcome.EXCEEDED)


async def test_a_refused_attempt_asks_the_shop_for_nothing(desk: OrderDesk, records: FakeShopRecords) -> None:
    await fail(desk, 3)
    records.failing = True
    assert await desk.look_up("MD-100245", RIGHT, CONVERSATION, "fourth", NOON) == Lookup(Outcome.EXCEEDED)


async def test_attempts_are_limited_within_a_conversation_over_all_numbers(desk: OrderDesk) -> None:
    for n in range(3):
        await desk.look_up(f"MD-00000{n}", WRONG, replace(CONVERSATION, address=""), f"t{n}", NOON)
    elsewhere = replace(CONVERSATION, id="c2")
    assert (await desk.look_up("MD-100245", RIGHT, CONVERSATION, "t9", NOON)).outcome is Outcome.EXCEEDED
    assert (await desk.look_up("MD-100245", RIGHT, elsewhere, "t10", NOON)).outcome is Outcome.PROVED


async def test_attempts_are_limited_for_a_number_over_all_conversations(desk: OrderDesk) -> None:
    for n in range(3):
        await fail(desk, 1, conversation=replace(CONVERSATION, id=f"c{n}", address=f"192.0.2.{n}"))
    fresh = replace(CONVERSATION, id="fresh", address="198.51.100.1")
    assert (await desk.look_up("MD-100245", RIGHT, fresh, "t9", NOON)).outcome is Outcome.EXCEEDED


async def test_attempts_are_limited_for_an_address_over_all_conversations_and_numbers(desk: OrderDesk) -> None:
    for n in range(3):
        await fail(desk, 1, number=f"MD-00000{n}", conversation=replace(CONVERSATION, id=f"c{n}"))
    same_address = replace(CONVERSATION, id="fresh")
    same_on_another_channel = replace(same_address, channel="telegram")
    assert (await desk.look_up("MD-100245", RIGHT, same_address, "t9", NOON)).outcome is Outcome.EXCEEDED
    assert (await desk.look_up("MD-100245", RIGHT, same_on_another_channel, "t10", NOON)).outcome is Outcome.PROVED


async def test_customers_without_an_address_do_not_share_their_attempts(desk: OrderDesk) -> None:
    for n in range(3):
        await fail(desk, 1, number=f"MD-00000{n}", conversation=replace(CONVERSATION, id=f"c{n}", address=""))
    fresh = replace(CONVERSATION, id="fresh", address="")
    assert (await desk.look_up("MD-100245", RIGHT, fresh, "t9", NOON)).outcome is Outcome.PROVED


async def test_failed_attempts_are_forgotten_after_the_window(desk: OrderDesk) -> None:
    await fail(desk, 3)
    in_time, too_early = NOON + desk.window + timedelta(seconds=1), NOON + desk.window - timedelta(seconds=1)
    assert (await desk.look_up("MD-100245", RIGHT, CONVERSATION, "t8", too_early)).outcome is Outcome.EXCEEDED
    assert (await desk.look_up("MD-100245", RIGHT, CONVERSATION, "t9", in_time)).outcome is Outcome.PROVED


async def test_the_same_turn_counts_once_and_has_the_same_outcome(desk: OrderDesk) -> None:
    lookups = [await desk.look_up("MD-100245", WRONG, CONVERSATION, "t1", NOON) for _ in range(5)]
    assert set(lookups) == {Lookup(Outcome.NOT_MATCHED)}
    assert (await desk.look_up("MD-100245", RIGHT, CONVERSATION, "t2", NOON)).outcome is Outcome.PROVED


async def test_a_proof_is_not_counted(desk: OrderDesk, attempts: FakeAttempts) -> None:
    await desk.look_up("MD-100245", RIGHT, CONVERSATION, "t1", NOON)
    assert attempts.recorded == {}


async def test_nothing_is_counted_when_the_shop_cannot_be_asked(
    desk: OrderDesk, records: FakeShopRecords, attempts: FakeAttempts
) -> None:
    records.failing = True
    for contact in (RIGHT, WRONG):
        with pytest.raises(RecordsUnavailable):
            await desk.look_up("MD-100245", contact, CONVERSATION, "t1", NOON)
    assert attempts.recorded == {}


async def test_the_limit_can_be_set(records: FakeShopRecords, attempts: FakeAttempts) -> None:
    desk = OrderDesk(records, attempts, limit=1)
    assert (await fail(desk, 1)).outcome is Outcome.EXCEEDED


def test_the_devices_of_an_order_are_those_of_all_its_items() -> None:
    fridge = Device("SN1111111111", "Fridge")
    assert replace(ORDER, items=(*ORDER.items, Item("Fridge", 1, 1, devices=(fridge,)))).devices == (
        *TV.devices,
        fridge,
    )


def test_an_order_on_its_way_is_told_with_its_items_and_the_expected_day() -> None:
    assert describe_order(ORDER, TODAY) == [
        Say(
            "order_shipped",
            {
                "number": "MD-100245",
                "carrier": "Nahda",
                "tracking": "NX998877",
                "ordered": date(2025, 3, 8),
                "shipped": date(2025, 3, 10),
                "delivered": None,
            },
        ),
        Say("order_items", {"items": ["Noor TV 55", "2 × HDMI cable"]}),
        Say("order_expected", {"expected": date(2025, 3, 14), "carrier": "Nahda"}),
    ]


@pytest.mark.parametrize(
    ("expected", "key"),
    [(date(2025, 3, 11), "order_late"), (TODAY, "order_expected"), (date(2025, 3, 13), "order_expected")],
)
def test_an_order_is_late_from_the_day_after_the_expected_one(expected: date, key: str) -> None:
    assert describe_order(replace(ORDER, expected=expected), TODAY)[-1].key == key


@pytest.mark.parametrize("status", list(OrderStatus))
def test_every_status_has_a_sentence_and_only_what_is_on_its_way_is_expected(status: OrderStatus) -> None:
    keys = [say.key for say in describe_order(replace(ORDER, status=status), TODAY)]
    assert keys[:2] == [f"order_{status.value}", "order_items"]
    assert keys[2:] == (["order_expected"] if status.value in ("received", "packed", "shipped") else [])


def test_nothing_is_expected_before_the_day_is_known() -> None:
    assert len(describe_order(replace(ORDER, expected=None), TODAY)) == 2
