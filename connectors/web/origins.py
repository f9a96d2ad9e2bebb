"""Where a request comes from: its network address, and the web page that made it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from aiohttp import web

from bot.errors import BadData

_DEFAULT_PORTS = {"http": 80, "https": 443}


def network_address(request: web.Request, trusted_proxies: int) -> str:
    """Return the customer's network address: the peer's, or what the outermost of our `trusted_proxies` wrote down.

    An IPv6 address stands for its /64 network, which is what one customer has.
    """
    peer = request.remote or "unknown"
    if trusted_proxies <= 0:
        return _network(peer) or peer
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    written = forwarded[-trusted_proxies] if len(forwarded) >= trusted_proxies else ""
    return _network(written) or _network(peer) or peer


def _network(text: str) -> str | None:
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))


def read_origins(origins: Iterable[str]) -> frozenset[str]:
    """Return origins in the form that browsers send; raises `BadData` for what is not `https://host` or `http://host`."""
    return frozenset(map(_read_origin, origins))


def _read_origin(origin: str) -> str:
    parts = urlsplit(origin.strip())
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.path.strip("/") or parts.query or port == -1:
        raise BadData(f"{origin!r} is not an origin: write scheme, host and port only, such as https://shop.example")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}")


def may_embed(request: web.Request, allowed: frozenset[str]) -> bool:
    """Say whether the page that opens a socket is ours or one of `allowed`.

    A browser always names the page. A program that is no browser names none, and could name any: it is let in, for it
    has only the token that it was given itself.
    """
    origin = request.headers.get("Origin")
    return origin is None or origin in allowed or urlsplit(origin).netloc == request.host
