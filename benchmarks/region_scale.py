"""What one change costs in a region of 1,000 VPCs against one of 10, in one run.

    python benchmarks/region_scale.py [--small 10] [--large 1000] [--rounds 60] [--goal 1.2]

Two regions run side by side; rounds alternate between them, so that a busy machine slows both alike. A change is an
AuthorizeSecurityGroupIngress with the RevokeSecurityGroupIngress after it, each until the kernel obeys (`skywalk wait`,
asked for on its socket), or a CreateVpcEndpoint with the DeleteVpcEndpoints after it, which are answered when it does.
CPU is that of all of the region's processes; the ratio of the medians of wall time and of the sums of CPU count.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.live_region import LiveRegion, live_region

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
MODULES = ("skywalk.app", "skywalk.edge.worker", "skywalk.local_services")
PERMISSION = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}
CHANGES_PER_TURN = 5
"""CPU is counted in ticks of 10 ms: a turn must be longer than one."""


@dataclass
class Subject:
    """A region with so many VPCs, each with a subnet, a table of its own and the default group; one has an instance."""

    region: LiveRegion
    size: int
    wall_seconds: dict[str, list[float]] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)

    def fill(self) -> None:
        with ThreadPoolExecutor(2) as pool:
            self.vpcs = list(pool.map(lambda _: self._vpc(), range(self.size)))
        self.vpc, self.table, subnet = self.vpcs[self.size // 2]
        self.instance = self.region.instance(subnet)
        groups = self.region.ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}])
        self.group = groups["SecurityGroups"][0]["GroupId"]
        self.region.control.ask("wait")

    def _vpc(self) -> tuple[str, str, str]:
        vpc = self.region.vpc()
        subnet = self.region.subnet(vpc)
        return vpc, self.region.table(vpc, subnet), subnet

    def turn(self, name: str, change: Callable[[Subject], None]) -> None:
        cpu = self._cpu_seconds()
        for _ in range(CHANGES_PER_TURN):
            begun = time.monotonic()
            change(self)
            self.wall_seconds.setdefault(name, []).append(time.monotonic() - begun)
        self.cpu_seconds[name] = self.cpu_seconds.get(name, 0.0) + self._cpu_seconds() - cpu

    def _cpu_seconds(self) -> float:
        return sum(cpu_ticks(pid) for pid in self.pids()) / TICKS_PER_SECOND

    def pids(self) -> list[int]:
        return [pid for module in MODULES for pid in self.region.processes(module)]

    def memory_mib(self) -> float:
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.region.status()['pid']}/status").read_text())
        return int(found[1]) / 1024 if found else 0.0


def cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def change_rule(subject: Subject) -> None:
    ec2, control = subject.region.ec2, subject.region.control
    ec2.authorize_security_group_ingress(GroupId=subject.group, IpPermissions=[PERMISSION])
    control.ask("wait")
    ec2.revoke_security_group_ingress(GroupId=subject.group, IpPermissions=[PERMISSION])
    control.ask("wait")


def change_endpoint(subject: Subject) -> None:
    endpoint = subject.region.endpoint(subject.vpc, subject.table)
    subject.region.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])


CHANGES = {"rule in and out": change_rule, "endpoint in and out": change_endpoint}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=10)
    parser.add_argument("--large", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=60, help="changes of each kind in each region")
    parser.add_argument("--goal", type=float, default=1.2, help="of every ratio")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        small, large = (
            Subject(stack.enter_context(live_region()), size) for size in (arguments.small, arguments.large)
        )
        for subject in (small, large):
            subject.fill()
        for turn in range(1 + arguments.rounds // CHANGES_PER_TURN):
            for name, change in CHANGES.items():
                for subject in (small, large) if turn % 2 else (large, small):
                    subject.turn(name, change)
            if turn == 0:  # warming up
                for subject in (small, large):
                    subject.wall_seconds.clear()
                    subject.cpu_seconds.clear()
        return report(small, large, arguments.goal)


def report(small: Subject, large: Subject, goal: float) -> int:
    print(f"| one change | {small.size} VPCs | {large.size} VPCs | ratio |")
    print("|---|---|---|---|")
    ratios = []
    for name in CHANGES:
        wall = [statistics.median(subject.wall_seconds[name]) * 1000 for subject in (small, large)]
        changes = len(small.wall_seconds[name])
        cpu = [subject.cpu_seconds[name] / changes * 1000 for subject in (small, large)]
        for what, (of_small, of_large) in (("wall", wall), ("CPU", cpu)):
            ratios.append(of_large / of_small)
            print(f"| {name}, {what} | {of_small:.1f} ms | {of_large:.1f} ms | {of_large / of_small:.2f} |")
    print(f"\n- resident memory of the daemon: {small.memory_mib():.0f} MiB and {large.memory_mib():.0f} MiB")
    met = max(ratios) <= goal
    print(f"- goal: every ratio at most {goal}: {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
