"""How answers show instances: AWS's Instance, a Reservation around it, and the filters on both.

An instance is shown as a reservation of its own; reservations are joined after filtering and paging, which count
instances. A terminated instance has no network any more: only its id, tags, type and times are shown. What many
instances show alike is one constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from skywalk.actions.network_interface_view import ATTACHMENT_STATUSES, OPERATOR, public_address_owner, show_groups
from skywalk.actions.tag_specifications import show_tags
from skywalk.resources.host_names import private_host_name, public_host_name
from skywalk.resources.images import IMAGES
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.instance_types import instance_type
from skywalk.resources.network_interface import Attachment, NetworkInterface, PrivateAddress
from skywalk.resources.regions import zone_id
from skywalk.resources.vpc import Vpc
from skywalk.values.addresses import address_text
from skywalk.values.constant import constant
from skywalk.values.template import template

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.views import Sight

_CODES = {
    InstanceState.PENDING: 0,
    InstanceState.RUNNING: 16,
    InstanceState.SHUTTING_DOWN: 32,
    InstanceState.TERMINATED: 48,
    InstanceState.STOPPING: 64,
    InstanceState.STOPPED: 80,
}
"""Source: EC2 API Reference, InstanceState."""


_STATES: dict[InstanceState, ec2.InstanceState] = {
    state: constant({"Code": code, "Name": state.value}) for state, code in _CODES.items()
}


def show_state(state: InstanceState) -> ec2.InstanceState:
    return _STATES[state]


def show_reservations(call: Call, instances: Sequence[Instance]) -> list[ec2.Reservation]:
    """One reservation per instance, in their order."""
    return [
        {
            "ReservationId": instance.reservation_id,
            "OwnerId": instance.scope.account_id,
            "Groups": [],
            "Instances": [shown],
        }
        for instance, shown in zip(instances, call.views(_show, instances), strict=True)
    ]


def joined(reservations: Iterable[ec2.Reservation]) -> list[ec2.Reservation]:
    """Instances that were launched together in one reservation, at the place of the first of them, which is changed."""
    found: dict[str, ec2.Reservation] = {}
    for one in reservations:
        first = found.setdefault(one["ReservationId"], one)
        if first is not one:
            first["Instances"].extend(one["Instances"])
    return list(found.values())


_Interfaces = list[tuple[Attachment, NetworkInterface]]


def _show(sight: Sight, instance: Instance) -> ec2.Instance:
    vpc = sight.tx.get(Vpc, instance.vpc_id)
    interfaces = [] if vpc is None or instance.state is InstanceState.TERMINATED else _interfaces(sight, instance)
    some: dict[str, Any] = {}
    if interfaces and vpc is not None:
        _add_network(sight, some, instance, vpc, interfaces)
    _add_optional(some, instance)
    options = instance.metadata_options
    alike = (
        tuple(some),
        instance.image_id,
        instance.instance_type,
        instance.state,
        instance.availability_zone,
        instance.tenancy,
        instance.ebs_optimized,
        instance.monitoring_enabled,
        (options.http_tokens, options.http_endpoint, options.http_put_response_hop_limit),
        (instance.hostname_type, instance.has_resource_name_a_record) if interfaces else None,
    )
    return _instance(
        alike,
        instance.id,
        instance.state_transition_reason,
        instance.launch_index,
        instance.launched_at,
        instance.client_token,
        instance.created_at or instance.launched_at,
        show_tags(instance.tags),
        *some.values(),
    )


_Alike = tuple[
    tuple[str, ...], str, str, InstanceState, str, str, bool, bool, tuple[str, str, int], tuple[str, bool] | None
]
"""The names of what only some are shown with; image, type, state, zone, tenancy; whether it is optimized for EBS and
monitored; its metadata options; host name type and A record where it has a network."""


@template
def _instance(
    alike: _Alike,
    instance_id: str,
    state_transition_reason: str,
    launch_index: int,
    launched_at: datetime,
    client_token: str,
    created_at: datetime,
    tags: list[ec2.Tag],
    *some: Any,
) -> ec2.Instance:
    names, image_id, type_name, state, zone, tenancy, is_ebs_optimized, is_monitored, metadata, host_names = alike
    image, kind = IMAGES[image_id], instance_type(type_name)
    shown: ec2.Instance = {
        "ImageId": image_id,
        "InstanceType": type_name,
        "Architecture": image.architecture,
        "PlatformDetails": "Linux/UNIX",
        "UsageOperation": "RunInstances",
        "RootDeviceName": image.root_device_name,
        "RootDeviceType": "ebs",
        "BlockDeviceMappings": [],
        "VirtualizationType": "hvm",
        "Hypervisor": "xen",
        "EnaSupport": True,
        "CapacityReservationSpecification": {"CapacityReservationPreference": "open"},
        "EnclaveOptions": {"Enabled": False},
        "HibernationOptions": {"Configured": False},
        "MaintenanceOptions": {"AutoRecovery": "default"},
        "Operator": OPERATOR,
        "ProductCodes": [],
        "InstanceId": instance_id,
        "State": _STATES[state],
        "StateTransitionReason": state_transition_reason,
        "AmiLaunchIndex": launch_index,
        "LaunchTime": launched_at,
        "ClientToken": client_token,
        "Placement": _show_placement(zone, tenancy),
        "UsageOperationUpdateTime": created_at,
        "EbsOptimized": is_ebs_optimized,
        "Monitoring": {"State": "enabled" if is_monitored else "disabled"},
        "MetadataOptions": _show_options(state, *metadata),
        "Tags": tags,
    }
    if kind is not None:
        shown["CpuOptions"] = {"CoreCount": kind.cores, "ThreadsPerCore": kind.threads_per_core}
    if host_names is None:
        shown.update({"NetworkInterfaces": [], "SecurityGroups": [], "PrivateDnsName": "", "PublicDnsName": ""})
    else:
        hostname_type, has_a_record = host_names
        shown["PrivateDnsNameOptions"] = {
            "HostnameType": hostname_type,
            "EnableResourceNameDnsARecord": has_a_record,
            "EnableResourceNameDnsAAAARecord": False,
        }
    return cast("ec2.Instance", {**shown, **dict(zip(names, some, strict=True))})


def _add_network(sight: Sight, shown: dict[str, Any], instance: Instance, vpc: Vpc, interfaces: _Interfaces) -> None:
    attached: list[ec2.InstanceNetworkInterface] = []
    for attachment, eni in interfaces:
        groups = show_groups(sight, eni.security_group_ids)
        addresses = [_show_address(vpc, eni, one) for one in eni.addresses]
        if not attached:
            _add_primary(shown, eni, groups, addresses[0])
        attached.append(_show_interface(attachment, eni, instance.state, groups, addresses))
    shown["NetworkInterfaces"] = attached
    shown["PrivateDnsName"] = instance.private_dns_name


def _add_primary(
    shown: dict[str, Any],
    eni: NetworkInterface,
    groups: list[ec2.GroupIdentifier],
    address: ec2.InstancePrivateIpAddress,
) -> None:
    """What the instance is shown with of its primary interface."""
    shown["VpcId"] = eni.vpc_id
    shown["SubnetId"] = eni.subnet_id
    shown["SecurityGroups"] = groups
    shown["SourceDestCheck"] = eni.source_dest_check
    shown["PrivateIpAddress"] = address["PrivateIpAddress"]
    shown["PublicDnsName"] = ""
    if "Association" in address:
        shown["PublicIpAddress"] = address["Association"]["PublicIp"]
        shown["PublicDnsName"] = address["Association"]["PublicDnsName"]


def _show_interface(
    attachment: Attachment,
    eni: NetworkInterface,
    state: InstanceState,
    groups: list[ec2.GroupIdentifier],
    addresses: list[ec2.InstancePrivateIpAddress],
) -> ec2.InstanceNetworkInterface:
    primary, *others = addresses
    alike = (
        tuple(primary),
        not others,
        eni.interface_type,
        eni.source_dest_check,
        attachment.delete_on_termination,
        attachment.device_index,
        ATTACHMENT_STATUSES[state],
    )
    return _interface(
        alike,
        eni.id,
        eni.scope.account_id,
        eni.vpc_id,
        eni.subnet_id,
        eni.description,
        eni.mac,
        groups,
        attachment.attachment_id,
        attachment.attached_at,
        [_with_primary(one, is_primary=one is primary) for one in addresses] if others else [],
        *primary.values(),
    )


@template
def _interface(
    alike: tuple[tuple[str, ...], bool, str, bool, bool, int, str],
    interface_id: str,
    owner_id: str,
    vpc_id: str,
    subnet_id: str,
    description: str,
    mac: str,
    groups: list[ec2.GroupIdentifier],
    attachment_id: str,
    attached_at: datetime,
    addresses: list[ec2.InstancePrivateIpAddress],
    *primary: Any,
) -> ec2.InstanceNetworkInterface:
    """`primary` are the members of the primary address; the interface is shown with them, too. `addresses` are for one
    that has several."""
    names, has_one_address, interface_type, source_dest_check, delete_on_termination, device_index, status = alike
    shown_with = dict(zip(names, primary, strict=True))
    shown: dict[str, Any] = {
        "NetworkInterfaceId": interface_id,
        "OwnerId": owner_id,
        "VpcId": vpc_id,
        "SubnetId": subnet_id,
        "Description": description,
        "InterfaceType": interface_type,
        "MacAddress": mac,
        "PrivateIpAddresses": [{"Primary": True, **shown_with}] if has_one_address else addresses,
        "Ipv6Addresses": [],
        "Groups": groups,
        "SourceDestCheck": source_dest_check,
        "Status": "in-use",
        "Operator": OPERATOR,
        "Attachment": {
            "AttachmentId": attachment_id,
            "AttachTime": attached_at,
            "DeleteOnTermination": delete_on_termination,
            "DeviceIndex": device_index,
            "NetworkCardIndex": 0,
            "Status": status,
        },
        **shown_with,
    }
    return cast("ec2.InstanceNetworkInterface", shown)


def _interfaces(sight: Sight, instance: Instance) -> _Interfaces:
    """The instance's interfaces by device index."""
    own = sight.tx.referring(NetworkInterface, instance.id)
    pairs = [(eni.attachment, eni) for eni in own if eni.attachment is not None]
    return sorted(pairs, key=_device_index) if len(pairs) > 1 else pairs


