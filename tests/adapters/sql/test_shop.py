"""The shop's records in our own tables."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from sqlalchemy import insert

from bot.adapters.sql.database import Database
from bot.adapters.sql.shop import SqlShopRecords
from bot.adapters.sql.shop_tables import devices, order_items, orders, products, shipments, warranties
from bot.errors import RecordsUnavailable
from bot.orders import Device, Item, Order, OrderStatus
from bot.ports import ShopRecords
from bot.warranty import Kind, Provider, Warranty
from tests.fakes import FakeShopRecords
from tests.servers import free_port

WARRANTY = Warranty(
    Kind.MAKER, Provider.MAKER, "Noorix", date(2025, 1, 1), date(2026, 1, 1), ("battery", "screen"), ("water",)
)
LIFETIME = Warranty(Kind.LIFETIME, Provider.SHOP, "", date(2025, 1, 1), None)
PHONE = Item(
    "Aria", 2, 100, "USD", (Device("SNAAAAAAAAA1", "Aria", (WARRANTY, LIFETIME)), Device("SNAAAAAAAAA2", "Aria"))
)
CASE = Item("Case", 1, 50)
ORDER = Order(
    "MD-1", "a@example.com", "+971500000001", OrderStatus.DELIVERED, date(2024, 12, 28), (PHONE, CASE),
    "Falcon", "FX1", date(2025, 1, 2), date(2024, 12, 29), date(2025, 1, 1),
)  # fmt: skip
BARE = Order("MD-2", "b@example.com", "", OrderStatus.CANCELLED, date(2025, 1, 1), ())


def warranty_row(number: int, warranty: Warranty) -> dict[str, object]:
    row = dataclasses.asdict(warranty)
    return {
        **row,
        "id": number,
        "serial": "SNAAAAAAAAA1",
        "parts": list(warranty.parts),
        "exclusions": list(warranty.exclusions),
    }


@pytest.fixture
async def records(database: Database) -> SqlShopRecords:
    product = {"category": "phone", "brand": "Noorix", "price": 1, "currency": "USD"}
    line = {"order_number": "MD-1", "currency": "USD"}
    names = ("number", "email", "phone", "status", "ordered")
    sent = ("carrier", "tracking", "expected", "shipped", "delivered")
    rows = {
        products: [{**product, "id": name.lower(), "name": name} for name in ("Aria", "Case")],
        orders: [{name: getattr(order, name) for name in names} | {"customer_name": "A"} for order in (ORDER, BARE)],
        shipments: [
            {name: getattr(ORDER, name) for name in sent} | {"order_number": "MD-1"},
        ],
        order_items: [
            {**line, "id": 1, "product": "aria", "quantity": 2, "price": 100},
            {**line, "id": 2, "product": "case", "quantity": 1, "price": 50},
        ],
        devices: [{"serial": device.serial, "item": 1} for device in PHONE.devices],
        warranties: [warranty_row(1, WARRANTY), warranty_row(2, LIFETIME)],
    }
    await database.write(lambda c: [c.execute(insert(table), values) for table, values in rows.items()])
    return SqlShopRecords(database)


@pytest.fixture(params=["fake", "sql"])
def either(request: pytest.FixtureRequest, records: SqlShopRecords) -> ShopRecords:
    return records if request.param == "sql" else FakeShopRecords(ORDER, BARE)


async def test_an_order_comes_with_its_items_devices_and_warranties(either: ShopRecords) -> None:
    assert await either.order("MD-1") == ORDER


async def test_an_order_without_items_and_shipment_is_one_too(either: ShopRecords) -> None:
    assert await either.order("MD-2") == BARE


async def test_a_device_leads_to_the_order_that_sold_it(either: ShopRecords) -> None:
    assert await either.order_of_device("SNAAAAAAAAA2") == ORDER
    assert await either.order_of_device("SNZZZZZZZZZZ") is None
    assert await either.order("MD-3") is None


@pytest.mark.parametrize("number", ["", "' OR 1=1 --", "MD-1' --", "%", "md-1"])
async def test_only_the_very_number_finds_an_order(either: ShopRecords, number: str) -> None:
    assert await either.order(number) is None


async def test_without_a_database_the_records_are_unavailable() -> None:
    database = Database(f"postgresql://somebody@127.0.0.1:{free_port()}/name", retry_seconds=0)
    with pytest.raises(RecordsUnavailable, match="refused"):
        await SqlShopRecords(database).order("MD-1")
    await database.close()
