from __future__ import annotations

from dataclasses import replace

import pytest

from skywalk.actions.tags import create_tags, delete_tags, describe_tags
from skywalk.actions.vpc_peering_connections import (
    accept_vpc_peering_connection,
    accepted_vpc_peering_connection,
    create_vpc_peering_connection,
    delete_vpc_peering_connection,
    describe_vpc_peering_connections,
    existing_peering,
    modify_vpc_peering_connection_options,
    reject_vpc_peering_connection,
)
from skywalk.actions.vpcs import create_vpc, delete_vpc
from skywalk.resources.vpc_peering_connection import PeeringStatus, VpcPeeringConnection
from support.region import OTHER_ACCOUNT, OWNER, Client, Region

HOUR, DAY = 3600, 86400
FAILED = {"Code": "failed", "Message": "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range"}
NO_OPTIONS = {
    "AllowDnsResolutionFromRemoteVpc": False,
    "AllowEgressFromLocalClassicLinkToRemoteVpc": False,
    "AllowEgressFromLocalVpcToRemoteClassicLink": False,
}


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ours(region: Region) -> Client:
    return region.client()


@pytest.fixture
def theirs(region: Region) -> Client:
    return region.client(OTHER_ACCOUNT)


def vpc(ec2: Client, cidr: str = "10.0.0.0/16") -> str:
    return ec2(create_vpc, CidrBlock=cidr)["Vpc"]["VpcId"]


def requested(ours: Client, theirs: Client) -> str:
    """A request of ours to them."""
    asked = ours(
        create_vpc_peering_connection,
        VpcId=vpc(ours),
        PeerVpcId=vpc(theirs, "10.1.0.0/16"),
        PeerOwnerId=theirs.caller.account_id,
        PeerRegion=theirs.region,
    )
    return asked["VpcPeeringConnection"]["VpcPeeringConnectionId"]


def stored(region: Region, peering_id: str) -> VpcPeeringConnection:
    found = region.store.get(VpcPeeringConnection, peering_id)
    assert found is not None
    return found


def reach(region: Region, peering_id: str, status: PeeringStatus) -> None:
    """As the machine writes it."""
    with region.store.transaction() as tx:
        tx.put(replace(stored(region, peering_id), status=status))


def active(region: Region, ours: Client, theirs: Client) -> str:
    peering_id = requested(ours, theirs)
    theirs(accept_vpc_peering_connection, VpcPeeringConnectionId=peering_id)
    reach(region, peering_id, PeeringStatus.ACTIVE)
    return peering_id


def status(ec2: Client, peering_id: str) -> tuple[str, str]:
    [shown] = ec2(describe_vpc_peering_connections, VpcPeeringConnectionIds=[peering_id])["VpcPeeringConnections"]
    return shown["Status"]["Code"], shown["Status"]["Message"]


def test_a_request_to_another_account_is_pending_and_both_see_it(ours: Client, theirs: Client) -> None:
    our_vpc, their_vpc = vpc(ours), vpc(theirs, "10.1.0.0/16")
    made = ours(
        create_vpc_peering_connection,
        VpcId=our_vpc,
        PeerVpcId=their_vpc,
        PeerOwnerId=OTHER_ACCOUNT,
        TagSpecifications=[{"ResourceType": "vpc-peering-connection", "Tags": [{"Key": "Name", "Value": "ab"}]}],
    )["VpcPeeringConnection"]
    assert made["VpcPeeringConnectionId"].startswith("pcx-")
    assert made["Status"] == {"Code": "initiating-request", "Message": f"Initiating Request to {OTHER_ACCOUNT}"}
    [seen] = ours(describe_vpc_peering_connections)["VpcPeeringConnections"]
    assert seen["Status"] == {"Code": "pending-acceptance", "Message": f"Pending Acceptance by {OTHER_ACCOUNT}"}
    assert seen["ExpirationTime"].isoformat() == "2026-01-08T00:00:00+00:00"
    assert seen["RequesterVpcInfo"] == {
        "OwnerId": OWNER,
        "VpcId": our_vpc,
        "Region": "us-east-1",
        "CidrBlock": "10.0.0.0/16",
        "CidrBlockSet": [{"CidrBlock": "10.0.0.0/16"}],
        "PeeringOptions": NO_OPTIONS,
    }
    assert seen["AccepterVpcInfo"] == {"OwnerId": OTHER_ACCOUNT, "VpcId": their_vpc, "Region": "us-east-1"}
    assert seen["Tags"] == [{"Key": "Name", "Value": "ab"}]
    [as_theirs] = theirs(describe_vpc_peering_connections)["VpcPeeringConnections"]
    assert as_theirs == {**seen, "Tags": []}, "each side has its own tags"


