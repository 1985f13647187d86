"""How answers show instances: AWS's Instance, a Reservation around it, and the filters on both.

An instance is shown as a reservation of its own; reservations are joined after filtering and paging, which count
instances. A terminated instance has no network any more: only its id, tags, type and times are shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from skywalk.actions.network_interfaces import attachment_status, show_groups
from skywalk.actions.tag_specifications import show_tags
from skywalk.resources.host_names import private_host_name, public_host_name
from skywalk.resources.images import IMAGES
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.instance_types import INSTANCE_TYPES
from skywalk.resources.network_interface import Attachment, NetworkInterface
from skywalk.resources.regions import zone_id
from skywalk.resources.subnet import Subnet
from skywalk.resources.vpc import Vpc

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_CODES = {
    InstanceState.PENDING: 0,
    InstanceState.RUNNING: 16,
    InstanceState.SHUTTING_DOWN: 32,
    InstanceState.TERMINATED: 48,
}
"""Source: EC2 API Reference, InstanceState."""


def show_state(state: InstanceState) -> ec2.InstanceState:
    return {"Code": _CODES[state], "Name": state.value}


def show_reservations(call: Call, instances: Iterable[Instance]) -> list[ec2.Reservation]:
    """One reservation per instance, in their order."""
    listed = list(instances)
    interfaces = _interfaces_by_instance(call, listed)
    return [
        {
            "ReservationId": instance.reservation_id,
            "OwnerId": instance.scope.account_id,
            "Groups": [],
            "Instances": [_show(call, instance, interfaces[instance.id])],
        }
        for instance in listed
    ]


def joined(reservations: Iterable[ec2.Reservation]) -> list[ec2.Reservation]:
    """Instances that were launched together in one reservation, at the place of the first of them."""
    found: dict[str, ec2.Reservation] = {}
    for one in reservations:
        there = found.setdefault(one["ReservationId"], {**one, "Instances": []})
        there["Instances"].extend(one["Instances"])
    return list(found.values())


Interfaces = list[tuple[Attachment, NetworkInterface]]


def _interfaces_by_instance(call: Call, instances: Iterable[Instance]) -> dict[str, Interfaces]:
    """Each instance's interfaces by device index."""
    found: dict[str, Interfaces] = {}
    for instance in instances:
        own = call.tx.referring(NetworkInterface, instance.id)
        pairs = [(eni.attachment, eni) for eni in own if eni.attachment is not None]
        found[instance.id] = sorted(pairs, key=lambda pair: pair[0].device_index)
    return found


def _show(call: Call, instance: Instance, interfaces: Interfaces) -> ec2.Instance:
    shown = _without_network(instance)
    vpc, subnet = call.tx.get(Vpc, instance.vpc_id), call.tx.get(Subnet, instance.subnet_id)
    if interfaces and vpc is not None and subnet is not None and instance.state is not InstanceState.TERMINATED:
        _add_network(call, shown, instance, vpc, subnet, interfaces)
    return shown


def _without_network(instance: Instance) -> ec2.Instance:
    image = IMAGES[instance.image_id]
    options = instance.metadata_options
    instance_type = INSTANCE_TYPES[instance.instance_type]
    shown: ec2.Instance = {
        "InstanceId": instance.id,
        "ImageId": instance.image_id,
        "InstanceType": instance.instance_type,
        "State": show_state(instance.state),
        "StateTransitionReason": instance.state_transition_reason,
        "AmiLaunchIndex": instance.launch_index,
        "LaunchTime": instance.launched_at,
        "ClientToken": instance.client_token,
        "Placement": {
            "AvailabilityZone": instance.availability_zone,
            "AvailabilityZoneId": zone_id(instance.availability_zone),
            "GroupName": "",
            "Tenancy": instance.tenancy,
        },
        "Architecture": image.architecture,
        "PlatformDetails": "Linux/UNIX",
        "UsageOperation": "RunInstances",
        "UsageOperationUpdateTime": instance.launched_at,
        "RootDeviceName": image.root_device_name,
        "RootDeviceType": "ebs",
        "BlockDeviceMappings": [],
        "VirtualizationType": "hvm",
        "Hypervisor": "xen",
        "EnaSupport": True,
        "EbsOptimized": instance.ebs_optimized,
        "Monitoring": {"State": "enabled" if instance.monitoring_enabled else "disabled"},
        "CpuOptions": {"CoreCount": instance_type.cores, "ThreadsPerCore": instance_type.threads_per_core},
        "CapacityReservationSpecification": {"CapacityReservationPreference": "open"},
        "EnclaveOptions": {"Enabled": False},
        "HibernationOptions": {"Configured": False},
        "MaintenanceOptions": {"AutoRecovery": "default"},
        "MetadataOptions": {
            "State": "pending" if instance.state is InstanceState.PENDING else "applied",
            "HttpTokens": options.http_tokens,
            "HttpPutResponseHopLimit": options.http_put_response_hop_limit,
            "HttpEndpoint": options.http_endpoint,
            "HttpProtocolIpv6": "disabled",
            "InstanceMetadataTags": "disabled",
        },
        "Operator": {"Managed": False},
        "ProductCodes": [],
        "NetworkInterfaces": [],
        "SecurityGroups": [],
        "PrivateDnsName": "",
        "PublicDnsName": "",
        "Tags": show_tags(instance.tags),
    }
    _add_optional(shown, instance)
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


