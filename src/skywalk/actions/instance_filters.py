"""The filters of DescribeInstances and DescribeInstanceStatus, on what those calls show.

All that the API Reference has but `network-interface.tag-key` and `-value`: an instance is not shown with the tags of
its interfaces.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from skywalk.actions.describe import FilterValues, shown_at
from skywalk.resources.network_interface import NetworkInterface
from skywalk.values.tags import Tag

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_OF_INSTANCE: Mapping[str, tuple[str, ...]] = {
    "affinity": ("Placement", "Affinity"),
    "architecture": ("Architecture",),
    "availability-zone": ("Placement", "AvailabilityZone"),
    "availability-zone-id": ("Placement", "AvailabilityZoneId"),
    "block-device-mapping.attach-time": ("BlockDeviceMappings", "Ebs", "AttachTime"),
    "block-device-mapping.delete-on-termination": ("BlockDeviceMappings", "Ebs", "DeleteOnTermination"),
    "block-device-mapping.device-name": ("BlockDeviceMappings", "DeviceName"),
    "block-device-mapping.status": ("BlockDeviceMappings", "Ebs", "Status"),
    "block-device-mapping.volume-id": ("BlockDeviceMappings", "Ebs", "VolumeId"),
    "boot-mode": ("BootMode",),
    "capacity-reservation-id": ("CapacityReservationId",),
    "capacity-reservation-specification.capacity-reservation-preference": (
        "CapacityReservationSpecification",
        "CapacityReservationPreference",
    ),
    "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id": (
        "CapacityReservationSpecification",
        "CapacityReservationTarget",
        "CapacityReservationId",
    ),
    "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn": (
        "CapacityReservationSpecification",
        "CapacityReservationTarget",
        "CapacityReservationResourceGroupArn",
    ),
    "client-token": ("ClientToken",),
    "current-instance-boot-mode": ("CurrentInstanceBootMode",),
    "dns-name": ("PublicDnsName",),
    "ebs-optimized": ("EbsOptimized",),
    "ena-support": ("EnaSupport",),
    "enclave-options.enabled": ("EnclaveOptions", "Enabled"),
    "group-id": ("SecurityGroups", "GroupId"),
    "group-name": ("SecurityGroups", "GroupName"),
    "hibernation-options.configured": ("HibernationOptions", "Configured"),
    "host-id": ("Placement", "HostId"),
    "hypervisor": ("Hypervisor",),
    "iam-instance-profile.arn": ("IamInstanceProfile", "Arn"),
    "iam-instance-profile.id": ("IamInstanceProfile", "Id"),
    "image-id": ("ImageId",),
    "instance-id": ("InstanceId",),
    "instance-lifecycle": ("InstanceLifecycle",),
    "instance-state-code": ("State", "Code"),
    "instance-state-name": ("State", "Name"),
    "instance-type": ("InstanceType",),
    "instance.group-id": ("SecurityGroups", "GroupId"),
    "instance.group-name": ("SecurityGroups", "GroupName"),
    "ip-address": ("PublicIpAddress",),
    "ipv6-address": ("Ipv6Address",),
    "kernel-id": ("KernelId",),
    "key-name": ("KeyName",),
    "launch-index": ("AmiLaunchIndex",),
    "launch-time": ("LaunchTime",),
    "maintenance-options.auto-recovery": ("MaintenanceOptions", "AutoRecovery"),
    "metadata-options.http-endpoint": ("MetadataOptions", "HttpEndpoint"),
    "metadata-options.http-protocol-ipv4": ("MetadataOptions", "HttpEndpoint"),
    "metadata-options.http-protocol-ipv6": ("MetadataOptions", "HttpProtocolIpv6"),
    "metadata-options.http-put-response-hop-limit": ("MetadataOptions", "HttpPutResponseHopLimit"),
    "metadata-options.http-tokens": ("MetadataOptions", "HttpTokens"),
    "metadata-options.instance-metadata-tags": ("MetadataOptions", "InstanceMetadataTags"),
    "metadata-options.state": ("MetadataOptions", "State"),
    "monitoring-state": ("Monitoring", "State"),
    "network-performance-options.bandwidth-weighting": ("NetworkPerformanceOptions", "BandwidthWeighting"),
    "operator.managed": ("Operator", "Managed"),
    "operator.principal": ("Operator", "Principal"),
    "outpost-arn": ("OutpostArn",),
    "placement-group-name": ("Placement", "GroupName"),
    "placement-partition-number": ("Placement", "PartitionNumber"),
    "platform": ("Platform",),
    "platform-details": ("PlatformDetails",),
    "private-dns-name": ("PrivateDnsName",),
    "private-dns-name-options.enable-resource-name-dns-a-record": (
        "PrivateDnsNameOptions",
        "EnableResourceNameDnsARecord",
    ),
    "private-dns-name-options.enable-resource-name-dns-aaaa-record": (
        "PrivateDnsNameOptions",
        "EnableResourceNameDnsAAAARecord",
    ),
    "private-dns-name-options.hostname-type": ("PrivateDnsNameOptions", "HostnameType"),
    "private-ip-address": ("PrivateIpAddress",),
    "product-code": ("ProductCodes", "ProductCodeId"),
    "product-code.type": ("ProductCodes", "ProductCodeType"),
    "ramdisk-id": ("RamdiskId",),
    "reason": ("StateTransitionReason",),
    "root-device-name": ("RootDeviceName",),
    "root-device-type": ("RootDeviceType",),
    "source-dest-check": ("SourceDestCheck",),
    "spot-instance-request-id": ("SpotInstanceRequestId",),
    "state-reason-code": ("StateReason", "Code"),
    "state-reason-message": ("StateReason", "Message"),
    "subnet-id": ("SubnetId",),
    "tenancy": ("Placement", "Tenancy"),
    "tpm-support": ("TpmSupport",),
    "usage-operation": ("UsageOperation",),
    "usage-operation-update-time": ("UsageOperationUpdateTime",),
    "virtualization-type": ("VirtualizationType",),
    "vpc-id": ("VpcId",),
}
"""Filter name → where its values are in an answer's instance."""

