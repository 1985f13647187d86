"""What packets meet at endpoints' addresses that a security group lets them reach: connections that are there while
endpoint or rule goes, what is not TCP, other directions; and DNS at inbound resolver endpoints."""

from __future__ import annotations

import socket
import subprocess
from dataclasses import dataclass
from typing import Any

import pytest

from skywalk.drivers.linux.netns import inside
from support.live_region import REACHES_WITHIN, S3, SILENT_FOR, LiveRegion
from support.waiting import wait_until

pytestmark = pytest.mark.live

SECONDS = 60
OBJECT_BYTES = 24 << 20
IP_FREEBIND = 15  # linux/in.h
DOWNLOAD = """
import http.client, sys
connection = http.client.HTTPConnection(HOST, 80, timeout=60)
connection.request("GET", "/large")
answer = connection.getresponse()
got = len(answer.read(1 << 20))
print("begun", answer.status, got)
sys.stdin.readline()
try:
    while part := answer.read(1 << 16):
        got += len(part)
except (OSError, http.client.IncompleteRead) as error:
    print("cut", type(error).__name__)
else:
    print("whole" if got == LENGTH else f"short {got}")
"""
PING = """
import socket, struct, sys
for line in sys.stdin:
    address, seconds = line.split()
    asking = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    asking.settimeout(float(seconds))
    packet = struct.pack("!BBHHH", 8, 0, 0xf7fd, 1, 1)  # an echo request with its checksum
    asking.sendto(packet, (address, 0))
    try:
        while asking.recv(64)[20] == 8:
            pass  # the request itself, where it was sent to this host
        print("answer")
    except OSError:
        print("silence")
"""
LISTEN = """
import socket
listening = socket.create_server(("", 8080))
print("listening")
print(listening.accept()[1][0])
"""


@dataclass
class Home:
    """A VPC with an instance, and an endpoint for S3 that has a security group of its own."""

    region: LiveRegion
    bucket: str

    def __post_init__(self) -> None:
        self.vpc = self.region.vpc()
        self.subnet = self.region.subnet(self.vpc)
        self.instance = self.region.instance(self.subnet)
        self.group = self.region.ec2.create_security_group(GroupName="door", Description="door", VpcId=self.vpc)[
            "GroupId"
        ]
        made = self.region.ec2.create_vpc_endpoint(
            VpcId=self.vpc,
            VpcEndpointType="Interface",
            ServiceName=S3,
            SubnetIds=[self.subnet],
            SecurityGroupIds=[self.group],
            PrivateDnsEnabled=False,
        )["VpcEndpoint"]
        self.endpoint = str(made["VpcEndpointId"])
        wait_until(lambda: self.shown()["State"] == "available", SECONDS)
        self.host = made["DnsEntries"][0]["DnsName"].replace("*", f"{self.bucket}.bucket")
        found = self.region.ec2.describe_network_interfaces(NetworkInterfaceIds=made["NetworkInterfaceIds"])
        self.address = str(found["NetworkInterfaces"][0]["PrivateIpAddress"])

    def shown(self) -> dict[str, Any]:
        found = self.region.ec2.describe_vpc_endpoints(
            Filters=[{"Name": "vpc-endpoint-id", "Values": [self.endpoint]}]
        )["VpcEndpoints"]
        return dict(found[0]) if found else {"State": "deleted"}

    def allow(self, protocol: str, from_port: int, to_port: int) -> None:
        self.change("authorize", protocol, from_port, to_port)

    def revoke(self, protocol: str, from_port: int, to_port: int) -> None:
        self.change("revoke", protocol, from_port, to_port)

    def change(self, verb: str, protocol: str, from_port: int, to_port: int) -> None:
        getattr(self.region.ec2, f"{verb}_security_group_ingress")(
            GroupId=self.group, IpProtocol=protocol, FromPort=from_port, ToPort=to_port, CidrIp="10.0.0.0/16"
        )
        self.region.wait()

    def status(self, seconds: float = REACHES_WITHIN) -> int | None:
        return self.region.get(self.instance, f"http://{self.host}/large", seconds).status


@pytest.fixture
def home(region: LiveRegion) -> Home:
    bucket = "endpoint-packets"
    anything = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    if bucket not in {one["Name"] for one in region.s3.list_buckets()["Buckets"]}:
        region.bucket(bucket, {"Statement": [anything]})
        region.s3.put_object(Bucket=bucket, Key="large", Body=bytes(OBJECT_BYTES))
    return Home(region, bucket)


def download(home: Home) -> str:
    return DOWNLOAD.replace("HOST", repr(home.host)).replace("LENGTH", str(OBJECT_BYTES))


