"""The state behind the fakes of the conversations' stores, and the rules by which a change alters it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from bot.conversations import Change, Conversation, Draft, Message, Mode
from bot.errors import Conflict, LeaseLost

NEVER = datetime.min.replace(tzinfo=timezone.utc)


@dataclass
class Row:
    """A row of the outbox."""

    id: int
    conversation: str
    sequence: int
    next_try: datetime
    attempts: int = 0
    claimed_until: datetime = NEVER
    provider_id: str | None = None
    delivered_at: datetime | None = None
    undeliverable: bool = False

    @property
    def pending(self) -> bool:
        return self.delivered_at is None and not self.undeliverable


@dataclass
class Held:
    """A conversation with everything that belongs to it."""

    conversation: Conversation
    messages: list[Message] = field(default_factory=list)
    handled: set[int] = field(default_factory=set)
    owner: str | None = None
    fence: int = 0
    expires: datetime = NEVER


def check(held: Held, change: Change) -> None:
    lease, conversation = change.lease, held.conversation
    if lease and (held.fence, held.owner) != (lease.fence, lease.owner):
        raise LeaseLost("another worker holds the conversation")
    if change.handled in held.handled:
        raise LeaseLost("another worker has handled the message")
    if conversation.mode not in change.expect:
        raise Conflict(f"the conversation is {conversation.mode.value}")
    if change.expect_agent is not None and conversation.agent_id != change.expect_agent:
        raise Conflict("another agent is in charge")


def changed(before: Conversation, change: Change, now: datetime) -> Conversation:
    mode = change.mode or before.mode
    last = before.last_sequence + len(change.messages)
    after = replace(
        before,
        mode=mode,
        last_sequence=last,
        reason=change.reason or before.reason,
        language=change.language or before.language,
        language_chosen=before.language_chosen if change.language_chosen is None else change.language_chosen,
        episode=before.episode + change.new_episode,
        ticket=change.ticket or before.ticket,
    )
    if change.agent:
        after = replace(after, agent_id=change.agent[0], agent_name=change.agent[1])
    if change.mode not in (None, Mode.AGENT):
        after = replace(after, agent_id=None, agent_name=None)
    if mode is Mode.WAITING and before.queued_at is None:
        after = replace(after, queued_at=now, queued_sequence=max(before.last_sequence, last - 1))
    return replace(after, queued_at=None, reason=None) if change.mode is Mode.BOT else after


def written(conversation: Conversation, sequence: int, draft: Draft, now: datetime) -> Message:
    return Message(
        conversation.id, sequence, draft.author, draft.text, now, conversation.language, draft.buttons, draft.agent
    )
