"""What Describe shows of things that are gone, and for how long. States themselves are told by test_loop."""

from __future__ import annotations

from datetime import timedelta

from skywalk.actions.address_associations import associate_address
from skywalk.actions.addresses import allocate_address
from skywalk.actions.instances import start_instances, stop_instances
from skywalk.actions.internet_gateways import attach_internet_gateway, create_internet_gateway
from skywalk.actions.vpc_endpoints import delete_vpc_endpoints
from skywalk.drivers.driver import ApplyReport
from skywalk.reconcile.status import DELETED_ENDPOINT_STAYS_VISIBLE, GONE_STAYS_VISIBLE, forget_old, write_states
from skywalk.resources.hosted_zone import HostedZoneChange
from skywalk.resources.instance import Instance
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.vpc_endpoint import VpcEndpoint, VpcEndpointState
from support.hosted_zones import make_zone
from support.launching import Home
from support.region import Region
from support.world import World


def ended() -> World:
    """A region whose instance and endpoint have just ended."""
    world = World()
    world.vpc("bank")
    world.subnet("private", "bank")
    world.table("documents", "bank", "private")
    world.endpoint("gate", "bank", "documents")
    world.instance("teller", "private")
    store, clock = world.region.store, world.region.clock
    write_states(store, clock, world.ids["bank"], world.plan("bank"), ApplyReport())
    world.terminate("teller")
    world.do(delete_vpc_endpoints, VpcEndpointIds=[world.ids["gate"]])
    write_states(store, clock, world.ids["bank"], world.plan("bank"), ApplyReport())
    return world


def forget_after(world: World, passed: timedelta) -> None:
    world.region.clock.advance(passed.total_seconds())
    forget_old(world.region.store, world.region.clock)


def test_the_address_of_a_terminated_instance_is_free_at_once() -> None:
    assert ended().region.store.of_type(NetworkInterface) == []


def test_a_deleted_endpoint_is_forgotten_first_and_the_instance_later() -> None:
    world = ended()
    store = world.region.store
    almost = timedelta(milliseconds=1)
    forget_after(world, DELETED_ENDPOINT_STAYS_VISIBLE - almost)
    assert store.get(VpcEndpoint, world.ids["gate"]) is not None
    forget_after(world, almost)
    assert store.get(VpcEndpoint, world.ids["gate"]) is None
    assert store.get(Instance, world.ids["teller"]) is not None
    forget_after(world, GONE_STAYS_VISIBLE)
    assert store.get(Instance, world.ids["teller"]) is None


def test_writing_the_same_states_again_changes_nothing() -> None:
    world = ended()
    before = world.region.store.revision
    write_states(world.region.store, world.region.clock, world.ids["bank"], world.plan("bank"), ApplyReport())
    assert world.region.store.revision == before


def test_a_stop_takes_the_assigned_address_and_no_elastic_one() -> None:
    home = Home(Region())
    gateway = home.ec2(create_internet_gateway)["InternetGateway"]["InternetGatewayId"]
    home.ec2(attach_internet_gateway, InternetGatewayId=gateway, VpcId=home.vpc_id)
    public = [{"DeviceIndex": 0, "SubnetId": home.subnet_id, "AssociatePublicIpAddress": True}]
    assigned = home.launch(NetworkInterfaces=public)["Instances"][0]["InstanceId"]
    kept = home.launch(NetworkInterfaces=public)["Instances"][0]["InstanceId"]
    home.settle()
    address = home.ec2(allocate_address, Domain="vpc")
    home.ec2(associate_address, AllocationId=address["AllocationId"], InstanceId=kept)
    home.ec2(stop_instances, InstanceIds=[assigned, kept])
    home.settle()
    assert "PublicIpAddress" not in home.instance(assigned)
    assert home.instance(kept)["PublicIpAddress"] == address["PublicIp"]
    home.ec2(start_instances, InstanceIds=[assigned, kept])
    assert home.instance(assigned)["PublicIpAddress"] != address["PublicIp"]
    assert home.instance(kept)["PublicIpAddress"] == address["PublicIp"]


def test_an_endpoint_that_is_deleted_while_it_is_applied_stays_deleted() -> None:
    world = World()
    world.vpc("bank")
    world.subnet("private", "bank")
    world.table("documents", "bank", "private")
    world.endpoint("gate", "bank", "documents")
    store, clock, vpc_id = world.region.store, world.region.clock, world.ids["bank"]
    applied = world.plan("bank")
    world.do(delete_vpc_endpoints, VpcEndpointIds=[world.ids["gate"]])
    states = []
    for plan in (applied, world.plan("bank")):
        write_states(store, clock, vpc_id, plan, ApplyReport())
        found = store.get(VpcEndpoint, world.ids["gate"])
        assert found is not None
        states.append(found.state)
    assert states == [VpcEndpointState.DELETING, VpcEndpointState.DELETED]


def test_a_change_of_a_hosted_zone_is_forgotten_after_a_day() -> None:
    region = Region()
    make_zone(region.client(), "corp.internal")
    assert len(region.store.of_type(HostedZoneChange)) == 1
    region.clock.advance(timedelta(hours=24).total_seconds() - 1)
    forget_old(region.store, region.clock)
    assert len(region.store.of_type(HostedZoneChange)) == 1
    region.clock.advance(1)
    forget_old(region.store, region.clock)
    assert region.store.of_type(HostedZoneChange) == []
