"""Customers at the widget, in a real browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Locator, Page, expect

from bot.adapters.responses import FileResponses, read_texts
from bot.agents import Agent
from bot.conversations import Author, Button, Change, Draft, Mode, Reason, Say
from bot.engine_protocol import Answer, Spoken
from bot.orders import DemoOrder
from bot.services import Services
from connectors.web.limits import Limits, Rate
from tests.connectors.web.site import Site, running
from tests.fakes import FakeEngine, interface, make_services
from tests.servers import free_port, serve

DATA = Path(__file__).parent.parent.parent / "data"
RESPONSES = FileResponses(read_texts(DATA / "responses", "responses"), "Noor Store")
SARA = Agent("1", "sara@shop.example", "Sara")
RIGHT_TO_LEFT = ["ar", "ur", "fa"]
LANGUAGES = ["en", "hi", *RIGHT_TO_LEFT]
QUESTIONS = {
    "en": "Where is my order MD-100245?",
    "ar": "أين طلبي MD-100245؟",
    "hi": "मेरा ऑर्डर MD-100245 कहाँ है?",
    "ur": "میرا آرڈر MD-100245 کہاں ہے؟",
    "fa": "سفارشم MD-100245 کجاست؟",
}
OFFER = Answer((Spoken("Which one?", (Button("The first", "/first"), Button("The second", "/second"))),))
ATTACK = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>&amp;"

Open = Callable[..., AbstractAsyncContextManager[Page]]


def say(text: str) -> Answer:
    return Answer((Spoken(text),))


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser) -> Open:
    """Open a page of a site as a new person. Errors on the page fail the test."""

    @asynccontextmanager
    async def open_page(address: str, **options: object) -> AsyncIterator[Page]:
        errors: list[str] = []
        context = await browser.new_context(**({"locale": "en-GB", "timezone_id": "Asia/Dubai"} | options))  # type: ignore[arg-type]
        page = await context.new_page()
        page.set_default_timeout(5000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(address)
        yield page
        await context.close()
        assert errors == []

    return open_page


@asynccontextmanager
async def shop(engine: FakeEngine | None = None, **options: object) -> AsyncIterator[Site]:
    services = make_services(engine=engine, responses=RESPONSES)
    async with running(services, demo=DemoOrder(serial="SN7K2P9X4Q1B"), **options) as site:
        yield site


def launcher(page: Page) -> Locator:
    return page.locator(".launcher")


def bubbles(page: Page, author: str = "") -> Locator:
    return page.locator(f".message[data-author{f'={author}' if author else ''}] .text")


async def open_chat(page: Page) -> None:
    await launcher(page).click()
    await expect(page.locator("[data-connection=online]")).to_be_attached()


async def write(page: Page, text: str) -> None:
    await page.get_by_role("textbox").fill(text)
    await page.keyboard.press("Enter")


async def left(locator: Locator) -> float:
    box = await locator.bounding_box()
    assert box
    return box["x"]


async def right(locator: Locator) -> float:
    box = await locator.bounding_box()
    assert box
    return box["x"] + box["width"]


async def conversation_of(services: Services) -> str:
    (held,) = services.conversations.held.values()  # type: ignore[attr-defined]
    return str(held.conversation.id)


async def bot_says(services: Services, *texts: str) -> None:
    drafts = tuple(Draft(Author.BOT, text) for text in texts)
    await services.outbox.commit(await conversation_of(services), Change(frozenset(Mode), drafts))


# In every language


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_customer_asks_and_is_answered(language: str, visit: Open, tmp_path: Path) -> None:
    labels = interface(language)
    engine = FakeEngine(Answer((Say("ask_contact"), Say("order_another", buttons=(("button_no_thanks", "/deny"),)))))
    async with shop(engine) as site, visit(f"{site.address}/?lang={language}") as page:
        await page.screenshot(path=tmp_path / "shop.png")
        await expect(launcher(page)).to_have_accessible_name(labels["widget_open"])
        await open_chat(page)
        await expect(page.get_by_role("dialog")).to_have_accessible_name(labels["widget_title"])
        await expect(page.locator(".subtitle")).to_have_text(labels["widget_subtitle"])
        await expect(page.get_by_text(labels["widget_welcome"])).to_be_visible()
        await expect(page.locator(".log > .choices button")).to_have_text(
            [RESPONSES.text(Say(key), language) for key in
             ("button_order", "button_warranty", "button_capabilities", "button_human")]
        )  # fmt: skip
        await page.screenshot(path=tmp_path / "greeting.png")
        await write(page, QUESTIONS[language])
        await expect(bubbles(page)).to_have_text(
            [QUESTIONS[language], *(RESPONSES.text(Say(key), language) for key in ("ask_contact", "order_another"))]
        )
        await expect(page.locator(".log > .choices")).to_be_hidden()
        await page.screenshot(path=tmp_path / "answer.png")
        await no_text_is_cut_off(page)


async def no_text_is_cut_off(page: Page) -> None:
    cut = await page.locator("#madad-widget").evaluate(
        """host => {
            const panel = host.shadowRoot.querySelector(".panel").getBoundingClientRect();
            const inside = ({ left, right }) => panel.left <= left && right <= panel.right;
            return [...host.shadowRoot.querySelectorAll(".text, h2, .subtitle, .choices button, select, header .quiet")]
                .filter(e => e.offsetParent)
                .filter(e => e.scrollWidth > e.clientWidth + 1 || !inside(e.getBoundingClientRect()))
                .map(e => e.textContent);
        }"""
    )
    assert cut == []


@pytest.mark.parametrize("language", RIGHT_TO_LEFT)
async def test_right_to_left_is_a_mirror(language: str, visit: Open) -> None:
    async with shop() as site, visit(f"{site.address}/?lang={language}") as page:
        await open_chat(page)
        await write(page, QUESTIONS[language])
        await expect(bubbles(page)).to_have_count(2)
        panel = page.get_by_role("dialog")
        assert await left(launcher(page)) < 100
        assert await left(bubbles(page, "customer")) - await left(panel) < 30
        assert await right(panel) - await right(bubbles(page, "bot")) < 30
        assert await left(page.locator(".send")) < await left(page.get_by_role("textbox"))
        assert await left(page.locator("header .quiet")) < await left(page.locator(".names"))
        mirrored = await page.locator(".icon-send").evaluate("icon => getComputedStyle(icon).transform")
        assert mirrored == "matrix(-1, 0, 0, 1, 0, 0)"


async def test_left_to_right_is_not_mirrored(visit: Open) -> None:
    async with shop() as site, visit(f"{site.address}/?lang=en") as page:
        await open_chat(page)
        await write(page, "Hello")
        await expect(bubbles(page)).to_have_count(2)
        panel = page.get_by_role("dialog")
        assert await right(panel) - await right(bubbles(page, "customer")) < 30
        assert await left(bubbles(page, "bot")) - await left(panel) < 30
        assert await page.locator(".icon-send").evaluate("icon => getComputedStyle(icon).transform") == "none"


async def test_every_message_has_its_own_language_and_direction(visit: Open) -> None:
    async with shop(FakeEngine(say("بله"), say("yes"))) as site, visit(f"{site.address}/?lang=fa") as page:
        await open_chat(page)
        await write(page, "What is the status of my order please?")
        await expect(bubbles(page)).to_have_count(2)
        mine, answer = bubbles(page, "customer"), bubbles(page, "bot")
        await expect(mine).to_have_attribute("dir", "auto")
        assert await mine.evaluate("text => getComputedStyle(text).direction") == "ltr"
        await expect(answer).to_have_attribute("dir", "ltr")
        await write(page, "سفارش من کجاست و کی می‌رسد؟")
        await expect(bubbles(page)).to_have_count(4)
        assert await mine.last.evaluate("text => getComputedStyle(text).direction") == "rtl"
        await expect(answer.last).to_have_attribute("dir", "rtl")
        await expect(answer.last).to_have_attribute("lang", "fa")


async def test_urdu_is_written_in_nastaliq_with_room_for_it(visit: Open) -> None:
    async with shop() as site, visit(f"{site.address}/?lang=ur") as page:
        await open_chat(page)
        style = await page.locator(".message.bot .text").first.evaluate(
            "text => { const { fontFamily, fontSize, lineHeight } = getComputedStyle(text);"
            " return { fontFamily, fontSize, lineHeight } }"
        )
        assert "Noto Nastaliq Urdu" in style["fontFamily"]
        assert float(style["lineHeight"][:-2]) >= 2 * float(style["fontSize"][:-2])


async def test_choosing_a_language_changes_the_labels_at_once_and_is_remembered(visit: Open) -> None:
    async with shop() as site, visit(f"{site.address}/?lang=en") as page:
        await open_chat(page)
        picker = page.locator("select")
        assert await picker.locator("option").all_text_contents() == ["English", "العربية", "हिन्दी", "اردو", "فارسی"]
        await picker.select_option("ur")
        labels = interface("ur")
        await expect(page.get_by_placeholder(labels["widget_placeholder"])).to_be_visible()
        await expect(page.get_by_text(labels["widget_welcome"])).to_be_visible()
        await expect(page.locator(".log > .choices button").first).to_have_text(
            RESPONSES.text(Say("button_order"), "ur")
        )
        await expect(page.locator(".panel")).to_have_attribute("dir", "rtl")
        await page.reload()
        await expect(page.get_by_placeholder(labels["widget_placeholder"])).to_be_visible()
        await write(page, "MD-100245")
        await expect(bubbles(page, "bot")).to_have_attribute("lang", "ur")


async def test_the_labels_follow_the_conversation_into_another_language(visit: Open) -> None:
    async with shop() as site, visit(f"{site.address}/?lang=en") as page:
        await open_chat(page)
        await write(page, "سفارش من کجاست و کی می‌رسد؟")
        await expect(page.get_by_placeholder(interface("fa")["widget_placeholder"])).to_be_visible()


# What is written


async def test_what_people_write_is_shown_and_never_run(visit: Open) -> None:
    engine = FakeEngine(Answer((Spoken(ATTACK, (Button(ATTACK, "/x"),)),)))
    async with shop(engine) as site, visit(f"{site.address}/?lang=en") as page:
        title = await page.title()
        await open_chat(page)
        await write(page, ATTACK)
        await expect(bubbles(page)).to_have_text([ATTACK, ATTACK])
        await expect(page.locator(".message .choices button")).to_have_text(ATTACK)
        await page.wait_for_timeout(100)
        assert await page.title() == title
        assert (
            await page.locator("#madad-widget").evaluate(
                "host => host.shadowRoot.querySelectorAll('img, script').length"
            )
            == 0
        )


async def test_line_breaks_are_kept_and_shift_enter_makes_them(visit: Open) -> None:
    async with shop(FakeEngine(say("1. First\n2. Second"))) as site, visit(f"{site.address}/?lang=en") as page:
        await open_chat(page)
        await page.keyboard.type("one")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("two")
        await page.keyboard.press("Enter")
        await expect(bubbles(page)).to_have_count(2)
        assert await bubbles(page, "customer").inner_text() == "one\ntwo"
        assert await bubbles(page, "bot").inner_text() == "1. First\n2. Second"


async def test_a_message_that_is_too_long_is_not_sent_and_not_lost(visit: Open) -> None:
    async with shop() as site, visit(f"{site.address}/?lang=en") as page:
        await open_chat(page)
        await page.get_by_role("textbox").fill("🙂" * 1900)
        await expect(page.locator(".counter")).to_have_text("1900 / 2000")
        await write(page, "x" * 2001)
        await expect(page.get_by_role("alert")).to_have_text(
            "This message is too long. Please use at most 2000 characters."
        )
        await expect(page.get_by_role("textbox")).to_have_value("x" * 2001)
        await expect(bubbles(page)).to_have_count(0)


async def test_the_newest_message_stays_in_view_when_the_input_grows(visit: Open) -> None:
    async with shop() as site, visit(f"{site.address}/?lang=en") as page:
        await open_chat(page)
        await write(page, "Hello")
        await expect(bubbles(page)).to_have_count(2)
        await bot_says(site.services, *(f"Line {number}" for number in range(30)))
        await expect(page.get_by_text("Line 29")).to_be_in_viewport(ratio=1)
        await write(page, "x" * 2001)
        await expect(page.get_by_role("alert")).to_be_visible()
        await expect(page.get_by_text("Line 29")).to_be_in_viewport(ratio=1)


async def test_a_chip_says_its_title(visit: Open) -> None:
    engine = FakeEngine(say("Please send me the number."))
    async with shop(engine) as site, visit(f"{site.address}/?lang=en") as page:
        await open_chat(page)
        await page.get_by_role("button", name="Track my order").click()
        await expect(bubbles(page)).to_have_text(["Track my order", "Please send me the number."])
        assert engine.turns[0].text == "Track my order"


async def test_a_button_can_be_pressed_once_also_after_a_reload(visit: Open) -> None:
    engine = FakeEngine(OFFER, say("Done."))
    async with shop(engine) as site, visit(f"{site.address}/?lang=en") as page:
        await open_chat(page)
        await write(page, "Hello")
        await page.get_by_role("button", name="The second").click()
        await expect(bubbles(page).last).to_have_text("Done.")
        assert engine.turns[1].text == "/second"
        for _ in range(2):
            await expect(page.get_by_role("button", name="The first")).to_be_disabled()
            await expect(page.get_by_role("button", name="The second")).to_be_disabled()
            await expect(page.locator(".chosen")).to_have_text("The second")
            await page.reload()


async def test_the_bot_is_seen_writing_until_it_answers(visit: Open, tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.gate = asyncio.Event()
    async with shop(engine) as site, visit(f"{site.address}/?lang=en") as page:
        await open_chat(page)
        await write(page, "Hello")
        await expect(page.locator(".typing")).to_be_visible()
        await expect(page.locator(".typing")).to_have_text("Madad is writing")
        await page.screenshot(path=tmp_path / "typing.png")
        engine.answers = [say("Here I am.")]
        engine.gate.set()
        await expect(bubbles(page, "bot")).to_have_text("Here I am.")
        await expect(page.locator(".typing")).to_be_hidden()


async def test_a_person_takes_over_and_the_bot_is_not_seen_writing(visit: Open) -> None:
    engine = FakeEngine(Answer((), handoff=Reason.ASKED))
    async with shop(engine) as site, visit(f"{site.address}/?lang=en") as page:
        await open_chat(page)
        await write(page, "A person please")
        await expect(bubbles(page, "system")).to_have_count(1)
        conversation = await conversation_of(site.services)
        await site.services.handoff.take(conversation, SARA)
        await expect(page.locator(".subtitle")).to_have_text("Sara")
        await site.services.handoff.say(conversation, SARA, "Good morning!")
        await expect(bubbles(page, "agent")).to_have_text("Good morning!")
        await expect(page.locator(".message.agent .name")).to_have_text("Sara")
        await write(page, "Good morning Sara")
        await expect(page.locator(".message.customer [aria-label=Sent]")).to_have_count(2)
        await expect(page.locator(".typing")).to_be_hidden()
        await site.services.handoff.hand_back(conversation, SARA)
        await expect(page.locator(".subtitle")).to_have_text("Usually answers at once")


# Coming, going and staying


async def test_the_conversation_and_the_open_panel_survive_a_reload(visit: Open) -> None:
    async with shop(FakeEngine(say("Hi."))) as site, visit(f"{site.address}/?lang=en") as page:
        await open_chat(page)
        await write(page, "Hello")
        await expect(bubbles(page)).to_have_text(["Hello", "Hi."])
        await page.reload()
        await expect(page.get_by_role("dialog")).to_be_visible()
        await expect(bubbles(page)).to_have_text(["Hello", "Hi."])
        await expect(launcher(page).locator(".badge")).to_be_hidden()


async def test_two_tabs_show_the_same(visit: Open) -> None:
    async with shop(FakeEngine(say("Hi."), say("Again."))) as site, visit(f"{site.address}/?lang=en") as first:
        await open_chat(first)
        await write(first, "From the first")
        await expect(bubbles(first)).to_have_count(2)
        second = await first.context.new_page()
        await second.goto(f"{site.address}/?lang=en")
        await open_chat(second)
        await write(second, "From the second")
        for page in (first, second):
            await expect(bubbles(page)).to_have_text(["From the first", "Hi.", "From the second", "Again."])


async def test_what_comes_while_the_panel_is_closed_is_counted(visit: Open) -> None:
    async with shop(FakeEngine(say("Hi."))) as site, visit(f"{site.address}/?lang=en") as page:
        await open_chat(page)
        await write(page, "Hello")
        await expect(bubbles(page)).to_have_count(2)
        await page.keyboard.press("Escape")
        await bot_says(site.services, "One more thing.", "And another.")
        await expect(page.locator(".badge")).to_have_text("2")
        await expect(launcher(page)).to_have_accessible_name("Open the support chat (2)")
        await page.reload()
        await expect(page.locator(".badge")).to_have_text("2")
        await launcher(page).click()
        await expect(page.locator(".badge")).to_be_hidden()
        await page.reload()
        await expect(bubbles(page)).to_have_count(4)
        await expect(page.locator(".badge")).to_be_hidden()


# The page hears of scrolling a frame later, so the reader is at the top only when that frame is over.
SCROLL_TO_TOP = """scroller => new Promise(done => {
    scroller.addEventListener("scroll", () => {
        if (scroller.scrollTop === 0) requestAnimationFrame(() => requestAnimationFrame(done));
    });
    scroller.scrollTop = 0;
})"""


async def test_who_reads_older_messages_is_not_torn_away(visit: Open) -> None:
    async with shop() as site, visit(f"{site.address}/?lang=en") as page:
        await open_chat(page)
        await write(page, "Hello")
        await expect(bubbles(page)).to_have_count(2)
        await bot_says(site.services, *(f"Line {number}" for number in range(30)))
        await expect(page.get_by_text("Line 29")).to_be_in_viewport()
        scroller = page.get_by_role("log")
        await scroller.evaluate(SCROLL_TO_TOP)
        await bot_says(site.services, "The newest")
        await expect(page.get_by_role("button", name="New messages")).to_be_visible()
        assert await scroller.evaluate("scroller => scroller.scrollTop") == 0
        await page.get_by_role("button", name="New messages").click()
        await expect(page.get_by_text("The newest")).to_be_in_viewport()
        await expect(page.get_by_role("button", name="New messages")).to_be_hidden()


async def test_messages_written_offline_are_sent_in_order_once_the_server_is_back(visit: Open, tmp_path: Path) -> None:
    services, port = (
        make_services(engine=FakeEngine(say("Hi."), say("A."), say("B.")), responses=RESPONSES),
        free_port(),
    )
    async with running(services, port=port, demo=DemoOrder()) as site:
        opened = visit(f"{site.address}/?lang=ar")
        page = await opened.__aenter__()
        await open_chat(page)
        await write(page, "مرحبا")
        await expect(bubbles(page)).to_have_count(2)
    labels = interface("ar")
    await expect(page.locator(".subtitle")).to_have_text(labels["widget_offline"])
    await write(page, "الأولى")
    await write(page, "الثانية")
    await expect(page.locator(f".message.customer [aria-label='{labels['widget_sending']}']")).to_have_count(2)
    await page.screenshot(path=tmp_path / "offline.png")
    async with running(services, port=port, demo=DemoOrder()):
        await expect(page.locator(".subtitle")).to_have_text(labels["widget_subtitle"], timeout=15_000)
        await expect(bubbles(page, "customer")).to_have_text(["مرحبا", "الأولى", "الثانية"])
        await expect(bubbles(page, "bot")).to_have_text(["Hi.", "A.", "B."])
        await expect(page.locator(f".message.customer [aria-label='{labels['widget_sent']}']")).to_have_count(3)
        await opened.__aexit__(None, None, None)


async def test_a_message_written_offline_survives_a_reload(visit: Open) -> None:
    services, port = make_services(engine=FakeEngine(say("Hi."), say("Here.")), responses=RESPONSES), free_port()
    async with serve(page_with(embedding(port))) as page_address:
        async with running(services, port=port, allowed_origins=[page_address]):
            opened = visit(page_address)
            page = await opened.__aenter__()
            await open_chat(page)
            await write(page, "Hello")
            await expect(bubbles(page)).to_have_count(2)
        await expect(page.locator("[data-connection=offline]")).to_be_attached()
        await write(page, "Are you there?")
        async with running(services, port=port, allowed_origins=[page_address]):
            await page.reload()
            await expect(bubbles(page)).to_have_text(["Hello", "Hi.", "Are you there?", "Here."])
            await opened.__aexit__(None, None, None)


async def test_before_the_server_is_reached_the_labels_are_in_the_pages_language(visit: Open) -> None:
    async with shop() as site, visit(f"{site.address}/?lang=hi") as page:
        await expect(launcher(page)).to_be_visible()
        await page.context.route("**/*", lambda route: route.abort())
        await page.evaluate(
            "() => { WebSocket = class { constructor() { setTimeout(() => this.onclose(), 50) } close() {} } }"
        )
        await launcher(page).click()
        await expect(page.locator(".subtitle")).to_have_text(interface("hi")["widget_offline"])
        await expect(page.get_by_placeholder(interface("hi")["widget_placeholder"])).to_be_visible()


async def test_who_writes_too_fast_is_told_and_every_message_arrives_in_order(visit: Open) -> None:
    limits = Limits(messages=Rate(burst=2, per_second=4))
    engine = FakeEngine(*(say(f"Answer {number}") for number in range(5)))
    async with shop(engine, limits=limits) as site, visit(f"{site.address}/?lang=en") as page:
        await open_chat(page)
        for number in range(5):
            await write(page, f"Message {number}")
        await expect(page.get_by_role("alert")).to_have_text("You are writing very fast. Please wait a moment.")
        await expect(bubbles(page, "customer")).to_have_text([f"Message {number}" for number in range(5)])
        await expect(page.locator(".message.customer [aria-label=Sent]")).to_have_count(5)


async def test_a_message_that_failed_can_be_sent_again(visit: Open) -> None:
    services = make_services(engine=FakeEngine(say("Hi.")), responses=RESPONSES)
    failures = 1

    async def receive(inbound):  # type: ignore[no-untyped-def]
        nonlocal failures
        if failures:
            failures -= 1
            raise OSError("the database is gone")
        return await services.dialogue.receive(inbound)

    async with running(services, receive, demo=DemoOrder()) as site, visit(f"{site.address}/?lang=en") as page:
        await open_chat(page)
        await write(page, "Hello")
        await page.get_by_role("button", name="Not sent. Tap to try again.").click()
        await expect(bubbles(page)).to_have_text(["Hello", "Hi."])
        await expect(page.locator(".message.customer [aria-label=Sent]")).to_have_count(1)


async def test_a_page_that_is_out_of_date_is_told_so_and_does_not_try_again(visit: Open) -> None:
    async with shop() as site, visit(f"{site.address}/?lang=en") as page:
        await page.add_init_script(
            "const parse = JSON.stringify; JSON.stringify = v => parse(v?.v ? { ...v, v: 9 } : v)"
        )
        await page.reload()
        await launcher(page).click()
        await expect(page.locator("[data-connection=refused]")).to_be_attached()
        await expect(page.locator(".subtitle")).to_have_text("This page is out of date. Please reload it.")


# On a shop's own page


def embedding(port: int, attributes: str = "", style: str = "", before: str = "") -> str:
    return (
        f"<!doctype html><html lang=en><style>{style}</style><body>{before}<h1>A shop</h1>"
        f'<script src="http://127.0.0.1:{port}/widget.js" {attributes} defer></script></body></html>'
    )


def page_with(html: str) -> web.Application:
    async def respond(request: web.Request) -> web.Response:
        return web.Response(text=html, content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/", respond)])
    return app


@asynccontextmanager
async def another_shop(html: Callable[[int], str], allowed: bool = True) -> AsyncIterator[str]:
    port = free_port()
    services = make_services(engine=FakeEngine(say("Hi.")), responses=RESPONSES)
    async with (
        serve(page_with(html(port))) as address,
        running(services, port=port, allowed_origins=[address] if allowed else []),
    ):
        yield address


async def test_the_widget_works_on_another_origin_and_the_shops_style_does_not_reach_it(visit: Open) -> None:
    style = "* { color: red !important; font-size: 40px !important } button { display: none !important }"
    async with another_shop(lambda port: embedding(port, style=style)) as address, visit(address) as page:
        await open_chat(page)
        await write(page, "Hello")
        await expect(bubbles(page)).to_have_text(["Hello", "Hi."])
        size = await bubbles(page, "bot").evaluate("text => getComputedStyle(text).fontSize")
        assert size == "15px"


async def test_the_widget_does_not_connect_from_a_page_that_is_not_allowed(visit: Open) -> None:
    async with another_shop(embedding, allowed=False) as address, visit(address) as page:
        await launcher(page).click()
        await expect(page.locator("[data-connection=offline]")).to_be_attached()


@pytest.mark.parametrize(("color", "ink"), [("#ffd54a", "rgb(0, 0, 0)"), ("#1d4ed8", "rgb(255, 255, 255)")])
async def test_the_brands_colour_is_used_with_readable_text_on_it(color: str, ink: str, visit: Open) -> None:
    page_of = lambda port: embedding(port, f'data-color="{color}" data-position="left"')  # noqa: E731
    async with another_shop(page_of) as address, visit(address) as page:
        assert await left(launcher(page)) < 100
        assert await launcher(page).evaluate("button => getComputedStyle(button).color") == ink


async def test_a_colour_that_is_none_is_left_alone(visit: Open) -> None:
    async with another_shop(lambda port: embedding(port, 'data-color="red;}"')) as address, visit(address) as page:
        background = await launcher(page).evaluate("button => getComputedStyle(button).backgroundColor")
        assert background == "rgb(15, 118, 110)"


# Hands, eyes and ears


async def test_everything_can_be_done_with_the_keyboard_alone(visit: Open) -> None:
    async with shop(FakeEngine(OFFER, say("Done."))) as site, visit(f"{site.address}/?lang=en") as page:
        await expect(launcher(page)).to_be_visible()
        for _ in range(20):
            await page.keyboard.press("Tab")
            if await focused(page) == "Open the support chat":
                break
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("textbox")).to_be_focused()
        await page.keyboard.type("Hello")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="The first")).to_be_visible()
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Shift+Tab")
        assert await focused(page) == "The first"
        await page.keyboard.press("Space")
        await expect(bubbles(page).last).to_have_text("Done.")
        await expect(page.get_by_role("textbox")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await expect(launcher(page)).to_be_focused()
        await expect(launcher(page)).to_have_attribute("aria-expanded", "false")


async def focused(page: Page) -> str:
    return str(
        await page.evaluate("(e => e?.ariaLabel || e?.textContent)(document.activeElement.shadowRoot?.activeElement)")
    )


async def test_a_screen_reader_hears_new_messages_but_not_the_history(visit: Open) -> None:
    async with shop(FakeEngine(say("Hi."))) as site, visit(f"{site.address}/?lang=en") as page:
        await open_chat(page)
        log = page.get_by_role("log", name="Conversation")
        await expect(log).to_have_attribute("aria-live", "polite")
        await write(page, "Hello")
        await expect(bubbles(page)).to_have_count(2)
        assert await page.locator(".message.customer").inner_text() != ""
        await expect(page.locator(".message.customer > span").first).to_have_text("You")
        await page.add_init_script(
            "const silent = () => document.querySelector('#madad-widget')?.shadowRoot.querySelector('[aria-live=off]');"
            "setInterval(() => { if (silent()) window.silenced = true }, 5)"
        )
        await page.reload()
        await expect(bubbles(page)).to_have_count(2)
        await expect(log).to_have_attribute("aria-live", "polite")
        assert await page.evaluate("window.silenced") is True


CONTRAST = """host => {
  const channel = n => (n /= 255) <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4;
  const luminance = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const paint = (layers) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const layer of layers) { canvas.fillStyle = layer; canvas.fillRect(0, 0, 1, 1); }
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const layers = (element) => {
    const found = [];
    for (let e = element; e && e !== host; e = e.parentElement) found.unshift(getComputedStyle(e).backgroundColor);
    return found;
  };
  const selector = ".text, .name, time, h2, .subtitle, select, .choices button, .send, .status, textarea, .notice";
  return [...host.shadowRoot.querySelectorAll(selector)].filter(e => e.offsetParent).map((element) => {
    const under = layers(element);
    const [a, b] = [luminance(paint(under)), luminance(paint([...under, getComputedStyle(element).color]))];
    return [element.className || element.tagName, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
  }).filter(([, ratio]) => ratio < 4.5);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_all_text_has_enough_contrast(scheme: str, visit: Open, tmp_path: Path) -> None:
    engine = FakeEngine(OFFER, Answer((), handoff=Reason.ASKED))
    async with shop(engine) as site, visit(f"{site.address}/?lang=en", color_scheme=scheme) as page:
        await open_chat(page)
        await write(page, "Hello")
        await page.get_by_role("button", name="The first").click()
        await expect(bubbles(page, "system")).to_be_visible()
        await page.get_by_role("textbox").fill("x" * 2001)
        await page.keyboard.press("Enter")
        await page.mouse.move(0, 0)
        await page.wait_for_timeout(300)
        await page.screenshot(path=tmp_path / f"{scheme}.png")
        assert await page.locator("#madad-widget").evaluate(CONTRAST) == []


async def test_on_a_phone_the_chat_fills_the_screen_and_the_keyboard_stays_away(visit: Open, tmp_path: Path) -> None:
    phone = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
    async with shop() as site, visit(f"{site.address}/?lang=ur", **phone) as page:
        await open_chat(page)
        await page.wait_for_timeout(400)
        assert await page.get_by_role("dialog").bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 640}
        await expect(page.get_by_role("textbox")).not_to_be_focused()
        await expect(launcher(page)).to_be_hidden()
        await page.screenshot(path=tmp_path / "phone.png")
        await no_text_is_cut_off(page)
        await page.get_by_role("button", name=interface("ur")["widget_close"]).click()
        await expect(launcher(page)).to_be_visible()


async def test_who_wants_no_motion_gets_none(visit: Open) -> None:
    async with shop() as site, visit(f"{site.address}/?lang=en", reduced_motion="reduce") as page:
        await open_chat(page)
        assert await page.get_by_role("dialog").evaluate("panel => getComputedStyle(panel).animationName") == "none"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_demo_shop_fits_its_page_and_breaks_no_rule_of_its_own(
    language: str, visit: Open, tmp_path: Path
) -> None:
    complaints: list[str] = []
    async with shop() as site, visit("about:blank", viewport={"width": 390, "height": 800}) as page:
        page.on("console", lambda message: complaints.append(message.text))
        await page.goto(f"{site.address}/?lang={language}")
        await expect(page.get_by_role("heading", level=1)).to_have_text(interface(language)["demo_tagline"])
        await expect(launcher(page)).to_be_visible()
        await page.screenshot(path=tmp_path / "phone.png", full_page=True)
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
        await page.get_by_role("link", name=re.compile("हिन्दी")).click()
        await expect(page.locator("html")).to_have_attribute("lang", "hi")
        assert complaints == []
