"""The console's paths, asked over real sockets."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web

from bot.agents import SESSION_LASTS, Agent
from bot.conversations import Author, Button, Change, Draft, Inbound, Mode, Reason, Receipt
from bot.services import Services
from connectors.console.feed import SESSION_ENDED, Feed
from connectors.console.guard import MAXIMUM_BYTES, guarded
from connectors.console.routes import add_console
from connectors.console.session import COOKIE, Sessions
from tests.fakes import NEVER_OPEN, FixedClock, make_services

PASSWORD = "correct horse"


@dataclass
class Site:
    """A running console, and what is behind it."""

    services: Services
    clock: FixedClock
    url: str

    async def waiting(self, text: str = "help", user: str = "omar", language: str = "en") -> str:
        """Bring a customer into the queue, and return the conversation."""
        inbound = Inbound("web", user, text, f"first-{user}", language)
        received = await self.services.conversations.receive(inbound, language, self.clock())
        change = await self.services.handoff.request(received.conversation, Reason.ASKED)
        await self.services.outbox.commit(received.conversation.id, change)
        return received.conversation.id


class Page:
    """A page of the console: a session of its own, and an Origin in every request."""

    def __init__(self, site: Site, session: aiohttp.ClientSession) -> None:
        self.site = site
        self.session = session

    async def ask(
        self, method: str, path: str, json: object = None, origin: str | None = "own", data: bytes | None = None
    ) -> tuple[int, dict]:
        """Return the status and the JSON."""
        headers = {"Origin": self.site.url if origin == "own" else origin} if origin else {}
        if data is not None:
            headers["Content-Type"] = "application/json"
        url = f"{self.site.url}/console/api/{path}"
        async with self.session.request(method, url, json=json, data=data, headers=headers) as response:
            return response.status, await response.json()

    async def sign_in(self, email: str = "sara@example.com", password: str = PASSWORD) -> tuple[int, dict]:
        return await self.ask("POST", "session", {"email": email, "password": password})


async def _start(services: Services, app: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    return runner, f"http://{host}:{port}"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    clock = FixedClock()
    services = make_services(clock=clock)

    async def send(_: object) -> Receipt:
        return Receipt()

    services.outbox.connect("web", send)
    await services.sign_in.add("sara@example.com", "Sara", PASSWORD)
    await services.sign_in.add("imran@example.com", "Imran", PASSWORD)
    app = web.Application()
    add_console(app, services, secure_cookies=False)
    runner, url = await _start(services, app)
    yield Site(services, clock, url)
    await services.outbox.stop()
    await runner.cleanup()


@pytest.fixture
async def stranger(site: Site) -> AsyncIterator[Page]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Page(site, session)


@pytest.fixture
async def sara(site: Site) -> AsyncIterator[Page]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        page = Page(site, session)
        await page.sign_in()
        yield page


@pytest.fixture
async def imran(site: Site) -> AsyncIterator[Page]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        page = Page(site, session)
        await page.sign_in("imran@example.com")
        yield page


class TestPage:
    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("", "text/html"),
            ("/console.css", "text/css"),
            ("/console.js", "text/javascript"),
            ("/api.js", "text/javascript"),
            ("/labels.js", "text/javascript"),
            ("/reply.js", "text/javascript"),
            ("/sending.js", "text/javascript"),
            ("/talk.js", "text/javascript"),
            ("/view.js", "text/javascript"),
            ("/icon.svg", "image/svg+xml"),
        ],
    )
    async def test_is_served_with_a_policy_that_allows_nothing_foreign(
        self, stranger: Page, path: str, kind: str
    ) -> None:
        async with stranger.session.get(f"{stranger.site.url}/console{path}") as response:
            assert response.status == 200
            assert response.content_type == kind
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"

    async def test_has_no_inline_script_or_style(self, stranger: Page) -> None:
        async with stranger.session.get(f"{stranger.site.url}/console") as response:
            page = await response.text()
        assert page.count("<script") == 1
        assert '<script type="module" src="/console/console.js"></script>' in page
        assert "<style" not in page
        assert "style=" not in page
        assert not re.search(r"\son\w+=", page)

    async def test_an_unknown_path_is_not_found_as_json(self, stranger: Page) -> None:
        status, answer = await stranger.ask("GET", "nothing/here")
        assert (status, answer["error"]) == (404, "not_found")


class TestSession:
    async def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_cannot_use(self, stranger: Page) -> None:
        status, answer = await stranger.sign_in(" Sara@Example.com ")
        assert status == 200
        assert answer["agent"]["name"] == "Sara"
        [cookie] = list(stranger.session.cookie_jar)
        assert cookie.key == COOKIE
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
        assert cookie["path"] == "/console"
        assert not cookie["secure"]
        status, answer = await stranger.ask("GET", "session")
        assert (status, answer["agent"]["email"]) == (200, "sara@example.com")

    async def test_the_cookie_is_secure_when_it_should_be(self) -> None:
        services = make_services()
        await services.sign_in.add("sara@example.com", "Sara", PASSWORD)
        app = web.Application()
        add_console(app, services, secure_cookies=True)
        runner, url = await _start(services, app)
        body = {"email": "sara@example.com", "password": PASSWORD}
        async with aiohttp.ClientSession() as session:
            https = {"Origin": url.replace("http:", "https:")}
            async with session.post(f"{url}/console/api/session", json=body, headers=https) as response:
                assert response.status == 200
                assert "Secure" in response.headers["Set-Cookie"]
            async with session.post(f"{url}/console/api/session", json=body, headers={"Origin": url}) as response:
                assert response.status == 403
        await runner.cleanup()

    @pytest.mark.parametrize(
        ("email", "password"), [("sara@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("", "")]
    )
    async def test_a_wrong_password_and_an_unknown_agent_get_the_same_answer(
        self, stranger: Page, email: str, password: str
    ) -> None:
        status, answer = await stranger.sign_in(email, password)
        assert status == 401
        assert answer == {"error": "wrong_password", "text": "e-mail or password is not right"}
        assert (await stranger.ask("GET", "session"))[0] == 401

    async def test_after_many_wrong_passwords_even_the_right_one_must_wait(self, stranger: Page) -> None:
        for _ in range(5):
            assert (await stranger.sign_in(password="wrong"))[0] == 401
        status, answer = await stranger.sign_in()
        assert (status, answer["error"]) == (429, "wait")
        stranger.site.clock.advance(61)
        assert (await stranger.sign_in())[0] == 200

    @pytest.mark.parametrize(
        "data",
        [
            b"", b"{", b"[]", b"null", b'{"email": "sara@example.com"}', b'{"email": 1, "password": "x"}',
            b'{"email": "a\\u0000", "password": "x"}', b'{"email": "a", "password": "\\ud800"}', b"\xff", b"[" * 20000,
        ],
    )  # fmt: skip
    async def test_a_malformed_sign_in_is_refused(self, stranger: Page, data: bytes) -> None:
        status, answer = await stranger.ask("POST", "session", data=data)
        assert (status, answer["error"]) == (400, "bad_request")

    async def test_a_form_is_not_json(self, stranger: Page) -> None:
        url, headers = f"{stranger.site.url}/console/api/session", {"Origin": stranger.site.url}
        form = {"email": "sara@example.com", "password": PASSWORD}
        async with stranger.session.post(url, data=form, headers=headers) as response:
            assert response.status == 400

    async def test_a_session_ends_by_itself(self, sara: Page) -> None:
        sara.site.clock.advance(SESSION_LASTS.total_seconds() + 1)
        status, answer = await sara.ask("GET", "conversations")
        assert (status, answer["error"]) == (401, "signed_out")

    async def test_signing_out_ends_it_for_everybody_who_has_the_cookie(self, sara: Page) -> None:
        token = next(iter(sara.session.cookie_jar)).value
        assert (await sara.ask("DELETE", "session"))[0] == 200
        assert not list(sara.session.cookie_jar)
        sara.session.cookie_jar.update_cookies({COOKIE: token})
        assert (await sara.ask("GET", "session"))[0] == 401

    async def test_signing_out_without_a_session_does_nothing(self, stranger: Page) -> None:
        assert (await stranger.ask("DELETE", "session"))[0] == 200

    @pytest.mark.parametrize("token", ["nonsense", "caf\udcc3\udca9", ""])
    async def test_a_nonsense_cookie_is_no_session(self, stranger: Page, token: str) -> None:
        headers = {"Cookie": f"{COOKIE}={token}"}
        async with stranger.session.get(f"{stranger.site.url}/console/api/session", headers=headers) as response:
            assert response.status == 401

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "session"),
            ("GET", "conversations"),
            ("GET", "conversations/c1"),
            ("POST", "conversations/c1/take"),
            ("POST", "conversations/c1/close"),
            ("POST", "conversations/c1/return"),
            ("POST", "conversations/c1/messages"),
            ("GET", "tickets"),
            ("POST", "tickets/T-1/solve"),
        ],
    )
    async def test_nothing_is_said_or_done_without_a_session(self, stranger: Page, method: str, path: str) -> None:
        status, answer = await stranger.ask(method, path)
        assert (status, answer["error"]) == (401, "signed_out")

    @pytest.mark.parametrize("language", ["en", "ar", "hi", "ur", "fa"])
    async def test_the_labels_come_in_each_language(self, stranger: Page, language: str) -> None:
        status, answer = await stranger.ask("GET", f"interface?language={language}")
        assert status == 200
        assert answer["direction"] == ("rtl" if language in ("ar", "ur", "fa") else "ltr")
        assert answer["labels"]["console_take"]
        assert all(key.startswith("console_") for key in answer["labels"])

    @pytest.mark.parametrize("query", ["", "?language=", "?language=xx", "?language=../en"])
    async def test_other_languages_have_no_labels(self, stranger: Page, query: str) -> None:
        status, answer = await stranger.ask("GET", f"interface{query}")
        assert (status, answer["error"]) == (400, "bad_request")


class TestOrigin:
    @pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "ftp://127.0.0.1", "http://127.0.0.1:1"])
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "session"),
            ("DELETE", "session"),
            ("POST", "conversations/{id}/take"),
            ("POST", "conversations/{id}/messages"),
            ("POST", "tickets/T-1/solve"),
        ],
    )
    async def test_another_site_changes_nothing(self, sara: Page, method: str, path: str, origin: str | None) -> None:
        conversation = await sara.site.waiting()
        body = {"text": "x", "email": "sara@example.com", "password": PASSWORD}
        status, answer = await sara.ask(method, path.format(id=conversation), body, origin)
        assert (status, answer["error"]) == (403, "foreign_origin")
        assert (await sara.site.services.conversations.conversation(conversation)).mode is Mode.WAITING
        assert (await sara.ask("GET", "session"))[0] == 200

    @pytest.mark.parametrize("origin", ["", "http://evil.example"])
    async def test_another_site_hears_nothing(self, sara: Page, origin: str) -> None:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await sara.session.ws_connect(f"{sara.site.url}/console/feed", headers={"Origin": origin})
        assert refused.value.status == 403


class TestConversations:
    async def test_the_queue_shows_who_waits_since_when_why_and_for_what(self, sara: Page) -> None:
        await sara.site.waiting("أين طلبي", language="ar")
        sara.site.clock.advance(90)
        _, answer = await sara.ask("GET", "conversations")
        [waiting] = answer["waiting"]
        assert (waiting["language"], waiting["channel"], waiting["reason"]) == ("ar", "web", "asked")
        assert waiting["last"]["text"] == "أين طلبي"
        assert waiting["queued_at"] < answer["now"]
        assert answer["mine"] == []

    async def test_the_longest_waiting_is_first(self, sara: Page) -> None:
        first = await sara.site.waiting(user="first")
        sara.site.clock.advance(1)
        second = await sara.site.waiting(user="second")
        _, answer = await sara.ask("GET", "conversations")
        assert [waiting["id"] for waiting in answer["waiting"]] == [first, second]

    async def test_mine_are_those_that_i_took_and_say_whether_they_want_an_answer(
        self, sara: Page, imran: Page
    ) -> None:
        conversation = await sara.site.waiting()
        await sara.ask("POST", f"conversations/{conversation}/take")
        assert (await sara.ask("GET", "conversations"))[1]["mine"][0]["unanswered"] is True
        await sara.ask("POST", f"conversations/{conversation}/messages", {"text": "hello"})
        assert (await sara.ask("GET", "conversations"))[1]["mine"][0]["unanswered"] is False
        _, others = await imran.ask("GET", "conversations")
        assert (others["mine"], others["waiting"]) == ([], [])

    async def test_a_long_last_line_is_cut(self, sara: Page) -> None:
        await sara.site.waiting("x" * 1999)
        _, answer = await sara.ask("GET", "conversations")
        assert len(answer["waiting"][0]["last"]["text"]) == 200

    async def test_the_transcript_is_whole_but_keeps_what_buttons_stand_for(self, sara: Page) -> None:
        conversation = await sara.site.waiting()
        draft = Draft(Author.SYSTEM, "choose", (Button("Yes", "/secret_payload"),))
        await sara.site.services.outbox.commit(conversation, Change(frozenset(Mode), (draft,)))
        status, answer = await sara.ask("GET", f"conversations/{conversation}")
        assert status == 200
        assert [message["author"] for message in answer["messages"]] == ["customer", "system", "system"]
        assert answer["messages"][2]["buttons"] == ["Yes"]
        assert "secret_payload" not in str(answer)
        assert answer["more"] is False

    async def test_a_transcript_comes_in_pages(self, sara: Page) -> None:
        conversation = await sara.site.waiting()
        drafts = tuple(Draft(Author.SYSTEM, str(number)) for number in range(600))
        await sara.site.services.outbox.commit(conversation, Change(frozenset(Mode), drafts))
        _, first = await sara.ask("GET", f"conversations/{conversation}")
        assert (len(first["messages"]), first["more"]) == (500, True)
        after = first["messages"][-1]["sequence"]
        _, second = await sara.ask("GET", f"conversations/{conversation}?after={after}")
        assert [m["sequence"] for m in second["messages"]] == list(range(501, 603))
        assert second["more"] is False

    @pytest.mark.parametrize("after", ["-1", "x", "1.5", "", "٣", "9" * 40])
    async def test_a_place_that_is_no_number_is_refused(self, sara: Page, after: str) -> None:
        conversation = await sara.site.waiting()
        status, answer = await sara.ask("GET", f"conversations/{conversation}?after={after}")
        assert (status, answer["error"]) == (400, "bad_request")

    @pytest.mark.parametrize("conversation", ["unknown", "%00", "a%2Fb", "x" * 65, "عربي"])
    @pytest.mark.parametrize("rest", ["", "/take", "/close", "/return", "/messages"])
    async def test_what_does_not_exist_is_not_found(self, sara: Page, conversation: str, rest: str) -> None:
        method = "POST" if rest else "GET"
        body = {"text": "hello"} if rest else None
        status, answer = await sara.ask(method, f"conversations/{conversation}{rest}", body)
        assert (status, answer["error"]) == (404, "not_found")

    async def test_a_message_that_could_not_be_delivered_says_so(self, sara: Page) -> None:
        conversation = await sara.site.waiting()
        await sara.site.services.outbox.stop()
        deliveries = await _undelivered(sara.site, conversation)
        await sara.site.services.conversations.undeliverable(deliveries[0], sara.site.clock())
        _, answer = await sara.ask("GET", f"conversations/{conversation}")
        assert answer["messages"][-1]["undelivered"] is True


async def _undelivered(site: Site, conversation: str) -> list:
    _, _, deliveries = await site.services.conversations.commit(
        conversation, Change(frozenset(Mode), (Draft(Author.SYSTEM, "lost"),)), site.clock()
    )
    return list(deliveries)


class TestSteps:
    async def test_taking_tells_the_customer_and_puts_the_agent_in_charge(self, sara: Page) -> None:
        conversation = await sara.site.waiting()
        status, answer = await sara.ask("POST", f"conversations/{conversation}/take")
        assert status == 200
        assert (answer["conversation"]["mode"], answer["conversation"]["agent_name"]) == ("agent", "Sara")
        _, transcript = await sara.ask("GET", f"conversations/{conversation}")
        assert transcript["messages"][-1]["text"] == "handoff_taken agent=Sara"

    async def test_of_two_who_take_at_once_one_is_told_that_it_is_taken(self, sara: Page, imran: Page) -> None:
        conversation = await sara.site.waiting()
        path = f"conversations/{conversation}/take"
        answers = await asyncio.gather(sara.ask("POST", path), imran.ask("POST", path))
        assert sorted(status for status, _ in answers) == [200, 409]
        assert {answer["error"] for status, answer in answers if status == 409} == {"conflict"}

    @pytest.mark.parametrize(("step", "mode"), [("return", "waiting"), ("close", "bot")])
    async def test_the_agent_gives_it_back(self, sara: Page, step: str, mode: str) -> None:
        conversation = await sara.site.waiting()
        await sara.ask("POST", f"conversations/{conversation}/take")
        status, answer = await sara.ask("POST", f"conversations/{conversation}/{step}")
        assert (status, answer["conversation"]["mode"]) == (200, mode)

    @pytest.mark.parametrize("step", ["return", "close", "messages"])
    async def test_whoever_is_not_in_charge_changes_nothing(self, sara: Page, imran: Page, step: str) -> None:
        conversation = await sara.site.waiting()
        body = {"text": "hello"}
        assert (await imran.ask("POST", f"conversations/{conversation}/{step}", body))[0] == 409
        await sara.ask("POST", f"conversations/{conversation}/take")
        status, answer = await imran.ask("POST", f"conversations/{conversation}/{step}", body)
        assert (status, answer["error"]) == (409, "conflict")
        _, transcript = await sara.ask("GET", f"conversations/{conversation}")
        assert transcript["conversation"]["agent_name"] == "Sara"
        assert "hello" not in [message["text"] for message in transcript["messages"]]

    async def test_another_step_does_not_exist(self, sara: Page) -> None:
        conversation = await sara.site.waiting()
        assert (await sara.ask("POST", f"conversations/{conversation}/delete"))[0] == 404


class TestMessages:
    @pytest.fixture
    async def conversation(self, sara: Page) -> str:
        conversation = await sara.site.waiting()
        await sara.ask("POST", f"conversations/{conversation}/take")
        return conversation

    async def test_the_agents_words_are_written_under_the_agents_name(self, sara: Page, conversation: str) -> None:
        status, answer = await sara.ask("POST", f"conversations/{conversation}/messages", {"text": " <b>سلام</b>\n"})
        assert status == 200
        message = answer["message"]
        assert (message["author"], message["agent"], message["text"]) == ("agent", "Sara", "<b>سلام</b>")

    @pytest.mark.parametrize("text", ["", "   \n\t ", "\u200b\u200e", "x" * 2001, 7, None, ["x"], "a\0b", "\ud800"])
    async def test_what_cannot_be_sent_is_refused(self, sara: Page, conversation: str, text: object) -> None:
        status, answer = await sara.ask("POST", f"conversations/{conversation}/messages", {"text": text})
        assert (status, answer["error"]) == (400, "bad_request")
        assert answer["text"]

    async def test_the_longest_message_passes(self, sara: Page, conversation: str) -> None:
        status, answer = await sara.ask("POST", f"conversations/{conversation}/messages", {"text": "ہ" * 2000})
        assert (status, len(answer["message"]["text"])) == (200, 2000)

    async def test_an_oversized_body_is_refused_before_it_is_understood(self, sara: Page, conversation: str) -> None:
        body = {"text": "x" * MAXIMUM_BYTES}
        status, answer = await sara.ask("POST", f"conversations/{conversation}/messages", body)
        assert (status, answer["error"]) == (413, "too_large")


class TestTickets:
    @pytest.fixture
    async def ticket(self, site: Site) -> str:
        site.services.handoff.__dict__["hours"] = NEVER_OPEN
        conversation = await site.services.conversations.conversation(await site.waiting("my fridge is warm"))
        assert conversation.ticket
        return conversation.ticket

    async def test_open_tickets_are_listed_with_their_conversation(self, sara: Page, ticket: str) -> None:
        status, answer = await sara.ask("GET", "tickets")
        assert status == 200
        [shown] = answer["tickets"]
        assert (shown["number"], shown["conversation"]["last"]["text"]) == (ticket, "my fridge is warm")

    async def test_a_solved_ticket_leaves_the_list_and_all_consoles_are_told(self, sara: Page, ticket: str) -> None:
        before = len(sara.site.services.pubsub.published)
        assert (await sara.ask("POST", f"tickets/{ticket}/solve"))[0] == 200
        assert (await sara.ask("GET", "tickets"))[1]["tickets"] == []
        assert len(sara.site.services.pubsub.published) == before + 1

    async def test_solving_twice_is_as_good_as_once(self, sara: Page, imran: Page, ticket: str) -> None:
        assert (await sara.ask("POST", f"tickets/{ticket}/solve"))[0] == 200
        assert (await imran.ask("POST", f"tickets/{ticket}/solve"))[0] == 200

    @pytest.mark.parametrize("number", ["T-00000000", "%00", "x" * 40])
    async def test_an_unknown_ticket_is_not_found(self, sara: Page, number: str) -> None:
        status, answer = await sara.ask("POST", f"tickets/{number}/solve")
        assert (status, answer["error"]) == (404, "not_found")


class TestFeed:
    async def test_tells_what_has_changed_once_it_is_ready(self, sara: Page) -> None:
        async with _feed(sara) as feed:
            assert await feed.receive_json(timeout=5) == {"type": "ready"}
            conversation = await sara.site.waiting()
            event = await feed.receive_json(timeout=5)
            assert event == {"type": "conversation", "id": conversation, "mode": "waiting"}

    async def test_two_agents_hear_the_same(self, sara: Page, imran: Page) -> None:
        async with _feed(sara) as one, _feed(imran) as other:
            for feed in (one, other):
                await feed.receive_json(timeout=5)
            conversation = await sara.site.waiting()
            heard = [(await feed.receive_json(timeout=5))["id"] for feed in (one, other)]
        assert heard == [conversation, conversation]

    async def test_needs_a_session(self, stranger: Page) -> None:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await stranger.session.ws_connect(
                f"{stranger.site.url}/console/feed", headers={"Origin": stranger.site.url}
            )
        assert refused.value.status == 401

    async def test_is_refused_to_a_plain_request(self, sara: Page) -> None:
        async with sara.session.get(f"{sara.site.url}/console/feed") as response:
            assert response.status == 400
            assert (await response.json())["error"] == "refused"

    async def test_an_oversized_word_of_the_page_ends_it(self, sara: Page) -> None:
        async with _feed(sara) as feed:
            await feed.receive_json(timeout=5)
            await feed.send_str("x" * 4096)
            message = await feed.receive(timeout=5)
            assert message.type is aiohttp.WSMsgType.CLOSE
            assert message.data == aiohttp.WSCloseCode.MESSAGE_TOO_BIG

    async def test_beats_while_the_session_lasts_and_ends_with_it(self, site: Site) -> None:
        agent, token = await site.services.sign_in.open("sara@example.com", PASSWORD, "", site.clock())
        assert isinstance(agent, Agent)
        sessions = Sessions(site.services.sign_in, site.clock, secure=False)
        feed = Feed(site.services.pubsub, sessions, beat_seconds=0.05)
        app = web.Application()
        app.add_routes([web.get("/console/feed", guarded(feed.serve, secure=False))])
        runner, url = await _start(site.services, app)
        headers = {"Origin": url, "Cookie": f"{COOKIE}={token}"}
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{url}/console/feed", headers=headers) as socket,
        ):
            assert (await socket.receive_json(timeout=5))["type"] == "ready"
            assert (await socket.receive_json(timeout=5))["type"] == "beat"
            await site.services.sign_in.close(token)
            while (message := await socket.receive(timeout=5)).type is aiohttp.WSMsgType.TEXT:
                assert message.json()["type"] == "beat"
            assert message.data == SESSION_ENDED
        await runner.cleanup()

    async def test_does_not_hold_up_the_end_of_the_process(self) -> None:
        services = make_services()
        await services.sign_in.add("sara@example.com", "Sara", PASSWORD)
        _, token = await services.sign_in.open("sara@example.com", PASSWORD, "", services.now())
        app = web.Application()
        add_console(app, services, secure_cookies=False)
        runner, url = await _start(services, app)
        headers = {"Origin": url, "Cookie": f"{COOKIE}={token}"}
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{url}/console/feed", headers=headers) as socket,
        ):
            await socket.receive_json(timeout=5)
            end = asyncio.create_task(runner.cleanup())
            assert (await socket.receive(timeout=5)).data == aiohttp.WSCloseCode.GOING_AWAY
            await asyncio.wait_for(end, 5)


def _feed(page: Page) -> aiohttp.client._WSRequestContextManager:
    return page.session.ws_connect(f"{page.site.url}/console/feed", headers={"Origin": page.site.url})


class TestFailure:
    async def test_a_mistake_of_ours_is_told_as_json_and_logged(
        self, sara: Page, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def broken() -> list:
            raise RuntimeError("broken")

        sara.site.services.conversations.waiting = broken  # type: ignore[method-assign]
        status, answer = await sara.ask("GET", "conversations")
        assert (status, answer["error"]) == (500, "failed")
        assert "a request to the console failed" in caplog.text
