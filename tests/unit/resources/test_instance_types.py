from __future__ import annotations

import pytest

from skywalk.resources.instance_types import DEFAULT_INSTANCE_TYPE, INSTANCE_TYPES


@pytest.mark.parametrize(
    ("name", "cores", "threads_per_core"),
    [
        ("m1.small", 1, 1),
        ("t2.micro", 1, 1),
        ("t3.micro", 1, 2),
        ("t3.2xlarge", 4, 2),
        ("t4g.small", 2, 1),
        ("m5.large", 1, 2),
        ("c5.9xlarge", 18, 2),
        ("m7i-flex.large", 1, 2),
        ("m7g.medium", 1, 1),
        ("r6g.16xlarge", 64, 1),
    ],
)
def test_types(name: str, cores: int, threads_per_core: int) -> None:
    found = INSTANCE_TYPES[name]
    assert (found.name, found.cores, found.threads_per_core) == (name, cores, threads_per_core)


def test_no_type_is_without_a_core() -> None:
    assert all(one.cores >= 1 for one in INSTANCE_TYPES.values())


def test_what_is_none() -> None:
    assert DEFAULT_INSTANCE_TYPE in INSTANCE_TYPES
    assert {"t3.tiny", "m5.nano", "t2", ""}.isdisjoint(INSTANCE_TYPES)
