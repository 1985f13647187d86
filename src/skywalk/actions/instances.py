"""DescribeInstances, DescribeInstanceStatus, TerminateInstances. RunInstances has a module of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.describe import matching, page
from skywalk.actions.existing import INSTANCE, all_existing, named_or_all
from skywalk.actions.instance_filters import RESERVATION_FILTERS, STATUS_FILTERS, reservation_tags
from skywalk.actions.instance_view import joined, show_reservations, show_state, user_initiated
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.regions import zone_id
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_ENDING = (InstanceState.SHUTTING_DOWN, InstanceState.TERMINATED)
_USER_SHUTDOWN = "Client.UserInitiatedShutdown"


def describe_instances(call: Call, request: ec2.DescribeInstancesRequest) -> ec2.DescribeInstancesResult:
    """A page counts instances, not reservations. Raises InvalidInstanceID.NotFound, InvalidInstanceID.Malformed."""
    _refuse_pages_of_named(request)
    reservations = show_reservations(call, named_or_all(call, INSTANCE, request.get("InstanceIds")))
    found = matching(reservations, request.get("Filters"), RESERVATION_FILTERS, tags=reservation_tags)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeInstancesResult = {"Reservations": joined(shown)}
    if token:
        result["NextToken"] = token
    return result


def _refuse_pages_of_named(request: ec2.DescribeInstancesRequest | ec2.DescribeInstanceStatusRequest) -> None:
    if request.get("InstanceIds") and request.get("MaxResults") is not None:
        raise AwsError(
            "InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults"
        )


def describe_instance_status(
    call: Call, request: ec2.DescribeInstanceStatusRequest
) -> ec2.DescribeInstanceStatusResult:
    """Running instances only, unless all are asked for. What runs is reachable: reconciliation has said so."""
    _refuse_pages_of_named(request)
    instances = named_or_all(call, INSTANCE, request.get("InstanceIds"))
    if not request.get("IncludeAllInstances"):
        instances = [instance for instance in instances if instance.state is InstanceState.RUNNING]
    statuses = [_show_status(instance) for instance in instances]
    found = matching(statuses, request.get("Filters"), STATUS_FILTERS)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeInstanceStatusResult = {"InstanceStatuses": list(shown)}
    if token:
        result["NextToken"] = token
    return result


def _show_status(instance: Instance) -> ec2.InstanceStatus:
    return {
        "InstanceId": instance.id,
        "AvailabilityZone": instance.availability_zone,
        "AvailabilityZoneId": zone_id(instance.availability_zone),
        "InstanceState": show_state(instance.state),
        "InstanceStatus": _show_summary(instance),
        "SystemStatus": _show_summary(instance),
        "Operator": {"Managed": False},
        "Events": [],
    }


def _show_summary(instance: Instance) -> ec2.InstanceStatusSummary:
    if instance.state is not InstanceState.RUNNING:
        return {"Status": "not-applicable"}
    return {"Status": "ok", "Details": [{"Name": "reachability", "Status": "passed"}]}


def terminate_instances(call: Call, request: ec2.TerminateInstancesRequest) -> ec2.TerminateInstancesResult:
    """All or none: one unknown id fails the call. Those that end already stay as they are."""
    instances = all_existing(call, INSTANCE, request["InstanceIds"])
    return {"TerminatingInstances": [_terminate(call, instance) for instance in instances]}


def _terminate(call: Call, instance: Instance) -> ec2.InstanceStateChange:
    current = instance
    if instance.state not in _ENDING:
        current = replace(
            instance,
            state=InstanceState.SHUTTING_DOWN,
            state_transition_reason=user_initiated(call.clock.now()),
            state_reason_code=_USER_SHUTDOWN,
            state_reason_message=f"{_USER_SHUTDOWN}: User initiated shutdown",
        )
        call.tx.put(current)
    return {
        "InstanceId": instance.id,
        "CurrentState": show_state(current.state),
        "PreviousState": show_state(instance.state),
    }
