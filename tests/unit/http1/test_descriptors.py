"""How many descriptors a process may have."""

from __future__ import annotations

import resource

from skywalk.http1.descriptors import raise_descriptor_limit


def test_all_that_the_machine_allows() -> None:
    former = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, former[1]))
    try:
        raise_descriptor_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (former[1], former[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, former)