def _add_network(
    call: Call, shown: ec2.Instance, instance: Instance, vpc: Vpc, subnet: Subnet, interfaces: Interfaces
) -> None:
    _, primary = interfaces[0]
    shown["VpcId"] = vpc.id
    shown["SubnetId"] = subnet.id
    shown["PrivateIpAddress"] = str(primary.private_address)
    shown["PrivateDnsName"] = instance.private_dns_name
    shown["PrivateDnsNameOptions"] = {
        "HostnameType": subnet.private_dns_hostname_type,
        "EnableResourceNameDnsARecord": subnet.enable_resource_name_dns_a_record,
        "EnableResourceNameDnsAAAARecord": False,
    }
    shown["SourceDestCheck"] = primary.source_dest_check
    shown["SecurityGroups"] = show_groups(call, primary.security_group_ids)
    shown["NetworkInterfaces"] = [_show_interface(call, vpc, attachment, eni) for attachment, eni in interfaces]
    if primary.public_address is not None:
        shown["PublicIpAddress"] = str(primary.public_address)
        if vpc.enable_dns_hostnames:
            shown["PublicDnsName"] = public_host_name(primary.public_address, vpc.scope.region)


def _show_interface(
    call: Call, vpc: Vpc, attachment: Attachment, eni: NetworkInterface
) -> ec2.InstanceNetworkInterface:
    address: ec2.InstancePrivateIpAddress = {"Primary": True, "PrivateIpAddress": str(eni.private_address)}
    shown: ec2.InstanceNetworkInterface = {
        "NetworkInterfaceId": eni.id,
        "OwnerId": eni.scope.account_id,
        "VpcId": eni.vpc_id,
        "SubnetId": eni.subnet_id,
        "Description": eni.description,
        "InterfaceType": eni.interface_type,
        "MacAddress": eni.mac,
        "PrivateIpAddress": str(eni.private_address),
        "PrivateIpAddresses": [address],
        "Ipv6Addresses": [],
        "Groups": show_groups(call, eni.security_group_ids),
        "SourceDestCheck": eni.source_dest_check,
        "Status": "in-use",
        "Operator": {"Managed": False},
        "Attachment": {
            "AttachmentId": attachment.attachment_id,
            "AttachTime": attachment.attached_at,
            "DeleteOnTermination": attachment.delete_on_termination,
            "DeviceIndex": attachment.device_index,
            "NetworkCardIndex": 0,
            "Status": attachment_status(call, eni),
        },
    }
    if vpc.enable_dns_hostnames:
        shown["PrivateDnsName"] = private_host_name(eni.private_address, vpc.scope.region)
        address["PrivateDnsName"] = shown["PrivateDnsName"]
    if eni.public_address is not None:
        shown["Association"] = {
            "IpOwnerId": "amazon",
            "PublicIp": str(eni.public_address),
            "PublicDnsName": (
                public_host_name(eni.public_address, vpc.scope.region) if vpc.enable_dns_hostnames else ""
            ),
        }
        address["Association"] = shown["Association"]
    return shown


def user_initiated(now: datetime) -> str:
    """The reason that EC2 gives for a state which a call has brought about."""
    return f"User initiated ({now:%Y-%m-%d %H:%M:%S} GMT)"
