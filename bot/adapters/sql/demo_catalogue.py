"""What the demo shop sells, to whom, and with which warranties. Brands, carriers and people are invented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.warranty import Kind, Provider


@dataclass(frozen=True)
class Product:
    """Something that the demo shop sells; the price is in hundredths."""

    category: str
    brand: str
    name: str
    price: int

    @property
    def id(self) -> str:
        return self.name.lower().replace(" ", "-").replace("″", "")


@dataclass(frozen=True)
class Terms:
    """A warranty in the making: its days are counted from the day on which the customer gets the device."""

    kind: Kind
    provider: Provider
    provider_name: str
    starts: int
    days: int | None
    parts: tuple[str, ...]
    exclusions: tuple[str, ...]


PRODUCTS = (
    Product("phone", "Noorix", "Noorix Aria 5", 54900),
    Product("phone", "Noorix", "Noorix Aria 5 Pro", 79900),
    Product("phone", "Velantra", "Velantra One", 32900),
    Product("laptop", "Kestrion", "Kestrion Feather 14", 112900),
    Product("laptop", "Kestrion", "Kestrion Anvil 16", 159900),
    Product("tablet", "Velantra", "Velantra Slate 11", 38900),
    Product("television", "Lumadar", "Lumadar Vista 55″", 62900),
    Product("television", "Lumadar", "Lumadar Vista 65″", 89900),
    Product("washing_machine", "Aquavane", "Aquavane Spin 8", 47900),
    Product("washing_machine", "Aquavane", "Aquavane Spin 10 Duo", 68900),
    Product("refrigerator", "Borealith", "Borealith Chill 400", 84900),
    Product("air_conditioner", "Borealith", "Borealith Breeze 18", 57900),
    Product("air_conditioner", "Sahrano", "Sahrano Cool 24", 71900),
    Product("vacuum_cleaner", "Zephyrine", "Zephyrine Glide", 24900),
    Product("microwave", "Tavamond", "Tavamond Wave 25", 12900),
    Product("dishwasher", "Aquavane", "Aquavane Rinse 14", 53900),
    Product("headphones", "Tarannum", "Tarannum Calm", 17900),
    Product("speaker", "Tarannum", "Tarannum Dome", 9900),
    Product("smartwatch", "Noorix", "Noorix Pulse 2", 19900),
    Product("charger", "Voltmere", "Voltmere 65 W Charger", 3900),
    Product("power_bank", "Voltmere", "Voltmere Reserve 20", 4900),
    Product("printer", "Inkadel", "Inkadel Office 3", 15900),
    Product("router", "Meshara", "Meshara Link 6", 11900),
    Product("camera", "Oculane", "Oculane M3", 94900),
)

CARRIERS = (("Falcon Express", "FX"), ("Blue Dhow Logistics", "BD"), ("Silk Road Parcel", "SR"), ("Gulf Swift", "GS"))

_NAMES = {
    "en": "Emma Oliver Grace Henry Alice Thomas, Clarke Bennett Hughes Foster Walsh",
    "ar": "Layla Yousef Mariam Khalid Noura Faisal, Haddad Mansour Nasser Saleh Qasim",
    "hi": "Priya Arjun Ananya Rohan Kavita Vikram, Sharma Patel Iyer Verma Nair",
    "ur": "Ayesha Bilal Hina Usman Sana Hamza, Qureshi Siddiqui Malik Chaudhry Butt",
    "fa": "Shirin Dariush Parisa Kaveh Nasrin Arash, Rahimi Hosseini Karimi Jafari Moradi",
}
NAMES = {region: tuple(part.split() for part in names.split(",")) for region, names in _NAMES.items()}
"""First names and last names, by the language of the region."""
MAIL_DOMAINS = ("example.com", "example.org", "example.net")

YEAR = 365
_ROUGH_USE = ("water", "drop", "unauthorised_repair")
_CORE = {"television": ("panel", "mainboard"), "refrigerator": ("compressor",), "air_conditioner": ("compressor",)}


def statutory(product: Product) -> Terms:
    return Terms(Kind.STATUTORY, Provider.SHOP, "", 0, 2 * YEAR, ("all",), ("wear", "consumables", "cosmetic"))


def maker(product: Product) -> Terms:
    return Terms(Kind.MAKER, Provider.MAKER, product.brand, 0, YEAR, ("all", "labour"), _ROUGH_USE)


def maker_core(product: Product) -> Terms:
    parts = _CORE.get(product.category, ("motor", "mainboard"))
    return Terms(Kind.MAKER, Provider.MAKER, product.brand, 0, 5 * YEAR, parts, ("power_surge", "wear"))


def extended(product: Product) -> Terms:
    parts = ("mainboard", "power_supply", "labour")
    return Terms(Kind.EXTENDED, Provider.THIRD_PARTY, "Rahat Assurance", 1, 4 * YEAR, parts, ("battery", *_ROUGH_USE))


def service_plan(product: Product) -> Terms:
    parts = ("accidental_damage", "screen", "battery") if product.category == "phone" else ("accidental_damage",)
    return Terms(Kind.SERVICE_PLAN, Provider.THIRD_PARTY, "Pasban Care", 0, 3 * YEAR, parts, ("cosmetic",))


def lifetime(product: Product) -> Terms:
    return Terms(Kind.LIFETIME, Provider.MAKER, product.brand, 0, None, ("all",), ("wear", "drop"))


_HOME = ((statutory, maker), (statutory, maker_core), (maker_core, extended), (statutory,))
_POCKET = ((statutory, maker), (maker, service_plan), (maker,), (statutory, extended))
_SMALL: tuple[tuple[Callable[[Product], Terms], ...], ...] = ((lifetime,), (statutory,), (), (maker,))
_BIG = {"television", "washing_machine", "refrigerator", "air_conditioner", "vacuum_cleaner", "microwave", "dishwasher"}
_LITTLE = {"headphones", "speaker", "charger", "power_bank", "router"}


def terms_of(product: Product, choice: int) -> tuple[Terms, ...]:
    """Return the warranties that one sold piece of a product has; the choice is one of four that sellers make."""
    plans = _HOME if product.category in _BIG else _SMALL if product.category in _LITTLE else _POCKET
    return tuple(plan(product) for plan in plans[choice])
