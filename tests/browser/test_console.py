"""Agents at work in a real browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, Route, expect

from bot.conversations import Delivery, Inbound, Message, Reason, Receipt
from bot.errors import DeliveryFailed
from bot.services import Services
from connectors.console.routes import add_console
from tests.fakes import NEVER_OPEN, FakeAgents, make_services

PASSWORD = "correct horse"
ARABIC = "مرحباً، أين طلبي MD-100245؟"


@dataclass
class Site:
    """A running console, the customers' side of it, and the pages that were opened."""

    services: Services
    agents: FakeAgents
    browser: Browser
    url: str = ""
    delivered: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    async def send(self, delivery: Delivery) -> Receipt:
        if "bounce" in delivery.message.text:
            raise DeliveryFailed("the customer's account is gone")
        self.delivered.append(delivery.message.text)
        return Receipt()

    async def customer_says(self, text: str, user: str = "omar", language: str = "en") -> str:
        received = await self.services.conversations.receive(
            Inbound("web", user, text, text, language), language, self.services.now()
        )
        await self.services.outbox.announce(received.conversation)
        return received.conversation.id

    async def waiting(self, text: str = "help", user: str = "omar", language: str = "en") -> str:
        conversation = await self.customer_says(text, user, language)
        change = await self.services.handoff.request(
            await self.services.conversations.conversation(conversation), Reason.ASKED
        )
        await self.services.outbox.commit(conversation, change)
        return conversation

    async def open(self, **options: object) -> Page:
        context = await self.browser.new_context(**{"locale": "en-GB", **options})
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: "Policy" in message.text and self.complaints.append(message.text))
        self.pages.append(page)
        await page.goto(f"{self.url}/console")
        return page

    async def agent(self, name: str = "sara", **options: object) -> Page:
        """Open a page and sign in."""
        page = await self.open(**options)
        await sign_in(page, name)
        await expect(page.locator("#live")).to_have_attribute("data-connected", "true")
        return page

    async def said_by_agents(self, conversation: str) -> list[str]:
        messages: list[Message] = list(await self.services.conversations.messages(conversation))
        return [message.text for message in messages if message.author.value == "agent"]


async def sign_in(page: Page, name: str = "sara") -> None:
    await page.fill("#email", f"{name}@example.com")
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("#desk")).to_be_visible()


@pytest_asyncio.fixture(loop_scope="session")
async def site(browser: Browser) -> AsyncIterator[Site]:
    agents = FakeAgents()
    services = make_services(agents=agents)
    site = Site(services, agents, browser)
    services.outbox.connect("web", site.send)
    await services.sign_in.add("sara@example.com", "Sara", PASSWORD)
    await services.sign_in.add("imran@example.com", "Imran", PASSWORD)
    app = web.Application()
    add_console(app, services, secure_cookies=False)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    delivering = asyncio.create_task(services.outbox.run())
    yield site
    for page in site.pages:
        await page.context.close()
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)
    await services.outbox.stop()
    await runner.cleanup()
    assert site.complaints == []


async def take(page: Page, place: int = 0) -> None:
    await page.locator("#waiting .entry").nth(place).click()
    await page.click("#take")
    await expect(page.locator("#text")).to_be_focused()


async def say(page: Page, text: str) -> None:
    await page.fill("#text", text)
    await page.keyboard.press("Enter")


async def test_an_agent_helps_an_arabic_customer_from_the_queue_to_the_end(site: Site) -> None:
    page = await site.agent()
    await expect(page.locator("#waiting-empty")).to_be_visible()
    conversation = await site.waiting(ARABIC, language="ar")
    await expect(page.locator("#waiting .entry-last")).to_have_text(ARABIC)
    await expect(page).to_have_title("(1) Madad agent console")
    await expect(page.locator("#announcer")).to_have_text("A customer is waiting: Arabic")

    await take(page)
    await expect(page.locator("#waiting .entry")).to_have_count(0)
    await expect(page.locator("#mine .entry")).to_have_count(1)
    await expect(page).to_have_title("Madad agent console")
    await say(page, "أهلاً بك، أنا سارة")
    await expect(page.locator(".message.agent .said")).to_have_text("أهلاً بك، أنا سارة")
    await expect(page.locator(".pending")).to_have_count(0)
    await site.customer_says("شكراً", language="ar")
    await expect(page.locator(".message.customer .said").last).to_have_text("شكراً")
    await expect(page.locator("#mine .dot")).to_be_visible()

    await page.click("#close")
    await expect(page.locator("#state")).to_be_visible()
    await expect(page.locator("#reply")).to_be_hidden()
    await expect(page.locator("#mine .entry")).to_have_count(0)
    assert (await site.services.conversations.conversation(conversation)).mode.value == "bot"
    assert site.delivered[-2:] == ["أهلاً بك، أنا سارة", "handoff_closed agent=Sara"]