def test_an_accepted_connection_is_provisioning_until_packets_pass(
    region: Region, ours: Client, theirs: Client
) -> None:
    peering_id = requested(ours, theirs)
    answer = theirs(accept_vpc_peering_connection, VpcPeeringConnectionId=peering_id)
    assert answer["VpcPeeringConnection"]["Status"] == {"Code": "provisioning", "Message": "Provisioning"}
    assert "ExpirationTime" not in answer["VpcPeeringConnection"]
    accepter = answer["VpcPeeringConnection"]["AccepterVpcInfo"]
    assert (accepter["CidrBlock"], accepter["PeeringOptions"]) == ("10.1.0.0/16", NO_OPTIONS)
    reach(region, peering_id, PeeringStatus.ACTIVE)
    with theirs.call() as call:
        later = accepted_vpc_peering_connection(call, answer)
    assert later["VpcPeeringConnection"]["Status"]["Code"] == "active"


def test_peering_across_regions_is_accepted_in_the_other_one(region: Region, ours: Client) -> None:
    there = ours.elsewhere("eu-west-1")
    peering_id = requested(ours, there)
    [seen] = there(describe_vpc_peering_connections)["VpcPeeringConnections"]
    assert (seen["RequesterVpcInfo"]["Region"], seen["AccepterVpcInfo"]["Region"]) == ("us-east-1", "eu-west-1")
    assert ours.refusal(accept_vpc_peering_connection, VpcPeeringConnectionId=peering_id) == (
        "OperationNotPermitted",
        "Incorrect region (us-east-1) specified for this request. "
        f"VPC peering connection {peering_id} must be accepted in region eu-west-1",
    )
    assert ours.refusal(reject_vpc_peering_connection, VpcPeeringConnectionId=peering_id) == (
        "OperationNotPermitted",
        "Incorrect region (us-east-1) specified for this request. "
        f"VPC peering connection {peering_id} must be accepted or rejected in region eu-west-1",
    )
    there(accept_vpc_peering_connection, VpcPeeringConnectionId=peering_id)


def test_the_requester_cannot_accept_or_reject_for_another_account(ours: Client, theirs: Client) -> None:
    peering_id = requested(ours, theirs)
    for action, verb in ((accept_vpc_peering_connection, "accept"), (reject_vpc_peering_connection, "reject")):
        assert ours.refusal(action, VpcPeeringConnectionId=peering_id) == (
            "OperationNotPermitted",
            f"User ({OWNER}) cannot {verb} peering {peering_id}",
        )


def test_overlapping_vpcs_make_a_connection_that_has_failed(ours: Client, theirs: Client) -> None:
    made = ours(
        create_vpc_peering_connection,
        VpcId=vpc(ours, "10.0.0.0/16"),
        PeerVpcId=vpc(theirs, "10.0.128.0/17"),
        PeerOwnerId=OTHER_ACCOUNT,
    )["VpcPeeringConnection"]
    assert made["Status"]["Code"] == "initiating-request"
    [seen] = ours(describe_vpc_peering_connections)["VpcPeeringConnections"]
    assert seen["Status"] == FAILED
    assert theirs(describe_vpc_peering_connections)["VpcPeeringConnections"] == []
    assert ours.refusal(delete_vpc_peering_connection, VpcPeeringConnectionId=seen["VpcPeeringConnectionId"]) == (
        "InvalidStateTransition",
        f"Invalid state transition for {seen['VpcPeeringConnectionId']}, "
        "attempted to transition from failed to deleting",
    )


