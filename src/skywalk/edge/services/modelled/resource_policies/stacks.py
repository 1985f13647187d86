"""What stacks make and delete does not come by the edge: policies of queues and topics that are gone are looked for
before a stack makes others of their names, and after one has deleted some.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.call import ModelledCall
from skywalk.edge.services.modelled.protocols.understood import Understood
from skywalk.edge.services.modelled.resource_policies.kept import KeptPolicy
from skywalk.edge.services.modelled.service_models import service_model
from skywalk.edge.services.modelled.serving import serving
from skywalk.values.arn import Arn, parse_arn
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from skywalk.edge.services.modelled.call import BackendAnswer

log = logging.getLogger(__name__)


async def make(call: ModelledCall, _arn: str) -> BackendAnswer:
    """Raises AwsError."""
    await _forget_absent(call)
    return await call.ask(call.understood)


async def change(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    await _forget_absent(call)
    return await delete(call, arn)


async def delete(call: ModelledCall, _arn: str) -> BackendAnswer:
    """Raises AwsError where it is not done."""
    answer = await call.ask(call.understood)
    try:
        await _forget_absent(call)
    except AwsError as error:
        log.warning("policies of what a stack has deleted are kept until their names are used again: %s", error)
    return answer


async def _forget_absent(call: ModelledCall) -> None:
    """Raises AwsError."""
    for arn, parsed in list(_with_policies(call)):
        if not await _is_there(call, arn, parsed):
            await KeptPolicy(call, arn).delete()


def _with_policies(call: ModelledCall) -> Iterator[tuple[str, Arn]]:
    for arn in call.around.state.resources:
        parsed = parse_arn(arn)
        if parsed is not None and (parsed.account_id, parsed.region) == (call.asker.account_id, call.region):
            yield arn, parsed


async def _is_there(call: ModelledCall, arn: str, parsed: Arn) -> bool:
    """Raises AwsError. Whatever no stack makes counts as there."""
    if parsed.service == "sqs":
        return await _succeeds(call, parsed.service, "GetQueueUrl", {"QueueName": parsed.resource})
    if parsed.service == "sns":
        return await _succeeds(call, parsed.service, "GetTopicAttributes", {"TopicArn": arn})
    return True


async def _succeeds(call: ModelledCall, service: str, operation: str, parameters: dict[str, Any]) -> bool:
    """Of another service than the call's, whose stacks are in the embedded backend with it."""
    other = ModelledCall(
        call.around, serving(service), call.arrival, call.head, call.exchange, call.region, call.request_id
    )
    other.caller = call.caller
    model = service_model(other.serving.models[0])
    found = model.operation(operation)
    assert found is not None
    other.understood = Understood(model, model.protocols[0], found, parameters)
    await other.find_backend()
    return not other.backend.backend.is_embedded or await other.succeeds(operation, parameters)


OPERATIONS: Mapping[str, Any] = {
    "CreateStack": make,
    "DeleteStack": delete,
    "ExecuteChangeSet": change,
    "UpdateStack": change,
}
