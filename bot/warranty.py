"""Warranties: who stands behind a device, for what, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from bot.conversations import Say


class Kind(str, Enum):
    """What sort of promise a warranty is."""

    STATUTORY = "statutory"
    MAKER = "maker"
    EXTENDED = "extended"
    SERVICE_PLAN = "service_plan"
    LIFETIME = "lifetime"


class Provider(str, Enum):
    """Who keeps the promise."""

    MAKER = "maker"
    SHOP = "shop"
    THIRD_PARTY = "third_party"


PARTS = (
    "all", "labour", "battery", "screen", "mainboard", "motor", "compressor", "panel", "power_supply",
    "accidental_damage",
)  # fmt: skip
EXCLUSIONS = (
    "water", "drop", "wear", "battery", "unauthorised_repair", "power_surge", "consumables", "cosmetic",
)  # fmt: skip


@dataclass(frozen=True)
class Warranty:
    """One promise on one device, in force from `starts` to the end of `ends`, or for its lifetime if that is None.

    `parts` and `exclusions` are names from `PARTS` and `EXCLUSIONS`. `provider_name` is empty when it is the shop's.
    """

    kind: Kind
    provider: Provider
    provider_name: str
    starts: date
    ends: date | None
    parts: tuple[str, ...] = ("all",)
    exclusions: tuple[str, ...] = ()

    def in_force(self, on: date) -> bool:
        """Say whether the device is covered on that day."""
        return self.starts <= on and (self.ends is None or on <= self.ends)


def best_warranty(warranties: Iterable[Warranty], on: date) -> Warranty | None:
    """Return the warranty to tell of: in force and ending last; else the next to start; else the last to end."""

    def rank(warranty: Warranty) -> tuple[int, int]:
        end = (warranty.ends or date.max).toordinal()
        if warranty.in_force(on):
            return 2, end
        return (1, -warranty.starts.toordinal()) if warranty.starts > on else (0, end)

    return max(warranties, key=rank, default=None)


def describe_warranty(product: str, serial: str, warranties: Sequence[Warranty], today: date) -> list[Say]:
    """Return the sentences that tell a customer whether a device is covered, by whom, for what, and what to do next.

    Every warranty in force is told, the one that ends last first: each has its own provider, parts and exclusions.
    """
    device = {"product": product, "serial": serial}
    in_force = sorted((one for one in warranties if one.in_force(today)), key=lambda one: one.ends or date.max)
    if in_force:
        return [sentence for one in reversed(in_force) for sentence in _describe(one, device)]
    warranty = best_warranty(warranties, today)
    if warranty is None:
        return [Say("warranty_none", device), Say("warranty_next_expired")]
    if warranty.starts > today:
        starts = {**device, "starts": warranty.starts}
        if warranty.ends is None:
            return [Say("warranty_not_started_lifetime", starts)]
        return [Say("warranty_not_started", {**starts, "until": warranty.ends})]
    return [Say("warranty_expired", {**device, "until": warranty.ends}), Say("warranty_next_expired")]


def _describe(warranty: Warranty, device: Mapping[str, object]) -> list[Say]:
    covered = (
        Say("warranty_covered", {**device, "until": warranty.ends})
        if warranty.ends
        else Say("warranty_covered_lifetime", device)
    )
    provider: object = warranty.provider_name or Say("provider_shop")
    sentences = [
        covered,
        Say("warranty_terms", {"kind": Say(f"kind_{warranty.kind.value}"), "provider": provider}),
        Say("warranty_parts", {"parts": [Say(f"part_{part}") for part in warranty.parts]}),
    ]
    if warranty.exclusions:
        names = [Say(f"exclusion_{exclusion}") for exclusion in warranty.exclusions]
        sentences.append(Say("warranty_exclusions", {"exclusions": names}))
    return [*sentences, Say(f"warranty_next_{warranty.provider.value}", {"provider": provider})]