def test_a_vpc_that_the_other_account_does_not_have_fails_too(ours: Client, theirs: Client) -> None:
    vpc(theirs)
    ours(
        create_vpc_peering_connection,
        VpcId=vpc(ours),
        PeerVpcId="vpc-00000000000000000",
        PeerOwnerId=OTHER_ACCOUNT,
    )
    [seen] = ours(describe_vpc_peering_connections)["VpcPeeringConnections"]
    assert seen["Status"] == FAILED


def test_refusals_of_create(region: Region, ours: Client, theirs: Client) -> None:
    one, two = vpc(ours), vpc(ours, "10.1.0.0/16")
    assert ours.refusal(create_vpc_peering_connection, VpcId="vpc-00000000000000000", PeerVpcId=two) == (
        "InvalidVpcID.NotFound",
        "The vpc ID 'vpc-00000000000000000' does not exist",
    )
    assert ours.refusal(create_vpc_peering_connection, VpcId=one, PeerVpcId="vpc-00000000000000000") == (
        "InvalidVpcID.NotFound",
        "The vpc ID 'vpc-00000000000000000' does not exist",
    )
    assert ours.refusal(create_vpc_peering_connection, VpcId=one, PeerVpcId="vpc-1")[0] == "InvalidVpcID.Malformed"
    assert ours.refusal(create_vpc_peering_connection, VpcId=one) == (
        "MissingParameter",
        "The request must contain the parameter peerVpcId",
    )
    assert ours.refusal(create_vpc_peering_connection, VpcId=one, PeerVpcId=one) == (
        "InvalidParameterValue",
        f"The VPC {one} cannot be peered with itself.",
    )
    assert ours.refusal(create_vpc_peering_connection, VpcId=one, PeerVpcId=two, PeerRegion="mars-north-1") == (
        "InvalidParameterValue",
        "Value (mars-north-1) for parameter peerRegion is invalid.",
    )
    options = {"AllowMultipathResilience": True}
    assert ours.refusal(
        create_vpc_peering_connection, VpcId=one, PeerVpcId=two, RequesterPeeringConnectionOptions=options
    ) == ("UnsupportedOperation", "The parameter RequesterPeeringConnectionOptions is not supported.")


def test_two_vpcs_have_one_connection(region: Region, ours: Client) -> None:
    one, two = vpc(ours), vpc(ours, "10.1.0.0/16")
    made = ours(create_vpc_peering_connection, VpcId=one, PeerVpcId=two)["VpcPeeringConnection"]
    peering_id = made["VpcPeeringConnectionId"]
    for requester, accepter in ((one, two), (two, one)):
        assert ours.refusal(create_vpc_peering_connection, VpcId=requester, PeerVpcId=accepter) == (
            "VpcPeeringConnectionAlreadyExists",
            f"A VPC peering connection between {requester} and {accepter} already exists: {peering_id}",
        )
    ours(reject_vpc_peering_connection, VpcPeeringConnectionId=peering_id)
    ours(create_vpc_peering_connection, VpcId=two, PeerVpcId=one)


def test_a_request_expires_after_seven_days(region: Region, ours: Client, theirs: Client) -> None:
    peering_id = requested(ours, theirs)
    region.clock.advance(7 * DAY - 1)
    assert status(ours, peering_id)[0] == "pending-acceptance"
    region.clock.advance(1)
    assert status(ours, peering_id) == ("expired", "Expired")
    assert theirs.refusal(accept_vpc_peering_connection, VpcPeeringConnectionId=peering_id) == (
        "InvalidStateTransition",
        f"Invalid state transition for {peering_id}, attempted to transition from expired to provisioning",
    )
    region.clock.advance(2 * DAY)
    assert ours(describe_vpc_peering_connections)["VpcPeeringConnections"] == []


