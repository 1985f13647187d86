"""What SNS publishes goes to the queues whose policies let it in: the embedded backend is told which.

Source: SNS Developer Guide, "Subscribing an Amazon SQS queue to an Amazon SNS topic": the queue's policy allows
sns.amazonaws.com to send messages where aws:SourceArn is the topic. A message that is not let in is lost, as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.resource_policies.answering import texts_of
from skywalk.policy.compiled import AccessRequest
from skywalk.policy.evaluate import Layers, evaluate
from skywalk.policy.keys.names import (
    PRINCIPAL_IS_AWS_SERVICE,
    RESOURCE_ACCOUNT,
    SECURE_TRANSPORT,
    SOURCE_ACCOUNT,
    SOURCE_ARN,
)
from skywalk.policy.principal import service_principal
from skywalk.values.arn import parse_arn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.services.modelled.call import BackendAnswer, ModelledCall
    from skywalk.edge.state import EdgeState

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
    queues = [queue for queue in await _subscribed(call, arn) if takes(call.around.state, queue, arn)]
    return await call.ask(call.understood, ((DELIVERIES_HEADER, ",".join(queues)),))


def takes(state: EdgeState, queue: str, topic: str) -> bool:
    """Whether the queue's policy lets in what is published on the topic."""
    known, owner, publisher = state.resources.get(queue), parse_arn(queue), parse_arn(topic)
    if known is None or owner is None or publisher is None:
        return False
    context = {
        SOURCE_ARN: topic,
        SOURCE_ACCOUNT: publisher.account_id,
        PRINCIPAL_IS_AWS_SERVICE: "true",
        SECURE_TRANSPORT: "true",
        RESOURCE_ACCOUNT: owner.account_id,
    }
    request = AccessRequest(_SENDS, queue, _SNS, owner.account_id, context)
    return evaluate(request, Layers(resource_policy=known.resource_policy)).allowed


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
