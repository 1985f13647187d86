"""DescribeInstanceTypes, DescribeInstanceTypeOfferings: the catalogue as EC2 shows it.

Every zone of every region offers every type here; AWS's offers differ from zone to zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from skywalk.actions.describe import FilterValues, matching, page, shown_at
from skywalk.resources.instance_types import InstanceType, all_instance_types, instance_type
from skywalk.resources.regions import zones_of
from skywalk.values.errors import AwsError, invalid_parameter_value

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

MAX_TYPES_PER_PAGE = 100
MAX_OFFERINGS_PER_PAGE = 1000
_BASELINE_AND_MAXIMUM = (
    ("bandwidth-in-mbps", "BandwidthInMbps"),
    ("throughput-in-mbps", "ThroughputInMBps"),
    ("iops", "Iops"),
)

_TYPE_FILTERS: Mapping[str, FilterValues[ec2.InstanceTypeInfo]] = {
    "auto-recovery-supported": shown_at("AutoRecoverySupported"),
    "bare-metal": shown_at("BareMetal"),
    "burstable-performance-supported": shown_at("BurstablePerformanceSupported"),
    "current-generation": shown_at("CurrentGeneration"),
    "dedicated-hosts-supported": shown_at("DedicatedHostsSupported"),
    **{
        f"ebs-info.ebs-optimized-info.{when.lower()}-{name}": shown_at("EbsInfo", "EbsOptimizedInfo", f"{when}{member}")
        for when in ("Baseline", "Maximum")
        for name, member in _BASELINE_AND_MAXIMUM
    },
    "ebs-info.attachment-limit-type": shown_at("EbsInfo", "AttachmentLimitType"),
    "ebs-info.ebs-optimized-support": shown_at("EbsInfo", "EbsOptimizedSupport"),
    "ebs-info.encryption-support": shown_at("EbsInfo", "EncryptionSupport"),
    "ebs-info.maximum-ebs-attachments": shown_at("EbsInfo", "MaximumEbsAttachments"),
    "ebs-info.nvme-support": shown_at("EbsInfo", "NvmeSupport"),
    "free-tier-eligible": shown_at("FreeTierEligible"),
    "hibernation-supported": shown_at("HibernationSupported"),
    "hypervisor": shown_at("Hypervisor"),
    "instance-storage-info.disk.count": shown_at("InstanceStorageInfo", "Disks", "Count"),
    "instance-storage-info.disk.size-in-gb": shown_at("InstanceStorageInfo", "Disks", "SizeInGB"),
    "instance-storage-info.disk.type": shown_at("InstanceStorageInfo", "Disks", "Type"),
    "instance-storage-info.total-size-in-gb": shown_at("InstanceStorageInfo", "TotalSizeInGB"),
    "instance-storage-supported": shown_at("InstanceStorageSupported"),
    "instance-type": shown_at("InstanceType"),
    "memory-info.size-in-mib": shown_at("MemoryInfo", "SizeInMiB"),
    "network-info.efa-supported": shown_at("NetworkInfo", "EfaSupported"),
    "network-info.ena-support": shown_at("NetworkInfo", "EnaSupport"),
    "network-info.encryption-in-transit-supported": shown_at("NetworkInfo", "EncryptionInTransitSupported"),
    "network-info.ipv4-addresses-per-interface": shown_at("NetworkInfo", "Ipv4AddressesPerInterface"),
    "network-info.ipv6-addresses-per-interface": shown_at("NetworkInfo", "Ipv6AddressesPerInterface"),
    "network-info.ipv6-supported": shown_at("NetworkInfo", "Ipv6Supported"),
    "network-info.maximum-network-cards": shown_at("NetworkInfo", "MaximumNetworkCards"),
    "network-info.maximum-network-interfaces": shown_at("NetworkInfo", "MaximumNetworkInterfaces"),
    "network-info.network-performance": shown_at("NetworkInfo", "NetworkPerformance"),
    "nitro-enclaves-support": shown_at("NitroEnclavesSupport"),
    "nitro-tpm-support": shown_at("NitroTpmSupport"),
    "processor-info.manufacturer": shown_at("ProcessorInfo", "Manufacturer"),
    "processor-info.supported-architecture": shown_at("ProcessorInfo", "SupportedArchitectures"),
    "processor-info.sustained-clock-speed-in-ghz": shown_at("ProcessorInfo", "SustainedClockSpeedInGhz"),
    "supported-boot-mode": shown_at("SupportedBootModes"),
    "supported-root-device-type": shown_at("SupportedRootDeviceTypes"),
    "supported-usage-class": shown_at("SupportedUsageClasses"),
    "supported-virtualization-type": shown_at("SupportedVirtualizationTypes"),
    "vcpu-info.default-cores": shown_at("VCpuInfo", "DefaultCores"),
    "vcpu-info.default-threads-per-core": shown_at("VCpuInfo", "DefaultThreadsPerCore"),
    "vcpu-info.default-vcpus": shown_at("VCpuInfo", "DefaultVCpus"),
}


def describe_instance_types(call: Call, request: ec2.DescribeInstanceTypesRequest) -> ec2.DescribeInstanceTypesResult:
    """Raises InvalidInstanceType, InvalidParameterCombination. Types of other regions are not known here, so that
    `IncludeUnsupportedInRegion` adds none."""
    del call
    names, max_results = request.get("InstanceTypes"), request.get("MaxResults")
    if names and max_results is not None:
        raise AwsError(
            "InvalidParameterCombination", "The parameter instanceTypes cannot be used with the parameter maxResults"
        )
    kinds = _named(names) if names else all_instance_types()
    filters = request.get("Filters")
    infos = matching([_show(kind) for kind in kinds], filters, _TYPE_FILTERS) if filters else None
    chosen: Sequence[InstanceType | ec2.InstanceTypeInfo] = kinds if infos is None else infos
    size = MAX_TYPES_PER_PAGE if max_results is None else max_results
    on_page, token = page(chosen, size, request.get("NextToken"), limits=(5, MAX_TYPES_PER_PAGE))
    shown = [_show(one) if isinstance(one, InstanceType) else one for one in on_page]
    result: ec2.DescribeInstanceTypesResult = {"InstanceTypes": shown}
    if token:
        result["NextToken"] = token
    return result


def _named(names: Sequence[str]) -> list[InstanceType]:
    if len(names) > MAX_TYPES_PER_PAGE:
        raise invalid_parameter_value(f"The maximum number of instance types is {MAX_TYPES_PER_PAGE}.")
    found = {name: instance_type(name) for name in names}
    missing = [name for name, kind in found.items() if kind is None]
    if missing:
        raise AwsError(
            "InvalidInstanceType", f"The following supplied instance types do not exist: [{', '.join(missing)}]"
        )
    return [kind for kind in found.values() if kind is not None]


def _show(kind: InstanceType) -> ec2.InstanceTypeInfo:
    shown: ec2.InstanceTypeInfo = {
        "InstanceType": kind.name,
        "CurrentGeneration": kind.is_current,
        "FreeTierEligible": kind.is_free_tier,
        "SupportedUsageClasses": list(kind.usage_classes),
        "SupportedRootDeviceTypes": list(kind.root_device_types),
        "SupportedVirtualizationTypes": list(kind.virtualization_types),
        "BareMetal": kind.is_bare_metal,
        "ProcessorInfo": {
            "SupportedArchitectures": list(kind.architectures),
            "SustainedClockSpeedInGhz": kind.clock_ghz,
            "Manufacturer": kind.manufacturer,
        },
        "VCpuInfo": {
            "DefaultVCpus": kind.virtual_cpus,
            "DefaultCores": kind.cores,
            "DefaultThreadsPerCore": kind.threads_per_core,
        },
        "MemoryInfo": {"SizeInMiB": kind.memory_mib},
        "InstanceStorageSupported": bool(kind.disks),
        "EbsInfo": _show_ebs(kind),
        "NetworkInfo": _show_network(kind),
        "PlacementGroupInfo": {"SupportedStrategies": list(kind.placement_strategies)},
        "HibernationSupported": kind.has_hibernation,
        "BurstablePerformanceSupported": kind.is_burstable,
        "DedicatedHostsSupported": kind.has_dedicated_hosts,
        "AutoRecoverySupported": kind.has_auto_recovery,
        "SupportedBootModes": list(kind.boot_modes),
        "NitroEnclavesSupport": kind.enclaves_support,
        "NitroTpmSupport": kind.tpm_support,
    }
    if kind.hypervisor:
        shown["Hypervisor"] = kind.hypervisor
    if kind.disks:
        shown["InstanceStorageInfo"] = {
            "TotalSizeInGB": sum(count * size for count, size, _ in kind.disks),
            "Disks": [{"Count": count, "SizeInGB": size, "Type": name} for count, size, name in kind.disks],
        }
    return shown


def _show_ebs(kind: InstanceType) -> ec2.EbsInfo:
    shown: ec2.EbsInfo = {
        "EbsOptimizedSupport": kind.ebs_optimized_support,
        "EncryptionSupport": "supported",
        "NvmeSupport": kind.nvme_support,
        "MaximumEbsAttachments": kind.max_ebs_attachments,
        "AttachmentLimitType": kind.ebs_attachment_limit_type,
    }
    if kind.ebs_figures:
        bandwidth, throughput, iops, most_bandwidth, most_throughput, most_iops = kind.ebs_figures
        shown["EbsOptimizedInfo"] = {
            "BaselineBandwidthInMbps": int(bandwidth),
            "BaselineThroughputInMBps": float(throughput),
            "BaselineIops": int(iops),
            "MaximumBandwidthInMbps": int(most_bandwidth),
            "MaximumThroughputInMBps": float(most_throughput),
            "MaximumIops": int(most_iops),
        }
    return shown


def _show_network(kind: InstanceType) -> ec2.NetworkInfo:
    return {
        "NetworkPerformance": kind.network_performance,
        "MaximumNetworkInterfaces": kind.max_interfaces,
        "MaximumNetworkCards": 1,
        "DefaultNetworkCardIndex": 0,
        "NetworkCards": [
            {
                "NetworkCardIndex": 0,
                "NetworkPerformance": kind.network_performance,
                "MaximumNetworkInterfaces": kind.max_interfaces,
                "BaselineBandwidthInGbps": kind.baseline_gbps,
                "PeakBandwidthInGbps": kind.peak_gbps,
            }
        ],
        "Ipv4AddressesPerInterface": kind.addresses_per_interface,
        "Ipv6AddressesPerInterface": 0,
        "Ipv6Supported": False,
        "EnaSupport": kind.ena_support,
        "EfaSupported": False,
        "EncryptionInTransitSupported": kind.has_encryption_in_transit,
    }


_OFFERING_FILTERS: Mapping[str, FilterValues[ec2.InstanceTypeOffering]] = {
    "instance-type": shown_at("InstanceType"),
    "location": shown_at("Location"),
}


def describe_instance_type_offerings(
    call: Call, request: ec2.DescribeInstanceTypeOfferingsRequest
) -> ec2.DescribeInstanceTypeOfferingsResult:
    """Raises InvalidParameterValue for a type of location that EC2 does not have."""
    location_type = request.get("LocationType") or "region"
    offerings: list[ec2.InstanceTypeOffering] = [
        {"InstanceType": kind.name, "LocationType": location_type, "Location": location}
        for location in _locations(call.region, location_type)
        for kind in all_instance_types()
    ]
    found = matching(offerings, request.get("Filters"), _OFFERING_FILTERS)
    size = request.get("MaxResults", MAX_OFFERINGS_PER_PAGE)
    shown, token = page(found, size, request.get("NextToken"), limits=(5, MAX_OFFERINGS_PER_PAGE))
    result: ec2.DescribeInstanceTypeOfferingsResult = {"InstanceTypeOfferings": list(shown)}
    if token:
        result["NextToken"] = token
    return result


def _locations(region: str, location_type: str) -> list[str]:
    """There are no Outposts."""
    zones = zones_of(region)
    found = {
        "region": [region],
        "availability-zone": [zone.name for zone in zones],
        "availability-zone-id": [zone.zone_id for zone in zones],
        "outpost": [],
    }
    if location_type not in found:
        raise invalid_parameter_value(f"Value ({location_type}) for parameter LocationType is invalid.")
    return found[location_type]
