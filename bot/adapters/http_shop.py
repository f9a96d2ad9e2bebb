"""The shop's records in a system of its own, asked over HTTP as docs/shop-system.md describes."""

from __future__ import annotations

import asyncio
import json
import logging
from urllib.parse import quote

import aiohttp
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter
from yarl import URL

from bot.adapters.circuit_breaker import CircuitBreaker
from bot.adapters.order_json import read_order
from bot.errors import BadData, RecordsUnavailable
from bot.orders import Order

_LARGEST_BODY = 1024 * 1024
_UNKNOWN = 404
_BUSY = 429

log = logging.getLogger(__name__)


class _MayPass(Exception):
    """A failure that another try may not meet."""


class HttpShopRecords:
    """`bot.ports.ShopRecords` over a shop's own system, tried again a few times and then left alone a while."""

    def __init__(
        self,
        base: str,
        token: str,
        *,
        timeout: float = 3.0,
        attempts: int = 3,
        breaker: CircuitBreaker | None = None,
    ) -> None:
        if URL(base).scheme not in ("http", "https") or not URL(base).host:
            raise BadData("the address of the shop's system must begin with https:// or http://")
        self._base = base.rstrip("/")
        self._token = token
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._retrying = AsyncRetrying(
            stop=stop_after_attempt(attempts),
            wait=wait_exponential_jitter(multiplier=0.1, max=1.0, jitter=0.1),
            retry=retry_if_exception_type(_MayPass),
            reraise=True,
        )
        self._breaker = breaker or CircuitBreaker()
        self._session: aiohttp.ClientSession | None = None

    async def order(self, number: str) -> Order | None:
        order = await self._ask(f"orders/{quote(number, safe='')}")
        if order and order.number != number:
            raise RecordsUnavailable("the shop's system answered with another order than the one asked for")
        return order

    async def order_of_device(self, serial: str) -> Order | None:
        order = await self._ask(f"devices/{quote(serial, safe='')}/order")
        if order and all(device.serial != serial for device in order.devices):
            raise RecordsUnavailable("the shop's system answered with an order that lacks the device asked for")
        return order

    async def close(self) -> None:
        """Close every connection."""
        if self._session:
            await self._session.close()

    async def _ask(self, path: str) -> Order | None:
        if not self._breaker.allows():
            raise RecordsUnavailable("the shop's system has failed again and again, and is left alone for a while")
        try:
            order: Order | None = await self._retrying(self._get, path)
        except (_MayPass, BadData) as failure:
            self._breaker.failed()
            log.error("the shop's system: %s", failure)
            raise RecordsUnavailable(f"the shop's system: {failure}") from failure
        self._breaker.succeeded()
        return order

    async def _get(self, path: str) -> Order | None:
        url = URL(f"{self._base}/{path}", encoded=True)
        try:
            # A redirection would take the token to somewhere else.
            async with self._open_session().get(url, allow_redirects=False) as response:
                if response.status == _UNKNOWN:
                    return None
                _check_status(response.status)
                return _read(await _body(response))
        except (aiohttp.ClientError, asyncio.TimeoutError) as failure:
            raise _MayPass(f"no answer ({type(failure).__name__})") from failure

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
            self._session = aiohttp.ClientSession(headers=headers, timeout=self._timeout)
        return self._session


def _check_status(status: int) -> None:
    if status >= 500 or status == _BUSY:
        raise _MayPass(f"status {status}")
    if status in (401, 403):
        raise BadData(f"status {status}: it does not accept the token")
    if status != 200:
        raise BadData(f"status {status}, where 200 or 404 is expected")


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for chunk in response.content.iter_chunked(65536):
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise BadData(f"an answer larger than {_LARGEST_BODY} bytes")
    return body


def _read(body: bytes) -> Order:
    try:
        decoded = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadData("an answer that is not JSON") from error
    return read_order(decoded)
