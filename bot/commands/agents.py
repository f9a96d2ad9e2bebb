"""Commands about the people who take over: add."""

from __future__ import annotations

import click

from bot.commands import run, settings


@click.group()
def agent() -> None:
    """Manage the people who take over from the bot.

    \b
    python -m bot agent add "Sana Malik" sana@shop.example
    """


@agent.command()
@click.argument("name")
@click.argument("email")
@click.option("--password", help="Asked for when it is not given, which keeps it out of the shell's history.")
def add(name: str, email: str, password: str | None) -> None:
    """Add an agent, or give one a new password, which signs them out everywhere.

    \b
    python -m bot agent add "Sana Malik" sana@shop.example
    """
    from bot.adapters.passwords import Argon2Passwords
    from bot.adapters.sql import migrate
    from bot.adapters.sql.agents import SqlAgents
    from bot.adapters.sql.attempts import SqlAttempts
    from bot.adapters.sql.database import Database
    from bot.agents import SignIn
    from bot.errors import BadData

    chosen = settings()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    password = password or click.prompt("Password", hide_input=True, confirmation_prompt=True)

    async def write() -> None:
        await migrate.upgrade(chosen.service_database_url)
        database = Database(chosen.service_database_url)
        try:
            sign_in = SignIn(SqlAgents(database), Argon2Passwords(), SqlAttempts(database))
            await sign_in.add(email, name, password)
        except ValueError as error:
            raise BadData(str(error)) from error
        finally:
            await database.close()

    run(write())
    click.echo(f"{email} can sign in.")


COMMANDS = (agent,)