def test_a_rejected_request_can_only_fade(region: Region, ours: Client, theirs: Client) -> None:
    peering_id = requested(ours, theirs)
    assert theirs(reject_vpc_peering_connection, VpcPeeringConnectionId=peering_id) == {"Return": True}
    assert status(ours, peering_id) == ("rejected", "Inactive")
    for ec2, action, wanted in (
        (theirs, accept_vpc_peering_connection, "provisioning"),
        (theirs, reject_vpc_peering_connection, "rejected"),
        (ours, delete_vpc_peering_connection, "deleting"),
    ):
        assert ec2.refusal(action, VpcPeeringConnectionId=peering_id) == (
            "InvalidStateTransition",
            f"Invalid state transition for {peering_id}, attempted to transition from rejected to {wanted}",
        )
    region.clock.advance(2 * HOUR)
    assert theirs(describe_vpc_peering_connections)["VpcPeeringConnections"] == []
    assert status(ours, peering_id)[0] == "rejected"
    region.clock.advance(46 * HOUR)
    assert ours.refusal(describe_vpc_peering_connections, VpcPeeringConnectionIds=[peering_id]) == (
        "InvalidVpcPeeringConnectionID.NotFound",
        f"The vpcPeeringConnection ID '{peering_id}' does not exist",
    )


@pytest.mark.parametrize("deleter", ["ours", "theirs"])
def test_either_side_deletes_an_active_connection(
    region: Region, ours: Client, theirs: Client, deleter: str, request: pytest.FixtureRequest
) -> None:
    peering_id = active(region, ours, theirs)
    ec2: Client = request.getfixturevalue(deleter)
    assert ec2(delete_vpc_peering_connection, VpcPeeringConnectionId=peering_id) == {"Return": True}
    assert status(ours, peering_id) == status(theirs, peering_id) == ("deleting", "Deleting")
    assert stored(region, peering_id).ended_by == ec2.caller.account_id


def test_a_request_is_deleted_by_the_requester_alone(region: Region, ours: Client, theirs: Client) -> None:
    peering_id = requested(ours, theirs)
    assert theirs.refusal(delete_vpc_peering_connection, VpcPeeringConnectionId=peering_id) == (
        "OperationNotPermitted",
        f"User ({OTHER_ACCOUNT}) cannot delete peering {peering_id}",
    )
    ours(delete_vpc_peering_connection, VpcPeeringConnectionId=peering_id)
    assert status(theirs, peering_id) == ("deleted", f"Deleted by {OWNER}")
    region.clock.advance(2 * HOUR)
    assert ours(describe_vpc_peering_connections)["VpcPeeringConnections"] == []
    assert status(theirs, peering_id)[0] == "deleted"


def test_strangers_do_not_see_it(region: Region, ours: Client, theirs: Client) -> None:
    peering_id = requested(ours, theirs)
    not_found = (
        "InvalidVpcPeeringConnectionID.NotFound",
        f"The vpcPeeringConnection ID '{peering_id}' does not exist",
    )
    for stranger in (region.client("111111111111"), ours.elsewhere("eu-west-1")):
        assert stranger(describe_vpc_peering_connections)["VpcPeeringConnections"] == []
        for action in (
            accept_vpc_peering_connection,
            reject_vpc_peering_connection,
            delete_vpc_peering_connection,
            modify_vpc_peering_connection_options,
        ):
            assert stranger.refusal(action, VpcPeeringConnectionId=peering_id) == not_found
    assert ours.refusal(accept_vpc_peering_connection, VpcPeeringConnectionId="pcx-1") == (
        "InvalidVpcPeeringConnectionId.Malformed",
        'Invalid id: "pcx-1" (expecting "pcx-...")',
    )
    with ours.call() as call:
        assert existing_peering(call, peering_id).id == peering_id


