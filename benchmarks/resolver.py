"""Queries per second of a VPC's resolver beside dnsmasq, which answers the same names, in one run.

    python benchmarks/resolver.py [--rounds 3] [--seconds 2]

Both listen in one network namespace and are asked by dnsperf from another one, in turns, so that a busy machine slows
both alike. Each is checked to give the right answers before it is timed. Skywalk's resolver is the one of the running
region with all that it does for a query, but with an allowance that is never used up: AWS's is 1,024 packets per
second and interface. Needs root and Debian's packages dnsmasq-base and dnsperf.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import uvloop

from skywalk.accepting.reserve import Reserve
from skywalk.dns.known_names import PublicNames
from skywalk.dns.resolver import Resolver
from skywalk.dns.server import DnsServer
from skywalk.local_services.packet_allowance import PacketAllowance
from skywalk.plan.name_views import HostRecord, NameView, PrivateZone, PublicName, ZoneRecord
from skywalk.plan.origin import Origin
from skywalk.values.clock import SystemClock

ORIGIN = Origin("vpc-0a", "benchmark")
HOSTS = {
    f"ip-10-0-{number >> 8}-{number & 255}.ec2.internal": f"10.0.{number >> 8}.{number & 255}"
    for number in range(4, 1004)
}
PRIVATE = "sqs.us-east-1.amazonaws.com"
PRIVATE_ADDRESSES = ("10.0.1.7", "10.0.2.7", "10.0.3.7")
WILDCARD = "s3.us-east-1.amazonaws.com"
WILDCARD_ADDRESS = "10.0.1.8"
DISTINCT_NAMES = 50_000
ADDRESSES = {"skywalk": "10.99.0.2", "dnsmasq": "10.99.0.3"}
CLIENT_ADDRESS = "10.99.0.1"
NEEDED = {"dnsmasq": "dnsmasq-base", "dnsperf": "dnsperf"}
READY_WITHIN_SECONDS = 20.0


@dataclass(frozen=True)
class Case:
    """Questions, as many as are asked before the first comes again, and how many addresses are in an answer."""

    title: str
    names: Sequence[str]
    answers: int


CASES = (
    Case("one private name of an endpoint", [PRIVATE], 3),
    Case("1,000 hosts", list(HOSTS), 1),
    Case("1,000 names that do not exist", [f"nobody-{number}.ec2.internal" for number in range(1000)], 0),
    Case("50,000 names under a wildcard", [f"b{number}.{WILDCARD}" for number in range(DISTINCT_NAMES)], 1),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        uvloop.run(serve())
        return 0
    lacking = [package for program, package in NEEDED.items() if shutil.which(program) is None]
    if lacking or os.geteuid() != 0:
        needs = f"apt-get install {' '.join(lacking)}" if lacking else "root"
        print(f"Not measured: this benchmark needs {needs}.")
        return 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        inside, outside = stack.enter_context(two_namespaces())
        processes = stack.enter_context(servers(folder, inside))
        measure(folder, outside, processes, arguments.rounds, arguments.seconds)
    return 0


def measure(folder: Path, outside: str, processes: dict[str, int], rounds: int, seconds: int) -> None:
    print(f"{'names':34}{'server':10}{'queries/s':>12}{'of dnsmasq':>12}{'server CPU per query':>24}")
    for case in CASES:
        questions = folder / "questions"
        questions.write_text("".join(f"{name} A\n" for name in case.names))
        for server in ADDRESSES:
            check(outside, server, case)
        rates: dict[str, list[float]] = defaultdict(list)
        costs: dict[str, list[float]] = defaultdict(list)
        for _ in range(rounds):
            for server, pid in processes.items():
                before = cpu_seconds(pid)
                rate, answered = ask(outside, server, questions, seconds)
                rates[server].append(rate)
                costs[server].append((cpu_seconds(pid) - before) / answered * 1e6)
        medians = {server: statistics.median(found) for server, found in rates.items()}
        for server, rate in medians.items():
            ratio = "" if server == "dnsmasq" else f"{rate / medians['dnsmasq']:.2f} x"
            cost = f"{statistics.median(costs[server]):.1f} µs"
            print(f"{case.title:34}{server:10}{rate:>12,.0f}{ratio:>12}{cost:>24}")


def ask(outside: str, server: str, questions: Path, seconds: int) -> tuple[float, int]:
    """Queries per second, and how many were answered. Lost ones are a mistake of the benchmark."""
    argv = ["ip", "netns", "exec", outside, "dnsperf", "-s", ADDRESSES[server], "-d", str(questions)]
    argv += ["-c", "8", "-q", "64", "-l", str(seconds)]
    told = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    found = {name: re.search(rf"{name}: +([0-9.]+)", told) for name in ("Queries per second", "Queries completed")}
    rate, completed = (float(one.group(1)) for one in found.values() if one is not None)
    return rate, int(completed)


def check(outside: str, server: str, case: Case) -> None:
    for name in (case.names[0], case.names[-1]):
        argv = ["ip", "netns", "exec", outside, sys.executable, "-c", _ASK, ADDRESSES[server], name]
        told = subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()
        expected = f"{'NOERROR' if case.answers else 'NXDOMAIN'} {case.answers}"
        if told != expected:
            raise SystemExit(f"{server} answers {name} with {told}, not {expected}")


_ASK = """
import dns.message, dns.query, sys
answer = dns.query.udp(dns.message.make_query(sys.argv[2], "A"), sys.argv[1], timeout=5)
print(answer.rcode().name, sum(len(rrset) for rrset in answer.answer))
"""


@contextmanager
def servers(folder: Path, inside: str) -> Iterator[dict[str, int]]:
    """Process ids by server, each ready to answer."""
    hosts = folder / "hosts"
    hosts.write_text("".join(f"{address} {name}\n" for name, address in HOSTS.items()))
    more = [word for address in PRIVATE_ADDRESSES for word in (f"--host-record={PRIVATE},{address}",)]
    dnsmasq = ["dnsmasq", "--keep-in-foreground", "--no-resolv", "--no-hosts", f"--addn-hosts={hosts}", "--no-daemon"]
    dnsmasq += ["--local=/ec2.internal/", f"--address=/{WILDCARD}/{WILDCARD_ADDRESS}", "--bind-interfaces", *more]
    dnsmasq += [f"--listen-address={ADDRESSES['dnsmasq']}", "--user=root", "--conf-file=/dev/null", "--pid-file="]
    argvs = {"skywalk": [sys.executable, __file__, "--serve"], "dnsmasq": dnsmasq}
    with ExitStack() as stack:
        started = {}
        for name, argv in argvs.items():
            process = subprocess.Popen(
                ["ip", "netns", "exec", inside, *argv], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            started[name] = process.pid  # `ip netns exec` becomes the program
        for name in argvs:
            wait_until_ready(inside, ADDRESSES[name])
        yield started


def wait_until_ready(namespace: str, address: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    argv = ["ip", "netns", "exec", namespace, sys.executable, "-c", _ASK, address, PRIVATE]
    while subprocess.run(argv, check=False, capture_output=True).returncode != 0:
        if time.monotonic() > deadline:
            raise SystemExit(f"nothing answers at {address}")


@contextmanager
def two_namespaces() -> Iterator[tuple[str, str]]:
    """Where the servers are, and where they are asked from."""
    inside, outside = f"rsb{os.getpid()}s", f"rsb{os.getpid()}c"
    with ExitStack() as stack:
        for name in (inside, outside):
            ip("netns", "add", name)
            stack.callback(ip, "netns", "del", name)
        ip("-n", inside, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", outside)
        for name, addresses in ((inside, tuple(ADDRESSES.values())), (outside, (CLIENT_ADDRESS,))):
            for address in addresses:
                ip("-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
            ip("-n", name, "link", "set", "lo", "up")
            ip("-n", name, "link", "set", "eth0", "up")
        yield inside, outside


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def serve() -> None:
    """Skywalk's resolver until it is told to end."""
    allowance = PacketAllowance(SystemClock(), packets_per_second=10**9)
    server = DnsServer(Resolver(view(), public_names()), allowance.take, defaultdict(int), Reserve())
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    sock.bind((ADDRESSES["skywalk"], 53))
    await server.serve([sock], [])
    await asyncio.Event().wait()


def view() -> NameView:
    record = ZoneRecord(PRIVATE, "A", 60, PRIVATE_ADDRESSES, None, ORIGIN)
    return NameView(
        vpc_id="vpc-0a",
        resolver_addresses=(IPv4Address("10.0.0.2"),),
        answering=True,
        domain="ec2.internal",
        networks=(IPv4Network("10.0.0.0/16"),),
        hosts=tuple(HostRecord(name, (IPv4Address(address),), ORIGIN) for name, address in HOSTS.items()),
        origin=ORIGIN,
        zones=(PrivateZone(PRIVATE, (record,), True, ORIGIN),),
    )


def public_names() -> PublicNames:
    return PublicNames([PublicName(f"*.{WILDCARD}", (IPv4Address(WILDCARD_ADDRESS),), 60, ORIGIN)])


if __name__ == "__main__":
    sys.exit(main())