async def test_a_wrong_password_is_told_and_the_right_one_still_works(site: Site) -> None:
    page = await site.open()
    await page.fill("#email", "sara@example.com")
    await page.fill("#password", "wrong")
    await page.keyboard.press("Enter")
    await expect(page.locator("#door-error")).to_have_text("E-mail or password is not right.")
    await expect(page.locator("#password")).to_be_focused()
    await sign_in(page)


async def test_of_two_agents_one_takes_and_the_other_is_told(site: Site) -> None:
    conversation = await site.waiting()
    sara, imran = await site.agent("sara"), await site.agent("imran")
    await imran.locator("#waiting .entry").click()
    await expect(imran.locator("#take")).to_be_visible()
    await imran.route("**/feed", lambda route: route.abort())
    # Imran's page does not know yet that Sara takes: hold its reading back until it has tried.
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await imran.route("**/api/conversations*", hold)
    await imran.route(f"**/api/conversations/{conversation}?*", hold)
    await take(sara)
    await imran.click("#take")
    held.set()
    await expect(imran.locator("#talk-notice")).to_have_text("Another colleague has already taken this conversation.")
    await expect(imran.locator("#state")).to_contain_text("Sara")
    await expect(imran.locator("#take")).to_be_hidden()
    await expect(imran.locator("#waiting .entry")).to_have_count(0)


async def test_the_other_agent_sees_live_that_a_conversation_is_taken_and_put_back(site: Site) -> None:
    await site.waiting()
    sara, imran = await site.agent("sara"), await site.agent("imran")
    await imran.locator("#waiting .entry").click()
    await take(sara)
    await expect(imran.locator("#state")).to_contain_text("Sara")
    await sara.click("#return")
    await expect(imran.locator("#take")).to_be_visible()
    await expect(imran.locator("#waiting .entry")).to_have_count(1)
    await take(imran)
    await expect(sara.locator("#state")).to_contain_text("Imran")


async def test_what_a_customer_writes_is_text_and_never_markup(site: Site) -> None:
    attack = "<img src=x onerror=\"document.title='owned'\"><b>bold</b>"
    await site.waiting(attack)
    page = await site.agent()
    await page.locator("#waiting .entry").click()
    await expect(page.locator(".message.customer .said")).to_have_text(attack)
    assert await page.locator(".said img, .said b, .entry-last img").count() == 0
    await expect(page).to_have_title("(1) Madad agent console")


async def test_each_language_has_its_direction_and_urdu_its_nastaliq(site: Site) -> None:
    await site.waiting("کیا میرا آرڈر MD-100245 پہنچا؟", "urdu", "ur")
    await site.waiting("mera order kahan hai", "roman", "ur")
    await site.waiting("मेरा ऑर्डर कहाँ है", "hindi", "hi")
    page = await site.agent()
    last = page.locator("#waiting .entry-last")
    await expect(last).to_have_count(3)
    looks = await last.evaluate_all(
        "nodes => nodes.map(node => [getComputedStyle(node).direction, node.lang,"
        " getComputedStyle(node).fontFamily.includes('Nastaliq'),"
        " parseFloat(getComputedStyle(node).lineHeight) / parseFloat(getComputedStyle(node).fontSize) >= 2])"
    )
    assert looks == [["rtl", "ur", True, True], ["ltr", "ur-Latn", False, False], ["ltr", "hi", False, False]]


