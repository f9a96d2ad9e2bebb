"""Order numbers, serial numbers, e-mail addresses and phone numbers: how they are found in text and compared.

The engine finds them with this module and the service checks them with it, so both always agree on what one is.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

from bot.text import FIRST_STRONG_ISOLATE, clean, isolate

_PATTERNS = (
    ("email", re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}", re.ASCII)),
    ("serial_number", re.compile(r"(?<![A-Za-z0-9])SN[\s-]?([A-Z0-9]{10})(?![A-Za-z0-9])", re.IGNORECASE | re.ASCII)),
    ("order_number", re.compile(r"(?<![A-Za-z0-9])MD[\s#:_-]{0,2}(\d{6})(?!\d)", re.IGNORECASE | re.ASCII)),
    ("phone", re.compile(r"(?<![A-Za-z0-9])(?:\+|00)?\d(?:[\s().-]{0,2}\d){7,14}(?!\d)", re.ASCII)),
    ("order_number", re.compile(r"(?<![A-Za-z0-9@.+-])#?(\d{6})(?![\d@.-]*\d|@)", re.ASCII)),
)  # fmt: skip
_SAME_PHONE_DIGITS = 8
KINDS = frozenset(kind for kind, _ in _PATTERNS)


@dataclass(frozen=True)
class Identifier:
    """One identifier in a text: its kind, its canonical value, and where it stands, as offsets into that text."""

    kind: str
    value: str
    start: int
    end: int


def find_identifiers(text: str) -> list[Identifier]:
    """Return the identifiers in `text`, which must be cleaned, in their order; none overlaps another."""
    found: list[Identifier] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if all(match.end() <= other.start or other.end <= match.start() for other in found):
                found.append(Identifier(kind, _canonical(kind, match), match.start(), match.end()))
    return sorted(found, key=lambda identifier: identifier.start)


def _canonical(kind: str, match: re.Match[str]) -> str:
    if kind == "email":
        return match.group().lower()
    if kind == "phone":
        return canonical_phone(match.group())
    return f"{'MD-' if kind == 'order_number' else 'SN'}{match.group(1).upper()}"


def canonical_phone(text: str) -> str:
    """Return the digits of a phone number, with a leading plus where it is international."""
    text = clean(text)
    digits = "".join(c for c in text if c.isdigit())
    if text.lstrip().startswith("+"):
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def same_contact(given: str, email: str, phone: str) -> bool:
    """Say whether `given` is the e-mail address or the phone number on record, in time that does not depend on where they differ.

    Phone numbers are equal when their last eight digits are: customers leave out the country code or write it in several ways.
    """
    given = clean(given)
    same_email = _equal(given.lower(), clean(email).lower()) and bool(email)
    ours, theirs = _phone_tail(phone), _phone_tail(given)
    same_phone = _equal(theirs, ours) and len(ours) == _SAME_PHONE_DIGITS and "@" not in given
    return same_email or same_phone


def _phone_tail(text: str) -> str:
    return canonical_phone(text).lstrip("+")[-_SAME_PHONE_DIGITS:]


def _equal(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def isolate_identifiers(text: str) -> str:
    """Return `text` with each identifier in Unicode isolates, unless it already is, so that it keeps its order (UAX #9)."""
    for found in reversed(find_identifiers(text)):
        if text[max(found.start - 1, 0) : found.start] != FIRST_STRONG_ISOLATE:
            text = text[: found.start] + isolate(text[found.start : found.end]) + text[found.end :]
    return text
