from __future__ import annotations

import pytest

from skywalk.resources.instance_types import DEFAULT_INSTANCE_TYPE, all_instance_types, instance_type


@pytest.mark.parametrize(
    ("name", "virtual_cpus", "cores", "memory_mib", "interfaces", "addresses"),
    [
        ("m1.small", 1, 1, 1740, 2, 4),
        ("t2.micro", 1, 1, 1024, 2, 2),
        ("t3.micro", 2, 1, 1024, 2, 2),
        ("t3.2xlarge", 8, 4, 32768, 4, 15),
        ("t4g.small", 2, 2, 2048, 3, 4),
        ("m5.large", 2, 1, 8192, 3, 10),
        ("m4.10xlarge", 40, 20, 163840, 8, 30),
        ("c5.9xlarge", 36, 18, 73728, 8, 30),
        ("m7i-flex.large", 2, 1, 8192, 3, 10),
        ("m7g.medium", 1, 1, 4096, 2, 4),
        ("r6g.16xlarge", 64, 64, 524288, 15, 50),
    ],
)
def test_types(name: str, virtual_cpus: int, cores: int, memory_mib: int, interfaces: int, addresses: int) -> None:
    found = instance_type(name)
    assert found is not None
    assert (found.name, found.virtual_cpus, found.cores, found.memory_mib) == (name, virtual_cpus, cores, memory_mib)
    assert (found.max_interfaces, found.addresses_per_interface) == (interfaces, addresses)


def test_no_type_is_without_a_core() -> None:
    assert all(one.cores >= 1 and one.max_interfaces >= 2 for one in all_instance_types())


def test_names_are_in_order_and_once() -> None:
    names = [one.name for one in all_instance_types()]
    assert names == sorted(set(names))
    assert len(names) > 500


def test_what_is_none() -> None:
    assert instance_type(DEFAULT_INSTANCE_TYPE) is not None
    assert [instance_type(name) for name in ("t3.tiny", "m5.nano", "t2", "")] == [None] * 4


def test_cpu_credits() -> None:
    credits = {name: instance_type(name) for name in ("t2.micro", "t3.micro", "m5.large")}
    assert [one and one.default_cpu_credits for one in credits.values()] == ["standard", "unlimited", None]
