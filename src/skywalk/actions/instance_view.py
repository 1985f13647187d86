"""How answers show instances: AWS's Instance, a Reservation around it, and the filters on both.

An instance is shown as a reservation of its own; reservations are joined after filtering and paging, which count
instances. A terminated instance has no network any more: only its id, tags, type and times are shown. What many
instances show alike is one constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from skywalk.actions.network_interface_view import ATTACHMENT_STATUSES, OPERATOR, public_address_owner, show_groups
from skywalk.actions.tag_specifications import show_tags
from skywalk.resources.host_names import private_host_name, public_host_name
from skywalk.resources.images import IMAGES
from skywalk.resources.instance import Instance, InstanceState, MetadataOptions
from skywalk.resources.instance_types import instance_type
from skywalk.resources.network_interface import Attachment, NetworkInterface
from skywalk.resources.regions import zone_id
from skywalk.resources.vpc import Vpc
from skywalk.values.constant import constant

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
    interfaces = [] if instance.state is InstanceState.TERMINATED else _interfaces(sight, instance)
    shown: ec2.Instance = {
        **_show_kind(instance.image_id, instance.instance_type),
        "InstanceId": instance.id,
        "State": _STATES[instance.state],
        "StateTransitionReason": instance.state_transition_reason,
        "AmiLaunchIndex": instance.launch_index,
        "LaunchTime": instance.launched_at,
        "ClientToken": instance.client_token,
        "Placement": _show_placement(instance.availability_zone, instance.tenancy),
        "UsageOperationUpdateTime": instance.created_at or instance.launched_at,
        "EbsOptimized": instance.ebs_optimized,
        "Monitoring": _MONITORING[instance.monitoring_enabled],
        "MetadataOptions": show_metadata_options(instance),
        "NetworkInterfaces": [],
        "SecurityGroups": [],
        "PrivateDnsName": "",
        "PublicDnsName": "",
        "Tags": show_tags(instance.tags),
    }
    _add_optional(shown, instance)
    vpc = sight.tx.get(Vpc, instance.vpc_id)
    if interfaces and vpc is not None:
        _add_network(sight, shown, instance, vpc, interfaces)
    return shown


def _add_network(sight: Sight, shown: ec2.Instance, instance: Instance, vpc: Vpc, interfaces: _Interfaces) -> None:
    _, primary = interfaces[0]
    shown["VpcId"] = vpc.id
    shown["SubnetId"] = instance.subnet_id
    shown["PrivateIpAddress"] = str(primary.private_address)
    shown["PrivateDnsName"] = instance.private_dns_name
    shown["PrivateDnsNameOptions"] = _show_host_names(instance.hostname_type, instance.has_resource_name_a_record)
    shown["SourceDestCheck"] = primary.source_dest_check
    shown["SecurityGroups"] = show_groups(sight, primary.security_group_ids)
    status = ATTACHMENT_STATUSES[instance.state]
    shown["NetworkInterfaces"] = [
        _show_interface(sight, vpc, attachment, eni, status) for attachment, eni in interfaces
    ]
    if primary.public_address is not None:
        shown["PublicIpAddress"] = str(primary.public_address)
        if vpc.enable_dns_hostnames:
            shown["PublicDnsName"] = public_host_name(primary.public_address, vpc.scope.region)


def _show_interface(
    sight: Sight, vpc: Vpc, attachment: Attachment, eni: NetworkInterface, status: str
) -> ec2.InstanceNetworkInterface:
    addresses = [_show_address(vpc, eni, index) for index in range(len(eni.addresses))]
    shown: ec2.InstanceNetworkInterface = {
        "NetworkInterfaceId": eni.id,
        "OwnerId": eni.scope.account_id,
        "VpcId": eni.vpc_id,
        "SubnetId": eni.subnet_id,
        "Description": eni.description,
        "InterfaceType": eni.interface_type,
        "MacAddress": eni.mac,
        "PrivateIpAddress": addresses[0]["PrivateIpAddress"],
        "PrivateIpAddresses": addresses,
        "Ipv6Addresses": [],
        "Groups": show_groups(sight, eni.security_group_ids),
        "SourceDestCheck": eni.source_dest_check,
        "Status": "in-use",
        "Operator": OPERATOR,
        "Attachment": {
            "AttachmentId": attachment.attachment_id,
            "AttachTime": attachment.attached_at,
            "DeleteOnTermination": attachment.delete_on_termination,
            "DeviceIndex": attachment.device_index,
            "NetworkCardIndex": 0,
            "Status": status,
        },
    }
    if "PrivateDnsName" in addresses[0]:
        shown["PrivateDnsName"] = addresses[0]["PrivateDnsName"]
    if "Association" in addresses[0]:
        shown["Association"] = addresses[0]["Association"]
    return shown


_MONITORING: dict[bool, ec2.Monitoring] = {
    True: constant({"State": "enabled"}),
    False: constant({"State": "disabled"}),
}


def _interfaces(sight: Sight, instance: Instance) -> _Interfaces:
    """The instance's interfaces by device index."""
    own = sight.tx.referring(NetworkInterface, instance.id)
    pairs = [(eni.attachment, eni) for eni in own if eni.attachment is not None]
    return sorted(pairs, key=lambda pair: pair[0].device_index)


