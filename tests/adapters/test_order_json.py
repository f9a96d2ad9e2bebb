"""An order in JSON is read as documented, and anything else is refused with the name of the field."""

from __future__ import annotations

import contextlib
import copy
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.order_json import read_order
from bot.errors import BadData
from bot.orders import Order, OrderStatus
from bot.warranty import Kind, Provider, Warranty

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "shop-system.md"


def documented() -> dict[str, Any]:
    """Return the order in the documentation."""
    [example] = re.findall(r"```json\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    decoded: dict[str, Any] = json.loads(example)
    return decoded


def test_the_example_in_the_documentation_is_read() -> None:
    order = read_order(documented())
    assert (order.number, order.status, order.expected) == ("MD-100245", OrderStatus.SHIPPED, date(2025, 3, 14))
    [device] = order.devices
    assert (device.serial, device.product) == ("SN7K2M9QX4B1", "Noorix Aria 5 Pro")
    starts, ends = date(2025, 3, 9), date(2026, 3, 9)
    parts, exclusions = ("all", "labour"), ("water", "drop")
    assert device.warranties == (Warranty(Kind.MAKER, Provider.MAKER, "Noorix", starts, ends, parts, exclusions),)


def test_the_least_that_an_order_can_be_is_read() -> None:
    least = {"number": "MD-1", "status": "received", "ordered": "2025-01-31", "items": [], "unlisted": {"a": 1}}
    assert read_order(least) == Order("MD-1", "", "", OrderStatus.RECEIVED, date(2025, 1, 31), ())


def change(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def apply(order: dict[str, Any]) -> None:
        *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
        target: Any = order
        for key in parents:
            target = target[key]
        target[last] = value

    return apply


WARRANTY = "items.0.devices.0.warranties.0"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("number", None, r"order\.number must be text"),
        ("number", 100245, r"order\.number must be text"),
        ("phone", 971501234567, r"order\.phone must be text"),
        ("status", "lost", r"order\.status must be one of received, packed"),
        ("ordered", "31.01.2025", r"order\.ordered must be a date like"),
        ("expected", 20250314, r"order\.expected must be text"),
        ("shipped", None, r"order\.shipped must be given"),
        ("items", None, r"order\.items must be a list"),
        ("items", {}, r"order\.items must be a list"),
        ("items", [7], r"order\.items\[0\] must be an object"),
        ("items", [{}] * 1001, "more than 1000 entries"),
        ("items.0.quantity", 0, r"order\.items\[0\]\.quantity must be a whole number from 1"),
        ("items.0.quantity", True, r"order\.items\[0\]\.quantity must be a whole number"),
        ("items.0.price", "79900", r"order\.items\[0\]\.price must be a whole number"),
        ("items.0.price", 799.0, r"order\.items\[0\]\.price must be a whole number"),
        ("items.0.price", -1, r"order\.items\[0\]\.price must be a whole number from 0"),
        (f"{WARRANTY}.kind", "forever", r"warranties\[0\]\.kind must be one of"),
        (f"{WARRANTY}.parts", ["wheels"], r"warranties\[0\]\.parts must only hold all, labour"),
        (f"{WARRANTY}.parts", "all", r"warranties\[0\]\.parts must be a list"),
        (f"{WARRANTY}.exclusions", [None], r"warranties\[0\]\.exclusions must only hold"),
        (f"{WARRANTY}.ends", "2024-01-01", r"warranties\[0\]\.ends must not be before"),
        (f"{WARRANTY}.provider_name", None, r"warranties\[0\]\.provider_name must be given"),
    ],
)
def test_what_is_wrong_is_named_and_not_quoted(path: str, value: object, message: str) -> None:
    order = documented()
    change(path, value)(order)
    with pytest.raises(BadData, match=message) as refusal:
        read_order(order)
    assert "omar" not in str(refusal.value)
    assert not isinstance(value, int) or isinstance(value, bool) or value < 10 or str(value) not in str(refusal.value)


def test_a_missing_field_is_said_to_be_missing() -> None:
    order = documented()
    del order["number"]
    with pytest.raises(BadData, match="but is missing"):
        read_order(order)


def test_a_delivered_order_needs_the_day() -> None:
    with pytest.raises(BadData, match=r"order\.delivered must be given"):
        read_order(documented() | {"status": "delivered"})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(_JSON)
def test_whatever_stands_for_an_order_is_read_or_refused(value: Any) -> None:
    with pytest.raises(BadData):
        read_order(value)


@given(st.sampled_from(["number", "email", "status", "ordered", "items", "items.0.devices", WARRANTY]), _JSON)
def test_whatever_stands_in_a_field_is_read_or_refused(path: str, value: Any) -> None:
    order = copy.deepcopy(documented())
    change(path, value)(order)
    with contextlib.suppress(BadData):
        assert isinstance(read_order(order), Order)
