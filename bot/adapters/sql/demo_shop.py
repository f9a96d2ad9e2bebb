"""Makes the rows of the demo shop. The same seed gives the same shop, with its dates counted from today."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Table

from bot.adapters.sql.demo_catalogue import (
    CARRIERS,
    MAIL_DOMAINS,
    NAMES,
    PRODUCTS,
    Product,
    Terms,
    maker,
    service_plan,
    terms_of,
)
from bot.adapters.sql.shop_tables import devices, order_items, orders, products, shipments, warranties
from bot.orders import DemoOrder, OrderStatus

DEMO = DemoOrder()
_OMAR = {"customer_name": "Omar Al Amiri", "email": DEMO.email, "phone": "+971501234567"}
_SEED = 20250301
_NUMBERS = range(100200, 100400)
_CURRENCY = "USD"

Row = dict[str, Any]


@dataclass(frozen=True)
class Journey:
    """Where an order is. Days are counted from today; None is what has not happened."""

    status: OrderStatus
    ordered: int
    expected: int | None = None
    shipped: int | None = None
    delivered: int | None = None

    @property
    def begins(self) -> int:
        """The day on which the customer gets the devices, or may expect them."""
        return next((day for day in (self.delivered, self.expected) if day is not None), self.ordered)


class DemoShop:
    """The rows of every table, in an order in which they can be written."""

    def __init__(self, today: date) -> None:
        self.rows: dict[Table, list[Row]] = {
            table: [] for table in (products, orders, shipments, order_items, devices, warranties)
        }
        self._today = today
        self._chance = random.Random(_SEED)  # noqa: S311 - a demo should be the same everywhere
        self._serials = self._new_serials()
        people = list(self._people())
        self.rows[products] = [_product_row(product) for product in PRODUCTS]
        for number in _NUMBERS:
            self._add_order(f"MD-{number}", self._chance.choice(people))
        self._add_demo_order()

    def _add_order(self, number: str, person: Row) -> None:
        journey, basket = self._journey(), self._basket()
        if number == DEMO.number:
            return
        self._add_rows(number, person, journey)
        for product, quantity in basket:
            item = self._add_item(number, product, quantity)
            for _ in range(quantity):
                self._add_device(
                    next(self._serials), item, terms_of(product, self._chance.randrange(4)), journey.begins
                )

    def _add_demo_order(self) -> None:
        """Add the order of the demo page: on its way, under warranties that run from the day of the order."""
        journey = Journey(OrderStatus.SHIPPED, ordered=-3, shipped=-1, expected=2)
        self._add_rows(DEMO.number, _OMAR, journey)
        product = PRODUCTS[1]
        terms = (maker(product), service_plan(product))
        self._add_device(DEMO.serial, self._add_item(DEMO.number, product, 1), terms, journey.ordered)

    def _add_rows(self, number: str, person: Row, journey: Journey) -> None:
        self.rows[orders].append(
            {"number": number, **person, "status": journey.status, "ordered": self._on(journey.ordered)}
        )
        if journey.expected is None:
            return
        carrier, prefix = self._chance.choice(CARRIERS)
        tracking = f"{prefix}{self._chance.randrange(10**9):09d}"
        self.rows[shipments].append(
            {
                "order_number": number,
                "carrier": carrier,
                "tracking": tracking if journey.shipped is not None else "",
                "expected": self._on(journey.expected),
                "shipped": self._on(journey.shipped),
                "delivered": self._on(journey.delivered),
            }
        )

    def _add_item(self, number: str, product: Product, quantity: int) -> int:
        item = len(self.rows[order_items]) + 1
        row = {"id": item, "order_number": number, "product": product.id, "quantity": quantity}
        self.rows[order_items].append({**row, "price": product.price, "currency": _CURRENCY})
        return item

    def _add_device(self, serial: str, item: int, terms: tuple[Terms, ...], begins: int) -> None:
        self.rows[devices].append({"serial": serial, "item": item})
        for term in terms:
            row = {"id": len(self.rows[warranties]) + 1, "serial": serial}
            self.rows[warranties].append({**row, **self._warranty(term, self._today + timedelta(begins))})

    def _warranty(self, terms: Terms, begins: date) -> Row:
        return {
            "kind": terms.kind,
            "provider": terms.provider,
            "provider_name": terms.provider_name,
            "starts": begins + timedelta(terms.starts),
            "ends": begins + timedelta(terms.days) if terms.days else None,
            "parts": list(terms.parts),
            "exclusions": list(terms.exclusions),
        }

    def _on(self, day: int | None) -> date | None:
        return None if day is None else self._today + timedelta(day)

    # What chance decides

    def _journey(self) -> Journey:
        between, status = self._chance.randint, self._chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
        if status is OrderStatus.RECEIVED:
            return Journey(status, between(-1, 0), between(3, 6))
        if status is OrderStatus.PACKED:
            return Journey(status, between(-3, -1), between(2, 4))
        if status is OrderStatus.SHIPPED:
            # Some are late.
            return Journey(status, between(-9, -5), between(-2, 3), between(-4, -3))
        if status is OrderStatus.OUT_FOR_DELIVERY:
            return Journey(status, between(-7, -4), 0, between(-3, -1))
        if status is OrderStatus.CANCELLED:
            return Journey(status, between(-90, -2))
        ordered = between(-1500, -6) if status is OrderStatus.DELIVERED else between(-120, -25)
        return Journey(status, ordered, ordered + 4, ordered + 1, ordered + between(3, 5))

    def _basket(self) -> list[tuple[Product, int]]:
        chosen = self._chance.sample(PRODUCTS, self._chance.choices((1, 2, 3), (6, 3, 1))[0])
        return [(product, self._chance.choices((1, 2), (9, 1))[0]) for product in chosen]

    def _people(self) -> Iterator[Row]:
        for first_names, last_names in NAMES.values():
            for first in first_names:
                last = self._chance.choice(last_names)
                email = f"{first}.{last}@{self._chance.choice(MAIL_DOMAINS)}".lower()
                phone = f"+9715{self._chance.choice('024568')}{self._chance.randrange(10**7):07d}"
                yield {"customer_name": f"{first} {last}", "email": email, "phone": phone}

    def _new_serials(self) -> Iterator[str]:
        letters = random.Random(_SEED)  # noqa: S311
        used = {DEMO.serial}
        while True:
            mixed = letters.choices(string.ascii_uppercase + string.digits, k=7)
            serial = "SN" + "".join(mixed + letters.choices(string.digits, k=3))
            if serial not in used:
                used.add(serial)
                yield serial


_WEIGHTS = {
    OrderStatus.RECEIVED: 8,
    OrderStatus.PACKED: 8,
    OrderStatus.SHIPPED: 16,
    OrderStatus.OUT_FOR_DELIVERY: 8,
    OrderStatus.DELIVERED: 46,
    OrderStatus.CANCELLED: 7,
    OrderStatus.RETURNED: 7,
}


def _product_row(product: Product) -> Row:
    named = {"id": product.id, "category": product.category, "brand": product.brand, "name": product.name}
    return {**named, "price": product.price, "currency": _CURRENCY}
