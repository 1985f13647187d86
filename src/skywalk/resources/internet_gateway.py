"""InternetGateway."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.resources.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class InternetGateway(Resource):
    """`vpc_id` is that of the VPC it is attached to, None while detached."""

    vpc_id: str | None = None
