"""How much a visitor, a network address and a socket may do: token buckets in memory, bounded in number."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """`burst` at once, and `per_second` in the long run."""

    burst: int
    per_second: float


@dataclass(frozen=True)
class Limits:
    """The limits of the website channel. Many customers of a mobile network may share one address."""

    messages: Rate = Rate(burst=8, per_second=1.0)
    """Messages of one visitor, over all tabs."""
    address: Rate = Rate(burst=120, per_second=10.0)
    """Messages and new sockets of one network address."""
    frames: Rate = Rate(burst=60, per_second=5.0)
    """Frames of any kind on one socket; beyond it the socket is closed."""
    sockets_per_address: int = 100
    frame_bytes: int = 16 * 1024
    hello_seconds: float = 10.0
    heartbeat_seconds: float = 30.0


class Buckets:
    """A token bucket for each key. When there are too many keys, the one unused for longest is forgotten."""

    def __init__(self, rate: Rate, most: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._most = most
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: str) -> float:
        """Take a token and return 0, or return how many seconds it is until there is one."""
        now = self._clock()
        tokens, since = self._buckets.pop(key, (float(self._rate.burst), now))
        tokens = min(self._rate.burst, tokens + (now - since) * self._rate.per_second)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self._rate.per_second
        self._buckets[key] = (tokens - 1 if tokens >= 1 else tokens, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return wait


class Places:
    """Counts what is open for each key, up to a limit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()

    @contextmanager
    def place(self, key: str) -> Iterator[bool]:
        """Hold a place for `key`; gives False, and holds nothing, when all are taken."""
        if self._taken[key] >= self._most:
            yield False
            return
        self._taken[key] += 1
        try:
            yield True
        finally:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]
