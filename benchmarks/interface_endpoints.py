"""What interface endpoints cost, and whether that depends on how many there are: 1,000 over 100 VPCs, in one run.

    python benchmarks/interface_endpoints.py [--vpcs 100] [--rounds 20] [--goal 1.3] [--goal-ms 50]

A region on the real kernel is filled VPC by VPC: ten services in each, every endpoint with two subnets and private DNS.
At each step a few more are made in full VPCs, changed and deleted one by one, and waited for as a client does, by
asking for the state; then everything is described, to the last byte. "Until available" is from the call on: addresses,
ports and names are in force then. CPU is that of all of the region's processes for one endpoint made, changed and
deleted. The ratios compare the last column with the first.
"""

from __future__ import annotations

import argparse
import http.client
import re
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from os import sysconf
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from support.live_region import LiveRegion, live_region

SERVICES = ("ec2", "kms", "lambda", "logs", "monitoring", "secretsmanager", "sns", "sqs", "ssm", "sts")
SPARE = "com.amazonaws.us-east-1.ecr.api"
"""For the endpoints that come and go."""
MODULES = {"daemon": "skywalk.app", "edge": "skywalk.edge.worker", "local services": "skywalk.local_services"}
STEPS = (0.1, 0.5, 1.0)
PERIOD_SECONDS = 0.002
LIMIT_SECONDS = 60.0

TICKS_PER_SECOND = sysconf("SC_CLK_TCK")

CREATE, AVAILABLE, CHANGE, DELETE = "create, answered", "create, until available", "groups changed", "delete"
CPU = "CPU of these"
ALL, ONE = "describe all", "describe those of one VPC"
FLAT = (CREATE, AVAILABLE, CHANGE, DELETE, CPU, ONE)
"""What must not grow."""


def await_available(ec2: Any, endpoint_id: str) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < deadline:
        (shown,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])["VpcEndpoints"]
        if shown["State"] == "available":
            return
        time.sleep(PERIOD_SECONDS)
    raise TimeoutError(f"{endpoint_id} is {shown['State']}")


@dataclass
class Place:
    vpc: str
    subnets: list[str]
    default_group: str
    other_group: str


@dataclass
class Column:
    """What was measured with so many endpoints; times in milliseconds."""

    endpoints: int
    per_second: float
    mib: dict[str, float]
    milliseconds: dict[str, float] = field(default_factory=dict)


