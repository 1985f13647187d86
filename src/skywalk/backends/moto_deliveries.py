"""SNS and EventBridge deliver to the queues that the edge says take it: moto looks at no queue's policy.

`x-skywalk-delivers-to` of a request has their ARNs, with commas between; for EventBridge's rules, the rule's and `>`
before the queue's. Without the header every queue takes all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
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
    from moto.sns.models import SNSBackend, Subscription

    publish: Any = Subscription.publish
    list_page: Any = SNSBackend.list_subscriptions_by_topic

    def publish_if_taken(self: Any, *arguments: Any, **named: Any) -> None:
        if is_taken(self.endpoint):
            publish(self, *arguments, **named)

    def list_for_whom(self: Any, topic_arn: str, **page: Any) -> Any:
        """Who publishes asks for no page, and moto would deliver to the subscriptions of the first."""
        if page:
            return list_page(self, topic_arn, **page)
        return self._get_topic_subscriptions(self.get_topic(topic_arn)), None

    @cache
    def private_key() -> Any:
        """One of all: moto would make one for each subscription, which takes a tenth of a second, and keep 128."""
        from cryptography.hazmat.primitives.asymmetric import rsa

        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    setattr(Subscription, "publish", publish_if_taken)  # noqa: B010 (moto has no types)
    setattr(Subscription, "private_key", lambda _self: private_key())  # noqa: B010
    setattr(SNSBackend, "list_subscriptions_by_topic", list_for_whom)  # noqa: B010
