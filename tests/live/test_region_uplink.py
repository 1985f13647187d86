"""`up --uplink` on a machine of the test's own: names and addresses beyond it, and what is left of it afterwards."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dns.exception
import dns.message
import dns.rcode
import dns.rrset
import pytest

from skywalk.drivers.linux.netns import inside
from support.live_callers import open_group
from support.live_region import LiveRegion, live_region
from support.machine_network import MACHINE_ADDRESS, PUBLIC_HOST, PUBLIC_RESOLVER, MachineNetwork, machine_network
from support.packets import Listener, listening, open_socket
from support.waiting import wait_until

pytestmark = pytest.mark.live

NAMES = {"www.example.org.": PUBLIC_HOST}


class PublicResolver:
    """Knows `NAMES`, and remembers what it was asked."""

    def __init__(self, namespace: Path) -> None:
        self.asked: list[str] = []
        self._socket = open_socket(namespace, socket.SOCK_DGRAM)
        self._socket.bind((PUBLIC_RESOLVER, 53))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                packet, source = self._socket.recvfrom(4096)
                query = dns.message.from_wire(packet)
            except OSError:
                return
            except dns.exception.DNSException:
                continue
            name = query.question[0].name.to_text()
            self.asked.append(name)
            response = dns.message.make_response(query)
            if name not in NAMES:
                response.set_rcode(dns.rcode.NXDOMAIN)
            elif query.question[0].rdtype == 1:
                response.answer.append(dns.rrset.from_text(name, 60, "IN", "A", NAMES[name]))
            with suppress(OSError):
                self._socket.sendto(response.to_wire(), source)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@contextmanager
def living_on(net: MachineNetwork, resolv_conf: Path) -> Iterator[int]:
    """The process id of one that is on the machine, whose resolvers are those of a file."""
    settle = f"mount --bind {resolv_conf} /etc/resolv.conf && echo there && read _"
    with inside(net.machine):
        process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", settle], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"there\n"
        try:
            yield process.pid
        finally:
            process.kill()


@pytest.fixture(scope="module")
def net() -> Iterator[MachineNetwork]:
    with machine_network() as made:
        yield made


@pytest.fixture(scope="module")
def resolver(net: MachineNetwork) -> Iterator[PublicResolver]:
    made = PublicResolver(net.beyond)
    yield made
    made.close()


@pytest.fixture(scope="module")
def public_host(net: MachineNetwork) -> Iterator[Listener]:
    with listening(net.beyond, 80, "public") as made:
        yield made


@pytest.fixture(scope="module")
def region(
    net: MachineNetwork, resolver: PublicResolver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveRegion]:
    """Not started. Its commands run on the machine, and so do the test's own calls."""
    resolv_conf = tmp_path_factory.mktemp("machine") / "resolv.conf"
    resolv_conf.write_text(f"nameserver {PUBLIC_RESOLVER}\n")
    with living_on(net, resolv_conf) as process:

        class OnTheMachine(LiveRegion):
            def command(self, *arguments: str) -> list[str]:
                return ["nsenter", "-t", str(process), "-m", "-n", "--", *super().command(*arguments)]

        with inside(net.machine), live_region(started=False, made=OnTheMachine) as made:
            yield made


@pytest.fixture(scope="module")
def before(net: MachineNetwork, region: LiveRegion) -> str:
    return net.of_the_machine()


@pytest.fixture(scope="module")
def instance(region: LiveRegion, before: str, public_host: Listener) -> str:
    region.up("--uplink")
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    region.internet_gateway(vpc, region.table(vpc, subnet))
    return region.instance(subnet, public=True, groups=[open_group(region, vpc)])


ADDRESS_OF = "import socket, sys\ntry: print(socket.gethostbyname({name!r}))\nexcept OSError as e: print(e)"
CALL = """
import socket
with socket.create_connection(({name!r}, 80), timeout=30) as connection:
    print(connection.recv(100).decode())
"""


def address_of(region: LiveRegion, instance: str, name: str) -> str:
    return region.python(instance, ADDRESS_OF.format(name=name)).strip()


def test_public_names_lead_beyond_the_machine(region: LiveRegion, instance: str) -> None:
    assert region.status()["uplink"] is True
    assert address_of(region, instance, "www.example.org") == PUBLIC_HOST
    assert region.python(instance, CALL.format(name="www.example.org")).strip() == f"public {MACHINE_ADDRESS}"
    assert "Name or service not known" in address_of(region, instance, "nobody.example.org")


def test_names_of_the_regions_own_are_asked_of_nobody(
    region: LiveRegion, instance: str, resolver: PublicResolver
) -> None:
    resolver.asked.clear()
    for name in (
        "s3.us-east-1.amazonaws.com",
        "sts.us-east-1.amazonaws.com",
        "nobody.ec2.internal",
        "ec2-198-18-9-9.compute-1.amazonaws.com",
        "vpce-0123456789abcdef0-abcdefgh.sqs.us-east-1.vpce.amazonaws.com",
    ):
        address_of(region, instance, name)
    region.python(instance, "import socket; socket.getfqdn('10.0.1.77')")
    assert resolver.asked == []


def test_what_is_changed_by_hand_comes_back(region: LiveRegion, net: MachineNetwork, instance: str) -> None:
    tables = net.run(net.machine, "nft list tables").split()
    (table,) = [word for word in tables if word.startswith("skywalk-")]
    as_it_was = net.run(net.machine, f"nft list table ip {table}")
    net.run(net.machine, f"nft delete table ip {table}")
    wait_until(lambda: table in net.run(net.machine, "nft list tables"))
    # What is in it comes after it.
    wait_until(lambda: net.run(net.machine, f"nft list table ip {table}") == as_it_was)


def test_doctor_tells_of_it(region: LiveRegion, instance: str) -> None:
    assert "uplink" in region.run("doctor", check=False).stdout


def test_a_killed_daemons_uplink_goes_with_the_next_one_that_has_none(
    region: LiveRegion, net: MachineNetwork, instance: str, before: str, resolver: PublicResolver
) -> None:
    assert net.of_the_machine() != before
    region.kill_daemon()
    region.up()
    region.wait()
    assert region.status()["uplink"] is False
    assert net.of_the_machine() == before
    resolver.asked.clear()
    assert address_of(region, instance, "www.example.org") != PUBLIC_HOST
    assert resolver.asked == []


def test_after_down_and_reset_nothing_is_left(
    region: LiveRegion, net: MachineNetwork, instance: str, before: str
) -> None:
    region.run("down")
    assert net.of_the_machine() == before
    (region.state_dir / "config.toml").write_text("uplink = true\n")
    region.up()
    region.wait()
    assert net.of_the_machine() != before
    assert region.python(instance, CALL.format(name="www.example.org")).strip() == f"public {MACHINE_ADDRESS}"
    region.kill_daemon()
    region.run("reset")
    assert net.of_the_machine() == before
