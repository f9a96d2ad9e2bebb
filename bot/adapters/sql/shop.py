"""The shop's records in our own tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sqlalchemy import ColumnElement, select

from bot.adapters.sql.database import Database
from bot.adapters.sql.rows import AnyRow
from bot.adapters.sql.shop_tables import devices, order_items, orders, products, shipments, warranties
from bot.errors import RecordsUnavailable, StoreUnavailable
from bot.orders import Device, Item, Order
from bot.warranty import Warranty

# One query for everything, so that an order that exists takes about as long to look for as one that does not.
_EVERYTHING = (
    select(
        orders.c.number, orders.c.email, orders.c.phone, orders.c.status, orders.c.ordered,
        shipments.c.carrier, shipments.c.tracking, shipments.c.expected, shipments.c.shipped, shipments.c.delivered,
        order_items.c.id.label("item"), order_items.c.quantity, order_items.c.price, order_items.c.currency,
        products.c.name.label("product"), devices.c.serial, warranties.c.id.label("warranty"), warranties.c.kind,
        warranties.c.provider, warranties.c.provider_name, warranties.c.starts, warranties.c.ends, warranties.c.parts,
        warranties.c.exclusions,
    )
    .outerjoin(shipments, shipments.c.order_number == orders.c.number)
    .outerjoin(order_items, order_items.c.order_number == orders.c.number)
    .outerjoin(products, products.c.id == order_items.c.product)
    .outerjoin(devices, devices.c.item == order_items.c.id)
    .outerjoin(warranties, warranties.c.serial == devices.c.serial)
    .order_by(order_items.c.id, devices.c.serial, warranties.c.id)
)  # fmt: skip


class SqlShopRecords:
    """`bot.ports.ShopRecords` over the tables that `seed` fills, or a shop without a system of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def order(self, number: str) -> Order | None:
        return await self._one(orders.c.number == number)

    async def order_of_device(self, serial: str) -> Order | None:
        items = select(order_items.c.order_number).join(devices, devices.c.item == order_items.c.id)
        return await self._one(orders.c.number == items.where(devices.c.serial == serial).scalar_subquery())

    async def _one(self, condition: ColumnElement[bool]) -> Order | None:
        query = _EVERYTHING.where(condition)
        try:
            rows = await self._database.read(lambda connection: connection.execute(query).all())
        except StoreUnavailable as failure:
            raise RecordsUnavailable(str(failure)) from failure
        return _order(rows) if rows else None


def _order(rows: Sequence[AnyRow]) -> Order:
    order = rows[0]
    items = tuple(_item(list(lines)) for item, lines in groupby(rows, key=lambda row: row.item) if item is not None)
    return Order(
        order.number, order.email, order.phone, order.status, order.ordered, items, order.carrier or "",
        order.tracking or "", order.expected, order.shipped, order.delivered,
    )  # fmt: skip


def _item(rows: Sequence[AnyRow]) -> Item:
    return Item(rows[0].product, rows[0].quantity, rows[0].price, rows[0].currency, tuple(_devices(rows)))


def _devices(rows: Sequence[AnyRow]) -> Iterator[Device]:
    for serial, lines in groupby(rows, key=lambda row: row.serial):
        if serial is not None:
            of_device = list(lines)
            warranties_ = tuple(_warranty(row) for row in of_device if row.warranty is not None)
            yield Device(serial, of_device[0].product, warranties_)


def _warranty(row: AnyRow) -> Warranty:
    parts, exclusions = tuple(row.parts), tuple(row.exclusions)
    return Warranty(row.kind, row.provider, row.provider_name, row.starts, row.ends, parts, exclusions)
