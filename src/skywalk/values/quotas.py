"""How many of something AWS lets an account have.

Source: PrivateLink Guide, "Quotas"; VPC User Guide, "Amazon VPC quotas".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quotas:
    """AWS's defaults; None for no limit. Gateway endpoints are counted in each region of an account, interface
    endpoints in each VPC, groups on each interface, routes in each table."""

    gateway_endpoints: int | None = 20
    interface_endpoints: int | None = 50
    security_groups: int | None = 5
    routes: int | None = 500


AWS_QUOTAS = Quotas()
NO_QUOTAS = Quotas(None, None, None, None)
