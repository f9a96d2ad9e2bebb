"""The door for connectors: how one is found, and the example in the documentation, run as it stands there."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from bot.errors import BadData
from connectors.base import BUILT_IN, Connector, find_connector
from connectors.gateway import running
from tests.fakes import make_services
from tests.servers import serve

DOCS = Path(__file__).parent.parent.parent / "docs" / "connectors.md"


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_built_in_connector_is_found_by_its_name(name: str) -> None:
    assert find_connector(name).name == name


@pytest.mark.parametrize("name", ["nowhere", "nowhere:Nothing", "connectors.base:Nothing", "bot.text:clean", ""])
def test_an_unknown_connector_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(BadData, match="connector"):
        find_connector(name)


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_built_in_connector_is_documented(name: str) -> None:
    assert f"| `{name}` |" in DOCS.read_text(encoding="utf-8")


class Provider:
    """A provider of text messages: keeps what it is given, and fails when told to."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.failures = 0

    def app(self) -> web.Application:
        async def take(request: web.Request) -> web.Response:
            if self.failures:
                self.failures -= 1
                return web.Response(status=503)
            self.sent.append(await request.json())
            return web.json_response({"id": f"out-{len(self.sent)}"})

        app = web.Application()
        app.add_routes([web.post("/send", take)])
        return app


async def test_the_example_in_the_documentation_talks_to_a_real_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    namespace: dict[str, Any] = {}
    exec(compile(code, "docs/connectors.md", "exec"), namespace)
    example: type[Connector] = namespace["SmsConnector"]
    provider, services = Provider(), make_services()
    monkeypatch.setenv("SMS_SECRET", "secret")
    async with serve(provider.app()) as provider_url:
        monkeypatch.setenv("SMS_URL", f"{provider_url}/send")
        connector = example.from_settings(None, services)  # type: ignore[arg-type]
        app = web.Application()
        app.add_routes(connector.routes(services.dialogue.receive))
        async with serve(app) as url, running(services, [connector]), ClientSession() as session:
            message = {"from": "+971501234567", "text": "hello", "id": "in-1"}
            async with session.post(f"{url}/sms", json=message) as refused:
                assert refused.status == 401
            for _ in range(2):  # the provider repeats itself; the customer is answered once
                async with session.post(f"{url}/sms", json=message, headers={"X-Secret": "secret"}) as taken:
                    assert taken.status == 200
            async with asyncio.timeout(5):
                while not provider.sent:
                    await asyncio.sleep(0.01)
    assert provider.sent == [{"to": "+971501234567", "text": "echo text=hello"}]