def _device_index(pair: tuple[Attachment, NetworkInterface]) -> int:
    return pair[0].device_index


def _show_placement(availability_zone: str, tenancy: str) -> ec2.Placement:
    return {
        "AvailabilityZone": availability_zone,
        "AvailabilityZoneId": zone_id(availability_zone),
        "GroupName": "",
        "Tenancy": tenancy,
    }


def show_metadata_options(instance: Instance) -> ec2.InstanceMetadataOptionsResponse:
    options = instance.metadata_options
    return _show_options(
        instance.state, options.http_tokens, options.http_endpoint, options.http_put_response_hop_limit
    )


def _show_options(
    state: InstanceState, http_tokens: str, http_endpoint: str, hop_limit: int
) -> ec2.InstanceMetadataOptionsResponse:
    return {
        "State": "pending" if state is InstanceState.PENDING else "applied",
        "HttpTokens": http_tokens,
        "HttpPutResponseHopLimit": hop_limit,
        "HttpEndpoint": http_endpoint,
        "HttpProtocolIpv6": "disabled",
        "InstanceMetadataTags": "disabled",
    }


def _add_optional(shown: dict[str, Any], instance: Instance) -> None:
    if instance.key_name is not None:
        shown["KeyName"] = instance.key_name
    if instance.instance_profile_arn is not None:
        shown["IamInstanceProfile"] = {
            "Arn": instance.instance_profile_arn,
            "Id": instance.instance_profile_id or "",
        }
    if instance.state_reason_code is not None:
        shown["StateReason"] = {
            "Code": instance.state_reason_code,
            "Message": instance.state_reason_message or "",
        }
    elif instance.state is InstanceState.PENDING:
        shown["StateReason"] = {"Code": "pending", "Message": "pending"}


def _with_primary(address: ec2.InstancePrivateIpAddress, *, is_primary: bool) -> ec2.InstancePrivateIpAddress:
    return {"Primary": is_primary, **address}


def _show_address(vpc: Vpc, eni: NetworkInterface, private: PrivateAddress) -> ec2.InstancePrivateIpAddress:
    region = vpc.scope.region
    shown: ec2.InstancePrivateIpAddress = {"PrivateIpAddress": address_text(private.address)}
    if vpc.enable_dns_hostnames:
        shown["PrivateDnsName"] = private_host_name(private.address, region)
    if private.public is not None:
        shown["Association"] = {
            "IpOwnerId": public_address_owner(private.public, eni.scope),
            "PublicIp": address_text(private.public.address),
            "PublicDnsName": public_host_name(private.public.address, region) if vpc.enable_dns_hostnames else "",
        }
    return shown


def user_initiated(now: datetime) -> str:
    """The reason that EC2 gives for a state which a call has brought about."""
    return f"User initiated ({now:%Y-%m-%d %H:%M:%S} GMT)"
