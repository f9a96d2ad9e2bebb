"""The tables of the shop: what was sold to whom, where it is, and how long it is covered."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, ForeignKey, Integer, String, Table

from bot.adapters.sql.tables import Id, Name, enum_of, metadata
from bot.orders import OrderStatus
from bot.warranty import Kind, Provider

products = Table(
    "products",
    metadata,
    Column("id", Name, primary_key=True),
    Column("category", Name, nullable=False, index=True),
    Column("brand", Name, nullable=False),
    Column("name", String(255), nullable=False),
    Column("price", Integer, nullable=False),
    Column("currency", String(3), nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("number", Name, primary_key=True),
    Column("customer_name", String(255), nullable=False),
    Column("email", String(255), nullable=False),
    Column("phone", Name, nullable=False),
    Column("status", enum_of(OrderStatus), nullable=False),
    Column("ordered", Date, nullable=False),
)

shipments = Table(
    "shipments",
    metadata,
    Column("order_number", ForeignKey("orders.number"), primary_key=True),
    Column("carrier", String(255), nullable=False),
    Column("tracking", Name, nullable=False),
    Column("expected", Date),
    Column("shipped", Date),
    Column("delivered", Date),
)

order_items = Table(
    "order_items",
    metadata,
    Column("id", Id, primary_key=True),
    Column("order_number", ForeignKey("orders.number"), nullable=False, index=True),
    Column("product", ForeignKey("products.id"), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("price", Integer, nullable=False),
    Column("currency", String(3), nullable=False),
)

devices = Table(
    "devices",
    metadata,
    Column("serial", Name, primary_key=True),
    Column("item", ForeignKey("order_items.id"), nullable=False, index=True),
)

warranties = Table(
    "warranties",
    metadata,
    Column("id", Id, primary_key=True),
    Column("serial", ForeignKey("devices.serial"), nullable=False, index=True),
    Column("kind", enum_of(Kind), nullable=False),
    Column("provider", enum_of(Provider), nullable=False),
    Column("provider_name", String(255), nullable=False),
    Column("starts", Date, nullable=False),
    Column("ends", Date),
    Column("parts", JSON, nullable=False),
    Column("exclusions", JSON, nullable=False),
)
