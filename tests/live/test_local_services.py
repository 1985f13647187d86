"""Resolver and metadata in real namespaces, asked by stock clients: dig, curl, botocore's metadata fetcher."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from skywalk.feed.publisher import Publisher
from skywalk.feed.rows import Row, RowId, row_id
from skywalk.identity.session import read_session
from skywalk.plan.guests import Guest
from skywalk.plan.name_views import InboundEndpoint, NameView
from skywalk.plan.places import Place
from skywalk.reconcile.name_rows import NameRows
from skywalk.values.addresses import parse_address
from support.guests import guest, interface
from support.name_views import ORIGIN, name_view, private_zone, public_hosts, public_name

pytestmark = pytest.mark.live

DEADLINE_SECONDS = 300
REGION_KEY = b"k" * 32
PREFIX = f"lsv{os.getpid()}"
GUEST_ADDRESS = "10.0.1.5"
SERVICE_ADDRESSES = ("10.0.0.2", "169.254.169.253", "169.254.169.254")
PUBLIC_NAMES = [
    public_name("s3.us-east-1.amazonaws.com", "52.216.0.1", "52.216.0.2"),
    public_name("*.s3.us-east-1.amazonaws.com", "52.216.0.1", "52.216.0.2"),
    public_name("many.amazonaws.com", *(f"52.217.0.{number}" for number in range(200))),
]
TOKEN_URL = "http://169.254.169.254/latest/api/token"
METADATA_URL = "http://169.254.169.254/latest/meta-data/"
BOTO_FETCH = """
import json, botocore.session
from botocore.utils import InstanceMetadataFetcher, InstanceMetadataRegionFetcher
credentials = InstanceMetadataFetcher(timeout=30, num_attempts=1).retrieve_iam_role_credentials()
region = InstanceMetadataRegionFetcher(timeout=30, num_attempts=1).retrieve_region()
resolved = botocore.session.Session().get_credentials()
print(json.dumps([credentials, region, resolved.method, resolved.access_key]))
"""
FLOOD = """
import dns.message, socket, time
query = dns.message.make_query("localhost", "A").to_wire()
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.connect(("10.0.0.2", 53))
sock.setblocking(False)
answered, started = 0, time.monotonic()
for _ in range(100):
    for _ in range(50):
        sock.send(query)
    try:
        while True:
            sock.recv(4096)
            answered += 1
    except BlockingIOError:
        pass
try:
    while True:
        sock.settimeout(1 if answered else 30)  # the first answer may take its time on a busy machine
        sock.recv(4096)
        answered += 1
except TimeoutError:
    print(answered, time.monotonic() - started)
"""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Vpc:
    """A router namespace with the services' addresses, and one instance behind a link."""

    def __init__(self, name: str) -> None:
        self.vpc_id = f"vpc-{name}"
        self.router = f"{PREFIX}r{name}"
        self.instance = f"{PREFIX}i{name}"
        self.guest = guest(
            instance_id=f"i-{name * 8}",
            interfaces=(interface(vpc_id=self.vpc_id, network_interface_id=f"eni-{name * 8}"),),
        )

    def make(self) -> None:
        ip("netns", "add", self.router)
        ip("netns", "add", self.instance)
        for address in SERVICE_ADDRESSES:
            ip("-n", self.router, "addr", "add", f"{address}/32", "dev", "lo")
        ip("-n", self.router, "link", "set", "lo", "up")
        ip("-n", self.instance, "link", "set", "lo", "up")
        self._make_link()

    def _make_link(self) -> None:
        ip("-n", self.router, "link", "add", "i", "type", "veth", "peer", "name", "eth0", "netns", self.instance)
        ip("-n", self.router, "addr", "add", "10.0.1.1/24", "dev", "i")
        ip("-n", self.router, "link", "set", "i", "up")
        ip("-n", self.instance, "link", "set", "eth0", "up")
        ip("-n", self.instance, "addr", "add", f"{GUEST_ADDRESS}/24", "dev", "eth0")
        ip("-n", self.instance, "route", "add", "default", "via", "10.0.1.1")

    def make_link_anew(self) -> None:
        """What is bound to it has lost it for good."""
        ip("-n", self.router, "link", "del", "i")
        self._make_link()

    def remove(self) -> None:
        for name in (self.router, self.instance):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)

    def rows(self, own: Guest | None = None, *, host_address: str = GUEST_ADDRESS, answering: bool = True) -> list[Row]:
        view = name_view({"ip-10-0-1-5.ec2.internal": (host_address,)}, vpc_id=self.vpc_id, answering=answering)
        return [Place(self.vpc_id, f"/run/netns/{self.router}", None), view, own or self.guest]

    async def run(self, *argv: str) -> str:
        """Output of a program in the instance, whatever its exit status."""
        process = await asyncio.create_subprocess_exec(
            *("ip", "netns", "exec", self.instance, *argv),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "false"},
        )
        output, _ = await process.communicate()
        return output.decode().strip()

    async def dig(self, *words: str, server: str = "10.0.0.2", seconds: int = 30) -> str:
        return await self.run("dig", f"+time={seconds}", "+tries=1", f"@{server}", *words)

    async def is_silent(self, name: str, server: str = "10.0.0.2") -> bool:
        said = await self.dig(name, server=server, seconds=1)
        return "no servers could be reached" in said or "timed out" in said

    async def short(self, *words: str, server: str = "10.0.0.2") -> list[str]:
        return (await self.dig("+short", *words, server=server)).splitlines()

    async def curl(self, *words: str) -> str:
        return await self.run("curl", "-s", "-m", "60", *words)

    async def status(self, *words: str) -> str:
        return await self.curl("-o", "/dev/null", "-w", "%{http_code}", *words)

    async def token(self, ttl: int = 60) -> str:
        return await self.curl("-X", "PUT", "-H", f"X-aws-ec2-metadata-token-ttl-seconds: {ttl}", TOKEN_URL)


