"""Security groups on the way to S3 and between instances."""

from __future__ import annotations

from typing import Any

import pytest

from support.live_callers import PORT, answering, is_silent, told
from support.live_region import REACHES_WITHIN, SILENT_FOR, LiveRegion
from support.waiting import wait_until

pytestmark = pytest.mark.live

S3_PREFIX_LIST = "pl-63a5400a"

EVERYWHERE = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def group(region: LiveRegion, vpc: str, name: str, *egress: dict[str, Any]) -> str:
    """A group that lets out what is given, and nothing else."""
    made = str(region.ec2.create_security_group(VpcId=vpc, GroupName=name, Description=name)["GroupId"])
    region.ec2.revoke_security_group_egress(GroupId=made, IpPermissions=[EVERYWHERE])
    if egress:
        region.ec2.authorize_security_group_egress(GroupId=made, IpPermissions=list(egress))
    return made


def https_to(**peer: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **peer}


def test_egress_to_the_prefix_list_decides(region: LiveRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    region.endpoint(vpc, region.table(vpc, subnet))
    to_s3 = https_to(PrefixListIds=[{"PrefixListId": S3_PREFIX_LIST}])
    open_group = group(region, vpc, "with", to_s3)
    closed_group = group(region, vpc, "without", https_to(IpRanges=[{"CidrIp": "10.0.0.0/16"}]))
    let_out = region.instance(subnet, groups=[open_group])
    kept_in = region.instance(subnet, groups=[closed_group])
    url = "https://s3.us-east-1.amazonaws.com/"
    assert region.get(let_out, url).status in {200, 307, 403}
    refused = region.get(kept_in, url, SILENT_FOR)
    assert refused.network is not None
    assert "timed out" in refused.network

    region.ec2.authorize_security_group_egress(GroupId=closed_group, IpPermissions=[to_s3])
    region.ec2.revoke_security_group_egress(GroupId=open_group, IpPermissions=[to_s3])
    region.wait()
    assert region.get(kept_in, url).status in {200, 307, 403}
    assert region.get(let_out, url, SILENT_FOR).network is not None


def test_ingress_by_group_lets_members_in_and_nobody_else(region: LiveRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    friends, strangers, served = (group(region, vpc, name, everything) for name in ("friends", "strangers", "served"))
    by_friends = {"IpProtocol": "tcp", "FromPort": 7000, "ToPort": 7000, "UserIdGroupPairs": [{"GroupId": friends}]}
    region.ec2.authorize_security_group_ingress(GroupId=served, IpPermissions=[by_friends])
    server = region.instance(subnet, groups=[served])
    friend = region.instance(subnet, groups=[friends])
    stranger = region.instance(subnet, groups=[strangers])
    described = region.ec2.describe_instances(InstanceIds=[server])["Reservations"][0]["Instances"][0]
    address = described["PrivateIpAddress"]

    def probe(seconds: float) -> str:
        return (
            "import socket\n"
            f"try: socket.create_connection(('{address}', 7000), {seconds}); print('open')\n"
            "except OSError as error: print(type(error).__name__)\n"
        )

    listener = "import socket; s = socket.create_server(('0.0.0.0', 7000)); print('up'); input()"
    with region.start(server, listener) as program:
        assert program.hear() == "up"
        assert region.python(friend, probe(REACHES_WITHIN)).strip() == "open"
        assert region.python(stranger, probe(SILENT_FOR)).strip() == "TimeoutError"


def test_a_rule_that_is_changed_in_place(region: LiveRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    served = group(region, vpc, "served")
    callers = group(region, vpc, "callers", EVERYWHERE)
    server, client = region.instance(subnet, groups=[served]), region.instance(subnet, groups=[callers])
    permission = {"IpProtocol": "tcp", "FromPort": PORT, "ToPort": PORT, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}
    made = region.ec2.authorize_security_group_ingress(GroupId=served, IpPermissions=[permission])
    rule_id = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    with answering(region, server):
        assert is_silent(region, client, "10.0.1.4")
        rule = {"IpProtocol": "tcp", "FromPort": PORT, "ToPort": PORT, "CidrIpv4": "10.0.1.5/32"}
        update = [{"SecurityGroupRuleId": rule_id, "SecurityGroupRule": rule}]
        region.ec2.modify_security_group_rules(GroupId=served, SecurityGroupRules=update)
        region.wait()
        assert told(region, client, "10.0.1.4") == "10.0.1.5 at 10.0.1.4"
        region.ec2.revoke_security_group_ingress(GroupId=served, SecurityGroupRuleIds=[rule_id])
        region.wait()
        assert is_silent(region, client, "10.0.1.4")


def test_a_group_across_a_peering_connection(region: LiveRegion) -> None:
    """Only its members come in, whose traffic the VPCs' routes bring; no longer when the connection is over."""
    vpc, peer = region.vpc("10.0.0.0/16"), region.vpc("10.1.0.0/16")
    subnet, peer_subnet = region.subnet(vpc), region.subnet(peer, "10.1.1.0/24")
    table, peer_table = region.table(vpc, subnet), region.table(peer, peer_subnet)
    served = group(region, vpc, "served")
    friends, strangers = group(region, peer, "friends", EVERYWHERE), group(region, peer, "strangers", EVERYWHERE)
    server = region.instance(subnet, groups=[served])
    friend, stranger = (region.instance(peer_subnet, groups=[one]) for one in (friends, strangers))
    peering = region.ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=peer)["VpcPeeringConnection"]
    peering_id = peering["VpcPeeringConnectionId"]
    region.ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.1.0.0/16", VpcPeeringConnectionId=peering_id)
    region.ec2.create_route(
        RouteTableId=peer_table, DestinationCidrBlock="10.0.0.0/16", VpcPeeringConnectionId=peering_id
    )
    region.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering_id)

    def status() -> str:
        shown = region.ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[peering_id])
        return str(shown["VpcPeeringConnections"][0]["Status"]["Code"])

    wait_until(lambda: status() == "active")
    pair = {"GroupId": friends, "VpcPeeringConnectionId": peering_id}
    permission = {"IpProtocol": "tcp", "FromPort": PORT, "ToPort": PORT, "UserIdGroupPairs": [pair]}
    region.ec2.authorize_security_group_ingress(GroupId=served, IpPermissions=[permission])
    region.wait()
    with answering(region, server):
        assert told(region, friend, "10.0.1.4") == "10.1.1.4 at 10.0.1.4"
        assert is_silent(region, stranger, "10.0.1.4")
        region.ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering_id)
        region.wait()
        assert is_silent(region, friend, "10.0.1.4")
    (stale,) = region.ec2.describe_stale_security_groups(VpcId=vpc)["StaleSecurityGroupSet"]
    assert stale["GroupId"] == served
