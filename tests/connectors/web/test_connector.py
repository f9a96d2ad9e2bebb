"""The website channel, spoken to over real sockets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

import pytest
from aiohttp import ClientSession, WSServerHandshakeError

from bot.agents import Agent
from bot.conversations import Author, Button, Change, Draft, Inbound, Message, Mode, Received, Say
from bot.engine_protocol import Answer, Spoken
from bot.errors import BadData
from bot.orders import DemoOrder
from bot.services import Services
from bot.settings import load_settings
from connectors.web.connector import WebConnector
from connectors.web.limits import Limits, Rate
from connectors.web.session import topic
from connectors.web.transcript import HISTORY
from tests.connectors.web.site import Client, Site, running
from tests.fake_conversations import FakeConversations
from tests.fakes import FakeEngine, FakePubSub, make_services

SARA = Agent("1", "sara@shop.example", "Sara")
OFFER = Answer((Spoken("Which one?", (Button("The first", "/first{}"), Button("The second", "/second{}"))),))


def texts(messages: list[dict[str, object]]) -> list[object]:
    return [message["text"] for message in messages]


# Hello


async def test_a_newcomer_is_welcomed_in_the_pages_language() -> None:
    async with running() as site, site.visit(language="ar") as (_, welcome):
        assert welcome["messages"] == []
        assert welcome["state"] == {"conversation": None, "mode": "bot", "agent": None, "language": None}
        assert welcome["interface"]["direction"] == "rtl"
        assert welcome["interface"]["labels"]["widget_send"] == "إرسال"
        assert not [key for key in welcome["interface"]["labels"] if not key.startswith("widget_")]
        assert welcome["interface"]["suggestions"][0] == "button_order"
        assert [one["name"] for one in welcome["interface"]["languages"]][-1] == "فارسی"
        assert welcome["limits"]["characters"] == 2000


async def test_a_language_that_we_do_not_speak_becomes_english() -> None:
    async with running() as site, site.visit(language="fr") as (_, welcome):
        assert welcome["interface"]["language"] == "en"


async def test_a_message_is_acknowledged_shown_and_answered_in_order() -> None:
    async with running() as site, site.visit() as (client, _):
        client_id = await client.write("Hello there")
        ack = await client.hear_until("ack")
        assert (ack["client_id"], ack["sequence"], ack["duplicate"]) == (client_id, 1, False)
        mine, answer = await client.messages(2)
        assert (mine["author"], mine["sequence"], mine["client_id"]) == ("customer", 1, client_id)
        assert (answer["author"], answer["sequence"], answer["text"]) == ("bot", 2, "echo text=Hello there")
        assert answer["client_id"] is None


async def test_a_returning_visitor_finds_the_conversation() -> None:
    async with running() as site:
        async with site.visit() as (client, first):
            await client.write("Hello")
            await client.messages(2)
        async with site.visit(token=first["token"]) as (_, again):
            assert texts(again["messages"]) == ["Hello", "echo text=Hello"]
            assert again["state"]["mode"] == "bot"
        async with site.visit(token="forged." + first["token"]) as (_, stranger):
            assert stranger["messages"] == []
            assert stranger["token"] != first["token"]


async def test_who_comes_back_is_told_only_what_is_new() -> None:
    async with running() as site:
        async with site.visit() as (client, first):
            await client.write("Hello")
            mine, _ = await client.messages(2)
        known = {"token": first["token"], "conversation": mine["conversation"]}
        async with site.visit(**known, after=1) as (_, welcome):
            assert texts(welcome["messages"]) == ["echo text=Hello"]
        async with site.visit(**known, after=2) as (_, welcome):
            assert welcome["messages"] == []
        async with site.visit(**known, after=99) as (_, welcome):
            assert welcome["messages"] == []
        async with site.visit(token=first["token"], conversation="another", after=2) as (_, welcome):
            assert len(welcome["messages"]) == 2


async def test_a_long_conversation_is_shown_from_its_newest_messages_and_resumed_without_a_gap() -> None:
    services = make_services()
    async with running(services) as site:
        async with site.visit() as (client, first):
            await client.write("Hello")
            conversation = (await client.messages(2))[1]["conversation"]
        many = tuple(Draft(Author.BOT, f"number {n}") for n in range(3, 351))
        await services.outbox.commit(conversation, Change(frozenset(Mode), many))
        async with site.visit(token=first["token"]) as (_, welcome):
            assert [one["sequence"] for one in welcome["messages"]] == list(range(351 - HISTORY, 351))
        async with site.visit(token=first["token"], conversation=conversation, after=2) as (client, welcome):
            rest = await client.messages(350 - 2 - len(welcome["messages"]))
            assert [one["sequence"] for one in welcome["messages"] + rest] == list(range(3, 351))
            assert await client.silent()


async def test_a_dead_token_makes_a_new_visitor_whose_user_is_not_in_the_message() -> None:
    heard: list[Inbound] = []

    async def receive(inbound: Inbound) -> Received:
        heard.append(inbound)
        return await services.dialogue.receive(inbound)

    services = make_services()
    async with running(services, receive) as site, site.visit(language="hi") as (client, welcome):
        await client.socket.send_json(
            {"v": 1, "type": "message", "client_id": "12345678", "text": "hi", "user": "victim", "channel": "telegram"}
        )
        await client.hear_until("ack")
        assert heard == [
            Inbound("web", welcome["token"].split(".")[0], "hi", "12345678", language_hint="hi", address="127.0.0.1")
        ]


# Messages


async def test_a_message_that_is_sent_again_is_taken_once() -> None:
    async with running() as site:
        async with site.visit() as (client, first):
            client_id = await client.write("Hello")
            await client.messages(2)
        async with site.visit(token=first["token"]) as (client, _):
            await client.write("Hello", client_id)
            ack = await client.hear("ack")
            assert (ack["sequence"], ack["duplicate"]) == (1, True)
            assert await client.silent()


async def test_messages_reach_the_visitors_other_tabs_and_nobody_else() -> None:
    async with (
        running() as site,
        site.visit() as (first, welcome),
        site.visit() as (stranger, _),
        site.visit(token=welcome["token"]) as (second, _),
    ):
        await first.write("From the first tab")
        assert texts(await second.messages(2)) == ["From the first tab", "echo text=From the first tab"]
        await second.write("From the second tab")
        assert texts(await first.messages(4))[2] == "From the second tab"
        assert await stranger.silent()


async def test_what_is_said_while_nobody_is_connected_waits() -> None:
    engine = FakeEngine()
    engine.gate = asyncio.Event()
    services = make_services(engine=engine)
    async with running(services) as site:
        async with site.visit() as (client, first):
            await client.write("Hello")
            await client.messages(1)
        engine.gate.set()
        await services.dialogue.stop()
        await services.outbox.stop()
        assert await services.conversations.with_unhandled() == []
        async with site.visit(token=first["token"]) as (_, welcome):
            assert texts(welcome["messages"]) == ["Hello", "echo text=Hello"]


class SlowStore(FakeConversations):
    """A store in which, once, a message arrives while the history is on its way to the reader."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Draft | None = None
        self.services: Services | None = None

    async def messages(self, conversation: str, after: int = 0, limit: int = 500) -> list[Message]:
        found = list(await super().messages(conversation, after, limit))
        if self.meanwhile and self.services:
            draft, self.meanwhile = self.meanwhile, None
            await self.services.outbox.commit(conversation, Change(frozenset(Mode), (draft,)))
            await self.services.outbox.stop()
        return found