_OF_NETWORK_INTERFACE: Mapping[str, tuple[str, ...]] = {
    "addresses.association.carrier-ip": ("PrivateIpAddresses", "Association", "CarrierIp"),
    "addresses.association.customer-owned-ip": ("PrivateIpAddresses", "Association", "CustomerOwnedIp"),
    "addresses.association.ip-owner-id": ("PrivateIpAddresses", "Association", "IpOwnerId"),
    "addresses.association.public-dns-name": ("PrivateIpAddresses", "Association", "PublicDnsName"),
    "addresses.association.public-ip": ("PrivateIpAddresses", "Association", "PublicIp"),
    "addresses.primary": ("PrivateIpAddresses", "Primary"),
    "addresses.private-dns-name": ("PrivateIpAddresses", "PrivateDnsName"),
    "addresses.private-ip-address": ("PrivateIpAddresses", "PrivateIpAddress"),
    "association.carrier-ip": ("Association", "CarrierIp"),
    "association.customer-owned-ip": ("Association", "CustomerOwnedIp"),
    "association.ip-owner-id": ("Association", "IpOwnerId"),
    "association.public-dns-name": ("Association", "PublicDnsName"),
    "association.public-ip": ("Association", "PublicIp"),
    "attachment.attach-time": ("Attachment", "AttachTime"),
    "attachment.attachment-id": ("Attachment", "AttachmentId"),
    "attachment.delete-on-termination": ("Attachment", "DeleteOnTermination"),
    "attachment.device-index": ("Attachment", "DeviceIndex"),
    "attachment.network-card-index": ("Attachment", "NetworkCardIndex"),
    "attachment.status": ("Attachment", "Status"),
    "deny-all-igw-traffic": ("DenyAllIgwTraffic",),
    "description": ("Description",),
    "group-id": ("Groups", "GroupId"),
    "group-name": ("Groups", "GroupName"),
    "ipv4-prefixes.ipv4-prefix": ("Ipv4Prefixes", "Ipv4Prefix"),
    "ipv6-address": ("Ipv6Addresses", "Ipv6Address"),
    "ipv6-addresses.ipv6-address": ("Ipv6Addresses", "Ipv6Address"),
    "ipv6-addresses.is-primary-ipv6": ("Ipv6Addresses", "IsPrimaryIpv6"),
    "ipv6-native": ("Ipv6Native",),
    "ipv6-prefixes.ipv6-prefix": ("Ipv6Prefixes", "Ipv6Prefix"),
    "mac-address": ("MacAddress",),
    "network-interface-id": ("NetworkInterfaceId",),
    "operator.managed": ("Operator", "Managed"),
    "operator.principal": ("Operator", "Principal"),
    "outpost-arn": ("OutpostArn",),
    "owner-id": ("OwnerId",),
    "private-dns-name": ("PrivateDnsName",),
    "private-ip-address": ("PrivateIpAddress",),
    "public-dns-name": ("Association", "PublicDnsName"),
    # What AWS manages for others is an operator's; an instance's own interfaces are nobody's but the owner's.
    "requester-managed": ("Operator", "Managed"),
    "source-dest-check": ("SourceDestCheck",),
    "status": ("Status",),
    "subnet-id": ("SubnetId",),
    "vpc-id": ("VpcId",),
}

