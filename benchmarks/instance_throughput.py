"""TCP throughput between instances against a direct veth pair, in one run: in one VPC, across a peering connection, and
through a NAT gateway and two internet gateways.

    python benchmarks/instance_throughput.py [--rounds 5] [--seconds 2]

The VPCs are real plans through the linux driver: routers, source checks, security groups, network ACLs, connection
tracking, NAT. Rounds are interleaved, so that a busy machine slows both alike; the ratio of the medians is the result.
Needs root and iperf3.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from skywalk.drivers.linux import rtnetlink
from skywalk.drivers.linux.driver import LinuxDriver
from skywalk.drivers.linux.netlink import Message, NetlinkSocket
from skywalk.drivers.linux.netns import NamespaceFolder, inside
from skywalk.drivers.linux.network import LINK_MTU
from skywalk.drivers.linux.rtnetlink import ROUTE_FAMILY
from skywalk.plan.plan import Plan
from support.linux_region import RememberedGuests
from support.plans import VpcBuilder, resource_id

VPC, PEER, PEERING, NAT = (
    resource_id(kind, number) for kind, number in (("vpc", 1), ("vpc", 2), ("pcx", 1), ("nat", 1))
)
SUBNET, PUBLIC_SUBNET = resource_id("subnet", 1), resource_id("subnet", 2)
TABLE, PUBLIC_TABLE, GROUP = resource_id("rtb", 1), resource_id("rtb", 2), resource_id("sg", 1)
CLIENT, SERVER = resource_id("i", 1), resource_id("i", 2)
PUBLIC_ADDRESS = "203.0.113.2"
PATHS = {
    "instance to instance": "10.1.1.11",
    "across a peering": "10.2.1.11",
    "through a NAT gateway": PUBLIC_ADDRESS,
}
"""What is measured, and the server's address on that path."""
DIRECT_CLIENT, DIRECT_SERVER = ip_address("10.9.0.1"), ip_address("10.9.0.2")
IPERF_PORT = 5201
READY_WITHIN_SECONDS = 5.0


def two_vpcs() -> tuple[Plan, Plan]:
    """A client and a server in one subnet, whose way out is a NAT gateway; and a peer with a server that also has a
    public address."""
    client, server = with_server(VPC, "10.1"), with_server(PEER, "10.2")
    client.port(resource_id("eni", 1), "10.1.1.10", subnet=SUBNET, instance=CLIENT, groups=(GROUP,))
    client.nat_gateway(NAT, resource_id("eni", 9), "10.1.2.9", subnet=PUBLIC_SUBNET, public="203.0.113.1")
    client.route(TABLE, "0.0.0.0/0", "port", resource_id("eni", 9))
    server.public_address(resource_id("eni", 2), PUBLIC_ADDRESS)
    server.route(TABLE, "0.0.0.0/0", "internet", resource_id("igw", 2))
    for near, far in ((client, server), (server, client)):
        near.peer(PEERING, far.vpc_id, far.network)
        near.route(TABLE, far.network, "peering", PEERING)
    return client.plan(), server.plan()


def with_server(vpc_id: str, start: str) -> VpcBuilder:
    """Its group admits everybody on the server's port."""
    vpc = VpcBuilder(vpc_id, f"{start}.0.0/16", has_internet=True)
    vpc.subnet(SUBNET, f"{start}.1.0/24", TABLE)
    vpc.subnet(PUBLIC_SUBNET, f"{start}.2.0/24", PUBLIC_TABLE)
    vpc.route(PUBLIC_TABLE, "0.0.0.0/0", "internet", resource_id("igw", 1))
    vpc.port(resource_id("eni", 2), f"{start}.1.11", subnet=SUBNET, instance=SERVER, groups=(GROUP,))
    vpc.allow(GROUP, "in", protocol=6, ports=(IPERF_PORT, IPERF_PORT), network="0.0.0.0/0")
    vpc.allow(GROUP, "out", network="0.0.0.0/0")
    return vpc


