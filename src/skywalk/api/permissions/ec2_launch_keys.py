"""What RunInstances makes, with the condition keys of EC2's own: an instance, its new network interfaces, its volumes.

A key says what the request says. Where that says nothing, these are as EC2 has them all the same: the zone, the subnet
and the VPC (those that are the default), the market, the tenancy of the VPC, and that a volume is not encrypted.
Unconfirmed: that `ec2:MetadataHttpTokens` and its kin, and `ec2:AssociatePublicIpAddress`, are absent where the request
does not give them, and that new interfaces and volumes have `*` as their ids, as new instances do.
Source: Service Authorization Reference, RunInstances; contexts that AWS evaluated, quoted in public reports.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from skywalk.api.permissions.ec2_keys import NEW
from skywalk.api.permissions.ec2_resource_keys import subnet_arn, truth, vpc_arn, zone_values
from skywalk.resources.images import IMAGES
from skywalk.resources.instance_types import DEFAULT_INSTANCE_TYPE
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.regions import zones_of
from skywalk.resources.subnet import Subnet
from skywalk.resources.vpc import Vpc
from skywalk.values.arn import ec2_arn

if TYPE_CHECKING:
    from skywalk.api.permissions.ec2_key_table import Values
    from skywalk.api.permissions.ec2_lookup import Ec2Lookup

_OF_VOLUMES = {
    "VolumeType": "volumetype",
    "VolumeSize": "volumesize",
    "Iops": "volumeiops",
    "Throughput": "volumethroughput",
    "VolumeInitializationRate": "volumeinitializationrate",
}
_OF_METADATA = {
    "HttpTokens": "metadatahttptokens",
    "HttpEndpoint": "metadatahttpendpoint",
    "HttpPutResponseHopLimit": "metadatahttpputresponsehoplimit",
    "InstanceMetadataTags": "instancemetadatatags",
}


def made_by_launch(request: Mapping[str, Any], lookup: Ec2Lookup) -> list[tuple[str, Values]]:
    """The type of each thing and its keys; of several that have the same ones, one."""
    made = [("instance", _instance(request, lookup))]
    made += [("network-interface", _interface(one, request, lookup)) for one in _new_interfaces(request)]
    made += [("volume", values) for values in _volumes(request, lookup)]
    return [one for index, one in enumerate(made) if one not in made[:index]]


def subnet_of(interface: Mapping[str, Any], request: Mapping[str, Any], lookup: Ec2Lookup) -> str | None:
    """The id of the subnet in which a launch has an interface: the one that is named, or a default one."""
    named: str | None = interface.get("SubnetId")
    return named or lookup.default_subnet_id(request.get("Placement") or {})


def _instance(request: Mapping[str, Any], lookup: Ec2Lookup) -> Values:
    placement, metadata = request.get("Placement") or {}, request.get("MetadataOptions") or {}
    subnet = _first_subnet(request, lookup)
    vpc = None if subnet is None else lookup.owned(Vpc, subnet.vpc_id)
    profile = request.get("IamInstanceProfile")
    return {
        "instanceid": NEW,
        **_zone(subnet, placement, lookup.region),
        **{name: _text(metadata.get(member)) for member, name in _OF_METADATA.items()},
        "instancetype": request.get("InstanceType") or DEFAULT_INSTANCE_TYPE,
        "instanceprofile": lookup.profile_arn(profile) if profile else None,
        "instancemarkettype": (request.get("InstanceMarketOptions") or {}).get("MarketType", "on-demand"),
        "instanceautorecovery": (request.get("MaintenanceOptions") or {}).get("AutoRecovery"),
        "ebsoptimized": truth(bool(request.get("EbsOptimized"))),
        "rootdevicetype": "ebs",
        "tenancy": placement.get("Tenancy") or (vpc.instance_tenancy if vpc else "default"),
    }


def _new_interfaces(request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for one in request.get("NetworkInterfaces") or [request]:
        if not one.get("NetworkInterfaceId"):
            yield one


def _interface(interface: Mapping[str, Any], request: Mapping[str, Any], lookup: Ec2Lookup) -> Values:
    subnet_id = subnet_of(interface, request, lookup)
    subnet = None if subnet_id is None else lookup.owned(Subnet, subnet_id)
    return {
        "networkinterfaceid": NEW,
        "subnet": None if subnet is None else subnet_arn(subnet.scope, subnet.id),
        "vpc": None if subnet is None else vpc_arn(subnet.scope, subnet.vpc_id),
        "availabilityzone": None if subnet is None else subnet.availability_zone,
        "associatepublicipaddress": _text(interface.get("AssociatePublicIpAddress")),
    }


def _volumes(request: Mapping[str, Any], lookup: Ec2Lookup) -> Iterator[Values]:
    """The root volume, which every image here has, and those that the request describes."""
    mappings = [one for one in request.get("BlockDeviceMappings") or () if "Ebs" in one]
    image = IMAGES.get(request.get("ImageId", ""))
    root = None if image is None else image.root_device_name
    described = [one["Ebs"] for one in mappings]
    if not any(one.get("DeviceName") == root for one in mappings):
        described.insert(0, {})
    subnet = _first_subnet(request, lookup)
    zone = _zone(subnet, request.get("Placement") or {}, lookup.region)
    for volume in described:
        snapshot_id = volume.get("SnapshotId")
        yield {
            "volumeid": NEW,
            **zone,
            **{name: _text(volume.get(member)) for member, name in _OF_VOLUMES.items()},
            "encrypted": truth(bool(volume.get("Encrypted"))),
            "parentsnapshot": ec2_arn(lookup.region, "", f"snapshot/{snapshot_id}") if snapshot_id else None,
        }


def _first_subnet(request: Mapping[str, Any], lookup: Ec2Lookup) -> Subnet | None:
    first = (request.get("NetworkInterfaces") or [request])[0]
    if eni_id := first.get("NetworkInterfaceId"):
        eni = lookup.owned(NetworkInterface, eni_id)
        return None if eni is None else lookup.owned(Subnet, eni.subnet_id)
    subnet_id = subnet_of(first, request, lookup)
    return None if subnet_id is None else lookup.owned(Subnet, subnet_id)


def _zone(subnet: Subnet | None, placement: Mapping[str, Any], region: str) -> Values:
    """The subnet's; where there is none, what the request says."""
    if subnet is not None:
        return zone_values(subnet.availability_zone)
    asked = (placement.get("AvailabilityZone"), placement.get("AvailabilityZoneId"))
    found = next((one for one in zones_of(region) if one.name == asked[0] or one.zone_id == asked[1]), None)
    return {} if found is None else zone_values(found.name)


def _text(value: str | int | None) -> str | None:
    """Values of requests as condition keys have them."""
    if value is None or isinstance(value, str):
        return value or None
    return truth(value) if isinstance(value, bool) else str(value)