async def test_our_notices_keep_their_direction_although_a_name_comes_first(site: Site) -> None:
    await site.waiting(ARABIC, language="ar")
    page = await site.agent()
    await take(page)
    notice = page.locator(".message.system .said").last
    await expect(notice).to_have_text("handoff_taken agent=Sara")
    await expect(notice).to_have_css("direction", "rtl")


async def test_the_console_changes_its_own_language_and_remembers_it(site: Site) -> None:
    await site.waiting()
    page = await site.agent()
    await page.locator("#waiting .entry").click()
    await page.select_option("#language", "fa")
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(page.locator("#take")).to_have_text(site.services.interface("fa")["console_take"])
    await expect(page.locator(".message.customer .by")).to_contain_text(
        site.services.interface("fa")["console_customer"]
    )
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", "fa")
    await expect(page.locator("#take")).to_be_visible()


async def test_the_keyboard_is_enough(site: Site) -> None:
    await site.waiting("first", "first")
    second = await site.waiting("second", "second")
    page = await site.agent()
    await page.locator("#waiting .entry").first.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#take")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.agent .said")).to_have_text("one\ntwo")
    assert await site.said_by_agents(second) == ["one\ntwo"]
    await page.keyboard.press("Escape")
    await expect(page.locator("#mine .entry")).to_be_focused()


async def test_a_reply_that_did_not_get_through_says_so_and_is_sent_again_in_order(site: Site) -> None:
    conversation = await site.waiting()
    page = await site.agent()
    await take(page)
    await page.route("**/messages", lambda route: route.abort())
    await say(page, "one")
    await expect(page.locator(".pending.failed")).to_contain_text("Not sent")
    await say(page, "two")
    await expect(page.locator(".pending.failed")).to_have_count(2)
    assert await site.said_by_agents(conversation) == []
    await page.unroute("**/messages")
    await page.get_by_role("button", name="Try again").first.click()
    await expect(page.locator(".pending")).to_have_count(0)
    assert await site.said_by_agents(conversation) == ["one", "two"]


async def test_a_reply_whose_confirmation_was_lost_is_not_said_twice(site: Site) -> None:
    conversation = await site.waiting()
    page = await site.agent()
    await take(page)

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/messages", lose_the_answer)
    await say(page, "only once ۱۲۳")
    await expect(page.locator(".message.agent")).to_have_count(1)
    await expect(page.locator(".pending")).to_have_count(0)
    assert await site.said_by_agents(conversation) == ["only once 123"]


async def test_a_reply_that_never_reached_the_customer_is_marked(site: Site) -> None:
    await site.waiting()
    page = await site.agent()
    await take(page)
    await say(page, "this will bounce")
    await expect(page.locator(".message.agent .failed")).to_contain_text("Not delivered")


async def test_a_reply_that_is_too_long_cannot_be_sent(site: Site) -> None:
    await site.waiting()
    page = await site.agent()
    await take(page)
    await page.fill("#text", "x" * 2001)
    await expect(page.locator("#send")).to_be_disabled()
    await expect(page.locator("#count")).to_have_text(re.compile("2,001.* of .*2,000.* characters"))
    await page.fill("#text", "x" * 2000)
    await expect(page.locator("#send")).to_be_enabled()
    await page.fill("#text", "   ")
    await expect(page.locator("#send")).to_be_disabled()


async def test_an_unsent_reply_keeps_the_conversation_from_being_ended(site: Site) -> None:
    await site.waiting()
    page = await site.agent()
    await take(page)
    await page.fill("#text", "half a sent")
    await page.click("#close")
    await expect(page.locator("#talk-notice")).to_contain_text("has not been sent")
    await expect(page.locator("#reply")).to_be_visible()


async def test_the_end_of_a_long_talk_stays_in_sight_unless_the_agent_reads_further_up(site: Site) -> None:
    for number in range(40):
        await site.customer_says(f"line {number}")
    await site.waiting("the last line")
    page = await site.agent()
    await take(page)
    last = page.locator(".message").last
    await expect(last).to_be_in_viewport()
    await page.fill("#text", "\n" * 30 + "long")
    await expect(last).to_be_in_viewport()
    await page.locator("#scroll").evaluate("node => node.scrollTop = 0")
    await expect(page.locator(".message").first).to_be_in_viewport()
    await site.customer_says("something new")
    await expect(page.locator("#to-end")).to_be_visible()
    await expect(page.locator(".message").first).to_be_in_viewport()
    await page.click("#to-end")
    await expect(page.locator(".message").last).to_have_text(re.compile("something new"))
    await expect(page.locator(".message").last).to_be_in_viewport()
    await expect(page.locator("#to-end")).to_be_hidden()


