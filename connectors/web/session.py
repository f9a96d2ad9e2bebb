"""One open socket of a visitor: the handshake, what the client says, and when the socket is closed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from bot.conversations import Inbound, Press, Say
from bot.dialogue import MAXIMUM_CHARACTERS
from bot.errors import BadData, NotFound
from bot.language import DEFAULT_LANGUAGE, LANGUAGES
from bot.services import Services
from bot.text import typed
from connectors.base import Receive
from connectors.until_one_ends import until_one_ends
from connectors.web.interface import describe_interface
from connectors.web.limits import Buckets, Limits
from connectors.web.protocol import (
    BadFrame,
    Frame,
    Hello,
    LanguageChosen,
    Ping,
    Pressed,
    Resume,
    Written,
    read_frame,
    write_frame,
)
from connectors.web.transcript import CHANNEL, Transcript
from connectors.web.visitors import Visitors

log = logging.getLogger(__name__)


def topic(user: str) -> str:
    """Return the topic on which a visitor's sockets are told that there is something new."""
    return f"{CHANNEL}:{user}"


@dataclass(frozen=True)
class Common:
    """What all sockets share."""

    services: Services
    receive: Receive
    visitors: Visitors
    limits: Limits
    visitor_messages: Buckets
    address_use: Buckets


class _Ended(Exception):
    """The socket is to be closed, or is closed already (then `code` is None)."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__(code)
        self.code = code


class Session:
    """Speaks with one socket until it closes."""

    def __init__(self, socket: web.WebSocketResponse, common: Common, address: str) -> None:
        self._socket = socket
        self._common = common
        self._services = common.services
        self._address = address
        self._frames = Buckets(common.limits.frames, most=1)
        self._visitor = ""
        self._language = DEFAULT_LANGUAGE
        self._hint: str | None = None

    async def run(self) -> None:
        """Speak with the client; returns when the socket is closed."""
        try:
            hello = await self._first_frame()
            self._visitor, token = await self._common.visitors.recognise(hello.token)
            # Subscribed before the first reading, so that nothing is missed in between.
            async with self._services.pubsub.subscribe(topic(self._visitor)) as news:
                await self._both_ways(await self._welcome(hello, token), news)
        except _Ended as ended:
            if ended.code is not None:
                await self._socket.close(code=ended.code)
        except ConnectionError:
            log.debug("a socket broke off")
        except Exception:
            log.exception("a socket failed; the browser connects again")
            await self._socket.close(code=WSCloseCode.INTERNAL_ERROR)

    async def _first_frame(self) -> Hello:
        seconds = self._common.limits.hello_seconds
        try:
            async with asyncio.timeout(seconds):
                frame = self._read(await self._socket.receive())
            if not isinstance(frame, Hello):
                raise BadFrame("malformed", "the first frame must be 'hello'")
            return frame
        except TimeoutError:
            await self._refuse(BadFrame("malformed", f"no 'hello' came within {seconds:g} seconds"))
        except BadFrame as error:
            await self._refuse(error)
        raise _Ended(WSCloseCode.POLICY_VIOLATION)

    async def _welcome(self, hello: Hello, token: str) -> Transcript:
        conversation = await self._services.conversations.current(CHANNEL, self._visitor)
        self._hint = hello.language if hello.language in LANGUAGES else None
        self._language = self._hint or (conversation.language if conversation else DEFAULT_LANGUAGE)
        transcript = Transcript(self._services.conversations, self._visitor, self._send)
        state, messages = await transcript.begin(conversation, hello.conversation, hello.after)
        interface = describe_interface(self._services, self._language)
        limits = {"characters": MAXIMUM_CHARACTERS, "frame_bytes": self._common.limits.frame_bytes}
        await self._send("welcome", token=token, state=state, messages=messages, interface=interface, limits=limits)
        await transcript.catch_up()
        return transcript

    async def _both_ways(self, transcript: Transcript, news: AsyncIterator[Mapping[str, object]]) -> None:
        await until_one_ends(self._show(transcript, news), self._hear(transcript))

    async def _show(self, transcript: Transcript, news: AsyncIterator[Mapping[str, object]]) -> None:
        async for event in news:
            await transcript.follow(event)

    async def _hear(self, transcript: Transcript) -> None:
        while True:
            received = await self._socket.receive()
            try:
                if received.type in (WSMsgType.TEXT, WSMsgType.BINARY) and self._frames.take(""):
                    await self._refuse(BadFrame("too_fast", "too many frames"))
                    raise _Ended(WSCloseCode.POLICY_VIOLATION)
                await self._handle(self._read(received), transcript)
            except BadFrame as error:
                await self._refuse(error)

    def _read(self, received: WSMessage) -> Frame:
        if received.type is WSMsgType.BINARY:
            raise BadFrame("malformed", "a frame must be text")
        if received.type is not WSMsgType.TEXT:
            raise _Ended
        if len(received.data.encode()) > self._common.limits.frame_bytes:
            raise BadFrame("too_long", f"a frame may have {self._common.limits.frame_bytes} bytes")
        return read_frame(received.data)

    async def _handle(self, frame: Frame, transcript: Transcript) -> None:
        match frame:
            case Written(client_id, text):
                await self._receive(self._inbound(client_id, text))
            case Pressed(client_id, sequence, button, conversation):
                if conversation not in (None, transcript.conversation):
                    raise self._expired(client_id)
                await self._receive(self._inbound(client_id, "", Press(sequence, button)))
            case LanguageChosen(language):
                self._hint = self._language = language
                await self._send("interface", **describe_interface(self._services, language))
                await self._services.dialogue.choose_language(CHANNEL, self._visitor, language)
            case Resume(after, conversation):
                await transcript.resume(conversation, after)
            case Ping():
                # An announcement can be lost on its way between replicas; then what it was about comes now.
                await self._send("pong")
                await transcript.catch_up()
            case Hello():
                raise BadFrame("malformed", "'hello' was said before")

    def _inbound(self, client_id: str, text: str, press: Press | None = None) -> Inbound:
        return Inbound(CHANNEL, self._visitor, text, client_id, self._hint, self._address, press)

    async def _receive(self, inbound: Inbound) -> None:
        client_id = inbound.message_id
        waits = self._common.visitor_messages.take(self._visitor), self._common.address_use.take(self._address)
        if wait := max(waits):
            raise BadFrame("too_fast", "please wait a moment", client_id, retry_after=wait)
        try:
            received = await self._common.receive(inbound)
        except NotFound:
            raise self._expired(client_id) from None
        except BadData as error:
            raise BadFrame("too_long" if typed(inbound.text) else "blank", str(error), client_id) from None
        except Exception:
            log.exception("a message could not be received")
            raise BadFrame("internal", "the message could not be taken; please try again", client_id) from None
        where = {"conversation": received.conversation.id, "sequence": received.message.sequence}
        await self._send("ack", client_id=client_id, **where, duplicate=received.duplicate)
        await self._services.pubsub.publish(topic(self._visitor), where)

    def _expired(self, client_id: str) -> BadFrame:
        text = self._services.responses.text(Say("button_expired"), self._language)
        return BadFrame("button_expired", text, client_id)

    async def _refuse(self, error: BadFrame) -> None:
        optional = {"client_id": error.client_id, "retry_after": error.retry_after}
        given = {name: value for name, value in optional.items() if value is not None}
        await self._send("error", code=error.code, text=error.text, **given)

    async def _send(self, type_: str, **fields: object) -> None:
        await self._socket.send_str(write_frame(type_, **fields))
