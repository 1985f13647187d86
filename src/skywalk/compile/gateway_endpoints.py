"""Pass: gateway endpoints."""

from __future__ import annotations

from skywalk.plan.origin import Origin
from skywalk.plan.services import GatewayEndpoint
from skywalk.resources.prefix_lists import service_prefix_list
from skywalk.resources.snapshot import Snapshot
from skywalk.resources.vpc_endpoint import VpcEndpoint, VpcEndpointState
from skywalk.values.addresses import Network

HTTP_PORTS = (80, 443)
_SERVING = (VpcEndpointState.PENDING, VpcEndpointState.AVAILABLE, VpcEndpointState.FAILED)


def serving_endpoints(snapshot: Snapshot) -> list[VpcEndpoint]:
    """Endpoints that carry traffic, soon will, or should (a failed one is tried again), by id."""
    endpoints = snapshot.vpc_endpoints.values()
    serving = (one for one in endpoints if one.endpoint_type == "Gateway" and one.state in _SERVING)
    return sorted(serving, key=lambda endpoint: endpoint.id)


def endpoint_networks(endpoint: VpcEndpoint) -> tuple[Network, ...]:
    """The members of the prefix list of the endpoint's service."""
    return service_prefix_list(endpoint.scope.region, endpoint.service_name).networks


def compile_gateway_endpoints(snapshot: Snapshot) -> tuple[GatewayEndpoint, ...]:
    return tuple(
        GatewayEndpoint(
            vpc_endpoint_id=endpoint.id,
            vpc_id=endpoint.vpc_id,
            account_id=endpoint.scope.account_id,
            region=endpoint.scope.region,
            service=endpoint.service_name.rpartition(".")[2],
            networks=endpoint_networks(endpoint),
            ports=HTTP_PORTS,
            policy=endpoint.policy,
            origin=Origin(endpoint.id, f"gateway endpoint for {endpoint.service_name}"),
        )
        for endpoint in serving_endpoints(snapshot)
    )
