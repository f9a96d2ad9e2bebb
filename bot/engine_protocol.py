"""What is asked of the dialogue engine in a turn, and what it may answer."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversations import Button, Reason, Say
from bot.faq import Candidate

REQUEST_HUMAN = "/request_human"
BACK_TO_BOT = "/back_to_bot"


@dataclass(frozen=True)
class Turn:
    """One message for the engine. `id` names the turn in all that it changes, so that a retry repeats nothing."""

    id: str
    conversation: str
    session: str
    text: str
    language: str
    candidates: tuple[Candidate, ...] = ()
    """The FAQ entries nearest to the text, best first."""


@dataclass(frozen=True)
class Spoken:
    """A sentence that is already written out, with its buttons."""

    text: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What the engine wants said, and what it wants done. `says` keep their order."""

    says: tuple[Say | Spoken, ...] = ()
    handoff: Reason | None = None
    language: str | None = None
