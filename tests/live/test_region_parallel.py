"""A hundred clients at once: no lost update, nothing half made, no deadlock, ids and addresses unique, and the kernel
as the store says."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.kernel_state import kernel, kernel_afresh, stored
from support.live_region import LiveRegion

pytestmark = pytest.mark.live

CLIENTS = 100
BARRIER_SECONDS = 300


def at_once(work: Callable[[int], None], clients: int = CLIENTS) -> None:
    """Runs `work` in so many threads, which begin together. Raises the first failure."""
    failures: list[BaseException] = []
    begin = threading.Barrier(clients)

    def run(number: int) -> None:
        try:
            begin.wait(BARRIER_SECONDS)
            work(number)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def client(region: LiveRegion) -> Any:
    return region.client("ec2", max_pool_connections=CLIENTS, retries={"total_max_attempts": 1}, read_timeout=120)


def code_of(call: Callable[..., Any], **parameters: Any) -> str:
    """What a call came to: `done`, or the code of its refusal."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "done"


def by_vpc(vpc: str) -> list[dict[str, Any]]:
    return [{"Name": "vpc-id", "Values": [vpc]}]


def check_kernel(region: LiveRegion, vpcs: list[str], copy: Path) -> None:
    region.wait()
    with stored(region, copy) as store:
        assert kernel(region, vpcs) == kernel_afresh(store, vpcs)
    status = region.status()
    assert (status["converged"], status["failures"]) == (True, {})


def test_each_with_a_vpc_of_its_own(region: LiveRegion, tmp_path: Path) -> None:
    """Four subnets each, two of them deleted again; every other client deletes all it made."""
    ec2 = client(region)
    kept: dict[str, set[str]] = {}

    def work(number: int) -> None:
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{place}.0/24")["Subnet"]["SubnetId"] for place in range(4)
        ]
        for subnet in subnets[:2] if number % 2 else subnets:
            ec2.delete_subnet(SubnetId=subnet)
        if number % 2:
            kept[vpc] = set(subnets[2:])
        else:
            ec2.delete_vpc(VpcId=vpc)

    before = {vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]}
    at_once(work)
    assert {vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]} - before == set(kept)
    assert len(kept) == CLIENTS // 2
    for vpc, subnets in kept.items():
        described = ec2.describe_subnets(Filters=by_vpc(vpc))["Subnets"]
        assert {subnet["SubnetId"] for subnet in described} == subnets
    check_kernel(region, sorted(kept), tmp_path / "copy.sqlite")
    for vpc, subnets in kept.items():
        for subnet in subnets:
            ec2.delete_subnet(SubnetId=subnet)
        ec2.delete_vpc(VpcId=vpc)


def test_all_change_the_same_things(region: LiveRegion, tmp_path: Path) -> None:
    """One rule each in one group, one route each in one table, one tag each on one VPC: none is lost."""
    ec2 = client(region)
    vpc = region.vpc()
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = region.table(vpc)
    group = ec2.create_security_group(VpcId=vpc, GroupName="shared", Description="shared")["GroupId"]

    def work(number: int) -> None:
        rule = {"IpProtocol": "tcp", "FromPort": 1000 + number, "ToPort": 1000 + number}
        permissions = [{**rule, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)
        ec2.create_route(RouteTableId=table, DestinationCidrBlock=f"203.0.{number}.0/24", GatewayId=gateway)
        ec2.create_tags(Resources=[vpc], Tags=[{"Key": f"key{number % 40}", "Value": str(number)}])
        if number % 2:
            ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=permissions)
            ec2.delete_route(RouteTableId=table, DestinationCidrBlock=f"203.0.{number}.0/24")

    at_once(work)
    rules = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    assert sorted(rule["FromPort"] for rule in rules) == [1000 + number for number in range(0, CLIENTS, 2)]
    routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    static = {route["DestinationCidrBlock"] for route in routes if route["GatewayId"] == gateway}
    assert static == {f"203.0.{number}.0/24" for number in range(0, CLIENTS, 2)}
    assert len(ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Tags"]) == 40
    check_kernel(region, [vpc], tmp_path / "copy.sqlite")


def test_what_only_one_can_have(region: LiveRegion, tmp_path: Path) -> None:
    """The same CIDR, the same name, the same route in a table, the same private address: one gets it, all others the
    refusal; addresses that are chosen for clients are different ones."""
    ec2 = client(region)
    vpc = region.vpc()
    subnet = region.subnet(vpc, "10.0.1.0/24")
    table = region.table(vpc, subnet)
    outcomes: dict[str, Counter[str]] = {name: Counter() for name in ("subnet", "group", "endpoint", "address")}
    interfaces: list[dict[str, Any]] = []
    allocated: list[dict[str, Any]] = []

    def work(number: int) -> None:
        outcomes["subnet"][code_of(ec2.create_subnet, VpcId=vpc, CidrBlock="10.0.9.0/24")] += 1
        outcomes["group"][code_of(ec2.create_security_group, VpcId=vpc, GroupName="one", Description="one")] += 1
        service = "com.amazonaws.us-east-1.s3"
        outcomes["endpoint"][
            code_of(ec2.create_vpc_endpoint, VpcId=vpc, ServiceName=service, RouteTableIds=[table])
        ] += 1
        taken = code_of(ec2.create_network_interface, SubnetId=subnet, PrivateIpAddress="10.0.1.200")
        outcomes["address"][taken] += 1
        interfaces.append(ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"])
        allocated.append(ec2.allocate_address(Domain="vpc"))

    at_once(work)
    others = CLIENTS - 1
    assert outcomes == {
        "subnet": {"done": 1, "InvalidSubnet.Conflict": others},
        "group": {"done": 1, "InvalidGroup.Duplicate": others},
        "endpoint": {"done": 1, "RouteAlreadyExists": others},
        "address": {"done": 1, "InvalidIPAddress.InUse": others},
    }
    for distinct in ("PrivateIpAddress", "NetworkInterfaceId", "MacAddress"):
        assert len({interface[distinct] for interface in interfaces}) == CLIENTS
    for distinct in ("PublicIp", "AllocationId"):
        assert len({address[distinct] for address in allocated}) == CLIENTS
    check_kernel(region, [vpc], tmp_path / "copy.sqlite")
    at_once(lambda number: ec2.release_address(AllocationId=allocated[number]["AllocationId"]))
    at_once(lambda number: ec2.delete_network_interface(NetworkInterfaceId=interfaces[number]["NetworkInterfaceId"]))
    left = ec2.describe_network_interfaces(Filters=by_vpc(vpc))["NetworkInterfaces"]
    assert [interface["PrivateIpAddress"] for interface in left] == ["10.0.1.200"]


def test_the_same_token_makes_one_thing(region: LiveRegion) -> None:
    ec2 = client(region)
    vpc = region.vpc()
    made: set[str] = set()

    def work(number: int) -> None:
        answer = ec2.create_route_table(VpcId=vpc, ClientToken=f"token of {vpc} {number % 5}")
        made.add(answer["RouteTable"]["RouteTableId"])

    at_once(work)
    tables = ec2.describe_route_tables(Filters=by_vpc(vpc))["RouteTables"]
    assert {table["RouteTableId"] for table in tables if not table["Associations"]} == made
    assert len(made) == 5