async def test_a_message_between_the_history_and_the_news_is_shown_once() -> None:
    store = SlowStore()
    services = store.services = make_services(conversations=store)
    async with running(services) as site:
        async with site.visit() as (client, first):
            await client.write("Hello")
            await client.messages(2)
        store.meanwhile = Draft(Author.BOT, "in the gap")
        async with site.visit(token=first["token"]) as (client, welcome):
            assert texts(welcome["messages"]) == ["Hello", "echo text=Hello"]
            assert texts(await client.messages(1)) == ["in the gap"]
            assert await client.silent()


class ForgetfulPubSub(FakePubSub):
    """A pub/sub that loses what it is told, until `working`."""

    working = False

    async def publish(self, topic: str, event: object) -> None:
        if self.working:
            await super().publish(topic, event)  # type: ignore[arg-type]


async def test_a_message_whose_announcement_was_lost_comes_with_the_next_one_in_order() -> None:
    pubsub = ForgetfulPubSub()
    services = make_services(pubsub=pubsub)
    async with running(services) as site, site.visit() as (client, _):
        conversation = await say_unheard(client, services)
        pubsub.working = True
        await services.outbox.commit(conversation, Change(frozenset(Mode), (Draft(Author.BOT, "third"),)))
        assert texts(await client.messages(3)) == ["first", "echo text=first", "third"]


