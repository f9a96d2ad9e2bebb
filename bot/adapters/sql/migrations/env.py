"""What Alembic runs: the migrations, on the connection that `bot.adapters.sql.migrate` opened."""

from __future__ import annotations

from alembic import context

from bot.adapters.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # Both databases can roll back changes of tables, and SQLite's transaction is begun by ourselves.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
