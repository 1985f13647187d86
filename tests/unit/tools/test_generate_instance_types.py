from __future__ import annotations

import gzip
import importlib.util
import json
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

from skywalk.resources.instance_types import InstanceType

REPOSITORY = Path(__file__).resolve().parents[3]


def load_tool() -> ModuleType:
    path = REPOSITORY / "tools" / "generate_instance_types.py"
    spec = importlib.util.spec_from_file_location("generate_instance_types", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load_tool()


def info(name: str, **more: Any) -> dict[str, Any]:
    """As EC2 describes a small type."""
    return {
        "InstanceType": name,
        "VCpuInfo": {"DefaultVCpus": 2, "DefaultCores": 1, "DefaultThreadsPerCore": 2},
        "MemoryInfo": {"SizeInMiB": 1024},
        "NetworkInfo": {
            "MaximumNetworkInterfaces": 2,
            "Ipv4AddressesPerInterface": 4,
            "NetworkPerformance": "Low",
            "NetworkCards": [{"NetworkCardIndex": 0}],
            "EnaSupport": "required",
            "EncryptionInTransitSupported": False,
        },
        "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]},
        "EbsInfo": {"EbsOptimizedSupport": "default", "NvmeSupport": "required"},
        "PlacementGroupInfo": {"SupportedStrategies": ["spread"]},
        **dict.fromkeys(("CurrentGeneration", "FreeTierEligible", "BareMetal", "BurstablePerformanceSupported"), False),
        **dict.fromkeys(("DedicatedHostsSupported", "HibernationSupported", "AutoRecoverySupported"), True),
        **dict.fromkeys(("NitroEnclavesSupport", "NitroTpmSupport"), "unsupported"),
        "SupportedBootModes": ["uefi"],
        "SupportedRootDeviceTypes": ["ebs"],
        "SupportedUsageClasses": ["on-demand"],
        "SupportedVirtualizationTypes": ["hvm"],
        **more,
    }


def test_a_row_has_the_fields_of_a_type() -> None:
    disks = {"Disks": [{"Count": 2, "SizeInGB": 75, "Type": "ssd"}]}
    made = InstanceType(*tool.row(info("m5d.large", InstanceStorageInfo=disks)))
    assert len(tool.row(info("m5d.large"))) == len(fields(InstanceType))
    assert (made.name, made.cores, made.max_interfaces, made.addresses_per_interface) == ("m5d.large", 1, 2, 4)
    assert made.hypervisor == ""
    assert list(made.disks[0]) == [2, 75, "ssd"]


def test_general_families_alone_in_order() -> None:
    names = ("t3.micro", "p5.48xlarge", "c7i-flex.large", "m5.large", "u-6tb1.metal", "hpc7a.96xlarge", "inf2.xlarge")
    rows = json.loads(tool.render([info(name) for name in names]))
    assert [row[0] for row in rows] == ["c7i-flex.large", "m5.large", "t3.micro"]


def test_answers_as_they_are_kept(tmp_path: Path) -> None:
    answer = [info("t3.micro")]
    plain, packed = tmp_path / "answer.json", tmp_path / "types.json.gz"
    plain.write_text(json.dumps({"InstanceTypes": answer}))
    packed.write_bytes(gzip.compress(json.dumps({"t3.micro": answer[0]}).encode()))
    assert tool.read_answer(plain) == tool.read_answer(packed) == answer