async def test_a_message_whose_announcement_was_lost_comes_with_the_next_ping() -> None:
    services = make_services(pubsub=ForgetfulPubSub())
    async with running(services) as site, site.visit() as (client, _):
        await say_unheard(client, services)
        await client.say("ping")
        await client.hear("pong")
        assert texts(await client.messages(2)) == ["first", "echo text=first"]


async def say_unheard(client: Client, services: Services) -> str:
    await client.write("first")
    ack = await client.hear("ack")
    await services.dialogue.stop()
    await services.outbox.stop()
    return str(ack["conversation"])


async def test_resume_brings_messages_again() -> None:
    async with running() as site, site.visit() as (client, _):
        await client.write("Hello")
        conversation = (await client.messages(2))[0]["conversation"]
        await client.say("resume", after=1, conversation=conversation)
        assert texts(await client.messages(1)) == ["echo text=Hello"]
        await client.say("resume", after=0, conversation="another")
        assert await client.silent()


async def test_after_a_closed_conversation_the_end_of_it_and_then_the_new_one_are_told() -> None:
    pubsub = ForgetfulPubSub()
    pubsub.working = True
    services = make_services(pubsub=pubsub)
    async with running(services) as site, site.visit() as (client, _):
        await client.write("Hello")
        first = (await client.messages(2))[0]["conversation"]
        closing = Change(frozenset(Mode), (Draft(Author.SYSTEM, "closed"),), mode=Mode.CLOSED)
        pubsub.working = False
        await services.outbox.commit(first, closing)
        await services.outbox.stop()
        pubsub.working = True
        await client.write("Hello again")
        last, mine, answer = await client.messages(3)
        assert texts([last, mine, answer]) == ["closed", "Hello again", "echo text=Hello again"]
        assert last["conversation"] == first
        assert mine["conversation"] == answer["conversation"] != first
        assert [last["sequence"], mine["sequence"], answer["sequence"]] == [3, 1, 2]


async def test_what_a_message_says_is_left_as_it_is() -> None:
    words = "<script>alert('x')</script>\n& سلام \u200f🙂"
    async with running() as site, site.visit() as (client, _):
        await client.write(words)
        assert (await client.messages(1))[0]["text"].startswith("<script>alert('x')</script>\n& سلام")


# Buttons


async def test_a_pressed_button_is_answered_and_its_payload_stays_here() -> None:
    engine = FakeEngine(OFFER)
    async with running(make_services(engine=engine)) as site, site.visit() as (client, _):
        await client.write("Hello")
        _, offer = await client.messages(2)
        assert offer["buttons"] == [{"title": "The first"}, {"title": "The second"}]
        await client.say("press", client_id="press-01", sequence=offer["sequence"], button=1)
        mine, _ = await client.messages(2)
        assert (mine["text"], mine["press"]) == ("The second", {"sequence": 2, "button": 1})
        assert engine.turns[-1].text == "/second{}"


@pytest.mark.parametrize(
    "pressed", [{"sequence": 1}, {"sequence": 2, "button": 2}, {"sequence": 9}, {"conversation": "old"}]
)
async def test_a_button_that_is_not_offered_is_refused_in_the_customers_language(pressed: dict[str, object]) -> None:
    async with running(make_services(engine=FakeEngine(OFFER))) as site, site.visit() as (client, _):
        await client.write("Hello")
        await client.messages(2)
        await client.say("press", client_id="press-01", **({"sequence": 2, "button": 0} | pressed))
        error = await client.hear("error")
        assert (error["code"], error["text"], error["client_id"]) == ("button_expired", "button_expired", "press-01")


# A person takes over