async def test_drafts_stay_with_their_conversation(site: Site) -> None:
    await site.waiting("first", "first")
    await site.waiting("second", "second")
    page = await site.agent()
    await take(page)
    await page.fill("#text", "for the first")
    await take(page)
    await expect(page.locator("#text")).to_have_value("")
    await page.locator("#mine .entry").first.click()
    await expect(page.locator("#text")).to_have_value("for the first")


async def test_after_an_ended_session_what_was_typed_is_still_there(site: Site) -> None:
    await site.waiting()
    page = await site.agent()
    await take(page)
    await page.fill("#text", "half a sentence")
    site.agents.sessions.clear()
    await site.customer_says("are you there?")
    await expect(page.locator("#door-notice")).to_contain_text("Your session has ended")
    await expect(page.locator("#desk")).to_be_hidden()
    assert "are you there?" not in await page.content()
    await expect(page.locator("#email")).to_have_value("sara@example.com")
    await sign_in(page)
    await expect(page.locator("#text")).to_have_value("half a sentence")
    await expect(page.locator(".message.customer .said").last).to_have_text("are you there?")


async def test_another_agent_at_the_same_page_finds_nothing_of_the_first(site: Site) -> None:
    await site.waiting()
    page = await site.agent()
    await take(page)
    await page.fill("#text", "a secret draft")
    site.agents.sessions.clear()
    await site.customer_says("are you there?")
    await expect(page.locator("#door")).to_be_visible()
    await sign_in(page, "imran")
    assert await page.locator("#text").input_value() == ""
    assert "a secret draft" not in await page.content()


async def test_signing_out_leaves_nothing_on_the_page(site: Site) -> None:
    await site.waiting("very private")
    page = await site.agent()
    await page.locator("#waiting .entry").click()
    await expect(page.locator(".message.customer .said")).to_have_text("very private")
    await page.click("#sign-out")
    await expect(page.locator("#door")).to_be_visible()
    assert "very private" not in await page.content()
    await page.reload()
    await expect(page.locator("#door")).to_be_visible()


async def test_a_lost_connection_is_shown_and_what_was_missed_is_read_afterwards(site: Site) -> None:
    page = await site.agent()
    await page.context.set_offline(True)
    await expect(page.locator("#live")).to_have_text("Connection lost. Trying again…")
    await site.waiting("while you were away")
    await page.context.set_offline(False)
    await expect(page.locator("#live")).to_have_attribute("data-connected", "true")
    await expect(page.locator("#waiting .entry-last")).to_have_text("while you were away")


async def test_a_ticket_is_solved_and_leaves_every_list(site: Site) -> None:
    site.services.handoff.__dict__["hours"] = NEVER_OPEN
    await site.waiting("my fridge is warm")
    sara, imran = await site.agent("sara"), await site.agent("imran")
    await expect(imran.locator("#tickets .entry")).to_have_count(1)
    await sara.locator("#tickets .entry").click()
    await sara.get_by_role("button", name="Mark as solved").click()
    await expect(sara.locator("#talk-notice")).to_contain_text("Solved")
    await expect(sara.locator("#tickets-here .ticket")).to_have_count(0)
    await expect(imran.locator("#tickets .entry")).to_have_count(0)
    await expect(imran.locator("#tickets-empty")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ur"])
async def test_at_900_pixels_nothing_is_cut_off(site: Site, language: str) -> None:
    await site.waiting("x" * 300, language="en")
    page = await site.agent(viewport={"width": 900, "height": 640})
    await page.select_option("#language", language)
    await take(page)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 900
    for button in ("#close", "#return", "#send", "#sign-out"):
        box = await page.locator(button).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 900
        assert box["y"] + box["height"] <= 640
    await page.reload()
    await expect(page.locator("#text")).to_be_visible()
    await expect(page.locator(".message").last).to_be_in_viewport(ratio=1)
