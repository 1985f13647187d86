"""RegionOpening: that an account has used a region, and so was given its default VPC there once.

AWS makes it before the first call; here it is made with that call. Its id is account and region in one text.
"""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.resources.resource import Resource
from skywalk.values.scope import Scope


def opening_id(scope: Scope) -> str:
    return f"opening {scope.account_id} {scope.region}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionOpening(Resource):
    """The default VPC is not made again when its owner has deleted it."""
