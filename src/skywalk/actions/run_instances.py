"""RunInstances.

All is checked, then all is stored: instances are `pending` until reconciliation has started them. The private
address is the lowest free one of the subnet, the public one is drawn by chance, as are MACs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from skywalk.actions.existing import VPC, existing
from skywalk.actions.idempotency import made_before, remember
from skywalk.actions.instance_view import joined, show_reservations
from skywalk.actions.launch_network import LaunchNetwork, launch_network
from skywalk.actions.launch_options import LaunchOptions, launch_options
from skywalk.actions.new_interfaces import draw_macs
from skywalk.actions.private_addresses import taken_addresses
from skywalk.actions.public_addresses import draw_public_addresses
from skywalk.resources.allocate import choose_addresses
from skywalk.resources.host_names import private_host_name, resource_host_name
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.network_interface import Attachment, NetworkInterface, PrivateAddress, PublicAddress
from skywalk.values.errors import AwsError, invalid_parameter_value

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

MAX_INSTANCES_PER_CALL = 1000
"""In place of AWS's quotas of virtual CPUs, so that one call cannot take the machine down."""


def run_instances(call: Call, request: ec2.RunInstancesRequest) -> ec2.Reservation:
    """As many instances as there are addresses for, MinCount at least and MaxCount at most; else none."""
    before = made_before(call, "RunInstances", request)
    if before is not None:
        return _made_before(call, before)
    minimum, maximum = _counts(request)
    options = launch_options(call, request)
    network = launch_network(call, request)
    if network.is_for_one and maximum > 1:
        raise AwsError(
            "InvalidParameterCombination",
            "A private address or a network interface may be specified for a single instance only.",
        )
    places = _places(call, network, _addresses(call, network, minimum, maximum))
    instances = _launch(call, request, options, network, places)
    remember(call, "RunInstances", request, [instance.id for instance in instances])
    return joined(show_reservations(call, instances))[0]


def _made_before(call: Call, instance_ids: Sequence[str]) -> ec2.Reservation:
    instances = [call.tx.owned(Instance, call.scope, instance_id) for instance_id in instance_ids]
    there = [one for one in instances if one is not None and one.state is not InstanceState.TERMINATED]
    if not there:
        raise AwsError(
            "IdempotentInstanceTerminated",
            "The request to launch an instance uses the same client token as a previous request for which the "
            "instance has been terminated.",
        )
    return joined(show_reservations(call, there))[0]


def _counts(request: ec2.RunInstancesRequest) -> tuple[int, int]:
    """The words of these refusals are unconfirmed."""
    minimum, maximum = request["MinCount"], request["MaxCount"]
    for name, count in (("minCount", minimum), ("maxCount", maximum)):
        if count < 1:
            raise invalid_parameter_value(f"Value ({count}) for parameter {name} is invalid. Expecting at least 1.")
    if maximum < minimum:
        raise invalid_parameter_value("Maximum instance count must not be smaller than minimum instance count.")
    if minimum > MAX_INSTANCES_PER_CALL:
        raise AwsError(
            "InstanceLimitExceeded",
            f"You have requested more instances ({minimum}) than your current instance limit of "
            f"{MAX_INSTANCES_PER_CALL} allows for the specified instance type.",
        )
    return minimum, min(maximum, MAX_INSTANCES_PER_CALL)


def _addresses(call: Call, network: LaunchNetwork, minimum: int, maximum: int) -> list[IPv4Address]:
    """The private address of each instance to launch. Raises InsufficientFreeAddressesInSubnet."""
    if network.present is not None:
        return [network.present.private_address]
    if network.private_address is not None:
        return [network.private_address]
    subnet = network.subnet
    found = choose_addresses(subnet.network, taken_addresses(call, subnet), maximum)
    if len(found) < minimum:
        raise AwsError(
            "InsufficientFreeAddressesInSubnet",
            f"There are not enough free addresses in subnet '{subnet.id}' to satisfy the requested number of "
            "instances.",
        )
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """What is drawn for one of the instances; `index` is its place in the launch."""

    index: int
    private_address: IPv4Address
    public_address: IPv4Address | None
    mac: str


def _places(call: Call, network: LaunchNetwork, addresses: Sequence[IPv4Address]) -> list[_Place]:
    public = draw_public_addresses(call, len(addresses) if network.wants_public_address else 0)
    macs = draw_macs(call, network.subnet.vpc_id, len(addresses))
    return [
        _Place(index, address, public[index] if public else None, macs[index])
        for index, address in enumerate(addresses)
    ]


def _launch(
    call: Call, request: ec2.RunInstancesRequest, options: LaunchOptions, network: LaunchNetwork, places: list[_Place]
) -> list[Instance]:
    reservation_id = call.mint("r")
    launched = []
    for place in places:
        instance = _instance(call, options, network, place, reservation_id, request.get("ClientToken", ""))
        eni = network.present or _interface(call, options, network, place)
        attachment = Attachment(
            attachment_id=call.mint("eni-attach"),
            instance_id=instance.id,
            device_index=0,
            attached_at=call.clock.now(),
            delete_on_termination=network.delete_on_termination,
        )
        call.tx.put(instance)
        call.tx.put(replace(eni, attachment=attachment))
        launched.append(instance)
    return launched


def _instance(
    call: Call, options: LaunchOptions, network: LaunchNetwork, place: _Place, reservation_id: str, client_token: str
) -> Instance:
    instance_id = call.mint("i")
    vpc = existing(call, VPC, network.subnet.vpc_id)
    return Instance(
        id=instance_id,
        scope=call.scope,
        tags=options.tags.get("instance", ()),
        vpc_id=vpc.id,
        subnet_id=network.subnet.id,
        availability_zone=network.subnet.availability_zone,
        reservation_id=reservation_id,
        launch_index=place.index,
        image_id=options.image.image_id,
        instance_type=options.instance_type.name,
        state=InstanceState.PENDING,
        launched_at=call.clock.now(),
        private_dns_name=_host_name(network, instance_id, place.private_address),
        metadata_options=options.metadata_options,
        user_data=options.user_data,
        instance_profile_arn=options.profile.id if options.profile else None,
        instance_profile_id=options.profile.unique_id if options.profile else None,
        client_token=client_token,
        tenancy=options.tenancy or vpc.instance_tenancy,
        monitoring_enabled=options.monitoring_enabled,
        ebs_optimized=options.ebs_optimized,
    )


def _interface(call: Call, options: LaunchOptions, network: LaunchNetwork, place: _Place) -> NetworkInterface:
    return NetworkInterface(
        id=call.mint("eni"),
        scope=call.scope,
        tags=options.tags.get("network-interface", ()),
        vpc_id=network.subnet.vpc_id,
        subnet_id=network.subnet.id,
        availability_zone=network.subnet.availability_zone,
        mac=place.mac,
        addresses=(PrivateAddress(address=place.private_address, public=_assigned(place.public_address)),),
        security_group_ids=network.security_group_ids,
        description=network.description,
    )


def _assigned(address: IPv4Address | None) -> PublicAddress | None:
    return None if address is None else PublicAddress(address=address)


def _host_name(network: LaunchNetwork, instance_id: str, address: IPv4Address) -> str:
    region = network.subnet.scope.region
    if network.subnet.private_dns_hostname_type == "resource-name":
        return resource_host_name(instance_id, region)
    return private_host_name(address, region)
