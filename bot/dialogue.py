"""The path of a customer's message: committed, then answered, one at a time and in order within its conversation."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.conversations import (
    Author,
    Button,
    Change,
    Conversation,
    Draft,
    Inbound,
    Lease,
    Message,
    Mode,
    Reason,
    Received,
    Say,
)
from bot.engine_protocol import BACK_TO_BOT, REQUEST_HUMAN, Answer, Spoken, Turn
from bot.errors import BadData, Conflict, EngineUnavailable, LeaseLost, NotFound, StoreUnavailable
from bot.handoff import BOT, Handoff
from bot.language import choose_language, follow_language
from bot.outbox import Outbox
from bot.ports import ConversationStore, Engine, FaqIndex, Responses
from bot.text import alike, typed

MAXIMUM_CHARACTERS = 2000
LEASE_SECONDS = 30.0
_RETRY_SECONDS = 0.2
_LONGEST_RETRY_SECONDS = 5.0
_OTHERS_ANSWER = frozenset(Mode) - BOT
_OPEN = frozenset(Mode) - {Mode.CLOSED}

_YES_BECAUSE_OF_THE_FAILURE = f'{REQUEST_HUMAN}{{"reason": "{Reason.FAILURE.value}"}}'
APOLOGY = Answer(
    (
        Say(
            "engine_down",
            buttons=(("button_yes_person", _YES_BECAUSE_OF_THE_FAILURE), ("button_no_thanks", "/deny")),
        ),
    )
)
_EXPIRED = Answer((Say("button_expired"),))

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parts:
    """What a dialogue works with."""

    store: ConversationStore
    outbox: Outbox
    engine: Engine
    faq: FaqIndex
    responses: Responses
    handoff: Handoff
    now: Callable[[], datetime]


class Dialogue:
    """Receives customers' messages and answers them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._store = parts.store
        self._owner = secrets.token_hex(8)
        self._woken: set[str] = set()
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()

    async def receive(self, inbound: Inbound) -> Received:
        """Commit a message, which is answered soon after. When this returns, the message cannot be lost any more.

        Raises:
            BadData: the text is blank or longer than `MAXIMUM_CHARACTERS`.
            NotFound: the pressed button was never offered.
        """
        inbound = replace(inbound, text=await self._words(inbound))
        language = choose_language(inbound.text, inbound.language_hint)
        received = await self._store.receive(inbound, language, self._parts.now())
        self._wake(received.conversation.id)
        if not received.duplicate:
            await self._parts.outbox.announce(received.conversation)
        return received

    async def choose_language(self, channel: str, user: str, language: str) -> None:
        """Go on in the language that a customer chose outside the talk, whatever the next messages are written in.

        Nothing changes when the conversation is in that language already: a widget whose labels follow it says so too.
        """
        conversation = await self._store.current(channel, user)
        if conversation and conversation.mode is not Mode.CLOSED and conversation.language != language:
            change = Change(_OPEN, language=language, language_chosen=True)
            await self._parts.outbox.commit(conversation.id, change)

    async def resume(self) -> None:
        """Go on with the messages that were committed but not answered when a process ended."""
        for conversation in await self._store.with_unhandled():
            self._wake(conversation)

    async def stop(self) -> None:
        """Let the turns that have begun come to their end; what cannot be done now is left for `resume()`."""
        self._stopping.set()
        await asyncio.gather(*self._workers.values(), return_exceptions=True)

    async def _words(self, inbound: Inbound) -> str:
        if inbound.press is None:
            text = typed(inbound.text)
            if not text:
                raise BadData("the message is blank")
            if len(text) > MAXIMUM_CHARACTERS:
                raise BadData(f"the message is longer than {MAXIMUM_CHARACTERS} characters")
            return text
        conversation = await self._store.current(inbound.channel, inbound.user)
        button = conversation and await self._offered(conversation.id, inbound.press.sequence, inbound.press.button)
        if not button:
            raise NotFound("this button was not offered")
        return button.title

    async def _offered(self, conversation_id: str, sequence: int, place: int) -> Button | None:
        message = await self._store.message(conversation_id, sequence)
        if message is None or not 0 <= place < len(message.buttons):
            return None
        return message.buttons[place]

    # The worker of a conversation

    def _wake(self, conversation_id: str) -> None:
        self._woken.add(conversation_id)
        if conversation_id not in self._workers:
            self._workers[conversation_id] = asyncio.create_task(self._work(conversation_id))

    async def _work(self, conversation_id: str) -> None:
        wait = _RETRY_SECONDS
        try:
            while conversation_id in self._woken:
                self._woken.discard(conversation_id)
                try:
                    await self._drain(conversation_id)
                except Exception:
                    log.exception("a conversation could not be worked on; its messages stay and are tried again")
                    if await self._pause(wait):
                        self._woken.add(conversation_id)
                    wait = min(2 * wait, _LONGEST_RETRY_SECONDS)
        finally:
            self._workers.pop(conversation_id, None)

    async def _drain(self, conversation_id: str) -> None:
        lease: Lease | None = None
        while message := await self._store.next_unhandled(conversation_id):
            lease = await self._lease(conversation_id, lease)
            if lease:
                lease = await self._handle(message, lease)
            elif not await self._pause(_RETRY_SECONDS):
                return
        if lease:
            await self._store.release(lease)

    async def _pause(self, seconds: float) -> bool:
        """Wait; return False, at once, when the dialogue is to stop."""
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except asyncio.TimeoutError:
            return True
        return False

    async def _lease(self, conversation_id: str, held: Lease | None) -> Lease | None:
        now = self._parts.now()
        if held and held.expires - now > timedelta(seconds=LEASE_SECONDS / 2):
            return held
        return await self._store.acquire(conversation_id, self._owner, now, LEASE_SECONDS)

    async def _handle(self, message: Message, lease: Lease) -> Lease | None:
        """Answer a message; return the lease, or None if it was lost."""
        conversation = await self._store.conversation(message.conversation)
        step = self._answer if conversation.mode is Mode.BOT else self._while_others_answer
        change = replace(await step(conversation, message), handled=message.sequence, lease=lease)
        try:
            await self._parts.outbox.commit(conversation.id, change)
        except LeaseLost:
            return None
        except Conflict:
            # Somebody took charge, or gave it back, in the meantime. What was thought of is not said; the message is
            # still the next one, and is looked at anew.
            pass
        return lease

    async def _while_others_answer(self, conversation: Conversation, message: Message) -> Change:
        if conversation.mode is Mode.WAITING:
            if (await self._payload(message)) == BACK_TO_BOT:
                return await self._parts.handoff.withdraw(conversation)
            first = message.sequence == conversation.queued_sequence + 2
            if conversation.ticket and first:
                say = Say("ticket_noted", {"ticket": conversation.ticket})
                return Change(_OTHERS_ANSWER, (self._draft(say, conversation.language, Author.SYSTEM),))
        return Change(_OTHERS_ANSWER)

    async def _answer(self, conversation: Conversation, message: Message) -> Change:
        payload = await self._payload(message)
        if payload and payload.startswith(REQUEST_HUMAN):
            return await self._parts.handoff.request(conversation, _reason(payload))
        if payload == BACK_TO_BOT:
            return await self._change(conversation, _EXPIRED)
        if not payload and not conversation.language_chosen:
            conversation = replace(conversation, language=follow_language(message.text, conversation.language))
        try:
            return await self._change(conversation, await self._ask_engine(conversation, message, payload))
        except StoreUnavailable:
            raise
        except EngineUnavailable as failure:
            log.error("the engine gave no answer: %s", failure, extra={"conversation": conversation.id})
        except Exception:
            log.exception("a turn failed", extra={"conversation": conversation.id})
        return await self._change(conversation, APOLOGY)

    async def _payload(self, message: Message) -> str | None:
        """Return what a pressed button stands for; typing the words of a button that was just offered presses it."""
        if message.press:
            button = await self._offered(message.conversation, message.press.sequence, message.press.button)
            return button.payload if button else None
        offer = await self._store.last_offer(message.conversation, message.sequence)
        return next((b.payload for b in offer.buttons if alike(b.title, message.text)), None) if offer else None

    async def _ask_engine(self, conversation: Conversation, message: Message, payload: str | None) -> Answer:
        language = conversation.language
        answer = await self._parts.engine.reply(
            Turn(
                id=f"{conversation.id}-{message.sequence}",
                conversation=conversation.id,
                session=conversation.session,
                text=payload or message.text,
                language=language,
                candidates=() if payload else tuple(await self._parts.faq.search(message.text, language)),
            )
        )
        if not answer.says and answer.handoff is None:
            raise EngineUnavailable("the answer is empty")
        return answer

    async def _change(self, conversation: Conversation, answer: Answer) -> Change:
        language = answer.language or conversation.language
        drafts = tuple(self._draft(say, language, Author.BOT) for say in answer.says)
        chosen = True if answer.language else None
        if answer.handoff is None:
            return Change(BOT, drafts, language=language, language_chosen=chosen)
        queued = await self._parts.handoff.request(replace(conversation, language=language), answer.handoff)
        return replace(queued, messages=drafts + queued.messages, language=language, language_chosen=chosen)

    def _draft(self, say: Say | Spoken, language: str, author: Author) -> Draft:
        if isinstance(say, Spoken):
            return Draft(author, say.text, say.buttons)
        buttons = tuple(
            Button(self._parts.responses.text(Say(title), language), payload) for title, payload in say.buttons
        )
        return Draft(author, self._parts.responses.text(say, language), buttons)


def _reason(payload: str) -> Reason:
    return next((reason for reason in Reason if f'"{reason.value}"' in payload), Reason.ASKED)
