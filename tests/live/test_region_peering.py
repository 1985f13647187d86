"""Peered VPCs of two accounts on real packets: what passes, what must not, and when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from support.live_region import (
    COMMAND_SECONDS,
    IMAGE,
    REACHES_WITHIN,
    S3,
    SILENT_FOR,
    Conversation,
    LiveRegion,
    live_region,
)
from support.waiting import wait_until

pytestmark = pytest.mark.live

OTHER = "210987654321"
PORT = 8080
SERVE = f"""
import socket
server = socket.create_server(("0.0.0.0", {PORT}))
print("ready", flush=True)
while True:
    connection, peer = server.accept()
    connection.sendall(peer[0].encode() + b"\\n")
    connection.close()
"""
KEEP = f"""
import socket, sys
server = socket.create_server(("0.0.0.0", {PORT + 1}))
print("ready", flush=True)
connection, _ = server.accept()
while received := connection.recv(100):
    connection.sendall(received)
"""
CALL = f"""
import socket
try:
    with socket.create_connection(("ADDRESS", {PORT}), SECONDS) as connection:
        connection.settimeout(SECONDS)
        print(connection.recv(100).decode().strip())
except OSError:
    print("nothing")
"""
TALK = f"""
import socket, sys
connection = socket.create_connection(("ADDRESS", {PORT + 1}), SECONDS)
print("connected", flush=True)
for line in sys.stdin:
    connection.settimeout(float(line))
    try:
        connection.sendall(b"x")
        print(connection.recv(100).decode(), flush=True)
    except OSError:
        print("nothing", flush=True)
"""
CONNECT = """
import socket
try:
    socket.create_connection(("ADDRESS", 443), SECONDS).close()
    print("connected")
except OSError:
    print("nothing")
"""
RESOLVE = """
import socket
try:
    print(socket.gethostbyname("NAME"))
except socket.gaierror:
    print("nothing")
"""
OUTSIDE = "s3.us-east-1.amazonaws.com"


def addressed(program: str, address: str, seconds: float = REACHES_WITHIN) -> str:
    return program.replace("ADDRESS", address).replace("SECONDS", str(seconds))


class Network:
    """One account's VPC with a subnet, its route table, a group and an instance that answers on a port."""

    def __init__(self, region: LiveRegion, ec2: Any, number: int, *, public: bool = False) -> None:
        self.region, self.ec2 = region, ec2
        self.cidr = f"10.{number}.0.0/16"
        self.vpc = ec2.create_vpc(CidrBlock=self.cidr)["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        made = ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.{number}.1.0/24", AvailabilityZone="us-east-1a")
        self.subnet = made["Subnet"]["SubnetId"]
        self.table = ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        ec2.associate_route_table(RouteTableId=self.table, SubnetId=self.subnet)
        if public:
            gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
            ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc)
            ec2.create_route(RouteTableId=self.table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        self.group = ec2.create_security_group(VpcId=self.vpc, GroupName="peered", Description="peered")["GroupId"]
        self.instance, self.address = self.launch(self.subnet, public=public)
        region.wait()

    def launch(self, subnet: str, *, public: bool = False) -> tuple[str, str]:
        interface = {"DeviceIndex": 0, "SubnetId": subnet, "AssociatePublicIpAddress": public, "Groups": [self.group]}
        launched = self.ec2.run_instances(
            ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, NetworkInterfaces=[interface]
        )
        return launched["Instances"][0]["InstanceId"], launched["Instances"][0]["PrivateIpAddress"]

    def admit(self, **peer: Any) -> dict[str, Any]:
        """Lets a peer in at the group, whatever it sends; answers the permission."""
        permission = {"IpProtocol": "-1", **peer}
        self.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=[permission])
        return permission

    def route(self, destination: str, peering: str) -> None:
        self.ec2.create_route(RouteTableId=self.table, DestinationCidrBlock=destination, VpcPeeringConnectionId=peering)

    def reaches(self, address: str, seconds: float = REACHES_WITHIN) -> str:
        """What a server says: the address it sees us at; `nothing` where it is not reached."""
        return self.run(addressed(CALL, address, seconds))

    def misses(self, address: str) -> bool:
        return self.reaches(address, SILENT_FOR) == "nothing"

    def connects(self, address: str, seconds: float = REACHES_WITHIN) -> bool:
        """Whether HTTPS is open there."""
        return self.run(addressed(CONNECT, address, seconds)) == "connected"

    def resolve(self, name: str) -> str:
        """The first address; `nothing` where there is none."""
        return self.run(RESOLVE.replace("NAME", name))

    def run(self, program: str) -> str:
        self.region.control.ask("wait", timeout_seconds=COMMAND_SECONDS)
        return self.region.python(self.instance, program).strip()

    @contextmanager
    def serving(self, program: str = SERVE) -> Iterator[Conversation]:
        with self.region.start(self.instance, program) as server:
            assert server.hear() == "ready"
            yield server