def test_options_of_each_side(region: Region, ours: Client, theirs: Client) -> None:
    peering_id = active(region, ours, theirs)
    allow = {"AllowDnsResolutionFromRemoteVpc": True}
    answer = ours(
        modify_vpc_peering_connection_options,
        VpcPeeringConnectionId=peering_id,
        RequesterPeeringConnectionOptions=allow,
    )
    assert answer == {"RequesterPeeringConnectionOptions": {**NO_OPTIONS, **allow}}
    [seen] = theirs(describe_vpc_peering_connections)["VpcPeeringConnections"]
    assert seen["RequesterVpcInfo"]["PeeringOptions"] == {**NO_OPTIONS, **allow}
    assert seen["AccepterVpcInfo"]["PeeringOptions"] == NO_OPTIONS
    theirs(
        modify_vpc_peering_connection_options,
        VpcPeeringConnectionId=peering_id,
        AccepterPeeringConnectionOptions=allow,
    )
    peering = stored(region, peering_id)
    assert (peering.requester_resolves, peering.accepter_resolves) == (True, True)
    ours(
        modify_vpc_peering_connection_options,
        VpcPeeringConnectionId=peering_id,
        RequesterPeeringConnectionOptions={"AllowDnsResolutionFromRemoteVpc": False},
    )
    assert stored(region, peering_id).requester_resolves is False


def test_refusals_of_modify_options(region: Region, ours: Client, theirs: Client) -> None:
    peering_id = requested(ours, theirs)
    allow = {"AllowDnsResolutionFromRemoteVpc": True}
    assert ours.refusal(
        modify_vpc_peering_connection_options,
        VpcPeeringConnectionId=peering_id,
        RequesterPeeringConnectionOptions=allow,
    ) == (
        "OperationNotPermitted",
        f"Peering {peering_id} is not active. Peering options can be added only to active peerings.",
    )
    reach(region, peering_id, PeeringStatus.ACTIVE)
    assert ours.refusal(
        modify_vpc_peering_connection_options,
        VpcPeeringConnectionId=peering_id,
        AccepterPeeringConnectionOptions=allow,
    ) == ("OperationNotPermitted", f"User ({OWNER}) cannot modify the accepter options of peering {peering_id}")
    assert ours.refusal(modify_vpc_peering_connection_options, VpcPeeringConnectionId=peering_id) == (
        "InvalidParameterCombination",
        "No peering options specified.",
    )
    assert ours.refusal(
        modify_vpc_peering_connection_options,
        VpcPeeringConnectionId=peering_id,
        RequesterPeeringConnectionOptions={"AllowEgressFromLocalClassicLinkToRemoteVpc": True},
    ) == ("UnsupportedOperation", "The parameter AllowEgressFromLocalClassicLinkToRemoteVpc is not supported.")


def test_a_deleted_vpc_ends_what_it_has_asked_for_and_what_is_active(
    region: Region, ours: Client, theirs: Client
) -> None:
    asked = requested(ours, theirs)
    linked = active(region, ours, theirs)
    for peering_id, code in ((asked, "deleted"), (linked, "deleting")):
        ours(delete_vpc, VpcId=stored(region, peering_id).requester_vpc_id)
        assert status(theirs, peering_id)[0] == code
    [seen] = ours(describe_vpc_peering_connections, VpcPeeringConnectionIds=[linked])["VpcPeeringConnections"]
    assert "CidrBlock" not in seen["RequesterVpcInfo"]


