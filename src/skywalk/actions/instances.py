"""DescribeInstances; StopInstances, StartInstances, RebootInstances, TerminateInstances.

Each change is for all of the instances named or, where one is refused, for none: on AWS a refusal for termination
protection spares the instances of its zone alone. States move on when the machine has obeyed (`reconcile`).
Source: EC2 User Guide, "Amazon EC2 instance state changes"; texts from answers quoted in public reports. The texts for
an instance that cannot be rebooted or hibernated, and for one that stop protection keeps from termination, are
unconfirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.describe import matching, page
from skywalk.actions.existing import INSTANCE, all_existing, named_or_all
from skywalk.actions.instance_filters import reservation_filters, reservation_tags
from skywalk.actions.instance_view import joined, show_reservations, show_state, user_initiated
from skywalk.actions.public_addresses import draw_public_addresses
from skywalk.actions.unsupported import refuse_parameters
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.network_interface import NetworkInterface, PublicAddress
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_ENDING = (InstanceState.SHUTTING_DOWN, InstanceState.TERMINATED)
_STOPPED = (InstanceState.STOPPING, InstanceState.STOPPED)
_STARTED = (InstanceState.PENDING, InstanceState.RUNNING)
_USER_SHUTDOWN = "Client.UserInitiatedShutdown"

_Change = Callable[["Call", Instance], Instance]


def describe_instances(call: Call, request: ec2.DescribeInstancesRequest) -> ec2.DescribeInstancesResult:
    """A page counts instances, not reservations. Raises InvalidInstanceID.NotFound, InvalidInstanceID.Malformed."""
    refuse_pages_of_named(request)
    filters = request.get("Filters")
    instances = chosen_instances(call, request.get("InstanceIds"), filters)
    if filters:
        found = matching(show_reservations(call, instances), filters, reservation_filters(call), tags=reservation_tags)
        shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    else:  # only what is on the page needs to be shown
        on_page, token = page(instances, request.get("MaxResults"), request.get("NextToken"))
        shown = show_reservations(call, on_page)
    result: ec2.DescribeInstancesResult = {"Reservations": joined(shown)}
    if token:
        result["NextToken"] = token
    return result


def refuse_pages_of_named(request: ec2.DescribeInstancesRequest | ec2.DescribeInstanceStatusRequest) -> None:
    if request.get("InstanceIds") and request.get("MaxResults") is not None:
        raise AwsError(
            "InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults"
        )


def chosen_instances(
    call: Call, instance_ids: Sequence[str] | None, filters: Sequence[ec2.Filter] | None
) -> list[Instance]:
    """The instances that are named, or all that may pass the filters."""
    return named_or_all(call, INSTANCE, instance_ids, filters, ("subnet-id", "iam-instance-profile.arn"))


def stop_instances(call: Call, request: ec2.StopInstancesRequest) -> ec2.StopInstancesResult:
    """A stop ends all processes at once: `Force` and `SkipOsShutdown` ask for what happens anyway.

    Raises IncorrectInstanceState, OperationNotPermitted, UnsupportedHibernationConfiguration.
    """
    instances = all_existing(call, INSTANCE, request["InstanceIds"])
    if request.get("Hibernate"):
        raise AwsError(
            "UnsupportedHibernationConfiguration",
            f"The instance '{instances[0].id}' is not configured for hibernation.",
        )
    return {"StoppingInstances": _change_all(call, instances, _stopping)}


def _stopping(call: Call, instance: Instance) -> Instance:
    if instance.state in _STOPPED:
        return instance
    if instance.state in _ENDING:
        raise _incorrect_state(f"This instance '{instance.id}' is not in a state from which it can be stopped.")
    if instance.state is InstanceState.PENDING and not instance.has_run:
        raise _incorrect_state(
            f"Instance '{instance.id}' cannot be stopped as it has never reached the 'running' state."
        )
    if instance.disable_api_stop:
        raise _not_permitted(instance, "stopped", "disableApiStop")
    return _shut_down_by_user(call, instance, InstanceState.STOPPING)


def start_instances(call: Call, request: ec2.StartInstancesRequest) -> ec2.StartInstancesResult:
    """Raises IncorrectInstanceState, InsufficientAddressCapacity."""
    refuse_parameters(request, ["AdditionalInfo"])
    instances = all_existing(call, INSTANCE, request["InstanceIds"])
    return {"StartingInstances": _change_all(call, instances, _pending)}


def _pending(call: Call, instance: Instance) -> Instance:
    if instance.state in _STARTED:
        return instance
    if instance.state is not InstanceState.STOPPED:
        raise _incorrect_state(f"The instance '{instance.id}' is not in a state from which it can be started.")
    _give_public_address(call, instance)
    return replace(
        instance,
        state=InstanceState.PENDING,
        launched_at=call.clock.now(),
        created_at=instance.created_at or instance.launched_at,
        state_transition_reason="",
        state_reason_code=None,
        state_reason_message=None,
    )


def _give_public_address(call: Call, instance: Instance) -> None:
    """A new one at each start, unless the interface has an Elastic IP address or is no longer the only one.

    Source: EC2 User Guide, "Amazon EC2 instance IP addressing", public IPv4 addresses.
    """
    interfaces = call.tx.referring(NetworkInterface, instance.id)
    if not instance.assigns_public_address or len(interfaces) != 1 or interfaces[0].public is not None:
        return
    eni = interfaces[0]
    drawn = draw_public_addresses(call, 1)[0]
    call.tx.put(eni.with_public(eni.private_address, PublicAddress(address=drawn)))


def reboot_instances(call: Call, request: ec2.RebootInstancesRequest) -> None:
    """Asks for it; the machine follows. Those that end are passed over. Raises IncorrectInstanceState."""
    for instance in all_existing(call, INSTANCE, request["InstanceIds"]):
        if instance.state in _STOPPED:
            raise _incorrect_state(f"The instance '{instance.id}' is not in a state from which it can be rebooted.")
        if instance.state in _STARTED:
            call.tx.put(replace(instance, reboots_asked=instance.reboots_asked + 1))


def terminate_instances(call: Call, request: ec2.TerminateInstancesRequest) -> ec2.TerminateInstancesResult:
    """Those that end already stay as they are; with `Force` and `SkipOsShutdown` it is as with a stop.

    Raises OperationNotPermitted.
    """
    instances = all_existing(call, INSTANCE, request["InstanceIds"])
    return {"TerminatingInstances": _change_all(call, instances, _shutting_down)}


def _shutting_down(call: Call, instance: Instance) -> Instance:
    if instance.state in _ENDING:
        return instance
    if instance.disable_api_termination:
        raise _not_permitted(instance, "terminated", "disableApiTermination")
    if instance.disable_api_stop:
        raise _not_permitted(instance, "terminated", "disableApiStop")
    return _shut_down_by_user(call, instance, InstanceState.SHUTTING_DOWN)


def _change_all(call: Call, instances: Iterable[Instance], change: _Change) -> list[ec2.InstanceStateChange]:
    changes: list[ec2.InstanceStateChange] = []
    for instance in instances:
        changed = change(call, instance)
        if changed is not instance:
            call.tx.put(changed)
        changes.append(
            {
                "InstanceId": instance.id,
                "CurrentState": show_state(changed.state),
                "PreviousState": show_state(instance.state),
            }
        )
    return changes


def _shut_down_by_user(call: Call, instance: Instance, state: InstanceState) -> Instance:
    return replace(
        instance,
        state=state,
        state_transition_reason=user_initiated(call.clock.now()),
        state_reason_code=_USER_SHUTDOWN,
        state_reason_message=f"{_USER_SHUTDOWN}: User initiated shutdown",
    )


def _incorrect_state(message: str) -> AwsError:
    return AwsError("IncorrectInstanceState", message)


def _not_permitted(instance: Instance, what: str, attribute: str) -> AwsError:
    return AwsError(
        "OperationNotPermitted",
        f"The instance '{instance.id}' may not be {what}. Modify its '{attribute}' instance attribute and try again.",
    )