RESERVATION_FILTERS: Mapping[str, FilterValues[ec2.Reservation]] = {
    "owner-id": shown_at("OwnerId"),
    "requester-id": shown_at("RequesterId"),
    "reservation-id": shown_at("ReservationId"),
    **{name: shown_at("Instances", *path) for name, path in _OF_INSTANCE.items()},
    **{
        f"network-interface.{name}": shown_at("Instances", "NetworkInterfaces", *path)
        for name, path in _OF_NETWORK_INTERFACE.items()
    },
    "network-interface.attachment.instance-id": shown_at("Instances", "InstanceId"),
    "network-interface.attachment.instance-owner-id": shown_at("OwnerId"),
    "network-interface.availability-zone": shown_at("Instances", "Placement", "AvailabilityZone"),
    "network-interface.requester-id": shown_at("RequesterId"),
}
"""For reservations of one instance each."""

STATUS_FILTERS: Mapping[str, FilterValues[ec2.InstanceStatus]] = {
    "application-status.status": shown_at("ApplicationStatus", "Status"),
    "attached-ebs-status.status": shown_at("AttachedEbsStatus", "Status"),
    "availability-zone": shown_at("AvailabilityZone"),
    "availability-zone-id": shown_at("AvailabilityZoneId"),
    "event.code": shown_at("Events", "Code"),
    "event.description": shown_at("Events", "Description"),
    "event.instance-event-id": shown_at("Events", "InstanceEventId"),
    "event.not-after": shown_at("Events", "NotAfter"),
    "event.not-before": shown_at("Events", "NotBefore"),
    "event.not-before-deadline": shown_at("Events", "NotBeforeDeadline"),
    "instance-state-code": shown_at("InstanceState", "Code"),
    "instance-state-name": shown_at("InstanceState", "Name"),
    "instance-status.reachability": shown_at("InstanceStatus", "Details", "Status"),
    "instance-status.status": shown_at("InstanceStatus", "Status"),
    "operator.managed": shown_at("Operator", "Managed"),
    "operator.principal": shown_at("Operator", "Principal"),
    "system-status.reachability": shown_at("SystemStatus", "Details", "Status"),
    "system-status.status": shown_at("SystemStatus", "Status"),
}


def reservation_filters(call: Call) -> Mapping[str, FilterValues[ec2.Reservation]]:
    """With those by the ids of Elastic IP addresses, which an instance is not shown with."""
    return {
        **RESERVATION_FILTERS,
        "network-interface.addresses.association.allocation-id": lambda shown: _ids(call, shown, "allocation_id"),
        "network-interface.addresses.association.association-id": lambda shown: _ids(call, shown, "association_id"),
        "network-interface.association.allocation-id": lambda shown: _ids(call, shown, "allocation_id", 1),
        "network-interface.association.association-id": lambda shown: _ids(call, shown, "association_id", 1),
    }


def _ids(call: Call, shown: ec2.Reservation, name: str, count: int | None = None) -> Iterator[str]:
    """Of the public addresses that lead to the first `count` addresses of each interface, or to all."""
    for interface in shown["Instances"][0]["NetworkInterfaces"]:
        eni = call.tx.get(NetworkInterface, interface["NetworkInterfaceId"])
        for private in eni.addresses[:count] if eni is not None else ():
            found = getattr(private.public, name, None)
            if found is not None:
                yield found


def reservation_tags(shown: ec2.Reservation) -> list[Tag]:
    return [Tag(tag["Key"], tag["Value"]) for instance in shown["Instances"] for tag in instance["Tags"]]
