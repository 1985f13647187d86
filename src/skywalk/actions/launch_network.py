"""Where RunInstances puts an instance: subnet, zone, security groups, addresses.

Source: EC2 API Reference, RunInstances and InstanceNetworkInterfaceSpecification; texts of refusals from answers
quoted in public reports; the words of those that nobody quotes are unconfirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from skywalk.actions.existing import NETWORK_INTERFACE, SUBNET, existing
from skywalk.actions.new_interfaces import interface_groups
from skywalk.actions.private_addresses import wanted_address
from skywalk.actions.unsupported import refuse_parameters
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.regions import zone_id, zones_of
from skywalk.resources.subnet import Subnet
from skywalk.values.errors import (
    AwsError,
    invalid_parameter_value,
    missing_parameter,
    unsupported_operation,
)

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_UNSUPPORTED = ("EnablePrimaryIpv6", "Ipv6AddressCount", "Ipv6Addresses", "SecondaryInterfaces")
_UNSUPPORTED_OF_INTERFACE = (
    "AssociateCarrierIpAddress",
    "ConnectionTrackingSpecification",
    "EnaQueueCount",
    "EnaSrdSpecification",
    "Ipv4PrefixCount",
    "Ipv4Prefixes",
    "Ipv6AddressCount",
    "Ipv6Addresses",
    "Ipv6PrefixCount",
    "Ipv6Prefixes",
    "NetworkCardIndex",
    "PrimaryIpv6",
    "SecondaryPrivateIpAddressCount",
)
_OF_NEW_INTERFACE = ("SubnetId", "Groups", "PrivateIpAddress", "AssociatePublicIpAddress", "Description")


@dataclass(frozen=True, slots=True)
class LaunchNetwork:
    """`private_address` is one that was asked for; `present` an interface that was, which then has all the rest."""

    subnet: Subnet
    security_group_ids: tuple[str, ...]
    private_address: IPv4Address | None
    wants_public_address: bool
    description: str
    delete_on_termination: bool
    present: NetworkInterface | None = None

    @property
    def is_for_one(self) -> bool:
        """Whether only one instance can be there."""
        return self.private_address is not None or self.present is not None


def launch_network(call: Call, request: ec2.RunInstancesRequest) -> LaunchNetwork:
    """Raises the refusals that concern the network."""
    refuse_parameters(_asked(request), _UNSUPPORTED)
    specification = _specification(request)
    if specification is None:
        network = _of_instance(call, request)
    elif specification.get("NetworkInterfaceId"):
        network = _of_present_interface(call, specification)
    else:
        network = _of_new_interface(call, specification)
    _check_zone(call, network.subnet, request.get("Placement") or {})
    _check_host_names(network.subnet, request.get("PrivateDnsNameOptions") or {})
    return network


def _asked(parameters: ec2.RunInstancesRequest | ec2.InstanceNetworkInterfaceSpecification) -> dict[str, object]:
    """Without counts of zero and empty lists, which ask for nothing."""
    return {name: value for name, value in parameters.items() if value not in (0, "", [])}


def _specification(request: ec2.RunInstancesRequest) -> ec2.InstanceNetworkInterfaceSpecification | None:
    """The one interface that a request describes, checked for what may not stand beside it."""
    specifications = request.get("NetworkInterfaces") or []
    if not specifications:
        return None
    if len(specifications) > 1:
        raise unsupported_operation("Instances with several network interfaces are not supported yet.")
    for name, noun in (
        ("SubnetId", "subnet ID"),
        ("SecurityGroupIds", "security groups"),
        ("SecurityGroups", "security groups"),
        ("PrivateIpAddress", "private address"),
    ):
        if request.get(name):
            raise AwsError(
                "InvalidParameterCombination",
                f"Network interfaces and an instance-level {noun} may not be specified on the same request",
            )
    specification = specifications[0]
    refuse_parameters(_asked(specification), _UNSUPPORTED_OF_INTERFACE)
    if specification.get("InterfaceType", "interface") != "interface":
        raise unsupported_operation("Network interfaces of special types are not supported.")
    if "DeviceIndex" not in specification:
        raise missing_parameter("NetworkInterface.1.DeviceIndex")
    if specification["DeviceIndex"] != 0:
        raise unsupported_operation("The network interface of an instance has the device index 0.")
    return specification


def _of_instance(call: Call, request: ec2.RunInstancesRequest) -> LaunchNetwork:
    """Names of groups are for the default VPC, which there is none of."""
    names = request.get("SecurityGroups")
    if not request.get("SubnetId"):
        text = "No default VPC for this user."
        if names:
            text += " GroupName is only supported for EC2-Classic and default VPC."
        raise AwsError("VPCIdNotSpecified", text)
    if names:
        raise AwsError(
            "InvalidParameterCombination", "The parameter groupName cannot be used with the parameter subnet"
        )
    subnet = existing(call, SUBNET, request["SubnetId"])
    return LaunchNetwork(
        subnet=subnet,
        security_group_ids=interface_groups(call, subnet, request.get("SecurityGroupIds")),
        private_address=wanted_address(call, subnet, request.get("PrivateIpAddress")),
        wants_public_address=subnet.map_public_ip_on_launch,
        description="",
        delete_on_termination=True,
    )


def _of_new_interface(call: Call, specification: ec2.InstanceNetworkInterfaceSpecification) -> LaunchNetwork:
    if not specification.get("SubnetId"):
        raise AwsError("VPCIdNotSpecified", "No default VPC for this user.")
    subnet = existing(call, SUBNET, specification["SubnetId"])
    return LaunchNetwork(
        subnet=subnet,
        security_group_ids=interface_groups(call, subnet, specification.get("Groups")),
        private_address=wanted_address(call, subnet, _primary_address(specification)),
        wants_public_address=specification.get("AssociatePublicIpAddress", subnet.map_public_ip_on_launch),
        description=specification.get("Description", ""),
        delete_on_termination=specification.get("DeleteOnTermination", True),
    )


def _primary_address(specification: ec2.InstanceNetworkInterfaceSpecification) -> str | None:
    """Clients give the one address alone or as a list of one: the AWS CLI beside --associate-public-ip-address."""
    listed = specification.get("PrivateIpAddresses") or []
    if len(listed) > 1 or any(not one.get("Primary", True) for one in listed):
        raise unsupported_operation("Secondary private addresses are not supported yet.")
    alone = specification.get("PrivateIpAddress")
    if listed and alone and listed[0].get("PrivateIpAddress") != alone:
        raise AwsError("InvalidParameterCombination", "Only one primary private IP address can be specified.")
    return alone or (listed[0].get("PrivateIpAddress") if listed else None)


def _of_present_interface(call: Call, specification: ec2.InstanceNetworkInterfaceSpecification) -> LaunchNetwork:
    """One that an instance has left behind. It keeps all it has and stays when this instance ends."""
    for name in _OF_NEW_INTERFACE:
        if specification.get(name):
            raise AwsError(
                "InvalidParameterCombination",
                f"A network interface may not specify both a network interface ID and {name}",
            )
    eni = existing(call, NETWORK_INTERFACE, specification["NetworkInterfaceId"])
    if eni.attachment is not None or eni.interface_type != "interface":
        raise AwsError("InvalidNetworkInterface.InUse", f"Interface: [{eni.id}] in use.")
    return LaunchNetwork(
        subnet=existing(call, SUBNET, eni.subnet_id),
        security_group_ids=eni.security_group_ids,
        private_address=None,
        wants_public_address=False,
        description=eni.description,
        delete_on_termination=specification.get("DeleteOnTermination", False),
        present=eni,
    )


def _check_zone(call: Call, subnet: Subnet, placement: ec2.Placement) -> None:
    zone, of_id = placement.get("AvailabilityZone"), placement.get("AvailabilityZoneId")
    if zone and of_id:
        raise AwsError(
            "InvalidParameterCombination",
            "The parameters 'availabilityZone' and 'availabilityZoneId' may not be used in combination.",
        )
    zones = zones_of(call.region)
    if zone and all(one.name != zone for one in zones):
        raise invalid_parameter_value(f"Invalid availability zone: [{zone}]")
    if of_id and all(one.zone_id != of_id for one in zones):
        raise invalid_parameter_value(f"Invalid availability zone-id: [{of_id}]")
    if zone and zone != subnet.availability_zone:
        raise invalid_parameter_value(
            f"Value ({zone}) for parameter availabilityZone is invalid. "
            f"Subnet '{subnet.id}' is in the availability zone {subnet.availability_zone}"
        )
    subnet_zone_id = zone_id(subnet.availability_zone)
    if of_id and of_id != subnet_zone_id:
        raise invalid_parameter_value(
            f"Value ({of_id}) for parameter availabilityZoneId is invalid. "
            f"Subnet '{subnet.id}' is in the availability zone {subnet_zone_id}"
        )


def _check_host_names(subnet: Subnet, options: ec2.PrivateDnsNameOptionsRequest) -> None:
    """An instance's host names are those that its subnet sets; others cannot be asked for yet."""
    if (
        options.get("HostnameType", subnet.private_dns_hostname_type) != subnet.private_dns_hostname_type
        or options.get("EnableResourceNameDnsARecord", subnet.enable_resource_name_dns_a_record)
        != subnet.enable_resource_name_dns_a_record
        or options.get("EnableResourceNameDnsAAAARecord")
    ):
        raise unsupported_operation("Private DNS name options other than those of the subnet are not supported yet.")
