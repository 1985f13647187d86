"""What can be changed of an instance at any time: ModifyInstanceMetadataOptions, MonitorInstances,
UnmonitorInstances; and DescribeInstanceCreditSpecifications.

Unconfirmed: the texts for a terminated instance, for a call without an option, and for the CPU credits of an instance
that has none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.existing import INSTANCE, all_existing, existing, named_or_all
from skywalk.actions.instance_view import show_metadata_options
from skywalk.actions.launch_options import changed_metadata_options
from skywalk.resources.instance import Instance, InstanceState
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_OPTIONS = ("HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint", "HttpProtocolIpv6", "InstanceMetadataTags")
_GONE = (InstanceState.SHUTTING_DOWN, InstanceState.TERMINATED)


def modify_instance_metadata_options(
    call: Call, request: ec2.ModifyInstanceMetadataOptionsRequest
) -> ec2.ModifyInstanceMetadataOptionsResult:
    """Raises IncorrectInstanceState, InvalidParameterCombination, InvalidParameterValue, UnsupportedOperation."""
    instance = existing(call, INSTANCE, request["InstanceId"])
    if not any(name in request for name in _OPTIONS):
        raise AwsError("InvalidParameterCombination", "At least one of the metadata options must be specified.")
    if instance.state in _GONE:
        raise AwsError("IncorrectInstanceState", f"The instance '{instance.id}' is not running or stopped.")
    changed = replace(instance, metadata_options=changed_metadata_options(instance.metadata_options, request))
    call.tx.put(changed)
    options = show_metadata_options(changed)
    return {"InstanceId": instance.id, "InstanceMetadataOptions": {**options, "State": "pending"}}


def monitor_instances(call: Call, request: ec2.MonitorInstancesRequest) -> ec2.MonitorInstancesResult:
    return {"InstanceMonitorings": _set_monitoring(call, request["InstanceIds"], True, "pending")}


def unmonitor_instances(call: Call, request: ec2.UnmonitorInstancesRequest) -> ec2.UnmonitorInstancesResult:
    return {"InstanceMonitorings": _set_monitoring(call, request["InstanceIds"], False, "disabling")}


def _set_monitoring(
    call: Call, instance_ids: list[str], is_enabled: bool, on_the_way: str
) -> list[ec2.InstanceMonitoring]:
    """Kept and shown: metrics are no part of a VPC region."""
    shown: list[ec2.InstanceMonitoring] = []
    for instance in all_existing(call, INSTANCE, instance_ids):
        is_change = instance.monitoring_enabled != is_enabled
        state = on_the_way if is_change else "enabled" if is_enabled else "disabled"
        shown.append({"InstanceId": instance.id, "Monitoring": {"State": state}})
        call.tx.put(replace(instance, monitoring_enabled=is_enabled))
    return shown


_CREDIT_FILTERS: dict[str, FilterValues[Instance]] = {"instance-id": lambda instance: [instance.id]}


def describe_instance_credit_specifications(
    call: Call, request: ec2.DescribeInstanceCreditSpecificationsRequest
) -> ec2.DescribeInstanceCreditSpecificationsResult:
    """Of the instances named; without names, of those whose credits are unlimited."""
    ids, filters = request.get("InstanceIds"), request.get("Filters")
    instances = named_or_all(call, INSTANCE, ids, filters)
    if ids:
        for instance in instances:
            if instance.cpu_credits is None:
                raise AwsError(
                    "InstanceCreditSpecification.NotSupported",
                    f"The instance '{instance.id}' is not a burstable performance instance.",
                )
    else:
        instances = [one for one in instances if one.cpu_credits == "unlimited" and one.state not in _GONE]
    found = matching(instances, filters, _CREDIT_FILTERS)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeInstanceCreditSpecificationsResult = {
        "InstanceCreditSpecifications": [
            {"InstanceId": instance.id, "CpuCredits": instance.cpu_credits or ""} for instance in shown
        ]
    }
    if token:
        result["NextToken"] = token
    return result
