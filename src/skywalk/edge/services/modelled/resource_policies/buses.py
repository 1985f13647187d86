"""What is put on a bus of EventBridge goes to the queues whose policies let it in: the embedded backend is told which.

Source: EventBridge User Guide, "Amazon SQS permissions": the queue's policy allows events.amazonaws.com to send
messages where aws:SourceArn is the rule. An event that is not let in is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.resource_policies.deliveries import DELIVERIES_HEADER, takes
from skywalk.policy.principal import service_principal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.services.modelled.call import BackendAnswer, ModelledCall

_EVENTS = service_principal("events.amazonaws.com")
_QUEUES = "arn:aws:sqs:"
_DEFAULT = "default"
_MOST_PAGES = 1000


async def put_events(call: ModelledCall, _arn: str) -> BackendAnswer:
    """Raises AwsError."""
    entries = call.understood.parameters.get("Entries") or ()
    return await _delivered(call, [one.get("EventBusName") or _DEFAULT for one in entries])


async def start_replay(call: ModelledCall, _arn: str) -> BackendAnswer:
    """Raises AwsError."""
    bus = (call.understood.parameters.get("Destination") or {}).get("Arn") or ""
    return await _delivered(call, [bus.rpartition("/")[2]])


async def _delivered(call: ModelledCall, buses: list[str]) -> BackendAnswer:
    """Raises AwsError."""
    if not call.backend.backend.is_embedded:
        return await call.ask(call.understood)
    state, now = call.around.state, call.around.times.now()
    told = []
    for bus in dict.fromkeys(buses):
        for rule, queue in await _queues_of(call, bus):
            if takes(state, queue, rule, now, _EVENTS):
                told.append(f"{rule}>{queue}")
    return await call.ask(call.understood, ((DELIVERIES_HEADER, ",".join(told)),))


async def _queues_of(call: ModelledCall, bus: str) -> list[tuple[str, str]]:
    """The ARNs of the rules that are on, and of the queues that they send to. Raises AwsError."""
    found: list[tuple[str, str]] = []
    for rule in await _all(call, "ListRules", {"EventBusName": bus}, "Rules"):
        if rule["State"] == "ENABLED":
            asked = {"Rule": rule["Name"], "EventBusName": bus}
            targets = await _all(call, "ListTargetsByRule", asked, "Targets")
            found += [(rule["Arn"], one["Arn"]) for one in targets if one["Arn"].startswith(_QUEUES)]
    return found


async def _all(call: ModelledCall, operation: str, asked: dict[str, Any], member: str) -> list[dict[str, Any]]:
    """Raises AwsError."""
    found: list[dict[str, Any]] = []
    for _ in range(_MOST_PAGES):
        answer = await call.ask_for(operation, asked)
        if answer is None:
            break
        found += answer.get(member) or ()
        if not answer.get("NextToken"):
            break
        asked = {**asked, "NextToken": answer["NextToken"]}
    return found


OPERATIONS: Mapping[str, Any] = {"PutEvents": put_events, "StartReplay": start_replay}