def test_a_revoked_rule_leaves_the_connections_that_it_let_in(home: Home) -> None:
    home.allow("tcp", 80, 80)
    with home.region.start(home.instance, download(home)) as program:
        assert program.hear() == f"begun 200 {1 << 20}"
        home.revoke("tcp", 80, 80)
        assert home.status(SILENT_FOR) is None, "new ones are not let in"
        program.say()
        assert program.hear() == "whole"


def test_the_end_of_an_endpoint_cuts_a_download(home: Home) -> None:
    home.allow("tcp", 80, 80)
    with home.region.start(home.instance, download(home)) as program:
        assert program.hear() == f"begun 200 {1 << 20}"
        home.region.ec2.delete_vpc_endpoints(VpcEndpointIds=[home.endpoint])
        wait_until(lambda: home.shown()["State"] == "deleted", SECONDS)
        program.say()
        assert program.hear().startswith("cut ")


def test_an_endpoint_answers_no_ping_even_where_its_group_lets_it_in(home: Home) -> None:
    home.allow("icmp", -1, -1)
    home.allow("tcp", 80, 80)
    assert home.status() == 200
    with home.region.start(home.instance, PING) as program:
        for asked, expected in (
            (f"{home.address} {SILENT_FOR}", "silence"),
            (f"127.0.0.1 {REACHES_WITHIN}", "answer"),
        ):
            program.say(asked)
            assert program.hear() == expected


def test_nothing_is_started_from_an_endpoint_s_address(home: Home) -> None:
    home.allow("-1", -1, -1)
    group = home.region.ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [home.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    )["SecurityGroups"][0]["GroupId"]
    home.region.ec2.authorize_security_group_ingress(
        GroupId=group, IpProtocol="tcp", FromPort=8080, ToPort=8080, CidrIp="0.0.0.0/0"
    )
    home.region.wait()
    described = home.region.ec2.describe_instances(InstanceIds=[home.instance])
    address = described["Reservations"][0]["Instances"][0]["PrivateIpAddress"]
    other = home.region.instance(home.subnet)
    connect = f"import socket; print(socket.create_connection(({address!r}, 8080), {REACHES_WITHIN}).getsockname()[0])"
    with home.region.start(home.instance, LISTEN) as program:
        assert program.hear() == "listening"
        with inside(home.region.paths.run_dir / "netns" / home.vpc / "endpoints"):
            trying = socket.socket()
        with trying:
            trying.settimeout(2)
            trying.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
            trying.bind((home.address, 0))
            with pytest.raises(OSError, match=r"timed out|unreachable|refused|No route"):
                trying.connect((address, 8080))
        # Whoever may start something is heard at once, and is the first.
        told = home.region.python(other, connect).strip()
        assert program.hear() == told != home.address


def dig(home: Home, server: str, expected: str, *options: str) -> str:
    """NOERROR, or nothing for silence, which is waited for no longer than it must."""
    name = "s3.us-east-1.amazonaws.com"
    patience = f"+time={REACHES_WITHIN if expected else SILENT_FOR:.0f}"
    done = home.region.exec(home.instance, "dig", "+tries=1", patience, *options, f"@{server}", name)
    assert isinstance(done, subprocess.CompletedProcess)
    return done.stdout.partition("status: ")[2].partition(",")[0]


def test_the_group_of_an_inbound_resolver_endpoint_is_asked_for_each_protocol(home: Home) -> None:
    second = home.region.subnet(home.vpc, "10.0.2.0/24", "us-east-1b")
    group = home.region.ec2.create_security_group(GroupName="dns", Description="dns", VpcId=home.vpc)["GroupId"]
    resolver = home.region.client("route53resolver")
    inbound = resolver.create_resolver_endpoint(
        CreatorRequestId=home.vpc,
        SecurityGroupIds=[group],
        Direction="INBOUND",
        IpAddresses=[{"SubnetId": one} for one in (home.subnet, second)],
    )["ResolverEndpoint"]["Id"]
    home.region.wait()
    shown = resolver.list_resolver_endpoint_ip_addresses(ResolverEndpointId=inbound)["IpAddresses"]
    servers = [one["Ip"] for one in shown]

    def answers(by_udp: str, by_tcp: str) -> bool:
        expected = [(by_udp, by_tcp)] * 2
        return [(dig(home, server, by_udp), dig(home, server, by_tcp, "+tcp")) for server in servers] == expected

    assert answers("", "")
    rule = {"GroupId": group, "FromPort": 53, "ToPort": 53, "CidrIp": "10.0.0.0/16"}
    for protocol, expected in (("udp", ("NOERROR", "")), ("tcp", ("", "NOERROR"))):
        home.region.ec2.authorize_security_group_ingress(**rule, IpProtocol=protocol)
        home.region.wait()
        assert answers(*expected)
        home.region.ec2.revoke_security_group_ingress(**rule, IpProtocol=protocol)
    home.region.ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[{"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "UserIdGroupPairs": [{"GroupId": group}]}],
    )
    home.region.wait()
    assert answers("", ""), "the client is no member of that group"
