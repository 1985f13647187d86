"""What answers say of things that are stored as running, while the machine has not got them back."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.instance_status import describe_instance_status
from skywalk.actions.instances import describe_instances, stop_instances
from skywalk.actions.nat_gateways import describe_nat_gateways
from skywalk.actions.network_interface_attributes import describe_network_interface_attribute
from skywalk.actions.network_interfaces import describe_network_interfaces
from skywalk.actions.vpc_endpoints import describe_vpc_endpoints
from skywalk.drivers.driver import ApplyReport
from skywalk.reconcile.status import write_states
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.vpc import Vpc
from support.world import World


@pytest.fixture
def world() -> World:
    """A VPC with an instance that runs, an endpoint and a NAT gateway that are available; and nothing else."""
    made = World()
    made.vpc("bank")
    made.subnet("private", "bank")
    made.table("documents", "bank", "private")
    made.internet_gateway("door", "bank", "documents")
    made.endpoint("gate", "bank", "documents")
    made.instance("teller", "private")
    made.address("address")
    made.nat_gateway("nat", "private", "address")
    write_states(made.region.store, made.region.clock, made.ids["bank"], made.plan("bank"), ApplyReport())
    return made


def states(world: World, *filters: Any) -> list[str]:
    """Of the instance, the endpoint and the NAT gateway, as Describe shows them."""
    (reservation,) = world.do(describe_instances)["Reservations"]
    (endpoint,) = world.do(describe_vpc_endpoints)["VpcEndpoints"]
    (gateway,) = world.do(describe_nat_gateways)["NatGateways"]
    return [reservation["Instances"][0]["State"]["Name"], endpoint["State"], gateway["State"]]


def test_all_of_a_vpc_is_pending_until_it_is_back(world: World) -> None:
    before = world.region.store.revision
    world.region.store.returning.expect_all(world.ids["bank"])
    assert states(world) == ["pending", "pending", "pending"]
    world.region.store.returning.expect(world.ids["bank"], ())
    assert states(world) == ["running", "available", "available"]
    assert world.region.store.revision == before


def test_one_resource_alone_may_be_missing(world: World) -> None:
    world.region.store.returning.expect(world.ids["bank"], [world.ids["teller"]])
    assert states(world) == ["pending", "available", "available"]


def test_another_vpc_is_another_matter(world: World) -> None:
    world.region.store.returning.expect_all("vpc-0123456789abcdef0")
    assert states(world) == ["running", "available", "available"]


def test_filters_see_what_is_shown(world: World) -> None:
    def named(state: str) -> int:
        filters = [{"Name": "instance-state-name", "Values": [state]}]
        return len(world.do(describe_instances, Filters=filters)["Reservations"])

    assert (named("running"), named("pending")) == (1, 0)
    world.region.store.returning.expect_all(world.ids["bank"])
    assert (named("running"), named("pending")) == (0, 1)
    assert world.do(describe_instance_status)["InstanceStatuses"] == []
    (gone,) = world.do(describe_instance_status, IncludeAllInstances=True)["InstanceStatuses"]
    assert gone["InstanceStatus"] == {"Status": "not-applicable"}
    pending = [{"Name": "vpc-endpoint-state", "Values": ["pending"]}]
    assert len(world.do(describe_vpc_endpoints, Filters=pending)["VpcEndpoints"]) == 1


def attachments(world: World) -> list[str]:
    """Of the instance's interface, as DescribeNetworkInterfaces, its filter, DescribeNetworkInterfaceAttribute and
    DescribeInstances have it."""
    [eni] = world.do(
        describe_network_interfaces,
        Filters=[{"Name": "attachment.instance-id", "Values": [world.ids["teller"]]}],
    )["NetworkInterfaces"]
    status = eni["Attachment"]["Status"]
    filters = [{"Name": "attachment.status", "Values": [status]}]
    found = world.do(describe_network_interfaces, Filters=filters)["NetworkInterfaces"]
    assert eni["NetworkInterfaceId"] in [one["NetworkInterfaceId"] for one in found]
    attribute = world.do(
        describe_network_interface_attribute, NetworkInterfaceId=eni["NetworkInterfaceId"], Attribute="attachment"
    )
    (reservation,) = world.do(describe_instances)["Reservations"]
    [of_instance] = reservation["Instances"][0]["NetworkInterfaces"]
    return [status, attribute["Attachment"]["Status"], of_instance["Attachment"]["Status"]]


def test_interfaces_are_attaching_while_their_instance_is_coming_back(world: World) -> None:
    store, bank = world.region.store, world.ids["bank"]
    assert attachments(world) == ["attached"] * 3
    store.returning.expect_all(bank)
    assert attachments(world) == ["attaching"] * 3
    store.returning.expect(bank, [world.ids["gate"]])
    assert attachments(world) == ["attached"] * 3
    store.returning.expect(bank, [world.ids["teller"]])
    assert attachments(world) == ["attaching"] * 3
    world.do(stop_instances, InstanceIds=[world.ids["teller"]])
    assert attachments(world) == ["attached"] * 3


def test_actions_go_by_what_is_stored_and_store_nothing_else(world: World) -> None:
    """An instance that is coming back may be stopped, though a pending one may not."""
    world.region.store.returning.expect_all(world.ids["bank"])
    world.do(stop_instances, InstanceIds=[world.ids["teller"]])
    stored = world.region.store.get(Instance, world.ids["teller"])
    assert stored is not None
    assert stored.state is InstanceState.STOPPING
    assert states(world) == ["stopping", "pending", "pending"]


def test_the_same_object_is_shown_as_the_same_object(world: World) -> None:
    """What is remembered of answers goes by identity."""
    store = world.region.store
    teller = store.get(Instance, world.ids["teller"])
    vpc = store.get(Vpc, world.ids["bank"])
    assert teller is not None
    assert vpc is not None
    assert store.returning.as_it_is(teller) is teller
    store.returning.expect_all(vpc.id)
    assert store.returning.as_it_is(teller) is store.returning.as_it_is(teller)
    assert store.returning.as_it_is(vpc) is vpc