async def test_the_customer_sees_who_is_in_charge() -> None:
    services = make_services()
    async with running(services) as site, site.visit() as (client, _):
        await client.write("Hello")
        conversation = (await client.messages(2))[0]["conversation"]
        queue = await services.handoff.request(await services.conversations.conversation(conversation), None)  # type: ignore[arg-type]
        await services.outbox.commit(conversation, queue)
        assert (await client.hear_until("state"))["mode"] == "waiting"
        await services.handoff.take(conversation, SARA)
        state = await client.hear_until("state")
        assert (state["mode"], state["agent"]) == ("agent", "Sara")
        await client.messages(1)
        await services.handoff.say(conversation, SARA, "Good morning")
        said = await client.hear("message")
        assert (said["author"], said["agent"], said["text"]) == ("agent", "Sara", "Good morning")
        await services.handoff.hand_back(conversation, SARA)
        assert (await client.hear("state"))["agent"] is None


# Language


async def test_the_labels_change_at_once_and_the_choice_goes_with_the_messages() -> None:
    async with running() as site, site.visit(language="en") as (client, _):
        await client.say("language", language="ur")
        interface = await client.hear("interface")
        assert (interface["language"], interface["direction"]) == ("ur", "rtl")
        await client.write("MD-100245")
        assert (await client.messages(1))[0]["language"] == "ur"


async def test_the_client_learns_that_the_conversation_has_changed_its_language() -> None:
    answer = Answer((Say("language_changed"),), language="fa")
    async with running(make_services(engine=FakeEngine(answer))) as site, site.visit(language="en") as (client, _):
        await client.write("Persian please")
        while (await client.hear_until("state"))["language"] != "fa":
            pass
        assert (await client.messages(2))[1]["direction"] == "rtl"


# What is refused


async def refusal(client: Client, code: str) -> str:
    error = await client.hear("error")
    assert error["code"] == code
    return str(error["text"])


async def test_silence_instead_of_hello_is_ended() -> None:
    async with running(limits=Limits(hello_seconds=0.05)) as site, site.open() as client:
        assert await refusal(client, "malformed") == "no 'hello' came within 0.05 seconds"
        assert await client.closed() == 1008


async def test_anything_else_before_hello_is_refused_and_ended() -> None:
    async with running() as site:
        async with site.open() as client:
            await client.say("ping")
            assert await refusal(client, "malformed") == "the first frame must be 'hello'"
            assert await client.closed() == 1008
        async with site.open() as client:
            await client.socket.send_str("Hello!")
            assert await refusal(client, "malformed") == "a frame must be valid JSON"
            assert await client.closed() == 1008


async def test_a_client_of_another_version_is_told_so() -> None:
    async with running() as site, site.open() as client:
        await client.socket.send_json({"v": 2, "type": "hello"})
        assert await refusal(client, "unsupported_version") == "this server speaks version 1"
        assert await client.closed() == 1008


async def test_bad_frames_are_refused_and_the_talk_goes_on() -> None:
    async with running() as site, site.visit() as (client, _):
        await client.socket.send_str("{")
        assert await refusal(client, "malformed") == "a frame must be valid JSON"
        await client.socket.send_bytes(b'{"v": 1, "type": "ping"}')
        assert await refusal(client, "malformed") == "a frame must be text"
        await client.say("hello")
        assert await refusal(client, "malformed") == "'hello' was said before"
        await client.write(" \n\u200f ")
        assert await refusal(client, "blank") == "the message is blank"
        await client.write("x" * 2001)
        assert "2000" in await refusal(client, "too_long")
        await client.write("🙂" * 4096)
        assert await refusal(client, "too_long") == "a frame may have 16384 bytes"
        await client.write("Hello")
        assert (await client.hear("ack"))["sequence"] == 1


async def test_a_huge_frame_ends_the_socket() -> None:
    async with running() as site, site.visit() as (client, _):
        await client.write("x" * 70_000)
        assert await client.closed() == 1009


async def test_a_visitor_who_writes_too_fast_is_told_how_long_to_wait_over_all_tabs() -> None:
    limits = Limits(messages=Rate(burst=2, per_second=0.1))
    async with (
        running(limits=limits) as site,
        site.visit() as (first, welcome),
        site.visit(token=welcome["token"]) as (second, _),
        site.visit() as (other, _),
    ):
        await first.write("one")
        await first.messages(2)
        await second.write("two")
        await first.messages(2)
        client_id = await first.write("three")
        error = await first.hear("error")
        assert (error["code"], error["client_id"]) == ("too_fast", client_id)
        assert 9 < error["retry_after"] <= 10
        await other.write("I am not too fast")
        await other.messages(1)


