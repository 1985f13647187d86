"""The loop with a driver that remembers: states follow the machine, and a change touches its own VPC alone."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.access_keys import delete_access_key
from skywalk.actions.group_policies import attach_group_policy
from skywalk.actions.policy_versions import create_policy_version
from skywalk.actions.vpc_endpoints import delete_vpc_endpoints, modify_vpc_endpoint
from skywalk.actions.vpc_peering_connections import (
    accept_vpc_peering_connection,
    create_vpc_peering_connection,
    delete_vpc_peering_connection,
)
from skywalk.actions.vpcs import delete_vpc
from skywalk.control.region import new_account
from skywalk.drivers.driver import ApplyReport
from skywalk.drivers.memory import MemoryDriver
from skywalk.feed import publisher
from skywalk.feed.publisher import SubscriberFailed
from skywalk.feed.rows import RowChange
from skywalk.plan.plan import Plan
from skywalk.plan.principals import AccessKey, User
from skywalk.plan.services import GatewayEndpoint
from skywalk.reconcile import loop
from skywalk.resources.instance import InstanceState
from skywalk.resources.vpc_endpoint import VpcEndpointState
from skywalk.resources.vpc_peering_connection import PeeringStatus, VpcPeeringConnection
from skywalk.values.chance import SeededChance
from support.identities import Identities, allow
from support.reconciled import Machine, bank, process, running, story
from support.region import OTHER_ACCOUNT
from support.waiting import until
from support.world import World

DENY_ALL = '{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}'


@story
async def test_what_was_stored_before_the_start_is_applied() -> None:
    world = bank()
    world.endpoint("gate", "bank", "documents")
    async with running(world) as machine:
        assert machine.driver.plans[world.ids["bank"]] == world.plan("bank")
        assert machine.driver.internet is not None
        assert machine.endpoint("gate").state is VpcEndpointState.AVAILABLE
        assert ("Account", world.ec2.caller.account_id) not in machine.edge.rows


@story
async def test_names_are_asked_of_others_where_there_is_an_uplink() -> None:
    world = bank()
    async with running(world) as machine:
        assert ("Place", "uplink") not in machine.local.rows
    async with running(world, has_uplink=True) as machine:
        assert ("Place", "uplink") in machine.local.rows
        assert ("Place", "uplink") not in machine.edge.rows
        assert machine.driver.internet is not None
        assert machine.driver.internet.has_uplink


@story
async def test_an_uplink_that_fails_keeps_nobody_from_the_regions_own_services() -> None:
    driver = MemoryDriver()
    driver.fail("uplink", "no link can be made")
    machine = Machine(bank(), driver, has_uplink=True)
    await machine.reconciler.start()
    await until(lambda: machine.reconciler.failures)
    assert machine.reconciler.failures == {"internet": "uplink: no link can be made"}
    assert ("PublicService", "us-east-1 s3") in machine.edge.rows
    await machine.reconciler.stop()


@story
async def test_an_endpoint_is_available_when_the_machine_and_the_edge_have_it() -> None:
    world = bank()
    async with running(world) as machine:
        world.endpoint("gate", "bank", "documents")
        assert machine.endpoint("gate").state is VpcEndpointState.PENDING
        assert world.ids["bank"] in machine.reconciler.behind
        await machine.settled()
        assert machine.endpoint("gate").state is VpcEndpointState.AVAILABLE
        assert machine.policy_at_edge("gate") == machine.endpoint("gate").policy
        assert ("Place", world.ids["gate"]) in machine.edge.rows


@story
async def test_a_policy_is_at_the_edge_when_its_change_is_settled() -> None:
    world = bank()
    world.endpoint("gate", "bank", "documents")
    async with running(world) as machine:
        world.do(modify_vpc_endpoint, VpcEndpointId=world.ids["gate"], PolicyDocument=DENY_ALL)
        await machine.settled()
        assert machine.policy_at_edge("gate") == DENY_ALL


@story
async def test_users_keys_and_policies_are_at_the_edge_when_their_changes_are_settled() -> None:
    world = bank()
    accounts = (world.ec2.caller.account_id, OTHER_ACCOUNT)
    with world.region.store.transaction() as tx:
        for account_id in accounts:
            tx.put(new_account(account_id, SeededChance(int(account_id))))
    async with running(world) as machine:
        root = world.region.client()
        identities = Identities(root)
        identities.group("staff")
        ana = identities.user("ana", groups=("staff",))
        await machine.settled()
        row = machine.edge.rows["AccessKey", ana.caller.access_key_id]
        assert isinstance(row, AccessKey)
        assert (row.principal_arn, row.user_id) == (ana.caller.arn, ana.caller.principal_id)

        arn = identities.policy("read", allow("s3:Get*"))
        root(attach_group_policy, GroupName="staff", PolicyArn=arn)
        machine.to_edge.clear()
        root(create_policy_version, PolicyArn=arn, PolicyDocument=allow("s3:*"), SetAsDefault=True)
        await machine.settled()
        user = machine.edge.rows["User", ana.caller.arn]
        assert isinstance(user, User)
        assert user.identity_policies == (allow("s3:*"),)
        # one account, one row: nothing else was touched
        assert [change.put for change in machine.to_edge] == [(user,)]

        root(delete_access_key, UserName="ana", AccessKeyId=ana.caller.access_key_id)
        await machine.settled()
        assert ("AccessKey", ana.caller.access_key_id) not in machine.edge.rows


@story
async def test_a_deleted_endpoint_leaves_the_edge_before_its_routes_go() -> None:
    world = bank()
    world.endpoint("gate", "bank", "documents")
    world.table("other", "bank")
    world.endpoint("stays", "bank", "other")

    class Watching(MemoryDriver):
        def apply(self, plan: Any) -> Any:
            self.edge_had = [key for key in machine.edge.rows if key[0] == "GatewayEndpoint"]
            return super().apply(plan)

    driver = Watching()
    machine = Machine(world, driver)
    await machine.reconciler.start()
    await machine.all_settled()
    world.do(delete_vpc_endpoints, VpcEndpointIds=[world.ids["gate"]])
    assert machine.endpoint("gate").state is VpcEndpointState.DELETING
    await machine.settled()
    assert driver.edge_had == [("GatewayEndpoint", world.ids["stays"])]
    assert machine.endpoint("gate").state is VpcEndpointState.DELETED
    assert machine.endpoint("gate").deleted_at == world.region.clock.now()
    assert machine.endpoint("stays").state is VpcEndpointState.AVAILABLE
    await machine.reconciler.stop()


@story
async def test_a_failure_is_on_record_with_its_reason_and_mended_when_the_machine_can() -> None:
    world = bank()
    async with running(world) as machine:
        gate = world.endpoint("gate", "bank", "documents")
        machine.driver.fail(gate, "link: no memory")
        await machine.settled()
        assert machine.endpoint("gate").state is VpcEndpointState.FAILED
        assert machine.endpoint("gate").failure == "link: no memory"
        assert machine.reconciler.failures == {world.ids["bank"]: f"{gate}: link: no memory"}
        machine.driver.heal(gate)
        await machine.all_settled()
        assert machine.endpoint("gate").state is VpcEndpointState.AVAILABLE
        assert machine.endpoint("gate").failure is None
        assert machine.reconciler.failures == {}


@story
async def test_a_door_that_the_edge_cannot_open_is_its_own_endpoint_s_failure() -> None:
    world = bank()
    world.table("letters", "bank")
    async with running(world) as machine:
        world.endpoint("gate", "bank", "documents")
        await machine.settled()
        failing: dict[str, str] = {}
        async with process(machine.edge, failing):
            failing[world.endpoint("door", "bank", "letters")] = "port 443: in use"
            await machine.settled()
            assert machine.endpoint("door").state is VpcEndpointState.FAILED
            assert machine.endpoint("door").failure == "edge: port 443: in use"
            assert machine.endpoint("gate").state is VpcEndpointState.AVAILABLE
            assert machine.reconciler.failing == {world.ids["bank"]: (f"{world.ids['door']}: edge: port 443: in use",)}
            failing.clear()
            await machine.all_settled()
            assert machine.endpoint("door").state is VpcEndpointState.AVAILABLE
            assert machine.reconciler.failures == {}


@story
async def test_a_door_that_a_process_has_no_more_when_it_is_back_is_a_failure_until_it_opens() -> None:
    world = bank()
    world.table("letters", "bank")
    world.endpoint("gate", "bank", "documents")
    async with running(world) as machine:
        failing = {world.ids["gate"]: "port 443: in use"}
        async with process(machine.edge, failing):
            assert world.ids["bank"] in machine.reconciler.behind  # whoever waits does not wait for nothing
            await until(lambda: machine.endpoint("gate").state is VpcEndpointState.FAILED)
            assert machine.endpoint("gate").failure == "edge: port 443: in use"
            world.endpoint("door", "bank", "letters")
            await machine.settled()
            assert machine.endpoint("door").state is VpcEndpointState.AVAILABLE
            failing.clear()
            await machine.all_settled()
            assert machine.endpoint("gate").state is VpcEndpointState.AVAILABLE


@story
async def test_what_a_process_says_when_it_is_asked_is_heard_too() -> None:
    world = bank()
    world.endpoint("gate", "bank", "documents")
    async with running(world) as machine:
        failing: dict[str, str] = {}
        async with process(machine.edge, failing) as link:
            failing[world.ids["gate"]] = "port 443: gone"
            assert await machine.edge.hears(link, 60)
            await until(lambda: machine.endpoint("gate").state is VpcEndpointState.FAILED)


@story
async def test_a_resolver_that_cannot_answer_fails_for_its_vpc_and_for_no_endpoint() -> None:
    world = bank()
    async with running(world) as machine:
        failing = {world.ids["bank"]: "10.0.0.2 UDP port 53: in use"}
        async with process(machine.local, failing):
            world.endpoint("gate", "bank", "documents")
            world.instance("teller", "private")
            await machine.settled()
            assert machine.endpoint("gate").state is VpcEndpointState.AVAILABLE
            assert machine.instance("teller").state is InstanceState.PENDING
            text = "resolver: resolver: 10.0.0.2 UDP port 53: in use"
            assert machine.reconciler.failures == {world.ids["bank"]: text}
            failing.clear()
            await machine.all_settled()
            assert machine.instance("teller").state is InstanceState.RUNNING


@story
async def test_an_edge_that_cannot_take_its_rows_fails_for_all_endpoints() -> None:
    world = bank()
    world.endpoint("gate", "bank", "documents")
    refusals = [MemoryError("no memory")]

    def refuse() -> None:
        if refusals:
            raise refusals[0]

    async with running(world) as machine, process(machine.edge, {}, refuse):
        await until(lambda: machine.endpoint("gate").state is VpcEndpointState.FAILED)
        assert machine.endpoint("gate").failure == "edge: MemoryError: no memory"
        refusals.clear()
        await machine.all_settled()
        assert machine.endpoint("gate").state is VpcEndpointState.AVAILABLE


@story
async def test_public_addresses_that_nobody_opens_are_a_failure_of_the_internet() -> None:
    async with running(bank()) as machine:
        failing = {"internet": "port 443: in use"}
        async with process(machine.edge, failing):
            await until(lambda: machine.reconciler.failures)
            assert machine.reconciler.failures == {"internet": "internet: edge: port 443: in use"}
            failing.clear()
            await machine.all_settled()


@story
async def test_an_edge_that_fails_without_naming_endpoints_fails_for_all_of_them() -> None:
    world = bank()
    machine = Machine(world, MemoryDriver())
    await machine.reconciler.start()
    await machine.all_settled()

    def refuse(change: RowChange) -> None:
        if any(row.vpc_id == world.ids["bank"] for row in change.put if isinstance(row, GatewayEndpoint)):
            raise SubscriberFailed("no memory")

    machine.edge.attach(refuse)
    world.endpoint("gate", "bank", "documents")
    await machine.settled()
    assert machine.endpoint("gate").failure == "edge: no memory"
    await machine.reconciler.stop()


@story
async def test_one_vpc_that_fails_does_not_hold_up_another() -> None:
    world = bank()
    world.vpc("shop")
    world.table("aisle", "shop")
    driver = MemoryDriver()
    driver.fail(world.ids["bank"], "router: refused")
    machine = Machine(world, driver)
    await machine.reconciler.start()
    world.endpoint("door", "shop", "aisle")
    await machine.settled()
    assert machine.endpoint("door").state is VpcEndpointState.AVAILABLE
    assert list(machine.reconciler.failures) == [world.ids["bank"]]
    await machine.reconciler.stop()


@story
async def test_a_driver_that_raises_is_called_again() -> None:
    world = bank()

    class Stumbling(MemoryDriver):
        stumbles = 1

        def apply(self, plan: Any) -> Any:
            if self.stumbles:
                self.stumbles -= 1
                raise OSError("netlink: interrupted")
            return super().apply(plan)

    driver = Stumbling()
    machine = Machine(world, driver)
    await machine.reconciler.start()
    await until(lambda: machine.reconciler.failures)
    assert machine.reconciler.failures == {world.ids["bank"]: "OSError: netlink: interrupted"}
    await machine.all_settled()
    assert driver.plans[world.ids["bank"]] == world.plan("bank")
    await machine.reconciler.stop()


@story
async def test_what_is_tried_again_takes_nothing_back_from_the_edge() -> None:
    world = bank()
    world.endpoint("gate", "bank", "documents")
    world.endpoint("gone", "bank")

    class Stumbling(MemoryDriver):
        stumbles = 0

        def run_guests(self, plan: Any) -> Any:
            if self.stumbles:
                self.stumbles -= 1
                raise OSError("no space left on device")
            return super().run_guests(plan)

    driver = Stumbling()
    async with running(world, driver) as machine:
        world.do(modify_vpc_endpoint, VpcEndpointId=world.ids["gate"], PolicyDocument=DENY_ALL)
        world.do(delete_vpc_endpoints, VpcEndpointIds=[world.ids["gone"]])
        del machine.to_edge[:]
        driver.stumbles = 2
        await machine.all_settled()
        told = [row.policy for change in machine.to_edge for row in change.put if isinstance(row, GatewayEndpoint)]
        assert told == [DENY_ALL]


@story
async def test_a_change_in_one_vpc_applies_that_one_alone() -> None:
    world = World()
    for number in range(20):
        world.vpc(f"vpc{number}")
        world.table(f"table{number}", f"vpc{number}")
    async with running(world) as machine:
        machine.driver.applied.clear()
        machine.to_edge.clear()
        world.endpoint("gate", "vpc7", "table7")
        await machine.settled()
        await machine.all_settled()
        assert [plan.vpc_id for plan in machine.driver.applied] == [world.ids["vpc7"]]
        assert {row.key for change in machine.to_edge for row in change.put} == {world.ids["gate"]}


@story
async def test_a_deleted_vpc_is_taken_off_the_machine_and_out_of_every_process() -> None:
    world = World()
    world.vpc("empty")
    async with running(world) as machine:
        empty = world.ids["empty"]
        assert ("NameView", empty) in machine.local.rows
        world.do(delete_vpc, VpcId=empty)
        await machine.settled()
        assert machine.driver.plans == {}
        assert not [key for key in machine.local.rows if empty in key[1]]


@story
async def test_instances_run_when_the_machine_has_them_and_are_gone_when_it_has_them_no_more() -> None:
    world = bank()
    async with running(world) as machine:
        world.instance("teller", "private")
        assert machine.instance("teller").state is InstanceState.PENDING
        await machine.settled()
        assert machine.instance("teller").state is InstanceState.RUNNING
        world.terminate("teller")
        assert machine.instance("teller").state is InstanceState.SHUTTING_DOWN
        await machine.settled()
        assert machine.instance("teller").state is InstanceState.TERMINATED
        assert machine.instance("teller").terminated_at == world.region.clock.now()


@story
async def test_an_instance_that_cannot_start_ends_with_the_reason() -> None:
    world = bank()
    async with running(world) as machine:
        teller = world.instance("teller", "private")
        machine.driver.fail(teller, "mount: no overlay")
        await machine.settled()
        assert machine.instance("teller").state_reason_message == "Server.InternalError: mount: no overlay"
        machine.driver.heal(teller)
        await machine.all_settled()
        assert machine.instance("teller").state is InstanceState.TERMINATED


@story
async def test_what_ended_before_it_began_ends_all_the_same() -> None:
    """The machine never heard of these: their plan did not change, and yet their states must."""
    world = bank()
    async with running(world) as machine:
        world.instance("teller", "private")
        world.endpoint("gate", "bank", "documents")
        world.terminate("teller")
        world.do(delete_vpc_endpoints, VpcEndpointIds=[world.ids["gate"]])
        await machine.all_settled()
        assert machine.instance("teller").state is InstanceState.TERMINATED
        assert machine.endpoint("gate").state is VpcEndpointState.DELETED


@story
async def test_what_an_earlier_daemon_left_and_nobody_wants_is_removed() -> None:
    world = bank()
    left = frozenset([world.ids["bank"], "vpc-0123456789abcdef0"])
    async with running(world, MemoryDriver(found=left)) as machine:
        await until(lambda: not machine.driver.observe())
        assert list(machine.driver.plans) == [world.ids["bank"]]


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "RETRY_SECONDS", 0.02)
    monkeypatch.setattr(publisher, "INSIST_SECONDS", 0.02)


class Linking(MemoryDriver):
    """As a kernel does: a link between two routers needs both, and whoever makes it takes the other's end along."""

    def __init__(self) -> None:
        super().__init__()
        self.linked: set[str] = set()

    def apply(self, plan: Plan) -> ApplyReport:
        report = super().apply(plan)
        waits_for = {one.peer_vpc_id for one in plan.peerings if one.peer_vpc_id not in self.plans}
        made = [one for one in plan.peerings if one.peer_vpc_id not in waits_for and one.key not in self.linked]
        self.linked.update(one.key for one in made)
        return ApplyReport(
            {one.key: "no router yet" for one in plan.peerings if one.peer_vpc_id in waits_for} | dict(report.failures),
            waits_for=frozenset(waits_for),
            unsettles=frozenset(one.peer_vpc_id for one in made),
        )


