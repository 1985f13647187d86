"""Generate the catalogue of instance types from an answer of EC2's DescribeInstanceTypes.

    aws ec2 describe-instance-types --region us-east-1 > answer.json
    python tools/generate_instance_types.py answer.json

Reads the answer as the AWS CLI prints it, as JSON or gzipped JSON (a mapping by type is taken as well, which is how
moto keeps it), and writes `src/skywalk/resources/instance_types.json`: one row per type, whose columns are the fields
of `skywalk.resources.instance_types.InstanceType`. Families with accelerators or of special hardware are left out.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
CATALOGUE = Path("src/skywalk/resources/instance_types.json")
GENERAL_FAMILY = re.compile(r"(t[1-4][a-z]?|[mcr][1-8][a-z]{0,2}(-flex)?)\..*")
_EBS_FIGURES = (
    "BaselineBandwidthInMbps",
    "BaselineThroughputInMBps",
    "BaselineIops",
    "MaximumBandwidthInMbps",
    "MaximumThroughputInMBps",
    "MaximumIops",
)


def read_answer(path: Path) -> list[dict[str, Any]]:
    raw = path.read_bytes()
    answer = json.loads(gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw)
    return list(answer.get("InstanceTypes") or answer.values())


def row(info: dict[str, Any]) -> list[Any]:
    """One type's columns, in the order of InstanceType's fields."""
    cpus, network, processor, ebs = info["VCpuInfo"], info["NetworkInfo"], info["ProcessorInfo"], info["EbsInfo"]
    card = network["NetworkCards"][0]
    figures = ebs.get("EbsOptimizedInfo")
    storage = info.get("InstanceStorageInfo", {}).get("Disks", [])
    return [
        info["InstanceType"],
        cpus["DefaultVCpus"],
        cpus["DefaultThreadsPerCore"],
        info["MemoryInfo"]["SizeInMiB"],
        network["MaximumNetworkInterfaces"],
        network["Ipv4AddressesPerInterface"],
        network["NetworkPerformance"],
        card.get("BaselineBandwidthInGbps", 0.0),
        card.get("PeakBandwidthInGbps", 0.0),
        network["EnaSupport"],
        network["EncryptionInTransitSupported"],
        processor["SupportedArchitectures"],
        processor.get("SustainedClockSpeedInGhz", 0.0),
        processor.get("Manufacturer", ""),
        info.get("Hypervisor", ""),
        info["CurrentGeneration"],
        info["FreeTierEligible"],
        info["BareMetal"],
        info["BurstablePerformanceSupported"],
        info["DedicatedHostsSupported"],
        info["HibernationSupported"],
        info["AutoRecoverySupported"],
        info["SupportedBootModes"],
        info["SupportedRootDeviceTypes"],
        info["SupportedUsageClasses"],
        info["SupportedVirtualizationTypes"],
        info["PlacementGroupInfo"]["SupportedStrategies"],
        info["NitroEnclavesSupport"],
        info["NitroTpmSupport"],
        ebs["EbsOptimizedSupport"],
        [figures[name] for name in _EBS_FIGURES] if figures else [],
        ebs["NvmeSupport"],
        ebs.get("MaximumEbsAttachments", 0),
        ebs.get("AttachmentLimitType", ""),
        [[disk["Count"], disk["SizeInGB"], disk["Type"]] for disk in storage],
    ]


def render(infos: list[dict[str, Any]]) -> str:
    rows = [row(info) for info in infos if GENERAL_FAMILY.fullmatch(info["InstanceType"])]
    lines = (json.dumps(one, separators=(",", ":")) for one in sorted(rows))
    return "[\n" + ",\n".join(lines) + "\n]\n"


def main() -> None:
    (REPOSITORY / CATALOGUE).write_text(render(read_answer(Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
