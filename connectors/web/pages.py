"""The files that the website channel serves: the widget, and the demonstration shop."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template

from aiohttp import web

from bot.language import DEFAULT_LANGUAGE, LANGUAGES
from bot.orders import DemoOrder
from bot.services import Services
from connectors.web.interface import LANGUAGE_NAMES, first_interface
from connectors.web.protocol import direction

_FILES = files("connectors.web")
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """A file that anyone may load, also from a shop's page on another host."""

    body: bytes
    content_type: str

    def respond(self, request: web.Request) -> web.Response:
        """Return the file, or only that it has not changed."""
        tag = f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'
        headers = {
            "ETag": tag,
            "Cache-Control": "public, max-age=300",
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        response = web.Response(body=self.body, content_type=self.content_type, charset="utf-8", headers=headers)
        response.enable_compression()
        return response


def read_asset(name: str) -> Asset:
    """Return one of our files."""
    return Asset(_FILES.joinpath(name).read_bytes(), _TYPES[name[name.rindex(".") :]])


def widget_script(services: Services) -> Asset:
    """Return the widget, with what it shows before it has reached us."""
    script = read_asset("widget.js")
    first = json.dumps(first_interface(services), ensure_ascii=False, separators=(",", ":"))
    return Asset(script.body.replace(b"/* first */ { languages: [], labels: {} }", first.encode()), script.content_type)


class DemoShop:
    """The demonstration shop: one page, in every language."""

    def __init__(self, services: Services, order: DemoOrder) -> None:
        self._services = services
        self._order = order
        self._page = Template(_FILES.joinpath("demo.html").read_text("utf-8"))
        self._pages = {language: self._write(language) for language in LANGUAGES}

    def respond(self, request: web.Request) -> web.Response:
        """Return the page in the language of the address (`?lang=ar`), else of the browser."""
        language = request.query.get("lang") or _preferred(request.headers.get("Accept-Language", ""))
        page = self._pages.get(language, self._pages[DEFAULT_LANGUAGE])
        return web.Response(text=page, content_type="text/html", headers=_page_headers(request.host))

    def _write(self, language: str) -> str:
        labels = {key: escape(text) for key, text in self._services.interface(language).items()}
        order = {f"order_{name}": escape(value) for name, value in vars(self._order).items()}
        return self._page.substitute(
            labels | order,
            language=language,
            direction=direction(language),
            languages=_language_links(language),
        )


def _preferred(accepted: str) -> str:
    codes = (part.split(";")[0].split("-")[0].strip().lower() for part in accepted.split(","))
    return next((code for code in codes if code in LANGUAGES), DEFAULT_LANGUAGE)


def _language_links(chosen: str) -> str:
    return "\n".join(
        f'<a href="?lang={code}" lang="{code}" hreflang="{code}"{" aria-current=true" if code == chosen else ""}>'
        f"{LANGUAGE_NAMES[code]}</a>"
        for code in LANGUAGES
    )


def _page_headers(host: str) -> dict[str, str]:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self' ws://{host} wss://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language",
    }
