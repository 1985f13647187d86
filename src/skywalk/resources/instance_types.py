"""The instance types that can be asked for: the current general families of AWS, not stored.

An instance shares this machine's processors and memory, so that a type is a name here: it is checked, kept and shown,
and what it says of virtual CPUs is shown alone. Whether its architecture is this machine's is not asked.
Source: EC2 User Guide, "Instance type specifications".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

DEFAULT_INSTANCE_TYPE = "m1.small"
"""Source: EC2 API Reference, RunInstances, InstanceType."""


@dataclass(frozen=True, slots=True)
class InstanceType:
    """`threads_per_core` is 1 where a virtual CPU is a whole core (Graviton, the first generations)."""

    name: str
    virtual_cpus: int
    threads_per_core: int

    @property
    def cores(self) -> int:
        return self.virtual_cpus // self.threads_per_core


_VIRTUAL_CPUS = {
    "medium": 1,
    "large": 2,
    "xlarge": 4,
    "2xlarge": 8,
    "4xlarge": 16,
    "8xlarge": 32,
    "9xlarge": 36,
    "12xlarge": 48,
    "16xlarge": 64,
    "18xlarge": 72,
    "24xlarge": 96,
    "32xlarge": 128,
    "48xlarge": 192,
    "metal": 96,
}
_BURSTABLE_CPUS = {"nano": 2, "micro": 2, "small": 2, "medium": 2, "large": 2, "xlarge": 4, "2xlarge": 8}
_T2_CPUS = {"nano": 1, "micro": 1, "small": 1, "medium": 2, "large": 2, "xlarge": 4, "2xlarge": 8}
_FIRST_GENERATION = {"m1.small": 1, "m1.medium": 1, "m1.large": 2, "m1.xlarge": 4, "t1.micro": 1}

_UP_TO_16 = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge")
_INTEL_AND_AMD: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("c4",), ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge")),
    **dict.fromkeys(("m4", "r4"), ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge")),
    **dict.fromkeys(("c5", "c5d", "c5n"), ("large", "xlarge", "2xlarge", "4xlarge", "9xlarge", "18xlarge", "metal")),
    **dict.fromkeys(
        ("m5", "m5a", "m5d", "m5n", "m5zn", "r5", "r5a", "r5d", "r5n", "c5a"), (*_UP_TO_16, "24xlarge", "metal")
    ),
    **dict.fromkeys(("c6i", "c6a", "c6in", "m6i", "m6a", "m6in", "r6i", "r6a"), (*_UP_TO_16, "24xlarge", "32xlarge")),
    **dict.fromkeys(
        ("c7i", "c7a", "m7i", "m7a", "r7i", "r7a", "m8i", "r8i", "c8i"), (*_UP_TO_16, "24xlarge", "48xlarge")
    ),
    **dict.fromkeys(("c7i-flex", "m7i-flex", "m8i-flex"), ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge")),
}
_GRAVITON = ("c6g", "c6gn", "c7g", "c7gn", "c8g", "m6g", "m6gd", "m7g", "m8g", "r6g", "r7g", "r8g")
_GRAVITON_SIZES = ("medium", *_UP_TO_16)


def _all_types() -> Iterator[InstanceType]:
    for name, virtual_cpus in _FIRST_GENERATION.items():
        yield InstanceType(name, virtual_cpus, 1)
    for size, virtual_cpus in _T2_CPUS.items():
        yield InstanceType(f"t2.{size}", virtual_cpus, 1)
    for family, threads in (("t3", 2), ("t3a", 2), ("t4g", 1)):
        for size, virtual_cpus in _BURSTABLE_CPUS.items():
            yield InstanceType(f"{family}.{size}", virtual_cpus, threads)
    for family, sizes in _INTEL_AND_AMD.items():
        for size in sizes:
            yield InstanceType(f"{family}.{size}", _VIRTUAL_CPUS[size], 2)
    for family in _GRAVITON:
        for size in _GRAVITON_SIZES:
            yield InstanceType(f"{family}.{size}", _VIRTUAL_CPUS[size], 1)


INSTANCE_TYPES: Mapping[str, InstanceType] = MappingProxyType({one.name: one for one in _all_types()})
"""By name."""
