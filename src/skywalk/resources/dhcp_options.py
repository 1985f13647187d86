"""DhcpOptions: what the instances of a VPC are told of names and time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from skywalk.resources.resource import Resource

NO_OPTIONS = "default"
"""The id by which a VPC is associated with no set at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpOptions(Resource):
    """`options` maps a key (`domain-name`, `domain-name-servers`, …) to its values. A set never changes."""

    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_default: bool = False
