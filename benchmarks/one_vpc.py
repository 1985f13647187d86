"""What one change costs in a VPC that has much already: interface endpoints, and records of a private zone, in one run.

    python benchmarks/one_vpc.py [--endpoints 10 100 300] [--records 100 10000] [--rounds 20] [--goal 1.5]

A region on the real kernel. VPCs get so many interface endpoints, each of another service, with two subnets and
private DNS; then one more is made and deleted in each, in turns, so that a busy machine slows all alike. "Until
available" is from the call on, asked for every two milliseconds: addresses, ports and names are in force then. Other
VPCs see a private zone each, of so many records; one of them is changed, in turns, and the VPC's resolver is asked
every millisecond, by an instance there, until it answers with the change. CPU is that of the processes named for one
creation, or change of a record, while nobody asks. The ratios compare the last column with the first.
"""

from __future__ import annotations

import argparse
import itertools
import socket
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import dns.message

from interface_endpoints import (
    LIMIT_SECONDS,
    MODULES,
    SPARE,
    TICKS_PER_SECOND,
    await_available,
    cpu_ticks,
)
from skywalk.drivers.linux.kernel_dump import NAMESPACES_FOLDER
from skywalk.drivers.linux.netns import NamespaceFolder, inside
from support.live_region import LiveRegion, live_region

AVAILABLE, DELETED, ANSWERED = "create, until available", "delete", "change, until the resolver answers with it"
CPU_OF = {name: f"CPU of {name}" for name in MODULES}
QUIET_SECONDS = 0.4
"""After a change whose CPU is measured: longer than it takes."""
ZONE = "corp.internal"
RECORDS_A_CALL = 500
PERIOD_OF_QUERIES_SECONDS = 0.001

Row = dict[str, float]
"""Milliseconds by what was measured."""

Timed = Callable[[str, float], None]
"""Is told what was done and since when."""


class Processes:
    """The region's, and what they have used."""

    def __init__(self, region: LiveRegion) -> None:
        self._pids = {name: region.processes(module) for name, module in MODULES.items()}

    def cpu_ms(self) -> Row:
        return {CPU_OF[name]: sum(map(cpu_ticks, pids)) / TICKS_PER_SECOND * 1000 for name, pids in self._pids.items()}


class Endpoints:
    """One VPC, and so many interface endpoints in it."""

    def __init__(self, region: LiveRegion, count: int) -> None:
        self.ec2 = region.ec2
        self._region = region
        self._vpc = region.vpc()
        self.ec2.modify_vpc_attribute(VpcId=self._vpc, EnableDnsHostnames={"Value": True})
        zones = (("10.0.0.0/20", "us-east-1a"), ("10.0.16.0/20", "us-east-1b"))
        self._subnets = [region.subnet(self._vpc, network, zone) for network, zone in zones]
        for service in self._find_services()[:count]:
            self._create(service)

    def _find_services(self) -> list[str]:
        """One of each private name, without the one that is made again and again."""
        filters = [{"Name": "service-type", "Values": ["Interface"]}]
        pages = self.ec2.get_paginator("describe_vpc_endpoint_services").paginate(Filters=filters)
        found = [one for page in pages for one in page["ServiceDetails"]]
        named = {one["PrivateDnsName"]: one["ServiceName"] for one in found if one.get("PrivateDnsName")}
        return sorted(name for name in named.values() if name != SPARE and not name.endswith((".s3", ".dynamodb")))

    def _create(self, service: str) -> str:
        made = self.ec2.create_vpc_endpoint(
            VpcId=self._vpc, VpcEndpointType="Interface", ServiceName=service, SubnetIds=self._subnets
        )
        return str(made["VpcEndpoint"]["VpcEndpointId"])

    def change(self, timed: Timed) -> None:
        begun = time.monotonic()
        made = self._create(SPARE)
        self._await(made)
        timed(AVAILABLE, begun)
        begun = time.monotonic()
        self._delete(made)
        timed(DELETED, begun)
        self._region.wait()

    def change_unasked(self) -> Callable[[], None]:
        made = self._create(SPARE)
        return partial(self._delete, made)

    def _delete(self, endpoint_id: str) -> None:
        self.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint_id])

    def _await(self, endpoint_id: str) -> None:
        await_available(self.ec2, endpoint_id)


