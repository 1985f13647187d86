"""SNS and EventBridge deliver to the queues that the edge says take it: moto looks at no queue's policy.

`x-skywalk-delivers-to` of a request has their ARNs, with commas between; for EventBridge's rules, the rule's and `>`
before the queue's. Without the header every queue takes all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

DELIVERIES_HEADER = "x-skywalk-delivers-to"

_taking: ContextVar[frozenset[str] | None] = ContextVar("taking", default=None)


@contextmanager
def delivering(headers: Iterable[tuple[str, str]]) -> Iterator[None]:
    """While a request with these headers is answered."""
    told = dict(headers).get(DELIVERIES_HEADER)
    token = _taking.set(None if told is None else frozenset(told.split(",")))
    try:
        yield
    finally:
        _taking.reset(token)


def is_taken(name: str) -> bool:
    """While a request is answered: whether this is one of those that the header names."""
    taking = _taking.get()
    return taking is None or name in taking


def deliver_to_those_who_take_it() -> None:
    """Once per process."""
    from moto.sns.models import Subscription

    publish: Any = Subscription.publish

    def publish_if_taken(self: Any, *arguments: Any, **named: Any) -> None:
        if is_taken(self.endpoint):
            publish(self, *arguments, **named)

    setattr(Subscription, "publish", publish_if_taken)  # noqa: B010 (moto has no types)
