"""A small shop's orders for tests, as on Wednesday, 12 March 2025."""

from __future__ import annotations

from datetime import date

from bot.orders import Device, Item, Order, OrderStatus
from bot.warranty import Kind, Provider, Warranty


def warranty(ends: date | None, kind: Kind = Kind.MAKER) -> Warranty:
    """Return a maker's warranty from the beginning of 2024."""
    return Warranty(kind, Provider.MAKER, "Zephyr", date(2024, 1, 1), ends, ("all",), ("drop",))


def order(number: str = "MD-100245", email: str = "omar@example.com", *devices: Device) -> Order:
    """Return a shipped order; without devices, of a phone that is covered and an earphone that no longer is."""
    devices = devices or (
        Device("SN7K2P9X4Q1B", "Zephyr X2", (warranty(date(2026, 1, 1)),)),
        Device("SN4M8T2R6W9Z", "Zephyr Air", (warranty(date(2025, 1, 1)),)),
    )
    items = tuple(Item(device.product, 1, 49900, devices=(device,)) for device in devices)
    return Order(
        number, email, "+971501234567", OrderStatus.SHIPPED, date(2025, 3, 8), items, "Aramex", "TR123456",
        date(2025, 3, 14), date(2025, 3, 10),
    )  # fmt: skip


ORDERS = (
    order(),
    order("MD-100318"),
    order(
        "MD-100452",
        "lina@example.com",
        Device("SN3H5J8L1N7Q", "Zephyr Case", (warranty(None, Kind.LIFETIME),)),
        Device("SN9A2C4E6G8J", "Zephyr Stand"),
    ),
)
