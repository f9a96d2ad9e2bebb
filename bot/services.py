"""Everything that connectors and actions may use, in one place. `bot.bootstrap` makes it from the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.agents import SignIn
from bot.dialogue import Dialogue
from bot.faq import Faq
from bot.handoff import Handoff
from bot.orders import OrderDesk
from bot.outbox import Outbox
from bot.ports import ConversationStore, Engine, FaqIndex, KeyStore, PubSub, QuestionStore, Responses, TicketStore


@dataclass(frozen=True)
class Services:
    """The use cases and the ports behind them."""

    dialogue: Dialogue
    handoff: Handoff
    outbox: Outbox
    orders: OrderDesk
    faq: Faq
    faq_index: FaqIndex
    sign_in: SignIn
    conversations: ConversationStore
    tickets: TicketStore
    questions: QuestionStore
    keys: KeyStore
    pubsub: PubSub
    engine: Engine
    responses: Responses
    interface: Callable[[str], dict[str, str]]
    """The labels of `data/interface/` in a language."""
    now: Callable[[], datetime]
    shop: str
    proof_lasts: timedelta