class Records:
    """A VPC that sees one private zone, of so many records."""

    def __init__(self, region: LiveRegion, count: int) -> None:
        self._route53 = region.client("route53")
        vpc = region.vpc()
        region.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        instance = region.instance(region.subnet(vpc))
        place = {"VPCRegion": "us-east-1", "VPCId": vpc}
        self._zone = self._route53.create_hosted_zone(Name=ZONE, CallerReference=vpc, VPC=place)["HostedZone"]["Id"]
        self._count = count
        self._numbers = itertools.count(1)
        self._fill()
        with inside(NamespaceFolder(region.paths.run_dir / NAMESPACES_FOLDER).path(vpc, instance)):
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("10.0.0.2", 53))
        self._socket.settimeout(PERIOD_OF_QUERIES_SECONDS)

    def _fill(self) -> None:
        wanted = self._count - 2  # the zone has its SOA and NS
        for first in range(0, wanted, RECORDS_A_CALL):
            names = range(first, min(first + RECORDS_A_CALL, wanted))
            self._upsert({f"host-{number}.{ZONE}": f"10.0.{number >> 8}.{number & 255}" for number in names})

    def _upsert(self, addresses: dict[str, str]) -> None:
        changes = [
            {
                "Action": "UPSERT",
                "ResourceRecordSet": {"Name": name, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": address}]},
            }
            for name, address in addresses.items()
        ]
        self._route53.change_resource_record_sets(HostedZoneId=self._zone, ChangeBatch={"Changes": changes})

    def change(self, timed: Timed) -> None:
        begun = time.monotonic()
        name, address = self._change_one()
        while self._ask(name) != address:
            if time.monotonic() > begun + LIMIT_SECONDS:
                raise TimeoutError(f"{name} is not {address}")
        timed(ANSWERED, begun)

    def change_unasked(self) -> Callable[[], None]:
        self._change_one()
        return lambda: None

    def _change_one(self) -> tuple[str, str]:
        number = next(self._numbers)
        name, address = f"host-{self._count // 2}.{ZONE}", f"172.16.{number >> 8}.{number & 255}"
        self._upsert({name: address})
        return name, address

    def _ask(self, name: str) -> str:
        query = dns.message.make_query(name, "A")
        self._socket.send(query.to_wire())
        try:
            return str(dns.message.from_wire(self._socket.recv(4096)).answer[0][0])
        except TimeoutError:
            return ""


def note(times: dict[str, list[float]], name: str, begun: float) -> None:
    times[name].append(milliseconds_since(begun))


def measure(processes: Processes, subjects: Sequence[Endpoints | Records], rounds: int) -> list[Row]:
    """A column for each subject."""
    times: list[dict[str, list[float]]] = [defaultdict(list) for _ in subjects]
    for _ in range(rounds):
        for place, subject in enumerate(subjects):
            subject.change(partial(note, times[place]))
    used: list[Row] = [defaultdict(float) for _ in subjects]
    for _ in range(rounds):
        for place, subject in enumerate(subjects):
            before, undo = processes.cpu_ms(), subject.change_unasked()
            time.sleep(QUIET_SECONDS)
            for name, now in processes.cpu_ms().items():
                used[place][name] += (now - before[name]) / rounds
            undo()
            time.sleep(QUIET_SECONDS)
    medians = ({name: statistics.median(found) for name, found in each.items()} for each in times)
    return [{**wall, **cpu} for wall, cpu in zip(medians, used, strict=True)]


def milliseconds_since(begun: float) -> float:
    return (time.monotonic() - begun) * 1000


def report(title: str, steps: Sequence[int], columns: Sequence[Row]) -> float:
    """The largest ratio of times; that of CPU is shown."""
    print(f"| {title} | {' | '.join(f'{step} there' for step in steps)} | ratio |")
    print("|---" * (len(steps) + 2) + "|")
    ratios = {name: columns[-1][name] / columns[0][name] if columns[0][name] else 1.0 for name in columns[0]}
    for name, ratio in ratios.items():
        print(f"| {name} | {' | '.join(f'{column[name]:.1f} ms' for column in columns)} | {ratio:.2f} |")
    print()
    return max(ratio for name, ratio in ratios.items() if name not in CPU_OF.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--endpoints", type=int, nargs="+", default=[10, 100, 300])
    parser.add_argument("--records", type=int, nargs="+", default=[100, 10000])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--goal", type=float, default=1.5, help="of every ratio of times")
    arguments = parser.parse_args()
    worst = 1.0
    with live_region() as region:
        processes = Processes(region)
        for title, kind, steps in (
            ("an interface endpoint, of one VPC", Endpoints, arguments.endpoints),
            ("a record, of a private zone", Records, arguments.records),
        ):
            subjects = [kind(region, step) for step in steps]
            region.wait()
            worst = max(worst, report(title, steps, measure(processes, subjects, arguments.rounds)))
    verdict = "met" if worst <= arguments.goal else "MISSED"
    print(f"- goal: every ratio of times at most {arguments.goal}: {verdict} ({worst:.2f})")
    return 0 if worst <= arguments.goal else 1


if __name__ == "__main__":
    sys.exit(main())
