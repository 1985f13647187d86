"""TCP throughput between two instances of a VPC against a direct veth pair, in one run.

    python benchmarks/instance_throughput.py [--rounds 5] [--seconds 2]

The VPC is a real plan through the linux driver: router, source checks, security groups, connection tracking, NAT
hooks. Rounds are interleaved, so that a busy machine slows both alike; the ratio of the medians is the result.
Needs root and iperf3.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address, ip_network
from pathlib import Path

from skywalk.drivers.driver import GuestEntrance
from skywalk.drivers.linux import rtnetlink
from skywalk.drivers.linux.driver import LinuxDriver
from skywalk.drivers.linux.netlink import Message, NetlinkSocket
from skywalk.drivers.linux.netns import NamespaceFolder, inside
from skywalk.drivers.linux.network import LINK_MTU
from skywalk.drivers.linux.rtnetlink import ROUTE_FAMILY
from skywalk.plan.filters import Direction, FilterRule, GroupMembers
from skywalk.plan.guests import Guest
from skywalk.plan.name_views import NameView
from skywalk.plan.network_acls import AclRule
from skywalk.plan.origin import Origin
from skywalk.plan.plan import Plan
from skywalk.plan.segments import Port, Router, Segment

VPC, SUBNET, TABLE, GROUP, ACL = ("vpc-0000beef", "subnet-0000beef", "rtb-0000beef", "sg-0000beef", "acl-0000beef")
CLIENT, SERVER = "i-0000000a", "i-0000000b"
ADDRESSES = {CLIENT: ip_address("10.0.1.10"), SERVER: ip_address("10.0.1.11")}
DIRECT_CLIENT, DIRECT_SERVER = ip_address("10.9.0.1"), ip_address("10.9.0.2")
IPERF_PORT = 5201
READY_WITHIN_SECONDS = 5.0
ORIGIN = Origin(VPC, "benchmark")


class NoGuests:
    """The benchmark starts its programs in the instances' namespaces itself."""

    def start(self, guest: Guest, namespace: Path) -> None: ...

    def update(self, guest: Guest) -> None: ...

    def stop(self, instance_id: str) -> None: ...

    def forget(self, instance_id: str) -> None: ...

    def console_output(self, instance_id: str) -> bytes:
        return b""

    def observe(self) -> frozenset[str]:
        return frozenset()

    def entrance(self, instance_id: str) -> GuestEntrance | None: ...

    def remove_all(self) -> None: ...


def two_instances() -> Plan:
    """A client and a server in one subnet; their group admits its own members on the server's port."""
    network, subnet = ip_network("10.0.0.0/16"), ip_network("10.0.1.0/24")
    ports = tuple(
        Port(
            network_interface_id=f"eni-{number:08x}",
            subnet_id=SUBNET,
            route_table_id=TABLE,
            mac=f"02:00:00:00:00:{number:02x}",
            addresses=(address,),
            prefix_length=subnet.prefixlen,
            router_address=subnet[1],
            security_group_ids=(GROUP,),
            is_filtered=True,
            source_dest_check=True,
            host_id=instance_id,
            device_index=0,
            origin=ORIGIN,
        )
        for number, (instance_id, address) in enumerate(ADDRESSES.items(), start=1)
    )
    rules = (
        FilterRule("sgr-1", GROUP, Direction.IN, 6, IPERF_PORT, IPERF_PORT, None, GROUP, None, ORIGIN),
        FilterRule("sgr-2", GROUP, Direction.OUT, -1, -1, -1, ip_network("0.0.0.0/0"), None, None, ORIGIN),
    )
    return Plan(
        vpc_id=VPC,
        router=Router(VPC, (network,), (network[2],), False, None, ORIGIN),
        segments=(Segment(SUBNET, subnet, subnet[1], TABLE, ACL, "us-east-1a", ORIGIN),),
        ports=ports,
        routes=(),
        group_members=(GroupMembers(GROUP, tuple(ADDRESSES.values()), ORIGIN),),
        prefix_sets=(),
        filter_rules=rules,
        acl_rules=tuple(
            AclRule(ACL, direction, 100, True, -1, -1, -1, ip_network("0.0.0.0/0"), ORIGIN) for direction in Direction
        ),
        translations=(),
        conntrack_zones=(),
        nat_gateways=(),
        peerings=(),
        gateway_endpoints=(),
        guests=(),
        name_view=NameView(VPC, (network[2],), True, "ec2.internal", (network,), (), ORIGIN),
    )


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


def measure_gigabits_per_second(namespace: Path, server: str, seconds: float) -> float:
    with inside(namespace):
        command = ("iperf3", "-J", "-c", server, "-t", str(seconds))
        result = subprocess.run(command, capture_output=True, check=True, text=True)
    return float(json.loads(result.stdout)["end"]["sum_received"]["bits_per_second"]) / 1e9


def run(rounds: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory(prefix="skywalk-benchmark-") as run_dir:
        driver = LinuxDriver(Path(run_dir), NoGuests())
        folder = NamespaceFolder(Path(run_dir) / "direct")
        try:
            report = driver.apply(two_instances())
            if report.failures:
                raise SystemExit(f"the plan could not be applied: {dict(report.failures)}")
            instances = NamespaceFolder(Path(run_dir) / "netns")
            direct_client, direct_server = make_direct_pair(folder)
            with serving(instances.path(VPC, SERVER)), serving(direct_server):
                through, direct = [], []
                for _ in range(rounds):
                    direct.append(measure_gigabits_per_second(direct_client, str(DIRECT_SERVER), seconds))
                    client = instances.path(VPC, CLIENT)
                    through.append(measure_gigabits_per_second(client, str(ADDRESSES[SERVER]), seconds))
        finally:
            folder.remove_all()
            driver.remove_all()
    show(direct, through)


def show(direct: list[float], through: list[float]) -> None:
    for name, values in (("direct veth pair", direct), ("instance to instance", through)):
        spread = f"{min(values):.2f}-{max(values):.2f}"
        print(f"{name:<22} {statistics.median(values):6.2f} Gbit/s  ({spread}, {len(values)} rounds)")
    print(f"{'ratio':<22} {statistics.median(through) / statistics.median(direct):6.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="TCP throughput between instances against a direct veth pair")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    arguments = parser.parse_args()
    run(arguments.rounds, arguments.seconds)
