"""Orders, and what a customer who has proved that one is theirs may know of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from bot.conversations import Conversation, Say
from bot.identifiers import same_contact
from bot.ports import AttemptStore, ShopRecords
from bot.warranty import Warranty


class OrderStatus(str, Enum):
    """Where an order is."""

    RECEIVED = "received"
    PACKED = "packed"
    SHIPPED = "shipped"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"


_ON_ITS_WAY = {OrderStatus.RECEIVED, OrderStatus.PACKED, OrderStatus.SHIPPED}


@dataclass(frozen=True)
class Device:
    """One sold piece, by its serial number, with every warranty it has."""

    serial: str
    product: str
    warranties: tuple[Warranty, ...] = ()


@dataclass(frozen=True)
class Item:
    """A line of an order. `price` is for one piece, in hundredths of the currency."""

    product: str
    quantity: int
    price: int
    currency: str = "USD"
    devices: tuple[Device, ...] = ()


@dataclass(frozen=True)
class Order:
    """An order with the contact that proves it; dates are None until they are known."""

    number: str
    email: str
    phone: str
    status: OrderStatus
    ordered: date
    items: tuple[Item, ...]
    carrier: str = ""
    tracking: str = ""
    expected: date | None = None
    shipped: date | None = None
    delivered: date | None = None

    @property
    def devices(self) -> tuple[Device, ...]:
        """Every device that was sold with this order."""
        return tuple(device for item in self.items for device in item.devices)


@dataclass(frozen=True)
class DemoOrder:
    """The order that visitors of the demonstration shop may try: shipped, and under warranty."""

    number: str = "MD-100245"
    email: str = "omar@example.com"
    serial: str = "SN7K2M9QX4B1"


class Outcome(str, Enum):
    """What came of an attempt to prove an order."""

    PROVED = "proved"
    NOT_MATCHED = "not_matched"
    EXCEEDED = "exceeded"


@dataclass(frozen=True)
class Lookup:
    """The order, if it exists and was proved; otherwise only that it was not matched, for both reasons alike."""

    outcome: Outcome
    order: Order | None = None


@dataclass(frozen=True)
class OrderDesk:
    """Finds orders for customers who can prove that they are theirs.

    An unknown number and a wrong contact are one outcome. Failed attempts are counted by conversation, by the number
    asked for and by the customer's address, each within `window`; from `limit` on, even the right proof is refused,
    so that guessing cannot go on.
    """

    records: ShopRecords
    attempts: AttemptStore
    limit: int = 3
    window: timedelta = timedelta(hours=1)

    async def look_up(self, number: str, contact: str, conversation: Conversation, turn: str, now: datetime) -> Lookup:
        """Look for the order with this number, or the order that sold the device with this serial number.

        Raises:
            RecordsUnavailable: the shop's system cannot be reached; nothing is counted.
        """
        keys = [f"conversation:{conversation.id}", f"number:{number}"]
        if conversation.address:
            keys.append(f"address:{conversation.channel}:{conversation.address}")
        if await self.attempts.most(keys, now - self.window) >= self.limit:
            return Lookup(Outcome.EXCEEDED)
        by_serial = number.startswith("SN")
        order = await (self.records.order_of_device(number) if by_serial else self.records.order(number))
        proved = same_contact(contact, order.email if order else "-", order.phone if order else "-")
        if order and proved:
            return Lookup(Outcome.PROVED, order)
        await self.attempts.record(keys, turn, now)
        failed = await self.attempts.most(keys, now - self.window)
        return Lookup(Outcome.EXCEEDED if failed >= self.limit else Outcome.NOT_MATCHED)


def describe_order(order: Order, today: date) -> list[Say]:
    """Return the sentences that tell a customer where the order is."""
    sentences = [
        Say(
            f"order_{order.status.value}",
            {
                "number": order.number,
                "carrier": order.carrier,
                "tracking": order.tracking,
                "ordered": order.ordered,
                "shipped": order.shipped,
                "delivered": order.delivered,
            },
        ),
        Say("order_items", {"items": [_line(item) for item in order.items]}),
    ]
    if order.expected and order.status in _ON_ITS_WAY:
        late = order.expected < today
        sentences.append(
            Say("order_late" if late else "order_expected", {"expected": order.expected, "carrier": order.carrier})
        )
    return sentences


def _line(item: Item) -> str:
    return item.product if item.quantity == 1 else f"{item.quantity} × {item.product}"
