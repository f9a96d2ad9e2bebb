"""The one way out: what the bot, an agent or the system says is committed here and delivered from here, in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from bot.conversations import Change, Conversation, Delivery, Message, Receipt
from bot.errors import DeliveryFailed
from bot.ports import ConversationStore, OutboxStore, PubSub

CONSOLE_TOPIC = "console"
MAXIMUM_ATTEMPTS = 8
_POLL_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 600.0

log = logging.getLogger(__name__)

Send = Callable[[Delivery], Awaitable[Receipt]]


class Outbox:
    """Commits changes, tells the console, and hands messages to the connectors.

    What is committed is delivered at once by the process that committed it. What could not be delivered, or was
    claimed by a process that died, is found again by `run()`. Deliveries of one conversation never overtake each other.
    """

    def __init__(
        self, conversations: ConversationStore, rows: OutboxStore, pubsub: PubSub, now: Callable[[], datetime]
    ) -> None:
        self._conversations = conversations
        self._rows = rows
        self._pubsub = pubsub
        self._now = now
        self._channels: dict[str, Send] = {}
        self._deliveries: set[asyncio.Task[None]] = set()

    def connect(self, channel: str, send: Send) -> None:
        """Name the function that delivers to a channel."""
        self._channels[channel] = send

    async def commit(self, conversation_id: str, change: Change) -> tuple[Conversation, Sequence[Message]]:
        """Commit a change and start its deliveries; raises `Conflict`, having done nothing."""
        conversation, messages, deliveries = await self._conversations.commit(conversation_id, change, self._now())
        if deliveries:
            task = asyncio.create_task(self._deliver(deliveries))
            self._deliveries.add(task)
            task.add_done_callback(self._deliveries.discard)
        await self.announce(conversation)
        return conversation, messages

    async def announce(self, conversation: Conversation) -> None:
        """Tell the console that a conversation has changed."""
        event = {"type": "conversation", "id": conversation.id, "mode": conversation.mode.value}
        await self._pubsub.publish(CONSOLE_TOPIC, event)

    async def run(self) -> None:
        """Deliver what is due, until cancelled."""
        while True:
            try:
                due = await self._rows.due(self._now(), frozenset(self._channels))
                await asyncio.gather(*(self._claim_and_deliver(conversation) for conversation in due))
            except Exception:
                log.exception("the outbox could not be read; trying again")
            await asyncio.sleep(_POLL_SECONDS)

    async def stop(self) -> None:
        """Wait for the deliveries that have begun."""
        await asyncio.gather(*self._deliveries, return_exceptions=True)

    async def _claim_and_deliver(self, conversation_id: str) -> None:
        await self._deliver(await self._rows.claim(conversation_id, self._now()))

    async def _deliver(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            if delivery.channel not in self._channels:
                # Another process has this channel; it finds the rows when the claim is given up.
                await self._rows.postpone(delivery, self._now())
                return
            try:
                receipt = await self._channels[delivery.channel](delivery)
            except DeliveryFailed as failure:
                if not await self._failed(delivery, failure):
                    return
            except Exception:
                log.exception("a connector failed to send; trying again", extra={"channel": delivery.channel})
                if not await self._failed(delivery, DeliveryFailed("connector raised", retry_after=1)):
                    return
            else:
                await self._rows.delivered(delivery, receipt.provider_id, self._now())

    async def _failed(self, delivery: Delivery, failure: DeliveryFailed) -> bool:
        """Postpone or give up a delivery; say whether the ones behind it may go on."""
        if failure.retry_after is None or delivery.attempts + 1 >= MAXIMUM_ATTEMPTS:
            log.warning("message not delivered: %s", failure, extra={"channel": delivery.channel})
            await self._rows.undeliverable(delivery, self._now())
            await self.announce(await self._conversations.conversation(delivery.message.conversation))
            return True
        wait = min(max(failure.retry_after, 2.0**delivery.attempts), _LONGEST_WAIT_SECONDS)
        await self._rows.postpone(delivery, self._now() + timedelta(seconds=wait))
        return False
