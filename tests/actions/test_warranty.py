"""Warranty status, by order and by serial number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.orders import Device, Item
from bot.services import Services
from bot.warranty import Kind
from tests.actions.webhook import Result, Webhook, webhook
from tests.fakes import FakeShopRecords, FixedClock, make_services
from tests.shop import order, warranty


@pytest.fixture
def services(records: FakeShopRecords) -> Services:
    return make_services(records=records)


async def ask(hook: Webhook, number: str, contact: str = "omar@example.com", proved_at: float | None = None) -> Result:
    slots = {"warranty_number": number, "contact": contact, "proved_at": proved_at}
    return await hook.run("action_warranty_status", slots=slots)


def selling(*devices: Device) -> Services:
    sold = replace(order(), items=(Item("Zephyr", 1, 100, devices=devices),))
    return make_services(records=FakeShopRecords(sold))


async def test_an_order_tells_of_each_of_its_devices_with_buttons_under_the_last(services: Services) -> None:
    async with webhook(services) as hook:
        result = await ask(hook, "MD-100245")
    phone, earphone = result.texts
    assert phone.startswith("warranty_covered product=Zephyr X2 serial=SN7K2P9X4Q1B until=2026-01-01\n")
    assert "warranty_next_maker provider=Zephyr" in phone
    assert earphone.startswith("warranty_expired product=Zephyr Air serial=SN4M8T2R6W9Z until=2025-01-01")
    assert [response["buttons"] for response in result.body["responses"][:-1]] == [[]]
    assert result.payloads == ["/request_human"]


async def test_a_serial_number_tells_of_its_device_only(services: Services) -> None:
    async with webhook(services) as hook:
        result = await ask(hook, "SN4M8T2R6W9Z")
    (text,) = result.texts
    assert "SN4M8T2R6W9Z" in text
    assert result.payloads == ["/request_human"]


async def test_the_number_is_forgotten_and_the_proof_remembered(services: Services) -> None:
    async with webhook(services) as hook:
        result = await ask(hook, "MD-100245")
    assert result.slots == {
        "order_number": None,
        "warranty_number": None,
        "proved_at": services.now().timestamp(),
        "misses": 0,
    }


async def test_a_lifetime_warranty_has_no_end() -> None:
    async with webhook(selling(Device("SN7K2P9X4Q1B", "Zephyr", (warranty(None, Kind.LIFETIME),)))) as hook:
        (text,) = (await ask(hook, "SN7K2P9X4Q1B")).texts
    assert text.startswith("warranty_covered_lifetime product=Zephyr serial=SN7K2P9X4Q1B\n")


async def test_a_device_without_a_warranty_can_still_be_repaired() -> None:
    async with webhook(selling(Device("SN7K2P9X4Q1B", "Zephyr"))) as hook:
        (text,) = (await ask(hook, "SN7K2P9X4Q1B")).texts
    assert text.splitlines() == ["warranty_none product=Zephyr serial=SN7K2P9X4Q1B", "warranty_next_expired"]


async def test_a_warranty_that_has_not_begun_says_when_it_does() -> None:
    later = replace(warranty(date(2027, 1, 1)), starts=date(2025, 6, 1))
    async with webhook(selling(Device("SN7K2P9X4Q1B", "Zephyr", (later,)))) as hook:
        (text,) = (await ask(hook, "SN7K2P9X4Q1B")).texts
    assert text.startswith("warranty_not_started")


async def test_an_order_without_devices_is_answered() -> None:
    async with webhook(selling()) as hook:
        result = await ask(hook, "MD-100245")
    assert result.texts == ["warranty_no_devices number=MD-100245"]
    assert result.payloads == ["/request_human"]


@pytest.mark.parametrize(
    ("number", "contact"),
    [("MD-999999", "omar@example.com"), ("SN0000000000", "omar@example.com"), ("SN7K2P9X4Q1B", "eve@example.com")],
)
async def test_what_is_not_proved_begins_the_form_again(services: Services, number: str, contact: str) -> None:
    async with webhook(services) as hook:
        result = await ask(hook, number, contact)
    assert result.texts == ["not_matched"]
    assert result.form == "warranty_form"
    assert set(result.slots.values()) == {None}


async def test_a_proof_that_ran_out_is_asked_for_again(records: FakeShopRecords) -> None:
    clock = FixedClock()
    began = clock().timestamp()
    clock.advance(30 * 60 + 1)
    async with webhook(make_services(records=records, clock=clock)) as hook:
        result = await ask(hook, "MD-100245", proved_at=began)
    assert (result.texts, result.form) == ([], "warranty_form")
    assert result.slots == {"contact": None, "proved_at": None}
