"""What can be done from a command line. Each command imports what it needs, so that `--help` is there at once."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot.errors import MadadError

if TYPE_CHECKING:
    from bot.settings import Settings

T = TypeVar("T")
_INTERRUPTED = 130  # what a shell expects after Ctrl-C


class Commands(click.Group):
    """A group whose errors are one sentence, and whose Ctrl-C is quiet."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except MadadError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            ctx.exit(_INTERRUPTED)


def run(work: Coroutine[Any, Any, T]) -> T | None:
    """Run a coroutine. Ctrl-C cancels it and is raised when it has cleaned up; so does SIGTERM, which is no error."""

    async def until_told() -> T:
        task = asyncio.current_task()
        assert task
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    with contextlib.suppress(asyncio.CancelledError):
        return asyncio.run(until_told())
    return None


def settings() -> Settings:
    """Return the settings; raises `BadData` that names what is wrong with them."""
    from bot.settings import load_settings

    return load_settings()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Madad, a support assistant in English, Arabic, Hindi, Urdu and Persian.

    \b
    python -m bot up        start everything on this machine
    python -m bot chat      talk to it in this terminal
    python -m bot doctor    find out what is wrong, and what to do

    Settings come from the environment and from the file .env; .env.example lists them all.
    """


def _register() -> None:
    from bot.commands import agents, database, faq, running

    for module in (running, faq, database, agents):
        for command in module.COMMANDS:
            main.add_command(command)


_register()
