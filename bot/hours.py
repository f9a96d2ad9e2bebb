"""Business hours: whether somebody is there, and when somebody will be."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone, tzinfo

from bot.conversations import Say

_LOOK_AHEAD_DAYS = 60


@dataclass(frozen=True)
class BusinessHours:
    """The spans of each weekday (0 is Monday) in `zone`, and the holidays. A span ends before its closing time.

    A closing time at or before its opening time means that the span ends on the next day.
    """

    zone: tzinfo
    week: Mapping[int, Sequence[tuple[time, time]]]
    holidays: Collection[date] = field(default_factory=frozenset)

    def is_open(self, at: datetime) -> bool:
        """Say whether somebody is there at that moment, an aware time."""
        day = at.astimezone(self.zone).date()
        days = (day - timedelta(days=1), day)
        return any(start <= _utc(at) < end for d in days for start, end in self._spans(d))

    def opens_next(self, at: datetime) -> datetime | None:
        """Return when the next span begins, in `zone`; None if none does within 60 days."""
        day = at.astimezone(self.zone).date()
        starts = (s for d in range(_LOOK_AHEAD_DAYS) for s, _ in self._spans(day + timedelta(days=d)) if s > _utc(at))
        return next(starts, None)

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        if day in self.holidays:
            return []
        spans = []
        for opens, closes in sorted(self.week.get(day.weekday(), ())):
            last = day if closes > opens else day + timedelta(days=1)
            spans.append((datetime.combine(day, opens, self.zone), datetime.combine(last, closes, self.zone)))
        return spans


def _utc(at: datetime) -> datetime:
    # Python compares times of one zone by their clocks, which is wrong in the hour that a clock shows twice.
    return at.astimezone(timezone.utc)


def describe_opening(opens: datetime, now: datetime) -> Say:
    """Return the words for when somebody will be there: today, tomorrow, or on a day."""
    days = (opens.date() - now.astimezone(opens.tzinfo).date()).days
    if days > 1:
        return Say("opens_on", {"date": opens.date(), "time": opens.timetz()})
    return Say("opens_tomorrow" if days else "opens_today", {"time": opens.timetz()})
