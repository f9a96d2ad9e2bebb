"""What can go wrong, as data; whoever meets the customer or the operator turns it into words."""

from __future__ import annotations


class MadadError(Exception):
    """The root of every error that this project raises on purpose."""


class BadData(MadadError):
    """A file or a message that was given to us is not what it should be.

    The text names the place (file and line where there is one) and what to do about it.
    """


class NotFound(MadadError):
    """Something that was asked for by its id does not exist."""


class Conflict(MadadError):
    """The conversation is no longer in the state that a change was made for; nothing was written."""


class LeaseLost(Conflict):
    """Another worker holds the conversation now; nothing was written."""


class EngineUnavailable(MadadError):
    """The dialogue engine is down, too slow, or answered nothing."""


class RecordsUnavailable(MadadError):
    """The shop's order system cannot be reached, or answered something that is not its contract."""


class StoreUnavailable(MadadError):
    """Our database cannot be reached or written. What was committed before is safe."""


class DeliveryFailed(MadadError):
    """A message could not be handed to a channel.

    `retry_after` is the number of seconds to wait before trying again; None means that trying again is useless.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class CannotStart(MadadError):
    """Something that has to run, or to be there first, is not; the text says what to do about it."""
