from __future__ import annotations

import pytest

from skywalk.actions.resolver_endpoints import (
    create_resolver_endpoint,
    delete_resolver_endpoint,
    update_resolver_endpoint,
)
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.resolver_endpoint import ResolverEndpoint, ResolverEndpointStatus
from support.launching import Home
from support.region import Region


@pytest.fixture
def home() -> Home:
    return Home(Region())


def make(home: Home) -> str:
    made = home.ec2(
        create_resolver_endpoint,
        CreatorRequestId="1",
        SecurityGroupIds=[home.default_group_id],
        Direction="INBOUND",
        IpAddresses=[{"SubnetId": home.subnet_id}] * 2,
    )
    return str(made["ResolverEndpoint"]["Id"])


def kept(home: Home, endpoint_id: str) -> ResolverEndpoint:
    found = home.region.store.get(ResolverEndpoint, endpoint_id)
    assert found is not None
    return found


def test_it_is_operational_when_the_machine_answers_at_its_addresses(home: Home) -> None:
    endpoint_id = make(home)
    home.settle({home.vpc_id: "resolver: not there"})
    assert kept(home, endpoint_id).status is ResolverEndpointStatus.CREATING
    home.settle()
    assert kept(home, endpoint_id).status is ResolverEndpointStatus.OPERATIONAL


@pytest.mark.parametrize("by_interface", [False, True])
def test_what_fails_needs_action_until_it_works(home: Home, by_interface: bool) -> None:
    endpoint_id = make(home)
    blamed = kept(home, endpoint_id).addresses[0].network_interface_id if by_interface else endpoint_id
    home.settle({blamed: "link: busy"})
    found = kept(home, endpoint_id)
    assert (found.status, found.failure) == (ResolverEndpointStatus.ACTION_NEEDED, "link: busy")
    home.settle()
    found = kept(home, endpoint_id)
    assert (found.status, found.failure) == (ResolverEndpointStatus.OPERATIONAL, None)


def test_it_is_gone_when_the_machine_has_taken_it_away(home: Home) -> None:
    endpoint_id = make(home)
    home.settle()
    home.ec2(delete_resolver_endpoint, ResolverEndpointId=endpoint_id)
    home.settle({endpoint_id: "link: busy"})
    assert kept(home, endpoint_id).status is ResolverEndpointStatus.DELETING
    home.settle()
    assert home.region.store.get(ResolverEndpoint, endpoint_id) is None
    assert home.region.store.of_type(NetworkInterface) == []


def test_another_name_leaves_it_operational(home: Home) -> None:
    endpoint_id = make(home)
    home.settle()
    home.ec2(update_resolver_endpoint, ResolverEndpointId=endpoint_id, Name="other")
    assert kept(home, endpoint_id).status is ResolverEndpointStatus.OPERATIONAL