def test_a_vpc_with_a_request_of_another_account_stays(region: Region, ours: Client, theirs: Client) -> None:
    peering_id = requested(ours, theirs)
    their_vpc = stored(region, peering_id).accepter_vpc_id
    assert theirs.refusal(delete_vpc, VpcId=their_vpc) == (
        "DependencyViolation",
        f"The vpc '{their_vpc}' has dependencies and cannot be deleted.",
    )
    theirs(reject_vpc_peering_connection, VpcPeeringConnectionId=peering_id)
    theirs(delete_vpc, VpcId=their_vpc)
    assert status(ours, peering_id)[0] == "rejected"


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("accepter-vpc-info.cidr-block", "10.1.0.0/16", 1),
        ("accepter-vpc-info.owner-id", OTHER_ACCOUNT, 2),
        ("accepter-vpc-info.owner-id", OWNER, 0),
        ("requester-vpc-info.cidr-block", "10.0.0.0/16", 2),
        ("requester-vpc-info.owner-id", OWNER, 2),
        ("expiration-time", "2026-01-08T00:00:00.000Z", 1),
        ("status-code", "active", 1),
        ("status-code", "pending-acceptance", 1),
        ("status-message", "Pending*", 1),
        ("tag:Name", "ab", 1),
        ("tag-key", "Name", 1),
    ],
)
def test_filters(region: Region, ours: Client, theirs: Client, name: str, value: str, found: int) -> None:
    active(region, ours, theirs)
    ours(
        create_vpc_peering_connection,
        VpcId=vpc(ours),
        PeerVpcId=vpc(theirs, "10.1.0.0/16"),
        PeerOwnerId=OTHER_ACCOUNT,
        TagSpecifications=[{"ResourceType": "vpc-peering-connection", "Tags": [{"Key": "Name", "Value": "ab"}]}],
    )
    answer = ours(describe_vpc_peering_connections, Filters=[{"Name": name, "Values": [value]}])
    assert len(answer["VpcPeeringConnections"]) == found


def test_filters_by_id_and_pages(region: Region, ours: Client, theirs: Client) -> None:
    made = [requested(ours, theirs) for _ in range(6)]
    first = ours(describe_vpc_peering_connections, MaxResults=5)
    rest = ours(describe_vpc_peering_connections, MaxResults=5, NextToken=first["NextToken"])
    both = first["VpcPeeringConnections"] + rest["VpcPeeringConnections"]
    assert [one["VpcPeeringConnectionId"] for one in both] == made
    peering = stored(region, made[2])
    for name, value in (
        ("vpc-peering-connection-id", peering.id),
        ("requester-vpc-info.vpc-id", peering.requester_vpc_id[:-1] + "?"),
        ("requester-vpc-info.vpc-id", peering.requester_vpc_id),
        ("accepter-vpc-info.vpc-id", peering.accepter_vpc_id),
    ):
        answer = theirs(describe_vpc_peering_connections, Filters=[{"Name": name, "Values": [value]}])
        assert [one["VpcPeeringConnectionId"] for one in answer["VpcPeeringConnections"]] == [peering.id]
    other_side = [{"Name": "accepter-vpc-info.vpc-id", "Values": [peering.requester_vpc_id]}]
    assert ours(describe_vpc_peering_connections, Filters=other_side)["VpcPeeringConnections"] == []
    assert ours.refusal(describe_vpc_peering_connections, Filters=[{"Name": "nonsense", "Values": ["1"]}]) == (
        "InvalidParameterValue",
        "The filter 'nonsense' is invalid",
    )


def test_each_side_has_its_own_tags(region: Region, ours: Client, theirs: Client) -> None:
    peering_id = requested(ours, theirs)
    ours(create_tags, Resources=[peering_id], Tags=[{"Key": "Name", "Value": "to them"}])
    theirs(create_tags, Resources=[peering_id], Tags=[{"Key": "Name", "Value": "to us"}])
    by_name = [{"Name": "tag:Name", "Values": ["to us"]}]
    assert ours(describe_vpc_peering_connections, Filters=by_name)["VpcPeeringConnections"] == []
    [seen] = theirs(describe_vpc_peering_connections, Filters=by_name)["VpcPeeringConnections"]
    assert seen["Tags"] == [{"Key": "Name", "Value": "to us"}]
    [line] = ours(describe_tags)["Tags"]
    assert line == {
        "ResourceId": peering_id,
        "ResourceType": "vpc-peering-connection",
        "Key": "Name",
        "Value": "to them",
    }
    theirs(delete_tags, Resources=[peering_id])
    assert theirs(describe_tags)["Tags"] == []
    assert ours(describe_tags)["Tags"] == [line]
    stranger = region.client("111111111111")
    assert stranger.refusal(create_tags, Resources=[peering_id], Tags=[{"Key": "a", "Value": "b"}]) == (
        "InvalidVpcPeeringConnectionID.NotFound",
        f"The vpcPeeringConnection ID '{peering_id}' does not exist",
    )
