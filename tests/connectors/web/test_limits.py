"""The limits of the website channel."""

from __future__ import annotations

from connectors.web.limits import Buckets, Places, Rate


class Ticks:
    """A monotonic clock in the test's hands."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_a_burst_is_allowed_and_then_the_rate_holds() -> None:
    clock = Ticks()
    buckets = Buckets(Rate(burst=3, per_second=2), clock=clock)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    clock.seconds += 0.5
    assert [buckets.take("a"), buckets.take("a")] == [0, 0.5]


def test_a_refused_attempt_does_not_put_the_next_one_off() -> None:
    clock = Ticks()
    buckets = Buckets(Rate(burst=1, per_second=1), clock=clock)
    buckets.take("a")
    for _ in range(4):
        clock.seconds += 0.25
        wait = buckets.take("a")
    assert wait == 0


def test_idleness_fills_a_bucket_only_up_to_its_burst() -> None:
    clock = Ticks()
    buckets = Buckets(Rate(burst=2, per_second=1), clock=clock)
    buckets.take("a")
    clock.seconds += 3600
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 1]


def test_keys_have_buckets_of_their_own() -> None:
    buckets = Buckets(Rate(burst=1, per_second=1), clock=Ticks())
    assert [buckets.take("a"), buckets.take("b")] == [0, 0]


def test_the_number_of_buckets_is_bounded_and_the_one_in_use_is_kept() -> None:
    buckets = Buckets(Rate(burst=1, per_second=1), most=10, clock=Ticks())
    for number in range(100):
        buckets.take("busy")
        buckets.take(f"passing-{number}")
    assert len(buckets) == 10
    assert buckets.take("busy") > 0


def test_places_are_limited_for_each_key_and_come_free_again() -> None:
    places = Places(most=1)
    with places.place("a") as first, places.place("a") as second, places.place("b") as other:
        assert (first, second, other) == (True, False, True)
    with places.place("a") as again:
        assert again