class Region:
    """The process under test and the daemon's side of its feed."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "local.sock"
        self._key = folder / "region.key"
        self._key.write_bytes(REGION_KEY)
        self.process: asyncio.subprocess.Process | None = None
        self.publisher = Publisher()
        self._views: dict[str, list[RowId]] = {}

    async def start(self) -> None:
        argv = ["-m", "skywalk.local_services", "--socket", str(self._socket), "--region-key", str(self._key)]
        self.process = await asyncio.create_subprocess_exec(sys.executable, *argv)
        await self.connect(self.publisher)

    async def connect(self, publisher: Publisher) -> None:
        while True:
            try:
                await publisher.connect(self._socket)
                return
            except (FileNotFoundError, ConnectionRefusedError):
                await asyncio.sleep(0.01)

    async def put(self, *rows: Row) -> None:
        await self.publisher.replace(rows, [])

    async def put_view(self, view: NameView) -> None:
        """With its zones, and without those that it had before."""
        rows = NameRows().rows_of(view)
        former, self._views[view.vpc_id] = self._views.get(view.vpc_id, []), [row_id(row) for row in rows]
        await self.publisher.replace(rows, former)

    async def restart(self) -> None:
        """The process is killed and another one started, which the same daemon finds."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()
        await self.start()

    async def replace_daemon(self, rows: Sequence[Row]) -> None:
        """The daemon dies; a new one comes with these rows alone."""
        await self.publisher.close()
        self.publisher = Publisher()
        await self.publisher.replace(rows, [])
        await self.connect(self.publisher)

    async def stop(self) -> None:
        await self.publisher.close()
        if self.process is not None:
            self.process.terminate()
            assert await self.process.wait() == 0


@contextlib.asynccontextmanager
async def region(folder: Path, *vpcs: Vpc) -> AsyncIterator[Region]:
    one = Region(folder)
    try:
        for vpc in vpcs:
            vpc.make()
        async with asyncio.timeout(DEADLINE_SECONDS):
            await one.start()
            await one.put(*PUBLIC_NAMES, *itertools.chain.from_iterable(vpc.rows() for vpc in vpcs))
            yield one
    finally:
        await one.stop()
        for vpc in vpcs:
            vpc.remove()


