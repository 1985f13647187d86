"""DescribeInstanceStatus. What runs is reachable: reconciliation has said so; there are no scheduled events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.actions.describe import matching, page
from skywalk.actions.instance_filters import STATUS_FILTERS
from skywalk.actions.instance_view import show_state
from skywalk.actions.instances import chosen_instances, refuse_pages_of_named
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.regions import zone_id

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.views import Sight


def describe_instance_status(
    call: Call, request: ec2.DescribeInstanceStatusRequest
) -> ec2.DescribeInstanceStatusResult:
    """Running instances only, unless all are asked for. `IncludeManagedResources` adds nothing: no service of AWS's
    runs instances here."""
    refuse_pages_of_named(request)
    instances = chosen_instances(call, request.get("InstanceIds"), request.get("Filters"))
    if not request.get("IncludeAllInstances"):
        instances = [instance for instance in instances if instance.state is InstanceState.RUNNING]
    statuses = call.views(_show, instances)
    found = matching(statuses, request.get("Filters"), STATUS_FILTERS)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeInstanceStatusResult = {"InstanceStatuses": list(shown)}
    if token:
        result["NextToken"] = token
    return result


def _show(_: Sight, instance: Instance) -> ec2.InstanceStatus:
    return {
        "InstanceId": instance.id,
        "AvailabilityZone": instance.availability_zone,
        "AvailabilityZoneId": zone_id(instance.availability_zone),
        "InstanceState": show_state(instance.state),
        "InstanceStatus": _show_summary(instance),
        "SystemStatus": _show_summary(instance),
        "AttachedEbsStatus": _show_summary(instance),
        "Operator": {"Managed": False},
        "Events": [],
    }


def _show_summary(instance: Instance) -> ec2.InstanceStatusSummary:
    if instance.state is not InstanceState.RUNNING:
        return {"Status": "not-applicable"}
    return {"Status": "ok", "Details": [{"Name": "reachability", "Status": "passed"}]}
