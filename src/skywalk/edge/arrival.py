"""How a request has come: through which endpoint, from which VPC, with TLS or without, or from outside.

The way is known from the listening socket and the connection's own addresses; no header takes part in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING

from skywalk.policy.context import Context, network_context
from skywalk.policy.keys.endpoint_owners import tells_endpoint_owner, tells_vpc_arn
from skywalk.policy.keys.names import REQUESTED_REGION, SOURCE_IP, VPC_SOURCE_IP
from skywalk.policy.keys.request import sent_context
from skywalk.values.arn import ec2_arn

if TYPE_CHECKING:
    from skywalk.edge.callers import VerifiedCaller
    from skywalk.http1.exchange import Exchange
    from skywalk.policy.keys.request import TimeKeys


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a door stands for.

    `vpc_endpoint_id` and `vpc_id` are given together, for doors of an endpoint, which serve one `service` of one
    `region` alone. `is_interface`: of an interface endpoint, which has names of its own. `is_outside`: the daemon's API
    port, on the machine's loopback, in nobody's VPC. `account_id` owns the endpoint, whose VPC is in `vpc_region`.
    """

    is_secure: bool
    vpc_endpoint_id: str | None = None
    vpc_id: str | None = None
    service: str | None = None
    region: str | None = None
    is_outside: bool = False
    is_interface: bool = False
    account_id: str | None = None
    vpc_region: str | None = None
    serves: tuple[str, str] | None = field(init=False, repr=False, compare=False)
    """The one service and its region, if it is one."""
    keys: Context = field(init=False, repr=False, compare=False)
    """The condition keys of everything that arrives here."""

    def __post_init__(self) -> None:
        keys = network_context(
            secure_transport=self.is_secure,
            source_vpce=self.vpc_endpoint_id,
            source_vpc=self.vpc_id,
            source_vpc_arn=self._vpc_arn(),
            vpce_account=self.account_id if tells_endpoint_owner(self.service or "") else None,
        )
        object.__setattr__(self, "keys", keys)
        one = None if self.service is None or self.region is None else (self.service, self.region)
        object.__setattr__(self, "serves", one)

    @property
    def _source_key(self) -> str:
        return SOURCE_IP if self.vpc_endpoint_id is None else VPC_SOURCE_IP

    def _vpc_arn(self) -> str | None:
        if self.vpc_region is None or self.account_id is None or not tells_vpc_arn(self.service or ""):
            return None
        return ec2_arn(self.vpc_region, self.account_id, f"vpc/{self.vpc_id}")

    def context(self, caller: VerifiedCaller, exchange: Exchange, region: str, times: TimeKeys) -> Context:
        """The condition keys of a request by `caller` to a service of `region`."""
        context = {**caller.keys, **self.keys, **times.now(), REQUESTED_REGION: region}
        context.update(sent_context(exchange.head.fields))
        if (source := source_address(exchange)) is not None:
            context[self._source_key] = source
        return context

    def network_keys(self, exchange: Exchange) -> Context:
        """The condition keys that follow from the way alone. In public the client's address is the one that gateways
        have translated its own to; at the API port it is one of this machine's loopback."""
        source = source_address(exchange)
        if source is None:
            return self.keys
        return {**self.keys, self._source_key: source}


OUTSIDE = Arrival(is_secure=True, is_outside=True)
"""The API port speaks HTTP on loopback only; to policies it counts as TLS."""


def source_address(exchange: Exchange) -> str | None:
    """The client's address as this machine's kernel knows it; None on unix sockets."""
    peer = exchange.peername
    return _canonical(peer[0]) if isinstance(peer, tuple) else None


@lru_cache(maxsize=4096)
def _canonical(address: str) -> str:
    return str(ip_address(address))
