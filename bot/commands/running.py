"""Commands that start something: up, serve, chat, train, doctor."""

from __future__ import annotations

import click

from bot.commands import run, settings
from bot.language import LANGUAGES


@click.command()
def up() -> None:
    """Start everything on this machine, and keep it running until Ctrl-C.

    Trains the dialogue model if it is missing or out of date, starts the engine and the service, and prints the
    addresses of the demo shop and of the agents' console. Logs are in var/logs/.

    \b
    python -m bot up
    MADAD_PORT=9000 python -m bot up        on another port
    MADAD_DEMO=false python -m bot up       without the demo shop
    """
    from rich.console import Console

    from bot.logs import log_to_file
    from bot.up import up

    chosen = settings()
    log_to_file(chosen.folder / "logs" / "service.log")
    run(up(chosen, Console()))


@click.command()
def serve() -> None:
    """Run the service without the engine, which then runs elsewhere.

    This is for installations of several processes: start as many as you need, with the same PostgreSQL
    (MADAD_DATABASE_URL), Redis (MADAD_REDIS_URL) and MADAD_ENGINE_TOKEN. The log goes to standard error.

    \b
    MADAD_ENGINE_TOKEN=... python -m bot serve
    """
    from bot.logs import log_to_stderr
    from bot.serving import serve

    log_to_stderr()
    run(serve(settings(), lambda text: click.echo(text, err=True)))


@click.command()
@click.option("--language", type=click.Choice(LANGUAGES), help="Begin in this language.")
def chat(language: str | None) -> None:
    """Talk to Madad in this terminal. Works beside a running `up`.

    \b
    python -m bot chat
    python -m bot chat --language fa
    echo "how long is the warranty?" | python -m bot chat
    """
    from rich.console import Console

    from bot.logs import log_to_file
    from bot.up import chat

    chosen = settings()
    log_to_file(chosen.folder / "logs" / "chat.log")
    run(chat(chosen, Console(stderr=True), language))


@click.command()
@click.option("--force", is_flag=True, help="Also when the model is up to date.")
def train(force: bool) -> None:
    """Train the dialogue model, if what it is made from has changed.

    It is made from config.yml, domain.yml and data/. The log is var/logs/training.log.

    \b
    python -m bot train
    python -m bot train --force
    """
    from rich.console import Console

    from bot.progress import tasks
    from bot.training import Training, train

    training = Training()
    if training.up_to_date() and not force:
        click.echo("The dialogue model is up to date.")
        return
    with tasks(Console()) as shown, shown.task("Dialogue model", "preparing to train, about a minute") as say:
        run(train(training, say))


@click.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Check everything that Madad needs, and say what to do about what is wrong. The exit code is then 1.

    \b
    python -m bot doctor
    """
    import logging

    from rich.console import Console

    from bot.doctor import examine, show

    logging.disable()  # what is wrong is in the table
    findings = run(examine()) or {}
    show(findings, Console())
    ctx.exit(0 if all(finding.well for finding in findings.values()) else 1)


COMMANDS = (up, serve, chat, train, doctor)
