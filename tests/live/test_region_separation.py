"""What must not meet: VPCs with equal addresses, endpoints of one VPC on different tables."""

from __future__ import annotations

import pytest

from support.live_region import LiveRegion

pytestmark = pytest.mark.live

ALLOW_ALL = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
LISTENER = """
import socket, sys
listening = socket.create_server(("0.0.0.0", 7000))
print("listening")
while True:
    connection, peer = listening.accept()
    connection.sendall(NAME.encode())
    connection.close()
"""
CLIENT = """
import socket
try:
    with socket.create_connection((ADDRESS, 7000), 30) as connection:
        print(connection.recv(100).decode())
except OSError as error:
    print(type(error).__name__)
"""

REACH_FOR_THE_PEER = """
# What root of the machine can do with the number that the kernel gives a link's peer: look into the peer's network
# namespace (RTM_GETLINK), and delete what it finds there (RTM_DELLINK), both by IFLA_TARGET_NETNSID.
import os, socket, struct
IFLA_IFNAME, IFLA_TARGET_NETNSID = 3, 46
RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK, REQUEST, ACKNOWLEDGE, DUMP = 16, 17, 18, 1, 4, 0x300
def ask(kind, flags, *attributes):
    body = struct.pack("=BxHiII", 0, 0, 0, 0, 0)
    for number, value in attributes:
        body += struct.pack("=HH", 4 + len(value), number) + value + b"\\0" * (-len(value) % 4)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
        netlink.bind((0, 0))
        netlink.send(struct.pack("=IHHII", 16 + len(body), kind, flags | REQUEST, 1, 0) + body)
        answer = netlink.recv(65536)
    told = struct.unpack_from("=IHH", answer)[1]
    return "links" if told == RTM_NEWLINK else os.strerror(-struct.unpack_from("=i", answer, 16)[0])
target = (IFLA_TARGET_NETNSID, struct.pack("=i", 0))
print(ask(RTM_GETLINK, DUMP, target))
print(ask(RTM_DELLINK, ACKNOWLEDGE, target, (IFLA_IFNAME, b"lo\\0")))
"""


def address_of(region: LiveRegion, instance: str) -> str:
    found = region.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    return str(found["PrivateIpAddress"])


def ask(region: LiveRegion, instance: str, address: str) -> str:
    return region.python(instance, CLIENT.replace("ADDRESS", repr(address))).strip()


def test_two_vpcs_with_the_same_cidr_never_see_each_other(region: LiveRegion) -> None:
    """Instances with equal addresses: each reaches the server of its own VPC; without one it reaches nobody."""
    servers, clients = [], []
    for _ in range(2):
        vpc = region.vpc()
        subnet = region.subnet(vpc)
        servers.append(region.instance(subnet))
        clients.append(region.instance(subnet))
    address = address_of(region, servers[0])
    assert address == address_of(region, servers[1])
    assert address_of(region, clients[0]) == address_of(region, clients[1])

    with region.start(servers[0], LISTENER.replace("NAME", "'first'")) as first:
        assert first.hear() == "listening"
        assert ask(region, clients[0], address) == "first"
        assert ask(region, clients[1], address) == "ConnectionRefusedError"
        with region.start(servers[1], LISTENER.replace("NAME", "'second'")) as second:
            assert second.hear() == "listening"
            assert ask(region, clients[0], address) == "first"
            assert ask(region, clients[1], address) == "second"


def test_two_endpoints_in_one_vpc_obey_each_its_own_policy(region: LiveRegion) -> None:
    bucket = region.bucket("two-gates", {"Statement": [{**ALLOW_ALL, "Resource": "arn:aws:s3:::two-gates/*"}]})
    region.s3.put_object(Bucket=bucket, Key="a.txt", Body=b"hello")
    vpc = region.vpc()
    readers, refused = region.subnet(vpc, "10.0.1.0/24"), region.subnet(vpc, "10.0.2.0/24")
    region.endpoint(vpc, region.table(vpc, readers))
    region.endpoint(vpc, region.table(vpc, refused), policy={"Statement": [{**ALLOW_ALL, "Effect": "Deny"}]})
    reader, other = region.instance(readers), region.instance(refused)
    url = f"https://{bucket}.s3.us-east-1.amazonaws.com/a.txt"
    assert region.get(reader, url).answer == "hello"
    assert region.get(other, url).status == 403


def test_root_in_an_instance_is_root_of_its_own_network_alone(region: LiveRegion) -> None:
    instance = region.instance(region.subnet(region.vpc()))
    assert region.python(instance, REACH_FOR_THE_PEER).splitlines() == ["Permission denied", "Permission denied"]
    changed = region.exec(instance, "sh", "-c", "ip link set eth0 mtu 1400 && ip -o link show eth0")
    assert "mtu 1400" in changed.stdout
