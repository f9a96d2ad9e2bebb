"""Commands about the FAQ: ask, build, check."""

from __future__ import annotations

import click

from bot.commands import run, settings
from bot.language import LANGUAGES

# A wording that another entry would be given for, this surely, stands in the wrong place or is too alike.
_CERTAIN = 0.9


@click.group()
def faq() -> None:
    """Ask the FAQ, check its files, prepare its index.

    \b
    python -m bot faq check
    python -m bot faq ask "how long is the warranty?"
    """


@faq.command()
@click.argument("question")
@click.option("--language", type=click.Choice(LANGUAGES), help="Instead of the detected one.")
def ask(question: str, language: str | None) -> None:
    """Show the entries nearest to QUESTION, with the probability that each is the right one.

    \b
    python -m bot faq ask "how long is the warranty?"
    python -m bot faq ask "گارانتی چقدر است؟"
    """
    from rich.console import Console
    from rich.table import Table

    from bot.bootstrap import open_faq
    from bot.language import choose_language

    chosen = settings()
    language = language or choose_language(question)

    async def answer() -> None:
        async with open_faq(chosen) as (entries, index):
            found = await index.search(question, language)
        table = Table("probability", "entry", "question", title=f"language: {language}")
        for one in found:
            table.add_row(f"{one.probability:.2f}", one.id, entries.text(one.id, language).question)
        Console().print(table)
        click.echo(f"What the customer gets: {entries.thresholds.verdict(found).value}")

    run(answer())


@faq.command()
def build() -> None:
    """Compute the index of the FAQ, which is otherwise done at the next start.

    \b
    python -m bot faq build
    """
    from rich.console import Console

    from bot.bootstrap import open_faq
    from bot.progress import tasks

    async def prepare() -> None:
        with tasks(Console()) as shown, shown.task("FAQ") as say:
            async with open_faq(settings(), say):
                pass

    run(prepare())


@faq.command()
def check() -> None:
    """Check the FAQ files. What cannot be read is an error; what is missing or doubtful is listed.

    \b
    python -m bot faq check
    """
    from rich.console import Console

    from bot.adapters import faq_files
    from bot.bootstrap import open_faq
    from bot.progress import tasks

    entries = faq_files.read_faq(settings().faq_folder)

    async def look() -> list[faq_files.Finding]:
        with tasks(Console(stderr=True)) as shown, shown.task("FAQ") as say:
            async with open_faq(settings(), say) as (_, index):
                return [*faq_files.check(entries), *await index.misplaced(_CERTAIN)]

    findings = run(look()) or []
    for finding in findings:
        click.echo(str(finding))
    languages = ", ".join(sorted({language for entry in entries for language in entry.texts}))
    click.echo(f"{len(entries)} entries in {languages}; {len(findings) or 'nothing'} to look at.")


COMMANDS = (faq,)
