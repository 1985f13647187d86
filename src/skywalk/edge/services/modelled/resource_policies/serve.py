"""Which operations are about policies of resources, and who does them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from skywalk.edge.services.modelled.resource_policies import (
    buses,
    deliveries,
    encryption_keys,
    functions,
    layers,
    queues,
    secrets,
    stacks,
    topics,
)

if TYPE_CHECKING:
    from skywalk.edge.services.modelled.call import BackendAnswer, ModelledCall

Handler = Callable[["ModelledCall", str], Awaitable["BackendAnswer"]]
"""Given the ARN of the resource. Raises AwsError."""

_OPERATIONS: Mapping[str, Mapping[str, Handler]] = {
    "cloudformation": stacks.OPERATIONS,
    "events": buses.OPERATIONS,
    "kms": encryption_keys.OPERATIONS,
    "lambda": {**functions.OPERATIONS, **layers.OPERATIONS},
    "secretsmanager": secrets.OPERATIONS,
    "sns": {**topics.OPERATIONS, **deliveries.OPERATIONS},
    "sqs": queues.OPERATIONS,
}


_ADDING = frozenset({"AddLayerVersionPermission", "AddPermission", "RemoveLayerVersionPermission", "RemovePermission"})
_locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
"""By ARN: one policy is added to by one request at a time, or one of two statements would be lost."""


def handler(service: str, operation: str) -> Handler | None:
    found = _OPERATIONS.get(service, {}).get(operation)
    return partial(_alone, found) if found is not None and operation in _ADDING else found


async def _alone(found: Handler, call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    lock = _locks.get(arn)
    if lock is None:
        lock = _locks[arn] = asyncio.Lock()
    async with lock:
        return await found(call, arn)