def test_dig_by_udp_and_tcp_at_both_addresses(tmp_path: Path) -> None:
    async def story() -> None:
        vpc = Vpc("a")
        async with region(tmp_path, vpc):
            for server in ("10.0.0.2", "169.254.169.253"):
                for transport in ("+notcp", "+tcp"):
                    assert await vpc.short(transport, "ip-10-0-1-5.ec2.internal", server=server) == [GUEST_ADDRESS]
            assert await vpc.short("-x", GUEST_ADDRESS) == ["ip-10-0-1-5.ec2.internal."]
            assert sorted(await vpc.short("my.own.bucket.s3.us-east-1.amazonaws.com")) == ["52.216.0.1", "52.216.0.2"]
            first = [(await vpc.short("s3.us-east-1.amazonaws.com"))[0] for _ in range(4)]
            assert first == ["52.216.0.1", "52.216.0.2"] * 2
            assert "status: REFUSED" in await vpc.dig("example.com")
            assert "status: NXDOMAIN" in await vpc.dig("nobody.ec2.internal")
            nothing = await vpc.dig("ip-10-0-1-5.ec2.internal", "AAAA")
            assert "status: NOERROR" in nothing
            assert "ANSWER: 0, AUTHORITY: 1" in nothing
            assert "WARNING" not in nothing
            cut = await vpc.dig("+ignore", "+noedns", "many.amazonaws.com")
            assert "flags: qr tc rd ra;" in cut
            assert len(await vpc.short("+noedns", "many.amazonaws.com")) == 200

    asyncio.run(story())


def test_nothing_answers_at_the_routers_other_addresses(tmp_path: Path) -> None:
    async def story() -> None:
        vpc = Vpc("a")
        async with region(tmp_path, vpc):
            assert await vpc.is_silent("localhost", server="10.0.1.1")
            assert await vpc.status("http://10.0.1.1/latest/") == "000"
            assert await vpc.status("http://169.254.169.253/latest/") == "000"

    asyncio.run(story())


def test_equal_addresses_in_two_vpcs_are_two_worlds(tmp_path: Path) -> None:
    async def story() -> None:
        first, second = Vpc("a"), Vpc("b")
        async with region(tmp_path, first, second) as one:
            await one.put(*second.rows(host_address="10.0.1.99"))
            assert await first.short("ip-10-0-1-5.ec2.internal") == ["10.0.1.5"]
            assert await second.short("ip-10-0-1-5.ec2.internal") == ["10.0.1.99"]
            assert await first.curl(METADATA_URL + "instance-id") == "i-aaaaaaaa"
            assert await second.curl(METADATA_URL + "instance-id") == "i-bbbbbbbb"
            token = await first.token()
            header = f"X-aws-ec2-metadata-token: {token}"
            assert await first.status("-H", header, METADATA_URL) == "200"
            assert await second.status("-H", header, METADATA_URL) == "401"

    asyncio.run(story())


def test_a_change_is_in_force_when_it_is_acknowledged(tmp_path: Path) -> None:
    async def story() -> None:
        vpc = Vpc("a")
        async with region(tmp_path, vpc) as one:
            for number in (7, 8, 9):
                await one.put(*vpc.rows(host_address=f"10.0.1.{number}"))
                assert await vpc.short("ip-10-0-1-5.ec2.internal") == [f"10.0.1.{number}"]
            await one.put(*vpc.rows(answering=False))
            assert await vpc.is_silent("ip-10-0-1-5.ec2.internal")
            await one.put(*vpc.rows(replace(vpc.guest, metadata_tokens_required=True)))
            assert await vpc.short("ip-10-0-1-5.ec2.internal") == [GUEST_ADDRESS]
            assert await vpc.status(METADATA_URL) == "401"
            await one.publisher.replace([], [row_id(vpc.guest)])
            assert await vpc.status(METADATA_URL) == "404"

    asyncio.run(story())


def test_public_host_names_come_and_go(tmp_path: Path) -> None:
    async def story() -> None:
        vpc, hosts = Vpc("a"), public_hosts("compute-1.amazonaws.com")
        async with region(tmp_path, vpc) as one:
            assert "status: REFUSED" in await vpc.dig("ec2-198-18-5-6.compute-1.amazonaws.com")
            await one.put(hosts)
            assert await vpc.short("ec2-198-18-5-6.compute-1.amazonaws.com") == ["198.18.5.6"]
            assert "status: NXDOMAIN" in await vpc.dig("ec2-8-8-8-8.compute-1.amazonaws.com")
            await one.publisher.replace([], [row_id(hosts)])
            assert "status: REFUSED" in await vpc.dig("ec2-198-18-5-6.compute-1.amazonaws.com")

    asyncio.run(story())