async def test_a_network_address_has_a_limit_for_all_its_visitors() -> None:
    limits = Limits(address=Rate(burst=3, per_second=0.1))
    async with running(limits=limits) as site, site.visit() as (first, _), site.visit() as (second, _):
        await first.write("one")
        await first.messages(2)
        await second.write("two")
        assert (await second.hear("error"))["code"] == "too_fast"
        with pytest.raises(WSServerHandshakeError, match="429"):
            async with site.open():
                pass


async def test_a_flood_of_frames_ends_the_socket() -> None:
    async with running(limits=Limits(frames=Rate(burst=3, per_second=0.1))) as site, site.visit() as (client, _):
        for _ in range(4):
            await client.say("ping")
        assert [(await client.hear())["type"] for _ in range(3)] == ["pong"] * 3
        assert await refusal(client, "too_fast") == "too many frames"
        assert await client.closed() == 1008


async def test_an_address_may_open_only_so_many_sockets_at_once() -> None:
    async with running(limits=Limits(sockets_per_address=1)) as site:
        async with site.visit():
            with pytest.raises(WSServerHandshakeError, match="429"):
                async with site.open():
                    pass
        await asyncio.sleep(0.05)
        async with site.visit():
            pass


async def test_behind_a_trusted_proxy_customers_do_not_share_a_limit() -> None:
    async with (
        running(limits=Limits(sockets_per_address=1), trusted_proxies=1) as site,
        site.open({"X-Forwarded-For": "198.51.100.1"}),
        site.open({"X-Forwarded-For": "198.51.100.2"}),
    ):
        with pytest.raises(WSServerHandshakeError, match="429"):
            async with site.open({"X-Forwarded-For": "198.51.100.1"}):
                pass


async def test_only_our_own_and_allowed_pages_may_open_a_socket() -> None:
    async with running(allowed_origins=["https://shop.example"]) as site:
        for origin in ("https://shop.example", site.address):
            async with site.open({"Origin": origin}) as client:
                await client.hello()
        async with site.http.get(f"{site.address}/web/socket", headers={"Origin": "https://evil.example"}) as answer:
            assert answer.status == 403
            assert "allowed origins" in await answer.text()
        with pytest.raises(WSServerHandshakeError, match="403"):
            async with site.open({"Origin": "https://evil.example"}):
                pass


async def test_a_wrong_origin_in_the_settings_is_refused_at_the_start() -> None:
    with pytest.raises(BadData, match="is not an origin"):
        WebConnector(make_services(), ["shop.example"])


async def test_a_plain_request_to_the_socket_is_told_what_it_is() -> None:
    async with running() as site, site.http.get(f"{site.address}/web/socket") as answer:
        assert answer.status == 426
        assert "WebSocket" in await answer.text()


async def test_a_client_that_stops_answering_is_let_go() -> None:
    async with (
        running(limits=Limits(heartbeat_seconds=0.1)) as site,
        site.http.ws_connect(f"{site.address}/web/socket", autoping=False) as socket,
    ):
        client = Client(socket)
        await client.hello()
        assert len(site.connector._sockets) == 1
        await asyncio.sleep(0.4)
        assert len(site.connector._sockets) == 0


async def test_a_failure_of_ours_is_said_and_the_message_can_be_sent_again(caplog: pytest.LogCaptureFixture) -> None:
    services = make_services()
    working = False

    async def receive(inbound: Inbound) -> Received:
        if not working:
            raise OSError("the database is gone")
        return await services.dialogue.receive(inbound)

    async with running(services, receive) as site, site.visit() as (client, _):
        client_id = await client.write("my secret")
        error = await client.hear("error")
        assert (error["code"], error["client_id"]) == ("internal", client_id)
        assert "database" not in error["text"]
        working = True
        await client.write("my secret", client_id)
        assert (await client.hear("ack"))["duplicate"] is False
    assert "my secret" not in caplog.text
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


class BrokenStore(FakeConversations):
    """A store that cannot be read."""

    async def current(self, channel: str, user: str) -> None:
        raise OSError("the database is gone")


async def test_a_socket_that_cannot_be_served_is_closed_so_that_the_client_comes_again() -> None:
    async with running(make_services(conversations=BrokenStore())) as site, site.open() as client:
        await client.say("hello")
        assert await client.closed() == 1011


