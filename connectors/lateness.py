"""How late the event loop is: the one figure that shows whether anything blocks it."""

from __future__ import annotations

import asyncio
import time
from collections import deque

_EVERY_SECONDS = 0.01
_KEPT = 3000


class Lateness:
    """Sleeps for 10 ms again and again, and keeps by how much each sleep of the last half minute was too long."""

    def __init__(self) -> None:
        self._late: deque[float] = deque(maxlen=_KEPT)

    async def watch(self) -> None:
        """Measure until cancelled."""
        while True:
            due = time.perf_counter() + _EVERY_SECONDS
            await asyncio.sleep(_EVERY_SECONDS)
            self._late.append(max(0.0, time.perf_counter() - due))

    def milliseconds(self) -> dict[str, float]:
        """Return the median, the 99th percentile and the highest, in milliseconds; zeros before the first."""
        late = sorted(self._late) or [0.0]
        shares = {"p50": 0.5, "p99": 0.99, "max": 1.0}
        return {
            name: round(1000 * late[min(int(share * len(late)), len(late) - 1)], 3) for name, share in shares.items()
        }
