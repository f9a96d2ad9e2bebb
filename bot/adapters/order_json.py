"""Reads an order as docs/shop-system.md describes it, and refuses whatever is not that."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from bot.errors import BadData
from bot.orders import Device, Item, Order, OrderStatus
from bot.warranty import EXCLUSIONS, PARTS, Kind, Provider, Warranty

_MOST_ENTRIES = 1000
_MISSING = object()

E = TypeVar("E", bound=Enum)
T = TypeVar("T")


@dataclass(frozen=True)
class _Fields:
    """An object of the JSON, with its place, so that an error can name it."""

    place: str
    values: dict[str, Any]

    def text(self, name: str, default: Any = _MISSING) -> str:
        return str(self._value(name, str, "text", default))

    def number(self, name: str, least: int) -> int:
        value = self._value(name, int, "a whole number", _MISSING)
        if isinstance(value, bool) or value < least:
            raise BadData(f"{self.place}.{name} must be a whole number from {least}")
        return int(value)

    def day(self, name: str) -> date:
        text = self.text(name)
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise BadData(f"{self.place}.{name} must be a date like 2025-01-31") from error

    def day_or_none(self, name: str) -> date | None:
        return None if self.values.get(name) is None else self.day(name)

    def one_of(self, name: str, choices: type[E]) -> E:
        try:
            return choices(self.text(name))
        except ValueError as error:
            known = ", ".join(choice.value for choice in choices)
            raise BadData(f"{self.place}.{name} must be one of {known}") from error

    def names(self, name: str, known: Collection[str], default: list[str]) -> tuple[str, ...]:
        names = self._value(name, list, "a list", default)
        if not all(isinstance(one, str) and one in known for one in names):
            raise BadData(f"{self.place}.{name} must only hold {', '.join(known)}")
        return tuple(names)

    def each(self, name: str, read: Callable[[_Fields], T], default: Any = _MISSING) -> tuple[T, ...]:
        entries = self._value(name, list, "a list", default)
        if len(entries) > _MOST_ENTRIES:
            raise BadData(f"{self.place}.{name} has more than {_MOST_ENTRIES} entries")
        return tuple(read(_fields(f"{self.place}.{name}[{n}]", entry)) for n, entry in enumerate(entries))

    def _value(self, name: str, kind: type, described: str, default: Any) -> Any:
        value = self.values.get(name)
        if value is None and default is not _MISSING:
            return default
        if not isinstance(value, kind):
            raise BadData(
                f"{self.place}.{name} must be {described}" + ("" if name in self.values else ", but is missing")
            )
        return value


def _fields(place: str, value: object) -> _Fields:
    if not isinstance(value, dict):
        raise BadData(f"{place} must be an object")
    return _Fields(place, value)


def read_order(value: object) -> Order:
    """Return the order in decoded JSON; raises `BadData`, which names the field and quotes none."""
    fields = _fields("order", value)
    order = Order(
        number=fields.text("number"),
        email=fields.text("email", ""),
        phone=fields.text("phone", ""),
        status=fields.one_of("status", OrderStatus),
        ordered=fields.day("ordered"),
        items=fields.each("items", _item),
        carrier=fields.text("carrier", ""),
        tracking=fields.text("tracking", ""),
        expected=fields.day_or_none("expected"),
        shipped=fields.day_or_none("shipped"),
        delivered=fields.day_or_none("delivered"),
    )
    _check_dates(order)
    return order


def _check_dates(order: Order) -> None:
    """What the customer is told of a status needs its day."""
    if order.status is OrderStatus.SHIPPED and order.shipped is None:
        raise BadData("order.shipped must be given when order.status is shipped")
    if order.status is OrderStatus.DELIVERED and order.delivered is None:
        raise BadData("order.delivered must be given when order.status is delivered")


def _item(fields: _Fields) -> Item:
    product = fields.text("product")
    return Item(
        product=product,
        quantity=fields.number("quantity", least=1),
        price=fields.number("price", least=0),
        currency=fields.text("currency", "USD"),
        devices=fields.each("devices", lambda device: _device(device, product), []),
    )


def _device(fields: _Fields, product: str) -> Device:
    return Device(fields.text("serial"), product, fields.each("warranties", _warranty, []))


def _warranty(fields: _Fields) -> Warranty:
    warranty = Warranty(
        kind=fields.one_of("kind", Kind),
        provider=fields.one_of("provider", Provider),
        provider_name=fields.text("provider_name", ""),
        starts=fields.day("starts"),
        ends=fields.day_or_none("ends"),
        parts=fields.names("parts", PARTS, ["all"]),
        exclusions=fields.names("exclusions", EXCLUSIONS, []),
    )
    if warranty.ends and warranty.ends < warranty.starts:
        raise BadData(f"{fields.place}.ends must not be before its start")
    if warranty.provider is not Provider.SHOP and not warranty.provider_name:
        raise BadData(f"{fields.place}.provider_name must be given unless the shop is the provider")
    return warranty
