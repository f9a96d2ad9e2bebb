"""Network addresses and origins."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from bot.errors import BadData
from connectors.web.origins import may_embed, network_address, read_origins


def address(proxies: int, *forwarded: str, peer: str = "203.0.113.9") -> str:
    headers = CIMultiDict([("X-Forwarded-For", value) for value in forwarded])
    return network_address(make_mocked_request("GET", "/", headers).clone(remote=peer), proxies)


def test_without_a_trusted_proxy_the_header_is_not_believed() -> None:
    assert address(0, "198.51.100.1") == "203.0.113.9"


def test_behind_one_proxy_the_last_entry_counts_and_what_the_customer_wrote_does_not() -> None:
    assert address(1, "1.1.1.1, 198.51.100.1") == "198.51.100.1"


def test_behind_two_proxies_the_last_but_one_entry_counts_over_several_headers() -> None:
    assert address(2, "1.1.1.1, 198.51.100.1", "10.0.0.2") == "198.51.100.1"


def test_a_header_that_is_too_short_or_no_address_leaves_the_peers() -> None:
    assert address(2, "198.51.100.1") == address(1) == address(1, "unknown") == "203.0.113.9"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("198.51.100.1:4711", "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_ports_are_left_out_and_ipv6_networks_count_as_one_customer(written: str, read: str) -> None:
    assert address(1, written) == read


def embeds(origin: str | None, *allowed: str, host: str = "help.example:8080") -> bool:
    headers = {"Host": host} | ({"Origin": origin} if origin is not None else {})
    return may_embed(make_mocked_request("GET", "/", headers), read_origins(allowed))


def test_our_own_pages_the_allowed_ones_and_programs_without_a_page_may_open_a_socket() -> None:
    assert embeds("http://help.example:8080")
    assert embeds("https://shop.example", "https://shop.example")
    assert embeds(None)


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "", "https://shop.example.evil.example", "http://shop.example", "help.example"],
)
def test_other_pages_may_not(origin: str) -> None:
    assert not embeds(origin, "https://shop.example")


def test_origins_are_read_as_browsers_write_them() -> None:
    assert read_origins(["https://Shop.example:443/", " http://127.0.0.1:80", "http://[::1]:8080"]) == {
        "https://shop.example",
        "http://127.0.0.1",
        "http://[::1]:8080",
    }


@pytest.mark.parametrize(
    "origin", ["shop.example", "https://", "https://shop.example/page", "*", "https://shop.example:x", ""]
)
def test_a_setting_that_is_no_origin_says_what_to_write(origin: str) -> None:
    with pytest.raises(BadData, match="write scheme, host and port only"):
        read_origins([origin])
