"""The shop's own system, as a real server that is slow, broken, or wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot.adapters.circuit_breaker import CircuitBreaker
from bot.adapters.http_shop import HttpShopRecords
from bot.adapters.order_json import read_order
from bot.errors import BadData, RecordsUnavailable
from tests.adapters.test_order_json import documented
from tests.servers import free_port, serve

ORDER = read_order(documented())


class Shop:
    """A shop's system that answers as it is told to, then as documented."""

    def __init__(self) -> None:
        self.answers: list[web.StreamResponse | float] = []
        self.requests: list[web.Request] = []
        self.app = web.Application()
        self.app.router.add_get("/v1/orders/{number}", self.answer)
        self.app.router.add_get("/v1/devices/{serial}/order", self.answer)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, float):
            await asyncio.sleep(answer)
        elif answer is not None:
            return answer
        known = request.match_info.get("number") == ORDER.number or "serial" in request.match_info
        return web.json_response(documented()) if known else web.Response(status=404)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
async def records(shop: Shop) -> AsyncIterator[HttpShopRecords]:
    async with serve(shop.app) as address:
        records = HttpShopRecords(f"{address}/v1/", "s3cret", timeout=0.5, breaker=CircuitBreaker(failures=3, rest=0.2))
        yield records
        await records.close()


async def test_an_order_is_asked_for_with_the_token(records: HttpShopRecords, shop: Shop) -> None:
    assert await records.order("MD-100245") == ORDER
    [request] = shop.requests
    assert request.headers["Authorization"] == "Bearer s3cret"


async def test_a_device_leads_to_its_order(records: HttpShopRecords, shop: Shop) -> None:
    assert await records.order_of_device("SN7K2M9QX4B1") == ORDER
    assert shop.requests[0].path == "/v1/devices/SN7K2M9QX4B1/order"


async def test_404_is_an_unknown_order_and_no_failure(records: HttpShopRecords, shop: Shop) -> None:
    for _ in range(5):
        assert await records.order("MD-999999") is None
    assert len(shop.requests) == 5


@pytest.mark.parametrize("number", ["../secrets", "a/b?c=d#e", "MD-1\r\nHost: elsewhere", "%2e%2e", "عدد"])
async def test_a_number_cannot_lead_elsewhere(records: HttpShopRecords, shop: Shop, number: str) -> None:
    assert await records.order(number) is None
    assert shop.requests[0].match_info["number"] == number


@pytest.mark.parametrize("status", [500, 502, 503, 429])
async def test_a_failure_that_passes_is_not_noticed(records: HttpShopRecords, shop: Shop, status: int) -> None:
    shop.answers = [web.Response(status=status), web.Response(status=status)]
    assert await records.order("MD-100245") == ORDER
    assert len(shop.requests) == 3


async def test_a_slow_answer_is_asked_for_again(records: HttpShopRecords, shop: Shop) -> None:
    shop.answers = [1.0]
    assert await records.order("MD-100245") == ORDER
    assert len(shop.requests) == 2


async def test_a_failure_that_stays_is_reported_after_three_tries(records: HttpShopRecords, shop: Shop) -> None:
    shop.answers = [web.Response(status=500) for _ in range(3)]
    with pytest.raises(RecordsUnavailable, match="status 500"):
        await records.order("MD-100245")
    assert len(shop.requests) == 3


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"text": "<html>Welcome!</html>"}, "not JSON"),
    ({"text": ""}, "not JSON"),
    ({"body": b"\xff\xfe\x00"}, "not JSON"),
    ({"text": "[" * 100_000}, "not JSON"),
    ({"text": "[]"}, "order must be an object"),
    ({"text": '{"number": 7}'}, r"order\.number must be text"),
    ({"text": " " * 1_100_000}, "larger than"),
    ({"status": 204}, "status 204"),
    ({"status": 400}, "status 400"),
    ({"status": 401}, "does not accept the token"),
    ({"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}, "status 302"),
]


@pytest.mark.parametrize(("answer", "message"), WRONG)
async def test_a_wrong_answer_is_reported_and_not_asked_for_again(
    records: HttpShopRecords, shop: Shop, answer: dict[str, Any], message: str
) -> None:
    shop.answers = [web.Response(**answer)]
    with pytest.raises(RecordsUnavailable, match=message):
        await records.order("MD-100245")
    assert len(shop.requests) == 1
    assert await records.order("MD-100245") == ORDER


async def test_another_order_than_the_one_asked_for_is_not_given_out(records: HttpShopRecords, shop: Shop) -> None:
    shop.answers = [web.json_response(documented() | {"number": "MD-100246"})]
    with pytest.raises(RecordsUnavailable, match="another order"):
        await records.order("MD-100245")
    shop.answers = [web.json_response(documented())]
    with pytest.raises(RecordsUnavailable, match="lacks the device"):
        await records.order_of_device("SN0000000000")


async def test_after_failures_in_a_row_it_is_left_alone_until_it_has_recovered(
    records: HttpShopRecords, shop: Shop
) -> None:
    shop.answers = [web.Response(text="garbage") for _ in range(3)]
    for _ in range(3):
        with pytest.raises(RecordsUnavailable, match="not JSON"):
            await records.order("MD-100245")
    with pytest.raises(RecordsUnavailable, match="left alone"):
        await records.order("MD-100245")
    assert len(shop.requests) == 3
    await asyncio.sleep(0.25)
    assert await records.order("MD-100245") == ORDER


async def test_many_calls_at_once_do_not_disturb_each_other(records: HttpShopRecords, shop: Shop) -> None:
    shop.answers = [web.Response(status=500) for _ in range(10)]
    assert await asyncio.gather(*(records.order("MD-100245") for _ in range(10))) == [ORDER] * 10


async def test_a_server_that_is_not_there_is_reported() -> None:
    records = HttpShopRecords(f"http://127.0.0.1:{free_port()}", "s3cret")
    with pytest.raises(RecordsUnavailable, match="no answer"):
        await records.order("MD-100245")
    await records.close()


@pytest.mark.parametrize("address", ["", "shop.example.com", "ftp://shop.example.com", "https://"])
def test_an_address_that_is_not_one_is_refused(address: str) -> None:
    with pytest.raises(BadData, match="https://"):
        HttpShopRecords(address, "s3cret")
