"""The shop's products, orders, devices and warranties."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is its own kind of integer.
Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("customer_name", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("phone", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("ordered", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_orders")),
    )
    op.create_table(
        "products",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
    )
    op.create_index(op.f("ix_products_category"), "products", ["category"], unique=False)
    op.create_table(
        "order_items",
        sa.Column("id", Id, nullable=False),
        sa.Column("order_number", sa.String(length=64), nullable=False),
        sa.Column("product", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(["order_number"], ["orders.number"], name=op.f("fk_order_items_order_number")),
        sa.ForeignKeyConstraint(["product"], ["products.id"], name=op.f("fk_order_items_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_items")),
    )
    op.create_index(op.f("ix_order_items_order_number"), "order_items", ["order_number"], unique=False)
    op.create_table(
        "shipments",
        sa.Column("order_number", sa.String(length=64), nullable=False),
        sa.Column("carrier", sa.String(length=255), nullable=False),
        sa.Column("tracking", sa.String(length=64), nullable=False),
        sa.Column("expected", sa.Date(), nullable=True),
        sa.Column("shipped", sa.Date(), nullable=True),
        sa.Column("delivered", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["order_number"], ["orders.number"], name=op.f("fk_shipments_order_number")),
        sa.PrimaryKeyConstraint("order_number", name=op.f("pk_shipments")),
    )
    op.create_table(
        "devices",
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("item", Id, nullable=False),
        sa.ForeignKeyConstraint(["item"], ["order_items.id"], name=op.f("fk_devices_item")),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_devices")),
    )
    op.create_index(op.f("ix_devices_item"), "devices", ["item"], unique=False)
    op.create_table(
        "warranties",
        sa.Column("id", Id, nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("provider_name", sa.String(length=255), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("exclusions", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["serial"], ["devices.serial"], name=op.f("fk_warranties_serial")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warranties")),
    )
    op.create_index(op.f("ix_warranties_serial"), "warranties", ["serial"], unique=False)


def downgrade() -> None:
    op.drop_table("warranties")
    op.drop_table("devices")
    op.drop_table("shipments")
    op.drop_table("order_items")
    op.drop_table("products")
    op.drop_table("orders")
