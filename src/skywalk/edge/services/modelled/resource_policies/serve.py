"""Which operations are about policies of resources, and who does them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from skywalk.edge.services.modelled.resource_policies import (
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
    "kms": encryption_keys.OPERATIONS,
    "lambda": {**functions.OPERATIONS, **layers.OPERATIONS},
    "secretsmanager": secrets.OPERATIONS,
    "sns": {**topics.OPERATIONS, **deliveries.OPERATIONS},
    "sqs": queues.OPERATIONS,
}


def handler(service: str, operation: str) -> Handler | None:
    return _OPERATIONS.get(service, {}).get(operation)
