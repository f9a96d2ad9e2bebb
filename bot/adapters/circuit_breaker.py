"""Leaves alone what keeps failing."""

from __future__ import annotations

import time
from collections.abc import Callable


class CircuitBreaker:
    """Refuses calls after `failures` in a row; after `rest` seconds it lets one through, whose outcome decides."""

    def __init__(self, failures: int = 5, rest: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = failures
        self._rest = rest
        self._clock = clock
        self._failures = 0
        self._closed_until = 0.0

    def allows(self) -> bool:
        """Say whether a call may be made; after a rest, one caller is told so, until that call has an outcome."""
        if self._failures < self._limit:
            return True
        if self._clock() < self._closed_until:
            return False
        self._closed_until = self._clock() + self._rest
        return True

    def succeeded(self) -> None:
        """Count a call that went well."""
        self._failures = 0

    def failed(self) -> None:
        """Count a call that failed."""
        self._failures += 1
        if self._failures >= self._limit:
            self._closed_until = self._clock() + self._rest
