"""RunInstances.

All is checked, then all is stored: instances are `pending` until reconciliation has started them. Private addresses
are the lowest free ones of their subnets, public ones are drawn by chance, as are MACs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
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
    from skywalk.actions.launch_interfaces import LaunchInterface
    from skywalk.actions.shapes import ec2
    from skywalk.resources.subnet import Subnet

MAX_INSTANCES_PER_CALL = 1000
"""In place of AWS's quotas of virtual CPUs, so that one call cannot take the machine down."""


def run_instances(call: Call, request: ec2.RunInstancesRequest) -> ec2.Reservation:
    """As many instances as there are addresses for, MinCount at least and MaxCount at most; else none."""
    before = made_before(call, "RunInstances", request)
    if before is not None:
        return _made_before(call, before)
    minimum, maximum = _counts(request)
    options = launch_options(call, request)
    network = launch_network(call, request, options.instance_type)
    if network.is_for_one and maximum > 1:
        raise AwsError(
            "InvalidParameterCombination",
            "A private address or a network interface may be specified for a single instance only.",
        )
    places = _places(call, network, minimum, maximum)
    instances = _launch(call, request, options, network, places)
    remember(call, "RunInstances", request, [instance.id for instance in instances])
    return joined(show_reservations(call, instances))[0]


