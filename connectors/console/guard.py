"""What every request to the console passes through: where it comes from, what it may contain, how it may fail."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from aiohttp import web

from bot.errors import BadData, Conflict, MadadError, NotFound

MAXIMUM_BYTES = 32 * 1024
_READING = frozenset({"GET", "HEAD"})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refused(Exception):
    """A request that is answered with an error: its status, and the `error` and `text` of the JSON body."""

    def __init__(self, status: int, code: str, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.headers = headers or {}


def guarded(handler: Handler, *, secure: bool) -> Handler:
    """Return `handler` behind the check of the origin, with safe headers, and with every failure as JSON."""

    @functools.wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            if request.method not in _READING or "Upgrade" in request.headers:
                require_own_origin(request, secure=secure)
            response = await handler(request)
        except Exception as failure:
            response = _failure(failure)
        if not response.prepared:
            response.headers.update({**HEADERS, **response.headers})
        return response

    return answer


def require_own_origin(request: web.Request, *, secure: bool) -> None:
    """Refuse what another site's page sends in the agent's name. Browsers always name the origin of such requests."""
    origin = urlsplit(request.headers.get("Origin", ""))
    schemes = {"https"} if secure else {"https", "http"}
    if origin.scheme not in schemes or origin.netloc.lower() != request.host.lower():
        raise Refused(403, "foreign_origin", "this request does not come from a page of this console")


async def fields(request: web.Request, *names: str) -> tuple[str, ...]:
    """Return the named texts of the JSON object in the body."""
    data = _parsed(await _body(request)) if request.content_type == "application/json" else None
    if not isinstance(data, dict):
        raise BadData("send a JSON object, as application/json")
    texts = [data.get(name) for name in names]
    writable = tuple(text for text in texts if isinstance(text, str) and _writable(text))
    if len(writable) < len(names):
        raise BadData(f"the JSON object needs these texts: {', '.join(names)}")
    return writable


async def _body(request: web.Request) -> bytes:
    body = b""
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > MAXIMUM_BYTES:
            raise Refused(413, "too_large", f"send at most {MAXIMUM_BYTES} bytes")
    return body


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _writable(text: str) -> bool:
    """Say whether a text can be stored: JSON can name halves of characters, and a NUL, which databases refuse."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _failure(failure: Exception) -> web.Response:
    match failure:
        case Refused():
            return _error(failure.status, failure.code, str(failure), failure.headers)
        case BadData():
            return _error(400, "bad_request", str(failure))
        case NotFound():
            return _error(404, "not_found", "there is no such thing")
        case Conflict():
            return _error(409, "conflict", "somebody else is in charge of this conversation now")
        case web.HTTPException():
            return _error(failure.status, "refused", failure.reason)
    if not isinstance(failure, MadadError):
        log.error("a request to the console failed", exc_info=failure)
    return _error(500, "failed", "something went wrong here; please try again")


def _error(status: int, code: str, text: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"error": code, "text": text}, status=status, headers=headers)
