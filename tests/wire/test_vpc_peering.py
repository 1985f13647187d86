"""VPC peering connections between two accounts, by stock clients with their waiters and paginators."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.stock_clients import Keys
from support.waiting import wait_until
from support.wire_region import OTHER, WireRegion

QUICK = {"Delay": 1, "MaxAttempts": 120}


@pytest.fixture
def theirs(wire: WireRegion) -> Any:
    return wire.client("ec2", OTHER)


def refused(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def requested(ours: Any, theirs: Any, number: int) -> tuple[str, str, str]:
    """A request: its id, our VPC, theirs."""
    our_vpc = ours.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
    their_vpc = theirs.create_vpc(CidrBlock=f"10.{number + 1}.0.0/16")["Vpc"]["VpcId"]
    made = ours.create_vpc_peering_connection(VpcId=our_vpc, PeerVpcId=their_vpc, PeerOwnerId=OTHER)
    return made["VpcPeeringConnection"]["VpcPeeringConnectionId"], our_vpc, their_vpc


def status(ec2: Any, peering: str) -> str:
    [shown] = ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[peering])["VpcPeeringConnections"]
    return str(shown["Status"]["Code"])


def test_from_the_request_to_the_end(wire: WireRegion, ec2: Any, theirs: Any) -> None:
    peering, our_vpc, their_vpc = requested(ec2, theirs, 20)
    ec2.get_waiter("vpc_peering_connection_exists").wait(VpcPeeringConnectionIds=[peering], WaiterConfig=QUICK)
    assert status(theirs, peering) == "pending-acceptance"
    assert refused(ec2.accept_vpc_peering_connection, VpcPeeringConnectionId=peering) == "OperationNotPermitted"
    accepted = theirs.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)["VpcPeeringConnection"]
    assert accepted["Status"]["Code"] in ("provisioning", "active")
    wait_until(lambda: status(ec2, peering) == "active")
    for vpc, peer, network in ((our_vpc, their_vpc, "10.21.0.0/16"), (their_vpc, our_vpc, "10.20.0.0/16")):
        [side] = wire.driver.plans[vpc].peerings
        assert (side.peer_vpc_id, [str(one) for one in side.peer_networks]) == (peer, [network])

    allow = {"AllowDnsResolutionFromRemoteVpc": True}
    theirs.modify_vpc_peering_connection_options(VpcPeeringConnectionId=peering, AccepterPeeringConnectionOptions=allow)
    [seen] = ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[peering])["VpcPeeringConnections"]
    assert seen["AccepterVpcInfo"]["PeeringOptions"]["AllowDnsResolutionFromRemoteVpc"] is True
    assert seen["RequesterVpcInfo"]["PeeringOptions"]["AllowDnsResolutionFromRemoteVpc"] is False

    assert theirs.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)["Return"] is True
    ec2.get_waiter("vpc_peering_connection_deleted").wait(VpcPeeringConnectionIds=[peering], WaiterConfig=QUICK)
    [seen] = ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[peering])["VpcPeeringConnections"]
    assert seen["Status"] == {"Code": "deleted", "Message": f"Deleted by {OTHER}"}
    assert wire.driver.plans[our_vpc].peerings == wire.driver.plans[their_vpc].peerings == ()


def test_a_rejected_request(ec2: Any, theirs: Any) -> None:
    peering, _, _ = requested(ec2, theirs, 30)
    assert theirs.reject_vpc_peering_connection(VpcPeeringConnectionId=peering)["Return"] is True
    assert status(ec2, peering) == "rejected"
    assert refused(theirs.accept_vpc_peering_connection, VpcPeeringConnectionId=peering) == "InvalidStateTransition"


def test_vpcs_of_one_account_in_two_regions(wire: WireRegion, ec2: Any) -> None:
    there = wire.client("ec2", region="eu-west-1")
    here_vpc = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    there_vpc = there.create_vpc(CidrBlock="10.41.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_vpc_peering_connection(VpcId=here_vpc, PeerVpcId=there_vpc, PeerRegion="eu-west-1")
    peering = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    assert refused(ec2.accept_vpc_peering_connection, VpcPeeringConnectionId=peering) == "OperationNotPermitted"
    there.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    wait_until(lambda: status(ec2, peering) == status(there, peering) == "active")


def test_routes_lead_over_it_and_are_blackholes_after_it(ec2: Any, theirs: Any) -> None:
    peering, our_vpc, _ = requested(ec2, theirs, 50)
    theirs.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    table = ec2.create_route_table(VpcId=our_vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.51.0.0/16", VpcPeeringConnectionId=peering)

    def route_state() -> str:
        [shown] = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
        [route] = [one for one in shown["Routes"] if one.get("VpcPeeringConnectionId") == peering]
        return str(route["State"])

    wait_until(lambda: route_state() == "active")
    ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
    assert route_state() == "blackhole"


def test_overlapping_vpcs_fail_and_pages_have_everything_once(ec2: Any, theirs: Any) -> None:
    made = set()
    for _ in range(6):
        ours, other = (ec2.create_vpc(CidrBlock="10.60.0.0/16")["Vpc"]["VpcId"] for _ in range(2))
        peering = ec2.create_vpc_peering_connection(VpcId=ours, PeerVpcId=other)["VpcPeeringConnection"]
        made.add(peering["VpcPeeringConnectionId"])
    pages = ec2.get_paginator("describe_vpc_peering_connections").paginate(
        Filters=[{"Name": "status-code", "Values": ["failed"]}], PaginationConfig={"PageSize": 5}
    )
    found = [one["VpcPeeringConnectionId"] for page in pages for one in page["VpcPeeringConnections"]]
    assert len(found) == len(made)
    assert set(found) == made


def test_dry_runs_and_what_is_not_there(ec2: Any) -> None:
    missing = "pcx-00000000000000000"
    for call in (
        ec2.accept_vpc_peering_connection,
        ec2.reject_vpc_peering_connection,
        ec2.delete_vpc_peering_connection,
        ec2.modify_vpc_peering_connection_options,
    ):
        assert refused(call, VpcPeeringConnectionId=missing) == "InvalidVpcPeeringConnectionID.NotFound"
    one, two = (ec2.create_vpc(CidrBlock=f"10.{n}.0.0/16")["Vpc"]["VpcId"] for n in (70, 71))
    assert refused(ec2.create_vpc_peering_connection, VpcId=one, PeerVpcId=two, DryRun=True) == "DryRunOperation"
    mine = ec2.describe_vpc_peering_connections(Filters=[{"Name": "requester-vpc-info.vpc-id", "Values": [one]}])
    assert mine["VpcPeeringConnections"] == []


def test_the_resource_interface(wire: WireRegion, ec2: Any, theirs: Any) -> None:
    """boto3's objects, as scripts use them."""
    peering, _, _ = requested(ec2, theirs, 80)
    account = wire.account(OTHER)
    keys = Keys(account.access_key_id, account.secret_access_key)
    objects = keys.resource("ec2", endpoint_url=f"http://127.0.0.1:{wire.port}")
    connection = objects.VpcPeeringConnection(peering)
    connection.accept()
    wait_until(lambda: status(ec2, peering) == "active")
    connection.reload()
    assert connection.status == {"Code": "active", "Message": "Active"}
    connection.delete()
    wait_until(lambda: status(ec2, peering) == "deleted")
