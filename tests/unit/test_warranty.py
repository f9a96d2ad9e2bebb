"""Which warranty a customer is told of, and what is said about it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.conversations import Say
from bot.warranty import EXCLUSIONS, PARTS, Kind, Provider, Warranty, best_warranty, describe_warranty

TODAY = date(2025, 3, 12)
DEVICE = {"product": "Noor TV 55", "serial": "SN7K2P9X4Q1B"}


def warranty(
    starts: date = date(2024, 1, 1),
    ends: date | None = date(2026, 1, 1),
    kind: Kind = Kind.MAKER,
    provider: Provider = Provider.MAKER,
    name: str = "Vega",
    exclusions: tuple[str, ...] = ("water", "drop"),
) -> Warranty:
    return Warranty(kind, provider, name, starts, ends, ("screen", "motor"), exclusions)


def keys(*warranties: Warranty) -> list[str]:
    return [say.key for say in describe_warranty("Noor TV 55", "SN7K2P9X4Q1B", warranties, TODAY)]


@pytest.mark.parametrize(
    ("starts", "ends", "in_force"),
    [
        (TODAY, TODAY, True),
        (date(2025, 3, 13), date(2026, 1, 1), False),
        (date(2024, 1, 1), date(2025, 3, 11), False),
        (date(2024, 1, 1), None, True),
        (date(2025, 3, 13), None, False),
    ],
)
def test_a_warranty_is_in_force_from_its_first_to_the_end_of_its_last_day(
    starts: date, ends: date | None, in_force: bool
) -> None:
    assert warranty(starts, ends).in_force(TODAY) is in_force


def test_of_several_in_force_the_one_that_ends_last_is_told() -> None:
    short, long = warranty(ends=date(2025, 6, 1)), warranty(ends=date(2027, 6, 1))
    assert best_warranty([short, long], TODAY) is long
    assert best_warranty([long, short], TODAY) is long


def test_a_lifetime_is_longer_than_any_date() -> None:
    lifetime = warranty(ends=None)
    assert best_warranty([warranty(ends=date(9999, 12, 30)), lifetime], TODAY) is lifetime


def test_what_is_in_force_comes_before_what_is_to_come_and_that_before_what_is_over() -> None:
    over = warranty(date(2022, 1, 1), date(2024, 1, 1))
    now = warranty(ends=date(2025, 3, 12))
    next_one, later = warranty(date(2025, 4, 1), date(2026, 4, 1)), warranty(date(2025, 5, 1), None)
    assert best_warranty([over, later, now, next_one], TODAY) is now
    assert best_warranty([over, later, next_one], TODAY) is next_one
    assert best_warranty([warranty(date(2020, 1, 1), date(2021, 1, 1)), over], TODAY) is over
    assert best_warranty([], TODAY) is None


def test_a_covered_device_is_told_until_when_by_whom_for_what_and_what_to_do() -> None:
    assert describe_warranty("Noor TV 55", "SN7K2P9X4Q1B", [warranty()], TODAY) == [
        Say("warranty_covered", {**DEVICE, "until": date(2026, 1, 1)}),
        Say("warranty_terms", {"kind": Say("kind_maker"), "provider": "Vega"}),
        Say("warranty_parts", {"parts": [Say("part_screen"), Say("part_motor")]}),
        Say("warranty_exclusions", {"exclusions": [Say("exclusion_water"), Say("exclusion_drop")]}),
        Say("warranty_next_maker", {"provider": "Vega"}),
    ]


def test_the_shops_own_warranty_names_the_shop() -> None:
    own = warranty(kind=Kind.EXTENDED, provider=Provider.SHOP, name="")
    terms, next_step = (describe_warranty("Noor TV 55", "SN7K2P9X4Q1B", [own], TODAY)[place] for place in (1, -1))
    assert terms == Say("warranty_terms", {"kind": Say("kind_extended"), "provider": Say("provider_shop")})
    assert next_step == Say("warranty_next_shop", {"provider": Say("provider_shop")})


def test_where_nothing_is_excluded_nothing_is_said_of_it() -> None:
    assert "warranty_exclusions" not in keys(warranty(exclusions=()))


def test_a_device_for_its_whole_life_has_no_last_day() -> None:
    assert describe_warranty("Noor TV 55", "SN7K2P9X4Q1B", [warranty(ends=None)], TODAY)[0] == Say(
        "warranty_covered_lifetime", DEVICE
    )


def test_an_expired_warranty_is_told_with_its_end_and_the_way_to_a_repair() -> None:
    over = warranty(ends=date(2025, 3, 11))
    assert describe_warranty("Noor TV 55", "SN7K2P9X4Q1B", [over], TODAY) == [
        Say("warranty_expired", {**DEVICE, "until": date(2025, 3, 11)}),
        Say("warranty_next_expired"),
    ]


def test_a_warranty_that_begins_later_is_told_with_its_beginning() -> None:
    starts = date(2025, 4, 1)
    assert describe_warranty("Noor TV 55", "SN7K2P9X4Q1B", [warranty(starts)], TODAY) == [
        Say("warranty_not_started", {**DEVICE, "starts": starts, "until": date(2026, 1, 1)})
    ]
    assert describe_warranty("Noor TV 55", "SN7K2P9X4Q1B", [warranty(starts, None)], TODAY) == [
        Say("warranty_not_started_lifetime", {**DEVICE, "starts": starts})
    ]


def test_a_device_without_warranty_is_told_so() -> None:
    assert keys() == ["warranty_none", "warranty_next_expired"]


@pytest.mark.parametrize("language", ["en", "ar", "hi", "ur", "fa"])
def test_every_name_has_its_sentence_in_every_language(language: str) -> None:
    file = Path(__file__).parents[2] / "data" / "responses" / f"{language}.yml"
    known = yaml.safe_load(file.read_text("utf-8"))["responses"].keys()
    needed = {f"part_{part}" for part in PARTS} | {f"exclusion_{exclusion}" for exclusion in EXCLUSIONS}
    needed |= {f"kind_{kind.value}" for kind in Kind} | {f"warranty_next_{provider.value}" for provider in Provider}
    needed |= {"provider_shop", "warranty_not_started", "warranty_not_started_lifetime", "warranty_covered_lifetime"}
    assert needed <= known


def test_every_warranty_in_force_is_told_the_longest_first() -> None:
    over = warranty(date(2022, 1, 1), date(2024, 1, 1))
    plan = warranty(ends=date(2027, 6, 1), kind=Kind.SERVICE_PLAN, provider=Provider.THIRD_PARTY)
    told = describe_warranty("Noor TV 55", "SN7K2P9X4Q1B", [over, warranty(), plan], TODAY)
    assert [say.values["until"] for say in told if say.key == "warranty_covered"] == [plan.ends, warranty().ends]
    assert [say.key for say in told].count("warranty_expired") == 0