def make_direct_pair(folder: NamespaceFolder) -> tuple[Path, Path]:
    """Two namespaces with nothing but a link between them."""
    for name in ("client", "server"):
        folder.create("direct", name)
    client, server = folder.path("direct", "client"), folder.path("direct", "server")
    with inside(client), NetlinkSocket(ROUTE_FAMILY) as socket, server.open() as peer:
        _send(
            socket,
            rtnetlink.add_veth(
                100, "eth0", "06:00:00:00:00:0a", 100, "eth0", "06:00:00:00:00:0b", peer.fileno(), LINK_MTU
            ),
        )
    for namespace, address in ((client, DIRECT_CLIENT), (server, DIRECT_SERVER)):
        with inside(namespace), NetlinkSocket(ROUTE_FAMILY) as socket:
            _send(socket, rtnetlink.set_link_up(100), rtnetlink.add_address(100, address, 24))
    return client, server


def _send(socket: NetlinkSocket, *messages: Message) -> None:
    for refusal in socket.request(messages):
        if refusal is not None:
            raise refusal


@contextmanager
def serving(namespace: Path) -> Iterator[None]:
    with inside(namespace):
        server = subprocess.Popen(("iperf3", "-s"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_listener(namespace)
        yield
    finally:
        server.terminate()
        server.wait()


def _wait_for_listener(namespace: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    wanted = f":{IPERF_PORT:04X} "
    while time.monotonic() < deadline:
        with inside(namespace):
            if any(wanted in Path(f"/proc/thread-self/net/{name}").read_text() for name in ("tcp", "tcp6")):
                return
        time.sleep(0.01)
    raise TimeoutError("iperf3 does not listen")


def measure_gigabits_per_second(namespace: Path, server: str, seconds: int) -> float:
    with inside(namespace):
        command = ("iperf3", "-J", "-c", server, "-t", str(seconds))
        result = subprocess.run(command, capture_output=True, check=True, text=True)
    return float(json.loads(result.stdout)["end"]["sum_received"]["bits_per_second"]) / 1e9


def run(rounds: int, seconds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="skywalk-benchmark-") as run_dir:
        driver = LinuxDriver(Path(run_dir), RememberedGuests())
        folder = NamespaceFolder(Path(run_dir) / "direct")
        try:
            apply(driver, *two_vpcs())
            instances = NamespaceFolder(Path(run_dir) / "netns")
            direct_client, direct_server = make_direct_pair(folder)
            with ExitStack() as stack:
                for place in (instances.path(VPC, SERVER), instances.path(PEER, SERVER), direct_server):
                    stack.enter_context(serving(place))
                ways = {"direct veth pair": (direct_client, str(DIRECT_SERVER))}
                ways |= {name: (instances.path(VPC, CLIENT), address) for name, address in PATHS.items()}
                found = measure(ways, rounds, seconds)
        finally:
            folder.remove_all()
            driver.remove_all()
    show(found)


def apply(driver: LinuxDriver, first: Plan, second: Plan) -> None:
    """The first waits for the other's router."""
    driver.apply(first)
    for plan in (second, first):
        report = driver.apply(plan)
        if report.failures:
            raise SystemExit(f"the plan could not be applied: {dict(report.failures)}")


def measure(ways: Mapping[str, tuple[Path, str]], rounds: int, seconds: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (client, address) in ways.items():
            found[name].append(measure_gigabits_per_second(client, address, seconds))
    return found


def show(found: Mapping[str, list[float]]) -> None:
    (_, direct), *_ = found.items()
    for name, values in found.items():
        spread = f"{min(values):.2f}-{max(values):.2f}, {len(values)} rounds"
        ratio = statistics.median(values) / statistics.median(direct)
        print(f"{name:<22} {statistics.median(values):6.2f} Gbit/s  ratio {ratio:4.2f}  ({spread})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="TCP throughput between instances against a direct veth pair")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    arguments = parser.parse_args()
    run(arguments.rounds, arguments.seconds)
