"""The demo shop has everything that there is to show, and is the same everywhere."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.adapters.sql.database import Database
from bot.adapters.sql.demo_shop import DemoShop
from bot.adapters.sql.seed import seed
from bot.adapters.sql.shop import SqlShopRecords
from bot.adapters.sql.shop_tables import devices, order_items, orders, products, shipments, warranties
from bot.identifiers import find_identifiers
from bot.orders import DemoOrder, OrderStatus
from bot.warranty import EXCLUSIONS, PARTS, Kind, Provider, Warranty, best_warranty

TODAY = date(2025, 3, 12)
TABLES = (products, orders, shipments, order_items, devices, warranties)
CATEGORIES = """phone laptop tablet television washing_machine refrigerator air_conditioner vacuum_cleaner microwave
    dishwasher headphones speaker smartwatch charger power_bank printer router camera"""


def everything(connection: Connection) -> list[list[Any]]:
    return [[tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))] for table in TABLES]


@pytest.fixture(scope="module")
def shop() -> DemoShop:
    return DemoShop(TODAY)


async def test_seeding_twice_changes_nothing(database: Database) -> None:
    first = await seed(database, TODAY)
    before = await database.read(everything)
    assert await seed(database, TODAY) == first
    assert await database.read(everything) == before
    assert (first.orders, first.products) == (200, 24)
    assert [len(rows) for rows in before[-2:]] == [first.devices, first.warranties]


async def test_seeding_on_a_later_day_moves_the_shop_to_that_day(database: Database) -> None:
    await seed(database, TODAY)
    records = SqlShopRecords(database)
    before = await records.order("MD-100245")
    await seed(database, TODAY + timedelta(days=30))
    after = await records.order("MD-100245")
    assert before
    assert after
    assert after.ordered - before.ordered == timedelta(days=30)
    assert after.devices[0].serial == before.devices[0].serial
    assert len((await database.read(everything))[1]) == 200


async def test_the_order_of_the_demo_page_is_on_its_way_and_under_warranty(database: Database) -> None:
    demo = DemoOrder()
    await seed(database, TODAY)
    order = await SqlShopRecords(database).order_of_device(demo.serial)
    assert order
    assert (order.number, order.email) == (demo.number, demo.email)
    assert (order.phone, order.status) == ("+971501234567", OrderStatus.SHIPPED)
    assert order.expected == TODAY + timedelta(days=2)
    warranty = best_warranty(order.devices[0].warranties, TODAY)
    assert warranty
    assert warranty.in_force(TODAY)


def test_every_status_category_kind_and_provider_is_there(shop: DemoShop) -> None:
    rows = shop.rows
    assert Counter(row["status"] for row in rows[orders]).keys() == set(OrderStatus)
    assert {row["category"] for row in rows[products]} == set(CATEGORIES.split())
    assert {row["kind"] for row in rows[warranties]} == set(Kind)
    assert {row["provider"] for row in rows[warranties]} == set(Provider)
    assert {name for row in rows[warranties] for name in row["parts"]} <= set(PARTS)
    assert {name for row in rows[warranties] for name in row["exclusions"]} <= set(EXCLUSIONS)


def test_devices_are_covered_no_longer_covered_not_yet_covered_and_never_covered(shop: DemoShop) -> None:
    kinds = Counter(_coverage(shop, row["serial"]) for row in shop.rows[devices])
    assert set(kinds) == {"lifetime", "covered", "expired", "not begun", "none"}
    assert min(kinds.values()) >= 3


def _coverage(shop: DemoShop, serial: str) -> str:
    mine = [
        {k: v for k, v in row.items() if k not in ("id", "serial")}
        for row in shop.rows[warranties]
        if row["serial"] == serial
    ]
    best = best_warranty([Warranty(**row) for row in mine], TODAY)
    if best is None:
        return "none"
    if not best.in_force(TODAY):
        return "not begun" if best.starts > TODAY else "expired"
    return "covered" if best.ends else "lifetime"


def test_numbers_serials_and_contacts_are_what_the_product_recognises(shop: DemoShop) -> None:
    for row in shop.rows[orders]:
        text = f"{row['number']} {row['email']} {row['phone']}"
        assert [found.value for found in find_identifiers(text)] == [row["number"], row["email"], row["phone"]]
        assert re.fullmatch(r"\+9715\d{8}", row["phone"])
        assert row["email"].endswith(("@example.com", "@example.org", "@example.net"))
    for row in shop.rows[devices]:
        assert [found.value for found in find_identifiers(row["serial"])] == [row["serial"]]


def test_there_is_a_device_for_every_sold_piece(shop: DemoShop) -> None:
    sold = {row["id"]: row["quantity"] for row in shop.rows[order_items]}
    assert Counter(row["item"] for row in shop.rows[devices]) == sold


def test_the_dates_of_an_order_follow_each_other(shop: DemoShop) -> None:
    ordered = {row["number"]: row["ordered"] for row in shop.rows[orders]}
    status = {row["number"]: row["status"] for row in shop.rows[orders]}
    for row in shop.rows[shipments]:
        known = [ordered[row["order_number"]], row["shipped"], row["delivered"]]
        days = [day for day in known if day]
        assert days == sorted(days)
        assert days[-1] <= TODAY
        assert bool(row["shipped"]) == (status[row["order_number"]] not in (OrderStatus.RECEIVED, OrderStatus.PACKED))
        assert bool(row["tracking"]) == bool(row["shipped"])


def test_some_orders_are_late(shop: DemoShop) -> None:
    late = [r for r in shop.rows[shipments] if r["expected"] < TODAY and not r["delivered"]]
    assert late
