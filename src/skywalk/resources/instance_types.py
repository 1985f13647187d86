"""The instance types that can be asked for: AWS's general families, the same in every region and zone, not stored.

An instance shares this machine's processors, memory and bandwidth, so that a type decides one thing here: how many
network interfaces and addresses an instance may have. All else is shown as AWS shows it. Whether a type's architecture
is this machine's is not asked. The rows are in `instance_types.json` (`tools/generate_instance_types.py`), read when
they are first needed.
Source: EC2's own DescribeInstanceTypes in us-east-1, as the moto project keeps it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DEFAULT_INSTANCE_TYPE = "m1.small"
"""Source: EC2 API Reference, RunInstances, InstanceType."""

_ROWS = Path(__file__).with_name("instance_types.json")


@dataclass(frozen=True, slots=True)
class InstanceType:
    """`threads_per_core` is 1 where a virtual CPU is a whole core (Graviton, the first generations). Texts are EC2's;
    `hypervisor` and `manufacturer` are empty where it says none. `ebs_figures` are baseline and maximum, each of
    bandwidth in Mbit/s, throughput in MB/s and IOPS, or empty; `disks` are count, size in GB and type."""

    name: str
    virtual_cpus: int
    threads_per_core: int
    memory_mib: int
    max_interfaces: int
    addresses_per_interface: int
    network_performance: str
    baseline_gbps: float
    peak_gbps: float
    ena_support: str
    has_encryption_in_transit: bool
    architectures: tuple[str, ...]
    clock_ghz: float
    manufacturer: str
    hypervisor: str
    is_current: bool
    is_free_tier: bool
    is_bare_metal: bool
    is_burstable: bool
    has_dedicated_hosts: bool
    has_hibernation: bool
    has_auto_recovery: bool
    boot_modes: tuple[str, ...]
    root_device_types: tuple[str, ...]
    usage_classes: tuple[str, ...]
    virtualization_types: tuple[str, ...]
    placement_strategies: tuple[str, ...]
    enclaves_support: str
    tpm_support: str
    ebs_optimized_support: str
    ebs_figures: tuple[float, ...]
    nvme_support: str
    max_ebs_attachments: int
    ebs_attachment_limit_type: str
    disks: tuple[tuple[int, int, str], ...]

    @property
    def cores(self) -> int:
        return self.virtual_cpus // self.threads_per_core

    @property
    def default_cpu_credits(self) -> str | None:
        """None for types without CPU credits. Source: EC2 User Guide, "Unlimited mode for burstable instances"."""
        if not self.is_burstable:
            return None
        return "standard" if self.name.startswith("t2.") else "unlimited"


def instance_type(name: str) -> InstanceType | None:
    """The type of this name; None if there is none."""
    return _instance_type(name) if name in _rows() else None


def all_instance_types() -> list[InstanceType]:
    """In the order of names."""
    return [_instance_type(name) for name in _rows()]


@cache
def _instance_type(name: str) -> InstanceType:
    return InstanceType(*(_frozen(value) for value in _rows()[name]))


@cache
def _rows() -> Mapping[str, list[Any]]:
    return {row[0]: row for row in json.loads(_ROWS.read_text("utf-8"))}


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value