def test_private_zones_are_one_vpcs_own_and_turn_on_and_off(tmp_path: Path) -> None:
    async def story() -> None:
        own, other = Vpc("a"), Vpc("b")
        name = "sqs.us-east-1.amazonaws.com"
        vpce = "vpce-0a-b.sqs.us-east-1.vpce.amazonaws.com"
        zone = private_zone(name, f"{name} 60 A 10.0.1.77")
        view = name_view({}, vpc_id=own.vpc_id)
        async with region(tmp_path, own, other) as one:
            await one.put(public_name(name, "198.51.100.9"), public_name(vpce, "10.0.1.77"))
            assert await own.short(name) == ["198.51.100.9"]
            for zones, expected in (((zone,), "10.0.1.77"), ((), "198.51.100.9")) * 2:
                await one.put_view(replace(view, zones=zones))
                assert await own.short(name) == [expected]
                assert await other.short(name) == ["198.51.100.9"]
                assert await other.short(vpce) == ["10.0.1.77"]
            await one.put_view(replace(view, zones=(zone,)))
            assert "status: NXDOMAIN" in await own.dig(f"foo.{name}")
            await one.publisher.replace([], [row_id(public_name(vpce))])
            assert "status: NXDOMAIN" in await other.dig(vpce)

    asyncio.run(story())


def test_records_of_a_zone_come_one_by_one_and_whole_to_who_is_new(tmp_path: Path) -> None:
    async def story() -> None:
        vpc = Vpc("a")

        def view(*addresses: str) -> NameView:
            texts = [f"host-{number}.corp.internal 60 A {address}" for number, address in enumerate(addresses)]
            hosts = {"ip-10-0-1-5.ec2.internal": (GUEST_ADDRESS,)}
            return name_view(hosts, vpc_id=vpc.vpc_id, zones=(private_zone("corp.internal", *texts),))

        async def told() -> list[str]:
            return await vpc.short(*(f"host-{number}.corp.internal" for number in range(3)))

        async with region(tmp_path, vpc) as one:
            await one.put_view(view("10.9.0.1", "10.9.0.2", "10.9.0.3"))
            assert await told() == ["10.9.0.1", "10.9.0.2", "10.9.0.3"]
            await one.put_view(view("10.9.0.1", "10.9.0.22"))
            assert await told() == ["10.9.0.1", "10.9.0.22"]
            await one.restart()
            assert await told() == ["10.9.0.1", "10.9.0.22"], "the same daemon's rows, all of them"
            assert "status: NXDOMAIN" in await vpc.dig("host-2.corp.internal")
            await one.replace_daemon([*vpc.rows(), *NameRows().rows_of(view("10.9.0.11"))])
            assert await told() == ["10.9.0.11"], "what the former daemon had said is gone"
            assert "status: NXDOMAIN" in await vpc.dig("host-1.corp.internal")
            await one.put_view(view("10.9.0.11", "10.9.0.12"))
            assert await told() == ["10.9.0.11", "10.9.0.12"]

    asyncio.run(story())


def test_more_than_1024_packets_a_second_are_dropped(tmp_path: Path) -> None:
    async def story() -> None:
        vpc = Vpc("a")
        async with region(tmp_path, vpc):
            answered, seconds = map(float, (await vpc.run(sys.executable, "-c", FLOOD)).split())
            assert 0 < answered <= 1024 * (1 + seconds)
            again = await vpc.run("dig", "+short", "+time=1", "+tries=60", "@10.0.0.2", "ip-10-0-1-5.ec2.internal")
            assert again.splitlines()[-1] == GUEST_ADDRESS, "later ones are answered again"

    asyncio.run(story())


def test_an_inbound_endpoint_answers_from_all_zones(tmp_path: Path) -> None:
    async def story() -> None:
        vpc = Vpc("a")
        name, endpoint_id = "s3.us-east-1.amazonaws.com", "rslvr-in-0123456789abcdef0"
        zone = private_zone(name, f"{name} 60 A 10.0.1.88", for_instances=False)
        inbound = InboundEndpoint(endpoint_id, (parse_address("10.0.1.66"),), ORIGIN)
        view = name_view({}, vpc_id=vpc.vpc_id, zones=(zone,), inbound=(inbound,))
        async with region(tmp_path, vpc) as one:
            ip("-n", vpc.router, "addr", "add", "10.0.1.66/32", "dev", "lo")
            place = Place(endpoint_id, f"/run/netns/{vpc.router}", "i", device_index=2)
            await one.put_view(view)
            await one.put(place)
            assert sorted(await vpc.short(name)) == ["52.216.0.1", "52.216.0.2"]
            for transport in ("+notcp", "+tcp"):
                assert await vpc.short(transport, name, server="10.0.1.66") == ["10.0.1.88"]
            vpc.make_link_anew()
            assert await vpc.is_silent(name, server="10.0.1.66")
            await one.put(replace(place, device_index=3))
            assert await vpc.short(name, server="10.0.1.66") == ["10.0.1.88"]
            await one.put_view(replace(view, inbound=()))
            assert await vpc.is_silent(name, server="10.0.1.66")

    asyncio.run(story())


