"""Order numbers, serial numbers, e-mail addresses and phone numbers in what customers write."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.identifiers import KINDS, canonical_phone, find_identifiers, isolate_identifiers, same_contact
from bot.text import clean

PIECES = [
    "MD-100245",
    "100245",
    "SN7K2P9X4Q1B",
    "sara@example.com",
    "+971 50 123 4567",
    "0501234567",
    "2025-03-12",
    "٣",
]
ANY_TEXT = st.text(max_size=60) | st.lists(
    st.sampled_from([*PIECES, " ", ", ", "-", ".", "#", "@", "سلام", "\u2068", "\u2069"])
).map("".join)


def found_in(text: str) -> list[tuple[str, str]]:
    return [(identifier.kind, identifier.value) for identifier in find_identifiers(clean(text))]


@pytest.mark.parametrize(
    "text",
    [
        "MD-100245", "md100245", "MD 100245", "Md_100245", "MD #100245", "MD:100245", "100245", "#100245",
        "MD-١٠٠٢٤٥", "۱۰۰۲۴۵", "MD-१००२४५", "१००२४५", "ＭＤ－１００２４５", "\u202eMD-100245\u202c",
        "Where is my order MD-100245?", "order 100245.", "(100245)", "أين طلبي رقم MD-100245؟", "رقمMD100245",
        "سفارش ۱۰۰۲۴۵ کجاست", "میرا آرڈر MD-100245 کہاں ہے", "मेरा ऑर्डर १००२४५ कहाँ है",
    ],
)  # fmt: skip
def test_an_order_number_is_found_however_it_is_written(text: str) -> None:
    assert found_in(text) == [("order_number", "MD-100245")]


@pytest.mark.parametrize(
    "text",
    [
        "SN7K2P9X4Q1B",
        "sn7k2p9x4q1b",
        "SN-7K2P9X4Q1B",
        "SN 7K2P9X4Q1B",
        "S/N: 7K2P9X4Q1B",
        "serial SN7K2P9X4Q1B, please",
    ],
)
def test_a_serial_number_is_found_however_it_is_written(text: str) -> None:
    assert found_in(text) == [("serial_number", "SN7K2P9X4Q1B")]


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("my e-mail is Sara.Haddad+shop@Example.co.uk.", "sara.haddad+shop@example.co.uk"),
        ("'ali@example.com'", "ali@example.com"),
        ("<ali@example.com>", "ali@example.com"),
        ("mailto:ali@example.com", "ali@example.com"),
        ("email=ali@example.com", "ali@example.com"),
        ("بريدي ali@example.com وشكرا", "ali@example.com"),
        ("o'brien_9@mail.example.org", "o'brien_9@mail.example.org"),
        ("100245@example.com", "100245@example.com"),
        ("０５@example.com", "05@example.com"),
    ],
)
def test_an_email_address_is_found_without_what_stands_around_it(text: str, email: str) -> None:
    assert found_in(text) == [("email", email)]


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("+971 50 123 4567", "+971501234567"),
        ("+971-50-123-4567", "+971501234567"),
        ("(+971) 50 123 4567", "+971501234567"),
        ("00971501234567", "+971501234567"),
        ("0501234567", "0501234567"),
        ("050 123 4567", "0501234567"),
        ("(04) 555 0100", "045550100"),
        ("04.555.01.00", "045550100"),
        ("5550 1234", "55501234"),
        ("+٩٧١ ٥٠ ١٢٣ ٤٥٦٧", "+971501234567"),
        ("۰۹۱۲۳۴۵۶۷۸۹", "09123456789"),
        ("+९१ ९८७६५ ४३२१०", "+919876543210"),
        ("اتصل بي على 0501234567 من فضلك", "0501234567"),
        ("whatsapp:+971501234567", "+971501234567"),
    ],
)
def test_a_phone_number_is_found_however_it_is_written(text: str, phone: str) -> None:
    assert found_in(text) == [("phone", phone)]


@pytest.mark.parametrize(
    "text",
    ["100245 0501234567", "100245, 050 123 4567", "100245 055 123 4567", "MD-100245 04 555 0100",
     "100245 +971 4 555 0100", "100245\n0501234567", "۱۰۰۲۴۵ ۰۵۰۱۲۳۴۵۶۷"],
)  # fmt: skip
def test_an_order_number_before_a_phone_number_does_not_become_a_part_of_it(text: str) -> None:
    assert [kind for kind, _ in found_in(text)] == ["order_number", "phone"]
    assert found_in(text)[0][1] == "MD-100245"


@pytest.mark.parametrize("text", ["0501234567 100245", "+971 50 123 4567, 100245", "055 123 4567 MD-100245"])
def test_an_order_number_after_a_phone_number_does_not_become_a_part_of_it(text: str) -> None:
    assert [kind for kind, _ in found_in(text)] == ["phone", "order_number"]
    assert found_in(text)[1][1] == "MD-100245"


def test_several_are_found_in_one_sentence_in_their_order() -> None:
    text = "Order MD-100245 and 100246, device SN7K2P9X4Q1B, I am sara@example.com or +971 50 123 4567."
    assert found_in(text) == [
        ("order_number", "MD-100245"),
        ("order_number", "MD-100246"),
        ("serial_number", "SN7K2P9X4Q1B"),
        ("email", "sara@example.com"),
        ("phone", "+971501234567"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2500", "AED 2500", "1,299.00", "100245.50", "100245.5 dirhams", "12.50",
        "2024", "in 2024 or 2025", "2025-03-12", "12.03.2025", "12/3/2025", "۲۰۲۵-۰۳-۱۲",
        "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "3782 822463 10005", "378282246310005",
        "MD-10024", "MD-1002456", "1002456", "a100245", "100245b", "cmd 12345",
        "SN television", "SN7K2P9X4Q1", "SN7K2P9X4Q1BZ", "XSN7K2P9X4Q1B",
        "a@b", "sara@example", "@example.com", "sara@", "50 %", "3 x 4", "", "iPhone 15 Pro Max 256",
    ],
)  # fmt: skip
def test_what_is_no_identifier_is_not_taken_for_one(text: str) -> None:
    assert found_in(text) == []


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT)
def test_identifiers_come_in_order_without_overlap_and_are_of_a_known_kind(text: str) -> None:
    cleaned = clean(text)
    end = 0
    for identifier in find_identifiers(cleaned):
        assert end <= identifier.start < identifier.end <= len(cleaned)
        assert identifier.kind in KINDS
        end = identifier.end


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT)
def test_a_value_is_found_again_as_itself(text: str) -> None:
    for identifier in find_identifiers(clean(text)):
        if identifier.kind == "phone" and len(identifier.value) == 15:
            continue  # without the blanks it looks like the number of a payment card
        assert found_in(identifier.value) == [(identifier.kind, identifier.value)]


@pytest.mark.parametrize("unit", ["1", "1 ", "a.", "a@", "100245 ", "#100245-", "12.", "SN1", "SNAAAAAAAAA", "(", "+"])
def test_the_time_is_linear_in_the_length(unit: str) -> None:
    text = (unit * 50_000)[:50_000]
    started = time.perf_counter()
    isolate_identifiers(text)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("text", "isolated"),
    [
        ("اتصل بنا على +971 4 555 0100 من فضلك", "اتصل بنا على <+971 4 555 0100> من فضلك"),
        ("طلبك MD-100245 في الطريق", "طلبك <MD-100245> في الطريق"),
        ("سریال SN7K2P9X4Q1B و ali@example.com", "سریال <SN7K2P9X4Q1B> و <ali@example.com>"),
        ("طلبك <MD-100245> في الطريق", "طلبك <MD-100245> في الطريق"),
        ("من <Nahda Care +971 4 555 0100> أو +971 4 555 0200", "من <Nahda Care +971 4 555 0100> أو <+971 4 555 0200>"),
        ("<أ <ب> MD-100245> MD-100246", "<أ <ب> MD-100245> <MD-100246>"),
        ("لا شيء هنا، 2025-03-12", "لا شيء هنا، 2025-03-12"),
        ("", ""),
    ],
)
def test_identifiers_are_isolated_once(text: str, isolated: str) -> None:
    """The isolates are written as < and > here."""
    signs = str.maketrans("<>", "\u2068\u2069")
    assert isolate_identifiers(text.translate(signs)) == isolated.translate(signs)


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT.map(clean))
def test_isolating_loses_nothing_and_opens_as_many_isolates_as_it_closes(text: str) -> None:
    isolated = isolate_identifiers(text)
    assert clean(isolated) == text
    assert isolated.count("\u2068") == isolated.count("\u2069") == len(find_identifiers(text))


EMAIL, PHONE = "Sara@Example.com", "+971 50 123 4567"


@pytest.mark.parametrize(
    "given",
    [
        "sara@example.com", " SARA@EXAMPLE.COM ", "\u200esara@example.com",
        "+971501234567", "00971 50 123 4567", "0501234567", "050-123-4567", "501234567", "٠٥٠١٢٣٤٥٦٧", "०५०१२३४५६७",
    ],
)  # fmt: skip
def test_the_contact_on_record_is_recognised(given: str) -> None:
    assert same_contact(given, EMAIL, PHONE)


@pytest.mark.parametrize(
    "given",
    ["", " ", "-", "@", "ali@example.com", "sara@example.co", "xsara@example.com", "sara@example.com.evil.com", "4567",
     "1234567", "0501234568", "+971 50 123 45 67 8", "01234567@example.com", "\ud800", "نعم"],
)  # fmt: skip
def test_another_contact_is_refused(given: str) -> None:
    assert not same_contact(given, EMAIL, PHONE)


@pytest.mark.parametrize("given", ["", " ", "-", "0", "0501234567", "sara@example.com"])
@pytest.mark.parametrize(("email", "phone"), [("", ""), (" ", " "), ("\u200e", "-"), ("", "1234567")])
def test_a_record_without_contact_is_proved_by_nothing(given: str, email: str, phone: str) -> None:
    assert not same_contact(given, email, phone)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [("+971 50", "+97150"), ("0097150", "+97150"), ("050 1", "0501"), ("٠٥٠", "050"), ("(+971)50", "+97150"), ("", "")],
)
def test_a_phone_number_has_one_canonical_form(text: str, canonical: str) -> None:
    assert canonical_phone(text) == canonical
