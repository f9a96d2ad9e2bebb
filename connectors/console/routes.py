"""The paths under `/console`: the page, and what it asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from bot.agents import Agent
from bot.conversations import Conversation
from bot.dialogue import MAXIMUM_CHARACTERS
from bot.errors import BadData, NotFound
from bot.language import LANGUAGES, RIGHT_TO_LEFT
from bot.services import Services
from bot.text import clean
from connectors.console.feed import Feed
from connectors.console.guard import Handler, fields, guarded
from connectors.console.session import Sessions
from connectors.console.views import View, agent_view, conversation_view, list_view, message_view, ticket_view

_PAGE_OF_MESSAGES = 500
_FILES = {
    "": ("console.html", "text/html"),
    "/console.css": ("console.css", "text/css"),
    "/console.js": ("console.js", "text/javascript"),
    "/api.js": ("api.js", "text/javascript"),
    "/labels.js": ("labels.js", "text/javascript"),
    "/reply.js": ("reply.js", "text/javascript"),
    "/sending.js": ("sending.js", "text/javascript"),
    "/talk.js": ("talk.js", "text/javascript"),
    "/view.js": ("view.js", "text/javascript"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
_CONVERSATION = "/conversations/{id:[A-Za-z0-9_.-]{1,64}}"
_TICKET = "/tickets/{number:[A-Za-z0-9-]{1,32}}"


def add_console(app: web.Application, services: Services, *, secure_cookies: bool) -> None:
    """Put the console into an application, which closes the feeds when it stops."""
    console = Console(services, secure_cookies=secure_cookies)
    app.add_routes(console.routes())
    app.on_shutdown.append(console.stop)


class Console:
    """Answers the requests of the agents' pages."""

    def __init__(self, services: Services, *, secure_cookies: bool) -> None:
        self._services = services
        self._secure = secure_cookies
        self._sessions = Sessions(services.sign_in, services.now, secure=secure_cookies)
        self._feed = Feed(services.pubsub, self._sessions)

    async def stop(self, _: web.Application) -> None:
        """Let the open pages go."""
        await self._feed.stop()

    def routes(self) -> list[web.RouteDef]:
        """Return the paths; each is guarded."""
        files = [self._route("GET", path, _file(*file)) for path, file in _FILES.items()]
        return [
            *files,
            self._route("GET", "/feed", self._feed.serve),
            self._route("GET", "/api/interface", self._labels),
            self._route("POST", "/api/session", self._open_session),
            self._route("DELETE", "/api/session", self._close_session),
            self._route("GET", "/api/session", self._signed_in(self._who)),
            self._route("GET", "/api/conversations", self._signed_in(self._conversations)),
            self._route("GET", "/api" + _CONVERSATION, self._signed_in(self._conversation)),
            self._route("POST", "/api" + _CONVERSATION + "/messages", self._signed_in(self._say)),
            self._route("POST", "/api" + _CONVERSATION + "/{step:take|return|close}", self._signed_in(self._step)),
            self._route("GET", "/api/tickets", self._signed_in(self._tickets)),
            self._route("POST", "/api" + _TICKET + "/solve", self._signed_in(self._solve)),
            self._route("*", "/{rest:.*}", _nothing),
        ]

    def _route(self, method: str, path: str, handler: Handler) -> web.RouteDef:
        return web.route(method, "/console" + path, guarded(handler, secure=self._secure))

    def _signed_in(self, handler: Callable[[web.Request, Agent], Awaitable[View]]) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            return web.json_response(await handler(request, await self._sessions.agent(request)))

        return answer

    # The session

    async def _labels(self, request: web.Request) -> web.StreamResponse:
        language = request.query.get("language", "")
        if language not in LANGUAGES:
            raise BadData(f"the language must be one of {', '.join(LANGUAGES)}")
        labels = self._services.interface(language)
        return web.json_response(
            {
                "language": language,
                "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
                "labels": {key: label for key, label in labels.items() if key.startswith("console_")},
            }
        )

    async def _open_session(self, request: web.Request) -> web.StreamResponse:
        agent, token = await self._sessions.open(request, *await fields(request, "email", "password"))
        response = web.json_response({"agent": agent_view(agent)})
        self._sessions.keep(response, token)
        return response

    async def _close_session(self, request: web.Request) -> web.StreamResponse:
        await self._sessions.close(request)
        response = web.json_response({})
        self._sessions.forget(response)
        return response

    async def _who(self, _: web.Request, agent: Agent) -> View:
        return {"agent": agent_view(agent)}

    # Conversations

    async def _conversations(self, _: web.Request, agent: Agent) -> View:
        store = self._services.conversations
        return {
            "now": self._services.now().isoformat(),
            "waiting": await list_view(store, await store.waiting()),
            "mine": await list_view(store, await store.of_agent(agent.id)),
        }

    async def _conversation(self, request: web.Request, _: Agent) -> View:
        after = _whole_number(request.query.get("after", "0"))
        conversation = await self._find(request)
        messages = await self._services.conversations.messages(conversation.id, after, _PAGE_OF_MESSAGES)
        return {
            "conversation": conversation_view(conversation),
            "messages": [message_view(message) for message in messages],
            "more": len(messages) == _PAGE_OF_MESSAGES,
        }

    async def _say(self, request: web.Request, agent: Agent) -> View:
        text = clean((await fields(request, "text"))[0])
        if not text:
            raise BadData("the message is blank")
        if len(text) > MAXIMUM_CHARACTERS:
            raise BadData(f"the message is longer than {MAXIMUM_CHARACTERS} characters")
        conversation = await self._find(request)
        return {"message": message_view(await self._services.handoff.say(conversation.id, agent, text))}

    async def _step(self, request: web.Request, agent: Agent) -> View:
        handoff = self._services.handoff
        steps = {"take": handoff.take, "return": handoff.put_back, "close": handoff.hand_back}
        conversation = await steps[request.match_info["step"]](request.match_info["id"], agent)
        return {"conversation": conversation_view(conversation)}

    async def _find(self, request: web.Request) -> Conversation:
        return await self._services.conversations.conversation(request.match_info["id"])

    # Tickets

    async def _tickets(self, _: web.Request, agent: Agent) -> View:
        tickets = await self._services.tickets.open_tickets()
        return {"tickets": [await ticket_view(self._services.conversations, ticket) for ticket in tickets]}

    async def _solve(self, request: web.Request, agent: Agent) -> View:
        number = request.match_info["number"]
        ticket = await self._services.tickets.ticket(number)
        if ticket is None:
            raise NotFound(number)
        # Solved by a colleague a moment ago is solved, too.
        if await self._services.tickets.solve(number, agent.id, self._services.now()):
            conversation = await self._services.conversations.conversation(ticket.conversation)
            await self._services.outbox.announce(conversation)
        return {"number": number}


def _file(name: str, content_type: str) -> Handler:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type=content_type, headers={"Cache-Control": "no-cache"})

    return answer


async def _nothing(_: web.Request) -> web.StreamResponse:
    raise NotFound("no such path")


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise BadData("after must be a whole number, 0 or more")
    return int(text)
