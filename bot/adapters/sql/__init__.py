"""The stores of `bot.ports` over SQLAlchemy Core, on SQLite and on PostgreSQL."""
