"""What is remembered of views is what a look at everything would show."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

import pytest
from botocore import xform_name

from skywalk.api.dispatch import EC2
from skywalk.api.xml import serialize
from skywalk.drivers.memory import MemoryDriver
from skywalk.feed.publisher import Publisher
from skywalk.reconcile.loop import Reconciler
from skywalk.reconcile.publication import Publication
from skywalk.resources import views
from skywalk.resources.route_table import RouteTable
from skywalk.resources.store import Store
from skywalk.resources.subnet import Subnet
from skywalk.resources.views import Show, Sight, Views
from skywalk.resources.vpc import CidrAssociation, Vpc
from skywalk.values.clock import FixedClock
from skywalk.values.constant import Constant
from skywalk.values.errors import AwsError
from skywalk.values.scope import Scope
from skywalk.values.template import template
from support.mutations import Refused
from support.region import Client, Region
from support.traffic_mutations import TrafficMutations

SCOPE = Scope("123456789012", "us-east-1")
CLOCK = FixedClock()


def vpc(name: str = "vpc-1") -> Vpc:
    block = CidrAssociation(association_id="vpc-cidr-assoc-1", network=IPv4Network("10.0.0.0/16"))
    return Vpc(id=name, scope=SCOPE, cidr_associations=(block,), dhcp_options_id="dopt-1")


def subnet(number: int, vpc_id: str = "vpc-1") -> Subnet:
    network = IPv4Network(f"10.0.{number}.0/24")
    return Subnet(id=f"subnet-{number}", scope=SCOPE, vpc_id=vpc_id, network=network, availability_zone="us-east-1a")


def put(store: Store, *resources: Any) -> None:
    with store.transaction() as tx:
        for resource in resources:
            tx.put(resource)


def remove(store: Store, resource_id: str) -> None:
    with store.transaction() as tx:
        tx.remove(resource_id)


@pytest.fixture
def store() -> Store:
    store = Store()
    put(store, vpc(), subnet(1))
    return store


def shown(store: Store, show: Show[Any, Any], resource_id: str = "subnet-1") -> Any:
    with store.transaction() as tx:
        [view] = tx.views.show(show, [tx.get(Subnet, resource_id) or vpc()], CLOCK)
        return view


def with_vpc(sight: Sight, one: Subnet) -> dict[str, Any]:
    found = sight.tx.get(Vpc, one.vpc_id)
    return {"VpcId": one.vpc_id, "Names": found is not None and found.enable_dns_hostnames}


def with_neighbours(sight: Sight, one: Subnet) -> dict[str, Any]:
    return {"Neighbours": [other.id for other in sight.tx.of_vpc(Subnet, one.vpc_id)]}


def with_tables(sight: Sight, one: Subnet) -> dict[str, Any]:
    return {"Tables": [table.id for table in sight.tx.referring(RouteTable, one.id)]}


def with_time(sight: Sight, one: Subnet) -> dict[str, Any]:
    return {"Subnet": one.id, "Time": sight.clock.now()}


@pytest.mark.parametrize("show", [with_vpc, with_neighbours, with_tables])
def test_it_is_made_once_while_nothing_changes(store: Store, show: Show[Any, Any]) -> None:
    first = shown(store, show)
    put(store, vpc("vpc-2"), subnet(7, "vpc-2"))
    assert shown(store, show) is first


def test_another_state_of_the_resource_is_shown(store: Store) -> None:
    first = shown(store, with_vpc)
    put(store, replace(subnet(1), vpc_id="vpc-3"))
    assert (first["VpcId"], shown(store, with_vpc)["VpcId"]) == ("vpc-1", "vpc-3")


def test_another_state_of_what_it_looked_up_is_shown(store: Store) -> None:
    answers = [shown(store, with_vpc)["Names"]]
    put(store, replace(vpc(), enable_dns_hostnames=True))
    answers.append(shown(store, with_vpc)["Names"])
    remove(store, "vpc-1")
    answers.append(shown(store, with_vpc)["Names"])
    put(store, replace(vpc(), enable_dns_hostnames=True))
    answers.append(shown(store, with_vpc)["Names"])
    assert answers == [False, True, False, True]


def test_what_comes_and_goes_in_a_list_is_shown(store: Store) -> None:
    answers = [shown(store, with_neighbours)["Neighbours"]]
    put(store, subnet(2))
    answers.append(shown(store, with_neighbours)["Neighbours"])
    put(store, replace(subnet(2), vpc_id="vpc-3"), subnet(3))
    answers.append(shown(store, with_neighbours)["Neighbours"])
    remove(store, "subnet-3")
    answers.append(shown(store, with_neighbours)["Neighbours"])
    assert answers == [["subnet-1"], ["subnet-1", "subnet-2"], ["subnet-1", "subnet-3"], ["subnet-1"]]


def test_another_state_of_what_is_in_a_list_is_looked_at(store: Store) -> None:
    put(store, subnet(2))
    first = shown(store, with_neighbours)
    put(store, replace(subnet(2), map_public_ip_on_launch=True))
    assert shown(store, with_neighbours) is not first


def test_what_a_transaction_undoes_is_not_remembered(store: Store) -> None:
    with store.transaction(keep=False) as tx:
        tx.put(replace(vpc(), enable_dns_hostnames=True))
        [inside] = tx.views.show(with_vpc, [subnet(1)], CLOCK)
    assert (inside["Names"], shown(store, with_vpc)["Names"]) == (True, False)


def test_what_depends_on_the_time_is_made_each_time(store: Store) -> None:
    clock = FixedClock()
    times = []
    for _ in range(3):
        [view] = store.views.show(with_time, store.of_type(Subnet), clock)
        times.append((view["Time"] - FixedClock().now()).total_seconds())
        clock.advance(60)
    assert times == [0, 60, 120]


def test_each_function_has_its_own_views(store: Store) -> None:
    assert shown(store, with_vpc).keys() == {"VpcId", "Names"}
    assert shown(store, with_neighbours).keys() == {"Neighbours"}


def test_another_store_has_its_own_views(store: Store) -> None:
    other = Store()
    put(other, replace(vpc(), enable_dns_hostnames=True), subnet(1))
    assert [shown(one, with_vpc)["Names"] for one in (store, other, store)] == [False, True, False]


def test_nobody_can_change_a_view(store: Store) -> None:
    view = shown(store, with_vpc)
    assert isinstance(view, Constant)
    with pytest.raises(TypeError, match="a constant cannot be changed"):
        view["Names"] = True


def test_what_is_written_of_a_template_is_kept(store: Store) -> None:
    @template
    def of_subnet(alike: tuple[bool], subnet_id: str) -> dict[str, Any]:
        [is_public] = alike
        return {"Subnet": subnet_id, "Public": is_public}

    def with_template(_: Sight, one: Subnet) -> dict[str, Any]:
        return of_subnet((one.map_public_ip_on_launch,), one.id)

    first = shown(store, with_template)
    assert (first, first.written) == ({"Subnet": "subnet-1", "Public": False}, {})
    assert shown(store, with_template) is first


def test_no_more_than_so_many_are_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MAX_KEPT", 3)
    put(store, *(subnet(number) for number in range(1, 9)))
    made: list[str] = []

    def show(_: Sight, one: Subnet) -> dict[str, Any]:
        made.append(one.id)
        return {"Subnet": one.id}

    for number in (1, 2, 3, 1, 2, 3):
        shown(store, show, f"subnet-{number}")
    assert made == ["subnet-1", "subnet-2", "subnet-3"]
    for number in (4, 1, 4, 1):
        shown(store, show, f"subnet-{number}")
    assert made[3:] == ["subnet-4", "subnet-1"]


# --- answers -------------------------------------------------------------------------------------------------------

ACTIONS = {xform_name(name): action.function for name, action in EC2.items()}
DESCRIBED = (
    "DescribeAddresses",
    "DescribeInstanceStatus",
    "DescribeInstances",
    "DescribeInternetGateways",
    "DescribeNatGateways",
    "DescribeNetworkAcls",
    "DescribeNetworkInterfaces",
    "DescribeRouteTables",
    "DescribeSecurityGroups",
    "DescribeSubnets",
    "DescribeVpcEndpoints",
    "DescribeVpcPeeringConnections",
    "DescribeVpcs",
)


class AllMutations(TrafficMutations):
    """With what shows in answers but in no plan."""

    def _moves(self) -> list[tuple[Callable[[], bool], int]]:
        return [
            *super()._moves(),
            (self._tag, 4),
            (self._name_hosts, 3),
            (self._change_subnet, 1),
            (self._allow_any_group, 6),
        ]

    def _tag(self) -> bool:
        found = self._any(
            self._random.choice([kind for kind in self._kinds if kind not in ("association", "attachment")])
        )
        if found is None:
            return False
        key, value = self._random.choice("ab"), self._random.choice("12")
        self._perform("create_tags", {"Resources": [found], "Tags": [{"Key": key, "Value": value}]})
        return True

    def _name_hosts(self) -> bool:
        found = self._any("vpc")
        if found is None:
            return False
        names = {"Value": self._random.random() < 0.5}
        self._perform("modify_vpc_attribute", {"VpcId": found, "EnableDnsHostnames": names})
        return True

    def _allow_any_group(self) -> bool:
        """Of the same VPC, or of one across a peering connection, whose state shows."""
        group, other = self._any("group"), self._any("group")
        if group is None or other is None:
            return False
        permission = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": other}]}
        self._perform("authorize_security_group_ingress", {"GroupId": group, "IpPermissions": [permission]})
        return True

    def _change_subnet(self) -> bool:
        found = self._any("subnet")
        if found is None:
            return False
        maps = {"Value": self._random.random() < 0.5}
        self._perform("modify_subnet_attribute", {"SubnetId": found, "MapPublicIpOnLaunch": maps})
        return True


def perform(client: Client) -> Any:
    def call(action: str, request: dict[str, Any]) -> Any:
        try:
            return client(ACTIONS[action], **request)
        except AwsError as error:
            raise Refused(error.code) from None

    return call


def answers(region: Region, prepare: Callable[[Any], Any] = lambda found: found) -> dict[str, bytes]:
    found: dict[str, Any] = {action: region.client()(EC2[action].function) for action in DESCRIBED}
    return {action: serialize("ec2", action, prepare(one), "req-1") for action, one in found.items()}


def answers_afresh(region: Region) -> dict[str, bytes]:
    """Of views and texts that are all new; what templates tell is written as the dicts that they stand for."""
    kept, region.store.views = region.store.views, Views(region.store)
    try:
        return answers(region, as_plain_dicts)
    finally:
        region.store.views = kept


def as_plain_dicts(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: as_plain_dicts(member) for name, member in value.items()}
    return [as_plain_dicts(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("seed", range(2))
def test_answers_are_those_of_a_region_that_remembers_nothing(seed: int) -> None:
    async def story() -> None:
        region = Region(seed)
        mutations = AllMutations(seed, perform(region.client()))
        publication = Publication(Publisher(), Publisher())
        reconciler = Reconciler(region.store, MemoryDriver(), publication, region.clock)
        await reconciler.start()
        for _ in range(120):
            mutations.step()
            assert answers(region) == answers_afresh(region), mutations.done[-1]
            await reconciler.all_settled()
            region.clock.advance(300)
            assert answers(region) == answers_afresh(region), f"{mutations.done[-1]}, then settled"
        await reconciler.stop()
        kinds = Counter(mutations.done)
        assert len(kinds) >= 30, kinds  # else this proves little

    asyncio.run(asyncio.wait_for(story(), 60))