@lru_cache(maxsize=256)
def _show_placement(availability_zone: str, tenancy: str) -> ec2.Placement:
    shown: ec2.Placement = constant(
        {
            "AvailabilityZone": availability_zone,
            "AvailabilityZoneId": zone_id(availability_zone),
            "GroupName": "",
            "Tenancy": tenancy,
        }
    )
    return shown


@lru_cache(maxsize=256)
def _show_kind(image_id: str, type_name: str) -> ec2.Instance:
    """What all instances of one image and type show."""
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
        "CapacityReservationSpecification": constant({"CapacityReservationPreference": "open"}),
        "EnclaveOptions": constant({"Enabled": False}),
        "HibernationOptions": constant({"Configured": False}),
        "MaintenanceOptions": constant({"AutoRecovery": "default"}),
        "Operator": OPERATOR,
        "ProductCodes": [],
    }
    if kind is not None:
        shown["CpuOptions"] = constant({"CoreCount": kind.cores, "ThreadsPerCore": kind.threads_per_core})
    return shown


def show_metadata_options(instance: Instance) -> ec2.InstanceMetadataOptionsResponse:
    state = "pending" if instance.state is InstanceState.PENDING else "applied"
    return _show_options(instance.metadata_options, state)


@lru_cache(maxsize=256)
def _show_options(options: MetadataOptions, state: str) -> ec2.InstanceMetadataOptionsResponse:
    shown: ec2.InstanceMetadataOptionsResponse = constant(
        {
            "State": state,
            "HttpTokens": options.http_tokens,
            "HttpPutResponseHopLimit": options.http_put_response_hop_limit,
            "HttpEndpoint": options.http_endpoint,
            "HttpProtocolIpv6": "disabled",
            "InstanceMetadataTags": "disabled",
        }
    )
    return shown


@lru_cache(maxsize=4)
def _show_host_names(hostname_type: str, has_a_record: bool) -> ec2.PrivateDnsNameOptionsResponse:
    shown: ec2.PrivateDnsNameOptionsResponse = constant(
        {
            "HostnameType": hostname_type,
            "EnableResourceNameDnsARecord": has_a_record,
            "EnableResourceNameDnsAAAARecord": False,
        }
    )
    return shown


def _add_optional(shown: ec2.Instance, instance: Instance) -> None:
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


def _show_address(vpc: Vpc, eni: NetworkInterface, index: int) -> ec2.InstancePrivateIpAddress:
    private, region = eni.addresses[index], vpc.scope.region
    shown: ec2.InstancePrivateIpAddress = {"Primary": index == 0, "PrivateIpAddress": str(private.address)}
    if vpc.enable_dns_hostnames:
        shown["PrivateDnsName"] = private_host_name(private.address, region)
    if private.public is not None:
        shown["Association"] = {
            "IpOwnerId": public_address_owner(private.public, eni.scope),
            "PublicIp": str(private.public.address),
            "PublicDnsName": public_host_name(private.public.address, region) if vpc.enable_dns_hostnames else "",
        }
    return shown


def user_initiated(now: datetime) -> str:
    """The reason that EC2 gives for a state which a call has brought about."""
    return f"User initiated ({now:%Y-%m-%d %H:%M:%S} GMT)"
