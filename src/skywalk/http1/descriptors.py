"""How many descriptors a process may have."""

from __future__ import annotations

import resource


def raise_descriptor_limit() -> None:
    """To what the machine allows, for this process and those that it starts: each connection takes a descriptor, each
    listening socket too, and the usual 1,024 are soon used up."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
