"""Business hours in time zones, past midnight, on holidays, and when the clocks change."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from bot.conversations import Say
from bot.hours import BusinessHours, describe_opening

UTC = timezone.utc
DUBAI = ZoneInfo("Asia/Dubai")
BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = date(2025, 3, 12)
NINE_TO_SIX = {day: [(time(9), time(18))] for day in range(5)}


def at(hour: int, minute: int = 0, *, day: date = WEDNESDAY, zone: timezone | ZoneInfo = DUBAI) -> datetime:
    return datetime.combine(day, time(hour, minute), zone)


@pytest.mark.parametrize(
    ("hour", "minute", "is_open"), [(8, 59, False), (9, 0, True), (12, 0, True), (17, 59, True), (18, 0, False)]
)
def test_a_span_begins_at_its_opening_and_ends_before_its_closing_time(hour: int, minute: int, is_open: bool) -> None:
    assert BusinessHours(DUBAI, NINE_TO_SIX).is_open(at(hour, minute)) is is_open


@pytest.mark.parametrize(("hour", "is_open"), [(4, False), (5, True), (13, True), (14, False)])
def test_the_hours_are_those_of_the_zone_whatever_zone_is_asked_in(hour: int, is_open: bool) -> None:
    hours = BusinessHours(DUBAI, NINE_TO_SIX)
    assert hours.is_open(at(hour, zone=UTC)) is is_open
    assert hours.is_open(at(hour, zone=UTC).astimezone(BERLIN)) is is_open


def test_the_day_is_that_of_the_zone() -> None:
    saturday_in_dubai = datetime(2025, 3, 14, 22, tzinfo=UTC)
    assert not BusinessHours(DUBAI, {4: [(time(0), time(0))]}).is_open(saturday_in_dubai)
    assert BusinessHours(DUBAI, {5: [(time(0), time(0))]}).is_open(saturday_in_dubai)


def test_nobody_is_there_on_a_day_without_spans_or_between_two() -> None:
    hours = BusinessHours(DUBAI, {2: [(time(16), time(20)), (time(9), time(13))]})
    assert [hours.is_open(at(hour)) for hour in (10, 14, 17)] == [True, False, True]
    assert not hours.is_open(at(10, day=WEDNESDAY + timedelta(days=1)))


def test_a_night_span_goes_on_past_midnight() -> None:
    hours = BusinessHours(DUBAI, {2: [(time(20), time(2))]})
    thursday = WEDNESDAY + timedelta(days=1)
    assert [hours.is_open(at(hour)) for hour in (1, 19, 20, 23)] == [False, False, True, True]
    assert [hours.is_open(at(hour, day=thursday)) for hour in (0, 1, 2, 20)] == [True, True, False, False]


def test_a_span_that_closes_when_it_opens_lasts_a_whole_day() -> None:
    always = BusinessHours(DUBAI, {day: [(time(0), time(0))] for day in range(7)})
    assert all(always.is_open(at(0) + timedelta(hours=hour)) for hour in range(24 * 7))


def test_nobody_is_there_on_a_holiday() -> None:
    hours = BusinessHours(DUBAI, NINE_TO_SIX, frozenset({WEDNESDAY}))
    assert not hours.is_open(at(12))
    assert hours.is_open(at(12, day=WEDNESDAY + timedelta(days=1)))


def test_the_night_before_a_holiday_is_worked_to_its_end() -> None:
    hours = BusinessHours(DUBAI, {1: [(time(20), time(2))], 2: [(time(20), time(2))]}, frozenset({WEDNESDAY}))
    assert [hours.is_open(at(hour)) for hour in (1, 2, 21)] == [True, False, False]


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (at(8), at(9)),
        (at(9), at(9, day=date(2025, 3, 13))),
        (at(19), at(9, day=date(2025, 3, 13))),
        (at(19, day=date(2025, 3, 14)), at(9, day=date(2025, 3, 17))),
        (at(3, zone=UTC), at(9)),
        (at(21, zone=UTC), at(9, day=date(2025, 3, 13))),
    ],
)
def test_the_next_opening_is_after_now(now: datetime, opens: datetime) -> None:
    found = BusinessHours(DUBAI, NINE_TO_SIX).opens_next(now)
    assert found == opens
    assert found
    assert found.tzinfo is DUBAI


def test_the_next_opening_may_be_the_second_of_the_day() -> None:
    hours = BusinessHours(DUBAI, {2: [(time(16), time(20)), (time(9), time(13))]})
    assert hours.opens_next(at(14)) == at(16)


def test_holidays_put_the_next_opening_off() -> None:
    holidays = [WEDNESDAY + timedelta(days=days) for days in range(6)]
    assert BusinessHours(DUBAI, NINE_TO_SIX, holidays).opens_next(at(8)) == at(9, day=date(2025, 3, 18))


@pytest.mark.parametrize("week", [{}, {2: []}])
def test_a_team_that_never_opens_has_no_next_opening(week: dict[int, list[tuple[time, time]]]) -> None:
    hours = BusinessHours(DUBAI, week)
    assert hours.opens_next(at(8)) is None
    assert not hours.is_open(at(8))


def test_two_months_of_holidays_have_no_next_opening() -> None:
    holidays = {WEDNESDAY + timedelta(days=days) for days in range(60)}
    assert BusinessHours(DUBAI, NINE_TO_SIX, holidays).opens_next(at(8)) is None


def test_opening_hours_keep_to_the_clock_when_it_goes_forward() -> None:
    hours = BusinessHours(BERLIN, {6: [(time(9), time(18))]})
    before, after = date(2025, 3, 23), date(2025, 3, 30)
    assert hours.is_open(at(8, zone=UTC, day=before))
    assert not hours.is_open(at(7, zone=UTC, day=before))
    assert hours.is_open(at(7, zone=UTC, day=after))
    assert hours.opens_next(at(23, zone=UTC, day=after - timedelta(days=1))) == at(7, zone=UTC, day=after)


@pytest.mark.parametrize("asked_in", [UTC, BERLIN])
def test_the_hour_that_a_clock_shows_twice_is_two_hours(asked_in: timezone | ZoneInfo) -> None:
    hours = BusinessHours(BERLIN, {6: [(time(0), time(2, 30))]})
    shown_as_29_and_30_past_two = [(0, 29), (0, 30), (1, 29), (1, 30)]
    moments = [datetime(2025, 10, 26, *shown, tzinfo=UTC).astimezone(asked_in) for shown in shown_as_29_and_30_past_two]
    assert [hours.is_open(moment) for moment in moments] == [True, False, False, False]
    opens_again = BusinessHours(BERLIN, {6: [(time(2, 15), time(4))]})
    second_quarter_past = datetime(2025, 10, 26, 1, 15, tzinfo=UTC).astimezone(asked_in)
    assert opens_again.is_open(second_quarter_past)


@pytest.mark.parametrize(
    ("opens", "now", "say"),
    [
        (at(9), at(8), Say("opens_today", {"time": time(9, tzinfo=DUBAI)})),
        (at(9), at(21, day=date(2025, 3, 11)), Say("opens_tomorrow", {"time": time(9, tzinfo=DUBAI)})),
        (at(9), datetime(2025, 3, 11, 21, tzinfo=UTC), Say("opens_today", {"time": time(9, tzinfo=DUBAI)})),
        (at(9), at(8, day=date(2025, 3, 10)), Say("opens_on", {"date": WEDNESDAY, "time": time(9, tzinfo=DUBAI)})),
    ],
)
def test_an_opening_is_described_by_the_day_of_its_zone(opens: datetime, now: datetime, say: Say) -> None:
    assert describe_opening(opens, now) == say