class Subject:
    """The region, its VPCs, and how to ask it."""

    def __init__(self, region: LiveRegion, vpcs: int) -> None:
        self.region = region
        self.ec2 = region.ec2
        self.places = [self._place() for _ in range(vpcs)]
        self.made = 0
        region.wait()

    def _place(self) -> Place:
        vpc = self.region.vpc()
        self.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        subnets = [
            self.region.subnet(vpc, f"10.0.{number}.0/24", f"us-east-1{zone}") for number, zone in ((1, "a"), (2, "b"))
        ]
        groups = self.ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
        other = self.ec2.create_security_group(GroupName="other", Description="other", VpcId=vpc)["GroupId"]
        return Place(vpc, subnets, groups[0]["GroupId"], other)

    def fill(self, count: int) -> float:
        """Makes so many more, VPC by VPC, and waits for all; endpoints a second."""
        begun = time.monotonic()
        for number in range(self.made, self.made + count):
            place, service = divmod(number, len(SERVICES))
            self.create(self.places[place], f"com.amazonaws.us-east-1.{SERVICES[service]}")
        self.made += count
        self.region.wait()
        return count / (time.monotonic() - begun)

    def create(self, place: Place, service: str) -> str:
        made = self.ec2.create_vpc_endpoint(
            VpcId=place.vpc, VpcEndpointType="Interface", ServiceName=service, SubnetIds=place.subnets
        )
        return str(made["VpcEndpoint"]["VpcEndpointId"])

    def await_available(self, endpoint_id: str) -> None:
        await_available(self.ec2, endpoint_id)

    def describe_ms(self, parameters: dict[str, str]) -> float:
        """From the request's first byte to the answer's last."""
        variables = self.region.environment()
        url = variables["AWS_ENDPOINT_URL"]
        body = urlencode({"Action": "DescribeVpcEndpoints", "Version": "2016-11-15", **parameters})
        request = AWSRequest("POST", url, {"Content-Type": "application/x-www-form-urlencoded"}, body)
        keys = Credentials(variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"])
        SigV4Auth(keys, "ec2", "us-east-1").add_auth(request)
        connection = http.client.HTTPConnection(urlsplit(url).netloc)
        connection.connect()
        begun = time.perf_counter()
        connection.request("POST", "/", body, dict(request.headers))
        answer = connection.getresponse()
        content = answer.read()
        taken = (time.perf_counter() - begun) * 1000
        connection.close()
        if answer.status != 200:
            raise RuntimeError(content[:400])
        return taken

    @property
    def full(self) -> list[Place]:
        """The VPCs that have all their endpoints."""
        return self.places[: self.made // len(SERVICES)]

    def cpu_seconds(self) -> float:
        pids = [pid for module in MODULES.values() for pid in self.region.processes(module)]
        return sum(map(cpu_ticks, pids)) / TICKS_PER_SECOND

    def memory_mib(self) -> dict[str, float]:
        return {name: sum(map(resident_mib, self.region.processes(module))) for name, module in MODULES.items()}


def resident_mib(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def measure(subject: Subject, count: int, rounds: int) -> Column:
    column = Column(count, subject.fill(count - subject.made), subject.memory_mib())
    times: dict[str, list[float]] = {name: [] for name in (CREATE, AVAILABLE, CHANGE, DELETE)}

    def timed(name: str, change: Callable[[], object], begun: float | None = None) -> None:
        begun = time.monotonic() if begun is None else begun
        change()
        times[name].append((time.monotonic() - begun) * 1000)

    cpu = subject.cpu_seconds()
    for number in range(rounds):
        place = subject.full[number * 7 % len(subject.full)]
        begun, made = time.monotonic(), ""
        made = subject.create(place, SPARE)
        times[CREATE].append((time.monotonic() - begun) * 1000)
        timed(AVAILABLE, partial(subject.await_available, made), begun)
        change = {"AddSecurityGroupIds": [place.other_group], "RemoveSecurityGroupIds": [place.default_group]}
        timed(CHANGE, partial(subject.ec2.modify_vpc_endpoint, VpcEndpointId=made, **change))
        timed(DELETE, partial(subject.ec2.delete_vpc_endpoints, VpcEndpointIds=[made]))
    column.milliseconds = {name: statistics.median(found) for name, found in times.items()}
    column.milliseconds[CPU] = (subject.cpu_seconds() - cpu) / rounds * 1000
    of_one = {"Filter.1.Name": "vpc-id", "Filter.1.Value.1": subject.full[-1].vpc}
    for name, parameters, times_asked in ((ALL, {}, rounds), (ONE, of_one, 10 * rounds)):
        column.milliseconds[name] = statistics.median(subject.describe_ms(parameters) for _ in range(times_asked))
    return column


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vpcs", type=int, default=100, help="each gets ten endpoints")
    parser.add_argument("--rounds", type=int, default=20, help="changes of each kind at each step")
    parser.add_argument("--goal", type=float, default=1.3, help="of every ratio")
    parser.add_argument("--goal-ms", type=float, default=50, help="of the description of all")
    arguments = parser.parse_args()
    with live_region() as region:
        subject = Subject(region, arguments.vpcs)
        empty = subject.memory_mib()
        count = arguments.vpcs * len(SERVICES)
        columns = [measure(subject, int(count * step), arguments.rounds) for step in STEPS]
        return report(arguments, empty, columns)


def report(arguments: argparse.Namespace, empty: dict[str, float], columns: list[Column]) -> int:
    first, last = columns[0], columns[-1]
    print(f"| of interface endpoints | {' | '.join(f'{column.endpoints} there' for column in columns)} | ratio |")
    print("|---" * (len(columns) + 2) + "|")
    rates = " | ".join(f"{column.per_second:.0f}/s" for column in columns)
    print(f"| made one after the other, all in force | {rates} | {first.per_second / last.per_second:.2f} |")
    ratios = [first.per_second / last.per_second]
    for name in first.milliseconds:
        found = [column.milliseconds[name] for column in columns]
        ratio = found[-1] / found[0]
        ratios += [ratio] if name in FLAT else []
        shown = f"{ratio:.2f}" if name in FLAT else ""
        print(f"| {name} | {' | '.join(f'{one:.1f} ms' for one in found)} | {shown} |")
    for name in MODULES:
        each = (last.mib[name] - empty[name]) / last.endpoints * 1024
        sizes = " | ".join(f"{column.mib[name]:.0f} MiB" for column in columns)
        print(f"| memory of {name} ({empty[name]:.0f} MiB without; {each:.0f} KiB an endpoint) | {sizes} | |")
    print()
    whole = last.milliseconds[ALL]
    verdicts = {
        f"every ratio at most {arguments.goal}": (max(ratios) <= arguments.goal, f"{max(ratios):.2f}"),
        f"{last.endpoints} described within {arguments.goal_ms:g} ms": (whole <= arguments.goal_ms, f"{whole:.1f} ms"),
    }
    for goal, (is_met, figure) in verdicts.items():
        print(f"- goal: {goal}: {'met' if is_met else 'MISSED'} ({figure})")
    return 0 if all(is_met for is_met, _ in verdicts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
