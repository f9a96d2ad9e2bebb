"""What keeps failing is left alone for a while."""

from __future__ import annotations

from bot.adapters.circuit_breaker import CircuitBreaker


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def broken(clock: Clock) -> CircuitBreaker:
    breaker = CircuitBreaker(failures=2, rest=10, clock=clock)
    for _ in range(2):
        assert breaker.allows()
        breaker.failed()
    return breaker


def test_failures_in_a_row_stop_the_calls() -> None:
    clock = Clock()
    breaker = broken(clock)
    assert not breaker.allows()
    clock.now += 9.9
    assert not breaker.allows()


def test_a_success_in_between_starts_the_count_anew() -> None:
    breaker = CircuitBreaker(failures=2)
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.allows()


def test_after_the_rest_one_call_goes_through_and_its_success_lets_all_pass() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now += 10
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.succeeded()
    assert [breaker.allows(), breaker.allows()] == [True, True]


def test_after_the_rest_one_failure_is_enough_to_stop_again() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now += 10
    assert breaker.allows()
    clock.now += 1
    breaker.failed()
    clock.now += 9.9
    assert not breaker.allows()
    clock.now += 0.1
    assert breaker.allows()


def test_a_call_after_the_rest_whose_outcome_never_comes_is_not_waited_for_for_ever() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now += 10
    assert breaker.allows()
    clock.now += 10
    assert breaker.allows()