def peered_world() -> tuple[World, str]:
    world = World()
    world.vpc("a", "10.0.0.0/16")
    world.vpc("b", "10.1.0.0/16")
    made = world.do(create_vpc_peering_connection, VpcId=world.ids["a"], PeerVpcId=world.ids["b"])
    return world, made["VpcPeeringConnection"]["VpcPeeringConnectionId"]


def peering_of(world: World, peering_id: str) -> VpcPeeringConnection:
    found = world.region.store.get(VpcPeeringConnection, peering_id)
    assert found is not None
    return found


@story
async def test_a_peering_connection_is_active_when_its_acceptance_is_settled() -> None:
    world, peering_id = peered_world()
    async with running(world, Linking()) as machine:
        world.do(accept_vpc_peering_connection, VpcPeeringConnectionId=peering_id)
        await machine.settled()
        assert peering_of(world, peering_id).status is PeeringStatus.ACTIVE
        world.do(delete_vpc_peering_connection, VpcPeeringConnectionId=peering_id)
        await machine.settled()
        assert peering_of(world, peering_id).status is PeeringStatus.DELETED


@story
async def test_a_vpc_that_waits_for_its_peer_is_applied_again_right_after_it() -> None:
    loop.RETRY_SECONDS = 3600  # no retry may do it; the fixture above restores what it was
    world, peering_id = peered_world()
    world.do(accept_vpc_peering_connection, VpcPeeringConnectionId=peering_id)
    driver = Linking()
    machine = Machine(world, driver)
    await machine.reconciler.start()
    await until(lambda: peering_of(world, peering_id).status is PeeringStatus.ACTIVE)
    a, b = world.ids["a"], world.ids["b"]
    assert [plan.vpc_id for plan in driver.applied[:3]] == [a, b, a]
    await machine.reconciler.stop()