def _made_before(call: Call, instance_ids: Sequence[str]) -> ec2.Reservation:
    instances = [call.tx.owned(Instance, call.scope, instance_id) for instance_id in instance_ids]
    there = [one for one in instances if one is not None and one.state is not InstanceState.TERMINATED]
    if not there:
        raise AwsError(
            "IdempotentInstanceTerminated",
            "The client token you have provided is associated with a terminated instance. Please use a different "
            "client token.",
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


@dataclass(frozen=True, slots=True)
class _Place:
    """What is drawn for one of the instances; `index` is its place in the launch. `addresses` and `macs` are of its
    interfaces in their order, the primary address first; a present interface keeps its own."""

    index: int
    addresses: tuple[tuple[IPv4Address, ...], ...]
    macs: tuple[str, ...]
    public_address: IPv4Address | None


def _places(call: Call, network: LaunchNetwork, minimum: int, maximum: int) -> list[_Place]:
    addresses = _addresses(call, network, minimum, maximum)
    public = draw_public_addresses(call, len(addresses) if network.wants_public_address else 0)
    each = len(network.interfaces)
    macs = draw_macs(call, len(addresses) * each)
    return [
        _Place(index, own, tuple(macs[index * each : (index + 1) * each]), public[index] if public else None)
        for index, own in enumerate(addresses)
    ]


def _addresses(
    call: Call, network: LaunchNetwork, minimum: int, maximum: int
) -> list[tuple[tuple[IPv4Address, ...], ...]]:
    """For each instance to launch, for each of its interfaces. Raises InsufficientFreeAddressesInSubnet."""
    needed: Counter[str] = Counter()
    for one in network.interfaces:
        needed[one.subnet.id] += 0 if one.present else one.addresses.drawn_count
    free = {
        one.subnet.id: _free(call, network, one.subnet, needed[one.subnet.id] * maximum) for one in network.interfaces
    }
    count = min([maximum, *(len(free[subnet_id]) // each for subnet_id, each in needed.items() if each)])
    if count < minimum:
        raise AwsError(
            "InsufficientFreeAddressesInSubnet",
            f"There are not enough free addresses in subnet '{network.subnet.id}' to satisfy the requested number of "
            "instances.",
        )
    drawing = {subnet_id: iter(addresses) for subnet_id, addresses in free.items()}
    return [tuple(_of_interface(one, drawing[one.subnet.id]) for one in network.interfaces) for _ in range(count)]


def _free(call: Call, network: LaunchNetwork, subnet: Subnet, count: int) -> list[IPv4Address]:
    """The lowest ones, none of those that the request names."""
    named = {address for one in network.interfaces if one.subnet.id == subnet.id for address in one.addresses.named}
    return choose_addresses(subnet.network, [*taken_addresses(call, subnet), *named], count) if count else []


def _of_interface(interface: LaunchInterface, drawing: Iterator[IPv4Address]) -> tuple[IPv4Address, ...]:
    if interface.present is not None:
        return tuple(one.address for one in interface.present.addresses)
    wished = interface.addresses
    primary = wished.primary or next(drawing)
    return (primary, *wished.secondary, *(next(drawing) for _ in range(wished.more)))


def _launch(
    call: Call, request: ec2.RunInstancesRequest, options: LaunchOptions, network: LaunchNetwork, places: list[_Place]
) -> list[Instance]:
    reservation_id = call.mint("r")
    launched = []
    for place in places:
        instance = _instance(call, options, network, place, reservation_id, request.get("ClientToken", ""))
        call.tx.put(instance)
        for number in range(len(network.interfaces)):
            call.tx.put(_attached_interface(call, options, network, place, number, instance.id))
        launched.append(instance)
    return launched


def _instance(
    call: Call, options: LaunchOptions, network: LaunchNetwork, place: _Place, reservation_id: str, client_token: str
) -> Instance:
    instance_id = call.mint("i")
    vpc = existing(call, VPC, network.subnet.vpc_id)
    now = call.clock.now()
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
        launched_at=now,
        private_dns_name=_host_name(network, instance_id, place.addresses[0][0]),
        hostname_type=network.hostname_type,
        has_resource_name_a_record=network.has_resource_name_a_record,
        metadata_options=options.metadata_options,
        user_data=options.user_data,
        key_name=options.key_pair.name if options.key_pair else None,
        public_key=options.key_pair.public_key if options.key_pair else "",
        instance_profile_arn=options.profile.id if options.profile else None,
        instance_profile_id=options.profile.unique_id if options.profile else None,
        profile_association_id=call.mint("iip-assoc") if options.profile else None,
        profile_associated_at=now if options.profile else None,
        client_token=client_token,
        tenancy=options.tenancy or vpc.instance_tenancy,
        monitoring_enabled=options.monitoring_enabled,
        ebs_optimized=options.ebs_optimized,
        cpu_credits=options.cpu_credits,
        assigns_public_address=network.wants_public_address,
        disable_api_termination=options.disable_api_termination,
        disable_api_stop=options.disable_api_stop,
        shutdown_behavior=options.shutdown_behavior,
    )


def _attached_interface(
    call: Call, options: LaunchOptions, network: LaunchNetwork, place: _Place, number: int, instance_id: str
) -> NetworkInterface:
    interface = network.interfaces[number]
    attachment = Attachment(
        attachment_id=call.mint("eni-attach"),
        instance_id=instance_id,
        device_index=interface.device_index,
        attached_at=call.clock.now(),
        delete_on_termination=interface.delete_on_termination,
    )
    if interface.present is not None:
        return replace(interface.present, attachment=attachment)
    return NetworkInterface(
        id=call.mint("eni"),
        scope=call.scope,
        tags=options.tags.get("network-interface", ()),
        vpc_id=interface.subnet.vpc_id,
        subnet_id=interface.subnet.id,
        availability_zone=interface.subnet.availability_zone,
        mac=place.macs[number],
        addresses=tuple(_with_public(place.addresses[number], place.public_address)),
        security_group_ids=interface.security_group_ids,
        description=interface.description,
        attachment=attachment,
    )


def _with_public(addresses: Sequence[IPv4Address], public_address: IPv4Address | None) -> Iterator[PrivateAddress]:
    """A public address is drawn for instances with one interface alone: it leads to the primary address."""
    public = None if public_address is None else PublicAddress(address=public_address)
    for index, address in enumerate(addresses):
        yield PrivateAddress(address=address, public=public if index == 0 else None)


def _host_name(network: LaunchNetwork, instance_id: str, address: IPv4Address) -> str:
    region = network.subnet.scope.region
    if network.hostname_type == "resource-name":
        return resource_host_name(instance_id, region)
    return private_host_name(address, region)