async def test_stopping_says_goodbye_to_every_socket() -> None:
    async with running() as site, site.visit() as (first, _), site.visit() as (second, _):
        stopping = asyncio.create_task(site.connector.stop())
        assert [await first.closed(), await second.closed()] == [1001, 1001]
        await stopping


async def test_sockets_leave_nothing_behind() -> None:
    pubsub = FakePubSub()
    async with running(make_services(pubsub=pubsub)) as site:
        for _ in range(3):
            async with site.visit() as (client, _):
                await client.write("Hello")
                await client.messages(2)
        await asyncio.sleep(0.05)
        assert pubsub._queues == []
        assert site.connector._sockets == set()


async def test_a_delivery_is_announced_to_its_user_alone_without_its_words() -> None:
    pubsub = FakePubSub()
    async with running(make_services(pubsub=pubsub)) as site, site.visit() as (client, welcome):
        await client.write("Hello")
        await client.messages(2)
        user = welcome["token"].split(".")[0]
        news = [event for where, event in pubsub.published if where == topic(user)]
        assert [event["sequence"] for event in news] == [1, 2]
        assert "Hello" not in str(news)


# Pages


async def get(site: Site, path: str, **headers: str) -> tuple[int, str, Mapping[str, str]]:
    async with ClientSession() as http, http.get(f"{site.address}{path}", headers=headers) as answer:
        return answer.status, await answer.text(), answer.headers


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/widget.js", "text/javascript"),
        ("/widget.css", "text/css"),
        ("/web/static/demo.css", "text/css"),
        ("/web/static/favicon.svg", "image/svg+xml"),
    ],
)
async def test_files_are_served_for_any_page_and_not_twice(path: str, kind: str) -> None:
    async with running() as site:
        status, body, headers = await get(site, path)
        assert (status, headers["Content-Type"]) == (200, f"{kind}; charset=utf-8")
        assert (headers["X-Content-Type-Options"], headers["Cross-Origin-Resource-Policy"]) == (
            "nosniff",
            "cross-origin",
        )
        assert body
        assert (await get(site, path, **{"If-None-Match": headers["ETag"]}))[:2] == (304, "")


async def test_only_the_named_files_are_served() -> None:
    async with running() as site:
        for path in ("/web/static/", "/web/static/../connector.py", "/web/static/demo.html", "/connector.py"):
            assert (await get(site, path))[0] == 404


async def test_the_widget_comes_with_its_first_labels_in_every_language_and_is_small() -> None:
    async with running() as site:
        sizes = []
        for path in ("/widget.js", "/widget.css"):
            async with site.http.get(f"{site.address}{path}", headers={"Accept-Encoding": "gzip"}) as answer:
                assert answer.headers["Content-Encoding"] == "gzip"
                sizes.append(int(answer.headers["Content-Length"]))
        script = (await get(site, "/widget.js"))[1]
    assert sum(sizes) < 14_000
    assert "جارٍ الاتصال…" in script
    assert "कनेक्ट हो रहा है…" in script
    assert "innerHTML" not in script


async def test_the_demo_shop_speaks_the_language_of_the_address_or_of_the_browser() -> None:
    order = DemoOrder(serial="SN<7>")
    async with running(demo=order) as site:
        status, page, headers = await get(site, "/?lang=ur")
        assert status == 200
        assert '<html lang="ur" dir="rtl">' in page
        assert 'data-language="ur"' in page
        assert "نور اسٹور" in page
        assert "MD-100245" in page
        assert "SN&lt;7&gt;" in page
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert '<html lang="hi" dir="ltr">' in (await get(site, "/", **{"Accept-Language": "fr-FR,hi-IN;q=0.8"}))[1]
        assert '<html lang="en" dir="ltr">' in (await get(site, "/?lang=<script>"))[1]


async def test_without_the_demo_there_is_no_shop() -> None:
    async with running() as site:
        assert (await get(site, "/"))[0] == 404


async def test_the_connector_is_made_from_the_settings() -> None:
    connector = WebConnector.from_settings(load_settings(demo=True), make_services())
    assert connector.name == "web"
    paths = [route.path for route in connector.routes(make_services().dialogue.receive)]  # type: ignore[attr-defined]
    assert "/" in paths
