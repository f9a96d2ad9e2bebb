"""The shop's records."""

from __future__ import annotations

import pytest

from tests.fakes import FakeShopRecords
from tests.shop import ORDERS


@pytest.fixture
def records() -> FakeShopRecords:
    """The shop's records."""
    return FakeShopRecords(*ORDERS)