def test_botocore_finds_credentials_and_region(tmp_path: Path) -> None:
    async def story() -> None:
        vpc = Vpc("a")
        async with region(tmp_path, vpc) as one:
            # As botocore asks: with a token, whose credentials tell of it (ec2:RoleDelivery).
            given = f"X-aws-ec2-metadata-token: {await vpc.token()}"
            shown = json.loads(await vpc.curl("-H", given, METADATA_URL + "iam/security-credentials/app"))
            claims, secret = read_session(REGION_KEY, shown["AccessKeyId"], shown["Token"])
            assert (claims.role_arn, claims.session_name) == (vpc.guest.role_arn, vpc.guest.instance_id)
            assert secret == shown["SecretAccessKey"]
            for required in (False, True):
                await one.put(replace(vpc.guest, metadata_tokens_required=required))
                fetched, where, method, access_key = json.loads(await vpc.run(sys.executable, "-c", BOTO_FETCH))
                assert fetched == {
                    "role_name": "app",
                    "access_key": shown["AccessKeyId"],
                    "secret_key": shown["SecretAccessKey"],
                    "token": shown["Token"],
                    "expiry_time": shown["Expiration"],
                }
                assert where == "us-east-1"
                assert (method, access_key) == ("iam-role", shown["AccessKeyId"])

    asyncio.run(story())


def test_the_tokens_answer_alone_has_the_hop_limit(tmp_path: Path) -> None:
    async def story() -> None:
        vpc = Vpc("a")
        seen = "tcp sport 80 tcp flags & psh == psh ip ttl 1 counter"
        rules = f"table ip t {{ chain c {{ type filter hook input priority 0; {seen}; }}; }}"
        async with region(tmp_path, vpc):
            assert await vpc.run("nft", rules) == ""
            await vpc.curl(METADATA_URL)
            assert "packets 0 " in await vpc.run("nft", "list", "ruleset")
            assert len(await vpc.token()) == 56
            assert "packets 1 " in await vpc.run("nft", "list", "ruleset")

    asyncio.run(story())


def test_it_goes_on_without_the_daemon_and_obeys_the_next(tmp_path: Path) -> None:
    async def story() -> None:
        first, second = Vpc("a"), Vpc("b")
        async with region(tmp_path, first, second) as one:
            token = await first.token()
            await one.publisher.close()
            assert await first.short("ip-10-0-1-5.ec2.internal") == [GUEST_ADDRESS]
            assert await first.curl(METADATA_URL + "instance-id") == "i-aaaaaaaa"
            await one.replace_daemon([*PUBLIC_NAMES, *first.rows()])
            assert await first.status("-H", f"X-aws-ec2-metadata-token: {token}", METADATA_URL) == "200"
            assert "connection refused" in await second.dig("ip-10-0-1-5.ec2.internal")
            assert await second.status(METADATA_URL) == "000"

    asyncio.run(story())


def test_a_namespace_made_anew_is_entered_anew(tmp_path: Path) -> None:
    async def story() -> None:
        vpc = Vpc("a")
        async with region(tmp_path, vpc) as one:
            vpc.remove()
            vpc.make()
            await one.replace_daemon([*PUBLIC_NAMES, *vpc.rows()])
            assert await vpc.short("ip-10-0-1-5.ec2.internal") == [GUEST_ADDRESS]

    asyncio.run(story())


def test_a_namespace_that_is_missing_is_told_and_tried_again(tmp_path: Path) -> None:
    async def story() -> None:
        vpc, late = Vpc("a"), Vpc("b")
        async with region(tmp_path, vpc) as one:
            try:
                await one.put(*late.rows())
                assert re.fullmatch(r".*: No such file or directory", one.publisher.failing["vpc-b"])
                late.make()
                await one.put(*vpc.rows(host_address="10.0.1.7"))
                assert await vpc.short("ip-10-0-1-5.ec2.internal") == ["10.0.1.7"]
                assert await late.short("ip-10-0-1-5.ec2.internal") == [GUEST_ADDRESS]
                assert one.publisher.failing == {}
            finally:
                late.remove()

    asyncio.run(story())


def test_the_end_leaves_no_namespace_behind() -> None:
    assert PREFIX not in subprocess.run(["ip", "netns", "list"], check=True, capture_output=True, text=True).stdout
