"""Where RunInstances puts an instance: its interfaces, their subnets and zone, its host names.

Source: EC2 API Reference, RunInstances; EC2 User Guide, "EC2 instance hostname types"; texts of refusals from answers
quoted in public reports; the words of those that nobody quotes are unconfirmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skywalk.actions.default_vpcs import default_subnet, default_vpc
from skywalk.actions.existing import SUBNET, existing
from skywalk.actions.launch_interfaces import LaunchInterface, asked, check_free, check_limits, launch_interfaces
from skywalk.actions.new_interfaces import interface_groups
from skywalk.actions.private_addresses import address_in
from skywalk.actions.unsupported import refuse_parameters
from skywalk.actions.wished_addresses import WishedAddresses
from skywalk.resources.regions import zone_id, zones_of
from skywalk.resources.security_group import SecurityGroup
from skywalk.values.errors import AwsError, invalid_parameter_value, unsupported_operation

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.instance_types import InstanceType
    from skywalk.resources.subnet import Subnet

HOSTNAME_TYPES = ("ip-name", "resource-name")
_UNSUPPORTED = ("EnablePrimaryIpv6", "Ipv6AddressCount", "Ipv6Addresses", "SecondaryInterfaces")


@dataclass(frozen=True, slots=True)
class LaunchNetwork:
    """`interfaces` are by device index, the primary one first."""

    interfaces: tuple[LaunchInterface, ...]
    wants_public_address: bool
    hostname_type: str
    has_resource_name_a_record: bool

    @property
    def subnet(self) -> Subnet:
        return self.interfaces[0].subnet

    @property
    def is_for_one(self) -> bool:
        """Whether only one instance can be there."""
        return any(one.is_for_one for one in self.interfaces)


def launch_network(call: Call, request: ec2.RunInstancesRequest, kind: InstanceType) -> LaunchNetwork:
    """Raises the refusals that concern the network."""
    refuse_parameters(asked(request), _UNSUPPORTED)
    zone = _zone(call, request.get("Placement") or {})
    specifications = _specifications(request)
    if specifications:
        needs_subnet = not all(one.get("SubnetId") or one.get("NetworkInterfaceId") for one in specifications)
        otherwise = _default_subnet(call, zone) if needs_subnet else None
        interfaces = launch_interfaces(call, specifications, otherwise)
    else:
        interfaces = [_of_instance(call, request, zone)]
    check_limits(interfaces, kind)
    subnet = interfaces[0].subnet
    _check_zone(subnet, request.get("Placement") or {})
    options = _host_names(subnet, request.get("PrivateDnsNameOptions") or {})
    return LaunchNetwork(tuple(interfaces), _wants_public_address(interfaces, specifications), *options)


def _specifications(request: ec2.RunInstancesRequest) -> list[ec2.InstanceNetworkInterfaceSpecification]:
    """The interfaces that a request describes, checked for what may not stand beside them."""
    specifications = request.get("NetworkInterfaces") or []
    for name, noun in (
        ("SubnetId", "subnet ID"),
        ("SecurityGroupIds", "security groups"),
        ("SecurityGroups", "security groups"),
        ("PrivateIpAddress", "private IP address"),
    ):
        if specifications and request.get(name):
            raise AwsError(
                "InvalidParameterCombination",
                f"Network interfaces and an instance-level {noun} may not be specified on the same request",
            )
    return specifications


def _wants_public_address(
    interfaces: Sequence[LaunchInterface], specifications: Sequence[ec2.InstanceNetworkInterfaceSpecification]
) -> bool:
    """As asked for, else as the subnet says; never for a present interface or for one of several.

    Source: EC2 User Guide, "Amazon EC2 instance IP addressing", public IPv4 addresses.
    """
    if len(interfaces) > 1 or interfaces[0].present is not None:
        return False
    by_subnet = interfaces[0].subnet.map_public_ip_on_launch
    return specifications[0].get("AssociatePublicIpAddress", by_subnet) if specifications else by_subnet


def _of_instance(call: Call, request: ec2.RunInstancesRequest, zone: str | None) -> LaunchInterface:
    names, group_ids = request.get("SecurityGroups"), request.get("SecurityGroupIds")
    if request.get("SubnetId"):
        if names:
            raise AwsError(
                "InvalidParameterCombination", "The parameter groupName cannot be used with the parameter subnet"
            )
        subnet = existing(call, SUBNET, request["SubnetId"])
    else:
        subnet = _default_subnet(call, zone, has_group_names=bool(names))
    group_ids = [*(group_ids or []), *_ids_of_groups(call, subnet, names or [])]
    wished = WishedAddresses()
    if request.get("PrivateIpAddress"):
        wished = WishedAddresses(address_in(subnet, request["PrivateIpAddress"]))
        check_free(call, subnet, wished)
    return LaunchInterface(
        device_index=0, subnet=subnet, security_group_ids=interface_groups(call, subnet, group_ids), addresses=wished
    )


def _default_subnet(call: Call, zone: str | None, *, has_group_names: bool = False) -> Subnet:
    vpc = default_vpc(call)
    if vpc is None:
        text = "No default VPC for this user."
        if has_group_names:
            text += " GroupName is only supported for EC2-Classic and default VPC."
        raise AwsError("VPCIdNotSpecified", text)
    subnet = default_subnet(call, zone)
    if subnet is None and zone is not None:
        raise AwsError("MissingInput", f"No default subnet for availability zone: '{zone}'.")
    if subnet is None:
        raise AwsError("MissingInput", f"No subnets found for the default VPC '{vpc.id}'. Please specify a subnet.")
    return subnet


def _ids_of_groups(call: Call, subnet: Subnet, names: Sequence[str]) -> list[str]:
    """Names are those of the default VPC's groups. Raises InvalidGroup.NotFound."""
    ids = {group.name: group.id for group in call.tx.of_vpc(SecurityGroup, subnet.vpc_id)} if names else {}
    for name in names:
        if name not in ids:
            raise AwsError(
                "InvalidGroup.NotFound", f"The security group '{name}' does not exist in default VPC '{subnet.vpc_id}'"
            )
    return [ids[name] for name in names]


