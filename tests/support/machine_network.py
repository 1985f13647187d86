"""A machine of a test's own, with a network: namespaces that play it.

    machine  lan 10.77.0.2 ──── 10.77.0.1  beyond   public host 9.9.9.10, resolver 9.9.9.53
             side 10.78.0.1 ─── 10.78.0.2  neighbour

What runs inside `machine` finds the world there: its default route leads beyond. It forwards nothing by itself.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from skywalk.drivers.linux.netlink import NetlinkSocket
from skywalk.drivers.linux.netns import NamespaceFolder, inside
from skywalk.drivers.linux.rtnetlink import ROUTE_FAMILY, is_settled
from skywalk.drivers.linux.sysctl import read_setting, write_setting
from support.waiting import wait_until

MACHINE_ADDRESS, GATEWAY_ADDRESS, NEIGHBOUR_ADDRESS = "10.77.0.2", "10.77.0.1", "10.78.0.2"
PUBLIC_HOST, PUBLIC_RESOLVER = "9.9.9.10", "9.9.9.53"


@dataclass(frozen=True)
class MachineNetwork:
    machine: Path
    beyond: Path
    neighbour: Path

    def run(self, namespace: Path, *commands: str) -> str:
        said = []
        with inside(namespace):
            for command in commands:
                done = subprocess.run(shlex.split(command), check=True, capture_output=True, text=True)
                said.append(done.stdout)
        return "".join(said)

    def of_the_machine(self) -> str:
        """What the machine has of links, addresses, routes, filters and forwarding, as text."""
        commands = ("ip -o link", "ip -o -4 address", "ip -4 route show table all", "nft list ruleset")
        with inside(self.machine):
            forwarding = read_setting("ipv4/ip_forward")
        return f"{self.run(self.machine, *commands)}forwarding {forwarding}\n"


@contextmanager
def machine_network() -> Iterator[MachineNetwork]:
    parent = Path(tempfile.mkdtemp(prefix="skywalk-machine-"))
    folder = NamespaceFolder(parent / "netns")
    try:
        for name in ("machine", "beyond", "neighbour"):
            folder.create("test", name)
        found = MachineNetwork(*(folder.path("test", name) for name in ("machine", "beyond", "neighbour")))
        _connect(found)
        yield found
    finally:
        folder.remove_all()
        shutil.rmtree(parent)


def _connect(net: MachineNetwork) -> None:
    for device, peer, path in (("lan", "eth0", net.beyond), ("side", "eth1", net.neighbour)):
        with path.open() as other, inside(net.machine):
            there = f"/proc/self/fd/{other.fileno()}"
            pair = ["ip", "link", "add", device, "type", "veth", "peer", "name", peer, "netns", there]
            subprocess.run(pair, check=True, pass_fds=[other.fileno()])
    net.run(
        net.machine,
        "ip link set lo up",
        f"ip address add {MACHINE_ADDRESS}/24 dev lan",
        "ip address add 10.78.0.1/24 dev side",
        "ip link set lan up",
        "ip link set side up",
        f"ip route add default via {GATEWAY_ADDRESS}",
    )
    net.run(
        net.beyond,
        "ip link set lo up",
        f"ip address add {GATEWAY_ADDRESS}/24 dev eth0",
        *(f"ip address add {address}/32 dev lo" for address in (PUBLIC_HOST, PUBLIC_RESOLVER)),
        "ip link set eth0 up",
        f"ip route add default via {MACHINE_ADDRESS}",
    )
    net.run(
        net.neighbour,
        "ip link set lo up",
        f"ip address add {NEIGHBOUR_ADDRESS}/24 dev eth1",
        "ip link set eth1 up",
        "ip route add default via 10.78.0.1",
    )
    with inside(net.machine):
        write_setting("ipv4/ip_forward", "0")
        with NetlinkSocket(ROUTE_FAMILY) as route:
            wait_until(lambda: all(is_settled(route, device) for device in ("lan", "side")))
