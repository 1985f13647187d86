"""What SNS publishes goes to the queues whose policies let it in: the embedded backend is told which.

SNS calls in its own name: of an organization's policies the RCPs of the queue's account have a say.
Source: SNS Developer Guide, "Subscribing an Amazon SQS queue to an Amazon SNS topic": the queue's policy allows
sns.amazonaws.com to send messages where aws:SourceArn is the topic. A message that is not let in is lost, as there. IAM
User Guide, "AWS global condition context keys", for the keys of such calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.resource_policies.answering import texts_of
from skywalk.policy.compiled import AccessRequest
from skywalk.policy.evaluate import Layers, evaluate
from skywalk.policy.keys.names import (
    PRINCIPAL_IS_AWS_SERVICE,
    PRINCIPAL_SERVICE_NAME,
    PRINCIPAL_SERVICE_NAMES_LIST,
    REQUESTED_REGION,
    RESOURCE_ACCOUNT,
    SECURE_TRANSPORT,
    SOURCE_ACCOUNT,
    SOURCE_ARN,
)
from skywalk.policy.organization import organization_keys, source_organization_keys, with_control_policies
from skywalk.policy.principal import service_principal
from skywalk.values.arn import parse_arn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.services.modelled.call import BackendAnswer, ModelledCall
    from skywalk.edge.state import EdgeState
    from skywalk.policy.context import Context
    from skywalk.policy.principal import Principal

DELIVERIES_HEADER = "x-skywalk-delivers-to"
"""Has the ARNs of queues, with commas between."""
_SNS = service_principal("sns.amazonaws.com")
_SENDS = "sqs:SendMessage"
_QUEUES = "arn:aws:sqs:"
_MOST_PAGES = 1000


async def publish(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    if not call.backend.backend.is_embedded:
        return await call.ask(call.understood)
    state, now = call.around.state, call.around.times.now()
    queues = [queue for queue in await _subscribed(call, arn) if takes(state, queue, arn, now)]
    return await call.ask(call.understood, ((DELIVERIES_HEADER, ",".join(queues)),))


def takes(state: EdgeState, queue: str, source: str, now: Context, service: Principal = _SNS) -> bool:
    """Whether the queue's policy lets in what `service` sends in the name of a topic or rule, the `source`.

    `now`: the keys of the present time.
    """
    known, owner, publisher = state.resources.get(queue), parse_arn(queue), parse_arn(source)
    if known is None or owner is None or publisher is None:
        return False
    context = {
        **now,
        SOURCE_ARN: source,
        SOURCE_ACCOUNT: publisher.account_id,
        PRINCIPAL_IS_AWS_SERVICE: "true",
        PRINCIPAL_SERVICE_NAME: service.arn,
        PRINCIPAL_SERVICE_NAMES_LIST: (service.arn,),
        REQUESTED_REGION: owner.region,
        SECURE_TRANSPORT: "true",
        RESOURCE_ACCOUNT: owner.account_id,
        **source_organization_keys(state.members, publisher.account_id),
    }
    context |= organization_keys(state.members, service, owner.account_id, context)
    request = AccessRequest(_SENDS, queue, service, owner.account_id, context)
    layers = Layers(resource_policy=known.resource_policy)
    return evaluate(request, with_control_policies(layers, state.members, service, owner.account_id)).allowed


async def _subscribed(call: ModelledCall, topic: str) -> list[str]:
    """Raises AwsError."""
    found: list[str] = []
    asked: dict[str, Any] = {"TopicArn": topic}
    for _ in range(_MOST_PAGES):
        answer = await call.ask_for_answer("ListSubscriptionsByTopic", asked)
        if answer.status != 200:
            break
        found += [text for text in texts_of(answer, "Endpoint") if text.startswith(_QUEUES)]
        further = texts_of(answer, "NextToken")
        if not further or not further[0]:
            break
        asked = {"TopicArn": topic, "NextToken": further[0]}
    return list(dict.fromkeys(found))


OPERATIONS: Mapping[str, Any] = {"Publish": publish, "PublishBatch": publish}