@pytest.fixture(scope="module")
def theirs(region: LiveRegion) -> Any:
    # The region is shared with other stories, which may have made it.
    if OTHER not in region.run("account", "list").stdout:
        region.run("account", "add", OTHER)
    return region.client("ec2", OTHER)


def request(ours: Network, other: Network) -> str:
    owner = other.ec2.describe_vpcs(VpcIds=[other.vpc])["Vpcs"][0]["OwnerId"]
    made = ours.ec2.create_vpc_peering_connection(VpcId=ours.vpc, PeerVpcId=other.vpc, PeerOwnerId=owner)
    return str(made["VpcPeeringConnection"]["VpcPeeringConnectionId"])


def peer(ours: Network, other: Network) -> str:
    """An accepted connection with routes both ways."""
    peering = request(ours, other)
    other.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    wait_until(lambda: status(ours, peering) == "active")
    ours.route(other.cidr, peering)
    other.route(ours.cidr, peering)
    return peering


def status(network: Network, peering: str) -> str:
    shown = network.ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[peering])["VpcPeeringConnections"]
    return str(shown[0]["Status"]["Code"])


def test_packets_pass_from_the_acceptance_to_the_end(region: LiveRegion, theirs: Any) -> None:
    a, b = Network(region, region.ec2, 130), Network(region, theirs, 131)
    b.admit(IpRanges=[{"CidrIp": a.cidr}])
    with b.serving(), b.serving(KEEP):
        peering = request(a, b)
        a.route(b.cidr, peering)
        b.route(a.cidr, peering)
        assert a.misses(b.address), "nobody has accepted"
        theirs.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
        assert a.reaches(b.address) == a.address, "and no address is translated"

        with region.start(a.instance, addressed(TALK, b.address)) as talk:
            assert talk.hear() == "connected"
            talk.say(str(REACHES_WITHIN))
            assert talk.hear() == "x"
            theirs.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
            wait_until(lambda: status(a, peering) == "deleted")
            talk.say(str(SILENT_FOR))
            assert talk.hear() == "nothing", "what was connected is cut as well"
        assert a.misses(b.address)
        again = peer_again(a, b, peering)
        assert a.reaches(b.address) == a.address
        assert again != peering


def peer_again(a: Network, b: Network, former: str) -> str:
    """A new connection in place of a deleted one: its routes are blackholes until they are replaced."""
    peering = request(a, b)
    b.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    for side, other in ((a, b), (b, a)):
        [table] = side.ec2.describe_route_tables(RouteTableIds=[side.table])["RouteTables"]
        [state] = [one["State"] for one in table["Routes"] if one.get("VpcPeeringConnectionId") == former]
        assert state == "blackhole"
        side.ec2.replace_route(RouteTableId=side.table, DestinationCidrBlock=other.cidr, VpcPeeringConnectionId=peering)
    return peering


def test_both_sides_need_a_route(region: LiveRegion, theirs: Any) -> None:
    a, b = Network(region, region.ec2, 132), Network(region, theirs, 133)
    b.admit(IpRanges=[{"CidrIp": a.cidr}])
    peering = request(a, b)
    theirs.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    with b.serving():
        assert a.misses(b.address)
        a.route(b.cidr, peering)
        assert a.misses(b.address), "the answers do not find back"
        b.route(a.cidr, peering)
        assert a.reaches(b.address) == a.address


def test_groups_by_id_across_the_connection(region: LiveRegion, theirs: Any) -> None:
    a, b = Network(region, region.ec2, 134), Network(region, theirs, 135)
    peer(a, b)
    with b.serving():
        assert a.misses(b.address), "the group lets nobody in"
        permission = b.admit(UserIdGroupPairs=[{"UserId": region.account_id, "GroupId": a.group}])
        assert a.reaches(b.address) == a.address
        theirs.revoke_security_group_ingress(GroupId=b.group, IpPermissions=[permission])
        assert a.misses(b.address)


