"""How answers show instances: AWS's Instance, a Reservation around it, and the filters on both.

An instance is shown as a reservation of its own; reservations are joined after filtering and paging, which count
instances. A terminated instance has no network any more: only its id, tags, type and times are shown. What many
instances show alike is one constant.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from operator import is_
from typing import TYPE_CHECKING

from skywalk.actions.network_interface_view import ATTACHMENT_STATUSES, public_address_owner, show_groups
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
_OPERATOR: ec2.OperatorResponse = constant({"Managed": False})


def show_state(state: InstanceState) -> ec2.InstanceState:
    return _STATES[state]


def show_reservations(call: Call, instances: Iterable[Instance]) -> list[ec2.Reservation]:
    """One reservation per instance, in their order."""
    view = _View(call)
    return [
        {
            "ReservationId": instance.reservation_id,
            "OwnerId": instance.scope.account_id,
            "Groups": [],
            "Instances": [view.show(instance)],
        }
        for instance in instances
    ]


def joined(reservations: Iterable[ec2.Reservation]) -> list[ec2.Reservation]:
    """Instances that were launched together in one reservation, at the place of the first of them."""
    found: dict[str, ec2.Reservation] = {}
    for one in reservations:
        there = found.setdefault(one["ReservationId"], {**one, "Instances": []})
        there["Instances"].extend(one["Instances"])
    return list(found.values())


_Interfaces = list[tuple[Attachment, NetworkInterface]]

_MAX_REMEMBERED = 4096
"""At some 10 KB each."""

_remembered: dict[str, tuple[tuple[object, ...], ec2.Instance]] = {}
"""Instance id → the resources that it shows (groups' names never change) and how."""


def _are_the_same(some: tuple[object, ...], others: tuple[object, ...]) -> bool:
    """The very objects: equal ones may be those of another store, where groups have other names."""
    return len(some) == len(others) and all(map(is_, some, others))


class _View:
    """Looks up what many instances of one answer have in common once."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._vpcs: dict[str, Vpc | None] = {}
        self._groups: dict[tuple[str, ...], list[ec2.GroupIdentifier]] = {}
        self._placements: dict[tuple[str, str], ec2.Placement] = {}
        self._kinds: dict[tuple[str, str], ec2.Instance] = {}

    def show(self, instance: Instance) -> ec2.Instance:
        """As it was shown last, if nothing that it shows has changed: most of what clients ask for again and again
        is what they have seen."""
        interfaces = [] if instance.state is InstanceState.TERMINATED else _interfaces(self._call, instance)
        vpc = self._vpc(instance.vpc_id)
        shows = (instance, vpc, *(eni for _, eni in interfaces))
        remembered = _remembered.get(instance.id)
        if remembered is not None and _are_the_same(remembered[0], shows):
            return remembered[1]
        if len(_remembered) >= _MAX_REMEMBERED:
            _remembered.clear()
        shown: ec2.Instance = constant(self._made(instance, vpc, interfaces))
        _remembered[instance.id] = (shows, shown)
        return shown

    def _made(self, instance: Instance, vpc: Vpc | None, interfaces: _Interfaces) -> ec2.Instance:
        shown: ec2.Instance = {
            **self._by_kind(instance),
            "InstanceId": instance.id,
            "State": _STATES[instance.state],
            "StateTransitionReason": instance.state_transition_reason,
            "AmiLaunchIndex": instance.launch_index,
            "LaunchTime": instance.launched_at,
            "ClientToken": instance.client_token,
            "Placement": self._placement(instance),
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
        if interfaces and vpc is not None:
            self._add_network(shown, instance, vpc, interfaces)
        return shown

    def _by_kind(self, instance: Instance) -> ec2.Instance:
        """What all instances of one image and type show."""
        key = (instance.image_id, instance.instance_type)
        if key not in self._kinds:
            self._kinds[key] = _show_kind(instance)
        return self._kinds[key]

    def _placement(self, instance: Instance) -> ec2.Placement:
        key = (instance.availability_zone, instance.tenancy)
        if key not in self._placements:
            self._placements[key] = constant(
                {
                    "AvailabilityZone": instance.availability_zone,
                    "AvailabilityZoneId": zone_id(instance.availability_zone),
                    "GroupName": "",
                    "Tenancy": instance.tenancy,
                }
            )
        return self._placements[key]

    def _add_network(self, shown: ec2.Instance, instance: Instance, vpc: Vpc, interfaces: _Interfaces) -> None:
        _, primary = interfaces[0]
        shown["VpcId"] = vpc.id
        shown["SubnetId"] = instance.subnet_id
        shown["PrivateIpAddress"] = str(primary.private_address)
        shown["PrivateDnsName"] = instance.private_dns_name
        shown["PrivateDnsNameOptions"] = _show_host_names(instance.hostname_type, instance.has_resource_name_a_record)
        shown["SourceDestCheck"] = primary.source_dest_check
        shown["SecurityGroups"] = self._named_groups(primary)
        status = ATTACHMENT_STATUSES[instance.state]
        shown["NetworkInterfaces"] = [self._interface(vpc, attachment, eni, status) for attachment, eni in interfaces]
        if primary.public_address is not None:
            shown["PublicIpAddress"] = str(primary.public_address)
            if vpc.enable_dns_hostnames:
                shown["PublicDnsName"] = public_host_name(primary.public_address, vpc.scope.region)

    def _interface(
        self, vpc: Vpc, attachment: Attachment, eni: NetworkInterface, status: str
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
            "Groups": self._named_groups(eni),
            "SourceDestCheck": eni.source_dest_check,
            "Status": "in-use",
            "Operator": _OPERATOR,
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

    def _vpc(self, vpc_id: str) -> Vpc | None:
        if vpc_id not in self._vpcs:
            self._vpcs[vpc_id] = self._call.tx.get(Vpc, vpc_id)
        return self._vpcs[vpc_id]

    def _named_groups(self, eni: NetworkInterface) -> list[ec2.GroupIdentifier]:
        key = eni.security_group_ids
        if key not in self._groups:
            self._groups[key] = [constant(group) for group in show_groups(self._call, key)]
        return self._groups[key]


_MONITORING: dict[bool, ec2.Monitoring] = {
    True: constant({"State": "enabled"}),
    False: constant({"State": "disabled"}),
}


def _interfaces(call: Call, instance: Instance) -> _Interfaces:
    """The instance's interfaces by device index."""
    own = call.tx.referring(NetworkInterface, instance.id)
    pairs = [(eni.attachment, eni) for eni in own if eni.attachment is not None]
    return sorted(pairs, key=lambda pair: pair[0].device_index)


def _show_kind(instance: Instance) -> ec2.Instance:
    image, kind = IMAGES[instance.image_id], instance_type(instance.instance_type)
    shown: ec2.Instance = {
        "ImageId": instance.image_id,
        "InstanceType": instance.instance_type,
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
        "Operator": _OPERATOR,
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
