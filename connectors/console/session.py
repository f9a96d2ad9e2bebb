"""Whose request it is: the session cookie of an agent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from bot.agents import SESSION_LASTS, Agent, SignIn, SignInRefused
from connectors.console.guard import Refused

COOKIE = "madad_console"
_PATH = "/console"


class Sessions:
    """Signs agents in and out by a cookie that scripts cannot read and other sites cannot use."""

    def __init__(self, sign_in: SignIn, now: Callable[[], datetime], *, secure: bool) -> None:
        self._sign_in = sign_in
        self._now = now
        self._secure = secure

    async def open(self, request: web.Request, email: str, password: str) -> tuple[Agent, str]:
        """Return the agent and the token for the cookie, or refuse."""
        try:
            return await self._sign_in.open(email, password, request.remote or "", self._now())
        except SignInRefused as refused:
            if refused.wait:
                wait = {"Retry-After": str(int(self._sign_in.window.total_seconds()))}
                raise Refused(429, "wait", "too many attempts; please wait a minute", wait) from refused
            raise Refused(401, "wrong_password", "e-mail or password is not right") from refused

    async def find(self, request: web.Request) -> Agent | None:
        """Return the agent whose request it is, if the session lasts."""
        token = request.cookies.get(COOKIE, "")
        return await self._sign_in.agent(token, self._now()) if token and token.isascii() else None

    async def agent(self, request: web.Request) -> Agent:
        """Return the agent whose request it is, or refuse."""
        agent = await self.find(request)
        if agent is None:
            raise Refused(401, "signed_out", "please sign in")
        return agent

    async def close(self, request: web.Request) -> None:
        """End the session, if there is one."""
        if await self.find(request):
            await self._sign_in.close(request.cookies[COOKIE])

    def keep(self, response: web.Response, token: str) -> None:
        """Set the cookie."""
        response.set_cookie(
            COOKIE, token, path=_PATH, httponly=True, samesite="Strict", secure=self._secure,
            max_age=int(SESSION_LASTS.total_seconds()),
        )  # fmt: skip

    def forget(self, response: web.Response) -> None:
        """Take the cookie back."""
        response.del_cookie(COOKIE, path=_PATH, httponly=True, samesite="Strict", secure=self._secure)
