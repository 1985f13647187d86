"""The condition keys of the request itself: when it came, by which program, and in whose name it goes on.

Source: IAM User Guide, "AWS global condition context keys", properties of the request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.policy.keys import names
from skywalk.values.clock import format_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.policy.context import Context
    from skywalk.values.clock import Clock


class TimeKeys:
    """The keys of the present second, made once in it."""

    __slots__ = ("_clock", "_keys", "_until")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._keys: dict[str, str] = {}
        self._until = float("-inf")  # of the monotonic clock, which costs a tenth of the other

    def now(self) -> dict[str, str]:
        """Not to be changed by whoever asks."""
        seconds = self._clock.monotonic_seconds()
        if seconds >= self._until:
            moment = self._clock.now()
            self._until = seconds + 1 - moment.microsecond / 1e6
            self._keys = {
                names.CURRENT_TIME: format_seconds(moment),
                names.EPOCH_TIME: str(int(moment.timestamp())),
            }
        return self._keys


def sent_context(fields: Mapping[str, str]) -> dict[str, str]:
    """What clients may say of themselves, in headers (by lower-cased name), and policies should not trust."""
    sent = {}
    if agent := fields.get("user-agent"):
        sent[names.USER_AGENT] = agent
    if referer := fields.get("referer"):
        sent[names.REFERER] = referer
    return sent


def via_service(context: Context, service: str) -> Context:
    """The context of what a service (`cloudformation.amazonaws.com`) does in the name of the caller of `context`: the
    way that the caller came is not known, and the program is the service."""
    kept = {key: value for key, value in context.items() if key not in names.NETWORK_KEYS and key != names.REFERER}
    called = context.get(names.CALLED_VIA, ())
    chain = (*((called,) if isinstance(called, str) else called), service)
    return {
        **kept,
        names.USER_AGENT: service,
        names.VIA_AWS_SERVICE: "true",
        names.CALLED_VIA: chain,
        names.CALLED_VIA_FIRST: chain[0],
        names.CALLED_VIA_LAST: chain[-1],
    }
