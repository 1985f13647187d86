"""How long Describe calls take: 1,000 resources of each kind, and few out of many, in one run.

    python benchmarks/describe.py [--count 1000] [--rounds 15] [--goal-ms 50]

The pipeline serves on a loopback port; a client sends signed requests and reads to the last byte, so that parsing,
verifying the signature, filters, XML and transfer are all in. Interface endpoints have a region of their own: ten in a
VPC, each with two subnets, a group, private DNS and a tag. "One VPC" asks with a vpc-id filter for what one of
the VPCs has: its time must not grow with the region, which the last column shows for one ten times as large. What has
been shown before is remembered until it changes: the second column is without that, as after a start of the daemon.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from skywalk.actions.run_instances import run_instances
from skywalk.actions.subnets import create_subnet
from skywalk.actions.vpc_endpoints import create_vpc_endpoint
from skywalk.actions.vpcs import create_vpc, modify_vpc_attribute
from skywalk.resources.route_table import RouteTable
from skywalk.resources.store import Store
from skywalk.resources.views import Views
from support.region import Region
from support.wire_region import WireRegion, wire_region

S3 = "com.amazonaws.us-east-1.s3"
IMAGE = "ami-0abcdef1234567890"
KINDS = (
    "Vpcs",
    "Subnets",
    "RouteTables",
    "SecurityGroups",
    "NetworkAcls",
    "NetworkInterfaces",
    "Instances",
    "VpcEndpoints",
)


class Contents:
    """So many VPCs, each with a route table, a group, an ACL, a subnet, an instance with its interface, an endpoint;
    `one` is one of them."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.one = ""

    def fill(self, store: Store) -> None:
        ec2 = Region(1, store).client()
        for number in range(self.count):
            vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
            subnet = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
            [table] = store.of_vpc(RouteTable, vpc_id)
            ec2(create_vpc_endpoint, VpcId=vpc_id, ServiceName=S3, RouteTableIds=[table.id])
            ec2(run_instances, ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet)
            if number == self.count // 2:
                self.one = vpc_id


class InterfaceEndpoints(Contents):
    """So many interface endpoints, ten in a VPC."""

    SERVICES = ("ec2", "kms", "lambda", "logs", "monitoring", "secretsmanager", "sns", "sqs", "ssm", "sts")

    def fill(self, store: Store) -> None:
        ec2 = Region(1, store).client()
        vpcs = self.count // len(self.SERVICES)
        for number in range(vpcs):
            vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
            ec2(modify_vpc_attribute, VpcId=vpc_id, EnableDnsHostnames={"Value": True})
            places = (("10.0.1.0/24", "us-east-1a"), ("10.0.2.0/24", "us-east-1b"))
            subnets = [
                ec2(create_subnet, VpcId=vpc_id, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]["SubnetId"]
                for cidr, zone in places
            ]
            for service in self.SERVICES:
                ec2(
                    create_vpc_endpoint,
                    VpcId=vpc_id,
                    VpcEndpointType="Interface",
                    ServiceName=f"com.amazonaws.us-east-1.{service}",
                    SubnetIds=subnets,
                    TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": service}]}],
                )
            if number == vpcs // 2:
                self.one = vpc_id


def measure(
    wire: WireRegion, rounds: int, action: str, parameters: dict[str, str] | None = None, *, afresh: bool = False
) -> float:
    """Milliseconds, the median of several rounds; with `afresh`, of an answer nothing of which is remembered."""
    body = urlencode({"Action": action, "Version": "2016-11-15", **(parameters or {})}).encode()
    found = []
    for _ in range(rounds):
        if afresh:
            wire.store.views = Views(wire.store)
        message = wire.signed(body)
        begun = time.perf_counter()
        answer = wire.send(message)
        found.append((time.perf_counter() - begun) * 1000)
        assert answer.startswith(b"HTTP/1.1 200 "), answer[:400]
    return statistics.median(found)


def of_one_vpc(contents: Contents) -> dict[str, str]:
    return {"Filter.1.Name": "vpc-id", "Filter.1.Value.1": contents.one}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--goal-ms", type=float, default=50)
    arguments = parser.parse_args()
    sizes = (arguments.count, arguments.count * 10)
    with ExitStack() as stack:
        mixed, of_interfaces = (
            [(stack.enter_context(wire_region(one.fill)), one) for one in map(kind, sizes)]
            for kind in (Contents, InterfaceEndpoints)
        )
        gc.freeze()  # as the daemon does once it is ready
        gc.set_threshold(50_000)
        return report(arguments, mixed, of_interfaces)


Regions = list[tuple[WireRegion, Contents]]
"""The one, and the larger one."""


def report(arguments: argparse.Namespace, mixed: Regions, of_interfaces: Regions) -> int:
    (_, contents), (_, larger) = mixed
    of_one = f"one VPC of {contents.count} | one VPC of {larger.count}"
    print(f"| call | {contents.count} of a kind, all of them | the same, nothing remembered | {of_one} |")
    print("|---|---|---|---|---|")
    worst = worst_first = 0.0
    calls = [*((f"Describe{kind}", "", mixed) for kind in KINDS)]
    calls.append(("DescribeVpcEndpoints", " (interface endpoints)", of_interfaces))
    for action, what, regions in calls:
        wire, _ = regions[0]
        first = measure(wire, arguments.rounds, action, afresh=True)
        whole = measure(wire, arguments.rounds, action)
        some = [measure(region, arguments.rounds, action, of_one_vpc(held)) for region, held in regions]
        worst, worst_first = max(worst, whole), max(worst_first, first)
        print(f"| {action}{what} | {whole:.1f} ms | {first:.1f} ms | {some[0]:.1f} ms | {some[1]:.1f} ms |")
    verdicts = {"as asked for again and again": worst, "with nothing remembered": worst_first}
    print()
    for how, slowest in verdicts.items():
        met = "met" if slowest <= arguments.goal_ms else "MISSED"
        print(
            f"- goal: at most {arguments.goal_ms:g} ms for {contents.count} resources, {how}: {met} ({slowest:.1f} ms)"
        )
    return 0 if max(verdicts.values()) <= arguments.goal_ms else 1


if __name__ == "__main__":
    sys.exit(main())
