"""Commands about the database: upgrade, seed."""

from __future__ import annotations

import click

from bot.commands import run, settings


@click.group()
def db() -> None:
    """Prepare the database. `up` and `serve` do that too.

    \b
    python -m bot db upgrade
    """


@db.command()
def upgrade() -> None:
    """Create the tables, or bring them up to this version.

    \b
    python -m bot db upgrade
    MADAD_DATABASE_URL=postgresql+psycopg://localhost/madad python -m bot db upgrade
    """
    from bot.adapters.sql import migrate

    chosen = settings()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    run(migrate.upgrade(chosen.service_database_url))
    click.echo("The database is up to date.")


@db.command("seed")
def seed_command() -> None:
    """Write the orders of the demo shop, anew where they are there.

    \b
    python -m bot db seed
    """
    from datetime import datetime, timezone

    from bot.adapters.sql import migrate, seed
    from bot.adapters.sql.database import Database

    chosen = settings()
    chosen.folder.mkdir(parents=True, exist_ok=True)

    async def write() -> None:
        await migrate.upgrade(chosen.service_database_url)
        database = Database(chosen.service_database_url)
        try:
            await seed.seed(database, datetime.now(timezone.utc).date())
        finally:
            await database.close()

    run(write())
    click.echo("The demo orders are in the database.")


COMMANDS = (db,)
