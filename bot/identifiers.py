"""Order numbers, serial numbers, e-mail addresses and phone numbers: how they are found in text and compared.

The engine finds them with this module and the service checks them with it, so both always agree on what one is.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

from bot.text import POP_ISOLATE, clean, isolate

_NEITHER = r"""(?<![\d+])(?:
    \d{4}[-./]\d{1,2}[-./]\d{1,2} | \d{1,2}[-./]\d{1,2}[-./]\d{4}    # dates
  | \d{4}(?:[ -]?\d{4}){3} | \d{4}[ -]?\d{6}[ -]?\d{5}               # numbers of payment cards
)(?!\d) | (?<![\d.])\d+\.\d{1,2}(?![\d.])                        # amounts of money"""
# The first one that fits takes its place in the text. A kind without a name is what must not be taken for another.
_PATTERNS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE | re.ASCII | re.VERBOSE))
    for kind, pattern in (
        ("email", r"(?<![A-Z0-9])[A-Z0-9_][A-Z0-9._%+'-]{0,63}@(?:[A-Z0-9-]{1,63}\.){1,8}[A-Z]{2,24}"),
        ("serial_number", r"(?<![A-Z0-9])S/?N[\s\#:-]{0,2}(?=[A-Z]{0,9}\d)([A-Z0-9]{10})(?![A-Z0-9])"),
        ("order_number", r"(?<![A-Z0-9])MD[\s\#:_-]{0,2}(\d{6})(?![A-Z0-9])"),
        ("", _NEITHER),
        ("order_number", r"(?<![A-Z0-9@.+-])(\d{6})(?=[ ](?:0|\+)\d)"),  # and a phone number after it
        ("phone", r"(?<![A-Z0-9])(?:\(?\+|00)?\(?\d(?:[ ().-]{0,2}\d){7,14}(?!\d)"),
        ("order_number", r"(?<![A-Z0-9@.+-])\#?(\d{6})(?![\d@.-]*\d|[A-Z@])"),
    )
)
_SAME_PHONE_DIGITS = 8
_ISOLATES = "\u2066\u2067\u2068"
KINDS = frozenset(kind for kind, _ in _PATTERNS if kind)


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
            found.append(Identifier(kind, _canonical(kind, match), match.start(), match.end()))
        text = pattern.sub(_taken, text)
    return sorted((identifier for identifier in found if identifier.kind), key=lambda identifier: identifier.start)


def isolate_identifiers(text: str) -> str:
    """Wrap the identifiers in `text` in Unicode isolates (UAX #9), except those that stand in isolates already."""
    done, depth, pieces = 0, 0, []
    for found in find_identifiers(text):
        before, value = text[done : found.start], text[found.start : found.end]
        depth += sum(map(before.count, _ISOLATES)) - before.count(POP_ISOLATE)
        pieces += [before, value if depth > 0 else isolate(value)]
        done = found.end
    return "".join([*pieces, text[done:]])


def _taken(match: re.Match[str]) -> str:
    return "\0" * len(match.group())


def _canonical(kind: str, match: re.Match[str]) -> str:
    if not kind:
        return match.group()
    if kind == "email":
        return match.group().lower()
    if kind == "phone":
        return canonical_phone(match.group())
    return f"{'MD-' if kind == 'order_number' else 'SN'}{match.group(1).upper()}"


def canonical_phone(text: str) -> str:
    """Return the digits of a phone number, with a leading plus where it is international."""
    text = clean(text)
    digits = "".join(c for c in text if c.isdigit())
    if text.lstrip("( ").startswith("+"):
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def same_contact(given: str, email: str, phone: str) -> bool:
    """Say whether `given` is the e-mail address or the phone number on record.

    Phone numbers are equal when their last eight digits are: customers leave out the country code, or write it in
    several ways. The time that this takes does not depend on where the two differ.
    """
    given = clean(given)
    email = clean(email)
    same_email = _equal(given.lower(), email.lower()) and bool(email)
    ours, theirs = _phone_tail(phone), _phone_tail(given)
    same_phone = _equal(theirs, ours) and len(ours) == _SAME_PHONE_DIGITS and "@" not in given
    return same_email or same_phone


def _phone_tail(text: str) -> str:
    return canonical_phone(text).lstrip("+")[-_SAME_PHONE_DIGITS:]


def _equal(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
