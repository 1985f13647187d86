"""SQS's long polling: the embedded backend is asked again and again until there is a message or the time is over.

It is asked without waiting, because it does one thing at a time.
Source: SQS API Reference, ReceiveMessage, WaitTimeSeconds; GetQueueAttributes, ReceiveMessageWaitTimeSeconds.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.edge.services.modelled.call import BackendAnswer, ModelledCall

OPERATION = "ReceiveMessage"
_WAIT, _OF_QUEUE = "WaitTimeSeconds", "ReceiveMessageWaitTimeSeconds"
_LONGEST_SECONDS = 20
_BETWEEN_SECONDS = 0.2


async def receive(call: ModelledCall) -> BackendAnswer:
    """Raises AwsError."""
    parameters = call.understood.parameters
    once = replace(call.understood, parameters={**parameters, _WAIT: 0})
    wait_seconds = parameters.get(_WAIT)
    if wait_seconds is not None and not 0 <= wait_seconds <= _LONGEST_SECONDS:
        reason = "Must be >= 0 and <= 20, if provided."
        raise AwsError(
            "InvalidParameterValue", f"Value {wait_seconds} for parameter {_WAIT} is invalid. Reason: {reason}", 400
        )
    clock = call.around.clock
    began = clock.monotonic_seconds()
    while True:
        answer = await call.ask(once)
        if answer.status != 200 or json.loads(answer.body).get("Messages") or call.exchange.lost:
            return answer
        if wait_seconds is None:
            wait_seconds = await _wait_of_queue(call)
        left_seconds = began + wait_seconds - clock.monotonic_seconds()
        if left_seconds <= 0:
            return answer
        await asyncio.sleep(min(_BETWEEN_SECONDS, left_seconds))


async def _wait_of_queue(call: ModelledCall) -> float:
    asked = {"QueueUrl": call.understood.parameters["QueueUrl"], "AttributeNames": [_OF_QUEUE]}
    found = await call.ask_for("GetQueueAttributes", asked)
    value = (found or {}).get("Attributes", {}).get(_OF_QUEUE, "0")
    return float(value)