def _zone(call: Call, placement: ec2.Placement) -> str | None:
    """The zone that a request asks for. Raises InvalidParameterCombination, InvalidParameterValue."""
    zone, of_id = placement.get("AvailabilityZone"), placement.get("AvailabilityZoneId")
    if zone and of_id:
        raise AwsError(
            "InvalidParameterCombination",
            "The parameters 'availabilityZone' and 'availabilityZoneId' may not be used in combination.",
        )
    zones = {one.name: one.zone_id for one in zones_of(call.region)}
    if zone and zone not in zones:
        raise invalid_parameter_value(f"Invalid availability zone: [{zone}]")
    if of_id and of_id not in zones.values():
        raise invalid_parameter_value(f"Invalid availability zone-id: [{of_id}]")
    return zone or next((name for name, own_id in zones.items() if own_id == of_id), None)


def _check_zone(subnet: Subnet, placement: ec2.Placement) -> None:
    zone, of_id = placement.get("AvailabilityZone"), placement.get("AvailabilityZoneId")
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


def _host_names(subnet: Subnet, options: ec2.PrivateDnsNameOptionsRequest) -> tuple[str, bool]:
    """The host name's type, and whether the name by id has an A record: the subnet's, unless asked for otherwise."""
    if options.get("EnableResourceNameDnsAAAARecord"):
        raise unsupported_operation("DNS AAAA records need IPv6, which is not supported yet.")
    hostname_type = options.get("HostnameType") or subnet.private_dns_hostname_type
    if hostname_type not in HOSTNAME_TYPES:
        raise invalid_parameter_value(f"Value ({hostname_type}) for parameter HostnameType is invalid.")
    return hostname_type, options.get("EnableResourceNameDnsARecord", subnet.enable_resource_name_dns_a_record)