def test_it_leads_no_further_than_the_peer(region: LiveRegion, theirs: Any) -> None:
    """Not to the peer's peers, and not out through its gateways.

    Source: VPC Peering Guide, "Unsupported VPC peering configurations" (overlaps, transitive, edge to edge).
    """
    a, b, c = Network(region, region.ec2, 136), Network(region, theirs, 137, public=True), Network(region, theirs, 138)
    ab, bc = peer(a, b), peer(b, c)
    for network in (a, b, c):
        network.admit(IpRanges=[{"CidrIp": "10.0.0.0/8"}])
    with b.serving(), c.serving():
        assert a.reaches(b.address) == a.address
        assert b.reaches(c.address) == b.address
        a.route(c.cidr, ab)
        c.route(a.cidr, bc)
        assert a.misses(c.address), "a connection of a connection is none"

    outside = b.resolve(OUTSIDE)
    assert b.connects(outside)
    a.route("0.0.0.0/0", ab)
    assert not a.connects(outside, SILENT_FOR), "not through the peer's internet gateway"
    main = main_table(b)
    theirs.create_vpc_endpoint(VpcId=b.vpc, ServiceName=S3, RouteTableIds=[b.table, main])
    assert b.connects(outside)
    assert not a.connects(outside, SILENT_FOR), "not through the peer's gateway endpoint"


def main_table(network: Network) -> str:
    of_vpc = [{"Name": "vpc-id", "Values": [network.vpc]}, {"Name": "association.main", "Values": ["true"]}]
    [table] = network.ec2.describe_route_tables(Filters=of_vpc)["RouteTables"]
    return str(table["RouteTableId"])


def test_not_through_the_peers_nat_gateway(region: LiveRegion, theirs: Any) -> None:
    a, b = Network(region, region.ec2, 139), Network(region, theirs, 140, public=True)
    ab = peer(a, b)
    allocation = theirs.allocate_address(Domain="vpc")["AllocationId"]
    nat = theirs.create_nat_gateway(SubnetId=b.subnet, AllocationId=allocation)["NatGateway"]["NatGatewayId"]
    theirs.get_waiter("nat_gateway_available").wait(NatGatewayIds=[nat], WaiterConfig={"Delay": 1, "MaxAttempts": 180})
    theirs.create_route(RouteTableId=main_table(b), DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    private = theirs.create_subnet(VpcId=b.vpc, CidrBlock="10.140.2.0/24", AvailabilityZone="us-east-1a")["Subnet"]
    outside = b.resolve(OUTSIDE)
    inside, _ = b.launch(private["SubnetId"])
    region.wait()
    assert region.python(inside, addressed(CONNECT, outside)).strip() == "connected"
    a.route("0.0.0.0/0", ab)
    assert not a.connects(outside, SILENT_FOR)


def test_public_names_resolve_to_private_addresses_where_their_owner_allows_it(region: LiveRegion, theirs: Any) -> None:
    a, b = Network(region, region.ec2, 141), Network(region, theirs, 142, public=True)
    peering = peer(a, b)
    [reservation] = theirs.describe_instances(InstanceIds=[b.instance])["Reservations"]
    name, public = (reservation["Instances"][0][key] for key in ("PublicDnsName", "PublicIpAddress"))
    assert b.resolve(name) == b.address
    assert a.resolve(name) == public
    theirs.modify_vpc_peering_connection_options(
        VpcPeeringConnectionId=peering, AccepterPeeringConnectionOptions={"AllowDnsResolutionFromRemoteVpc": True}
    )
    assert a.resolve(name) == b.address
    theirs.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
    assert a.resolve(name) == public


def test_a_second_block_of_a_peered_vpc_is_reached_too(region: LiveRegion, theirs: Any) -> None:
    a, b = Network(region, region.ec2, 143), Network(region, theirs, 144)
    peering = peer(a, b)
    theirs.associate_vpc_cidr_block(VpcId=b.vpc, CidrBlock="100.64.0.0/24")
    second = theirs.create_subnet(VpcId=b.vpc, CidrBlock="100.64.0.0/25", AvailabilityZone="us-east-1a")["Subnet"]
    theirs.associate_route_table(RouteTableId=b.table, SubnetId=second["SubnetId"])
    b.admit(IpRanges=[{"CidrIp": "10.0.0.0/8"}])
    instance, address = b.launch(second["SubnetId"])
    region.wait()
    with region.start(instance, SERVE) as server:
        assert server.hear() == "ready"
        assert b.reaches(address) == b.address, "the local routes hold for every block"
        assert a.misses(address)
        a.route("100.64.0.0/24", peering)
        assert a.reaches(address) == a.address


def test_it_is_as_before_after_the_region_was_down() -> None:
    with live_region() as region:
        a, b = Network(region, region.ec2, 145), Network(region, region.ec2, 146)
        peering = peer(a, b)
        b.admit(IpRanges=[{"CidrIp": a.cidr}])
        with b.serving():
            assert a.reaches(b.address) == a.address
        assert region.run("down").returncode == 0
        region.up()
        region.wait()
        with b.serving():
            assert a.reaches(b.address) == a.address
        region.ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
        with b.serving():
            assert a.misses(b.address)
