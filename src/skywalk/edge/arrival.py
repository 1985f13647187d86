"""How a request has come: through which endpoint, from which VPC, with TLS or without, or from outside.

All of it is known from the listening socket and the connection's own addresses; no header takes part.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING

from skywalk.policy.context import Context, request_context

if TYPE_CHECKING:
    from skywalk.http1.exchange import Exchange
    from skywalk.policy.principal import Principal
    from skywalk.values.addresses import Address


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a door stands for.

    `vpc_endpoint_id` and `vpc_id` are given together, for doors of an endpoint, which serve one `service` of one
    `region` alone. `is_outside`: the daemon's API port, on the machine's loopback, in nobody's VPC.
    """

    is_secure: bool
    vpc_endpoint_id: str | None = None
    vpc_id: str | None = None
    service: str | None = None
    region: str | None = None
    is_outside: bool = False

    def context(self, principal: Principal, source: Address | None) -> Context:
        """The condition keys of a request by `principal` from `source`."""
        if self.vpc_endpoint_id is None:
            return request_context(principal, secure_transport=self.is_secure)
        return request_context(
            principal,
            secure_transport=self.is_secure,
            source_vpce=self.vpc_endpoint_id,
            source_vpc=self.vpc_id,
            vpc_source_ip=source,
        )


OUTSIDE = Arrival(is_secure=True, is_outside=True)
"""The API port speaks HTTP on loopback only; to policies it counts as TLS."""


def source_address(exchange: Exchange) -> Address | None:
    """The client's address as this machine's kernel knows it; None on unix sockets."""
    peer = exchange.peername
    return _parse(peer[0]) if isinstance(peer, tuple) else None


_parse = lru_cache(maxsize=4096)(ip_address)
