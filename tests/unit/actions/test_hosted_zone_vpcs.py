from __future__ import annotations

import dataclasses

from skywalk.actions.hosted_zone_vpcs import (
    associate_vpc_with_hosted_zone,
    create_vpc_association_authorization,
    delete_vpc_association_authorization,
    disassociate_vpc_from_hosted_zone,
    list_hosted_zones_by_vpc,
    list_vpc_association_authorizations,
)
from skywalk.actions.hosted_zones import get_hosted_zone
from skywalk.actions.vpcs import delete_vpc
from skywalk.actions.zone_changes import get_change
from skywalk.resources.hosted_zone import HostedZone, ZoneVpc
from support.hosted_zones import make_zone, place
from support.region import OTHER_ACCOUNT, OWNER, Region

NO_ZONE = ("NoSuchHostedZone", "No hosted zone found with ID: Z0")


def test_a_second_vpc_sees_a_zone_and_then_no_more() -> None:
    region = Region()
    client = region.client()
    first, second = place(client), place(client)
    zone_id = make_zone(client, "corp.internal", VPC=first)
    told = client(associate_vpc_with_hosted_zone, HostedZoneId=zone_id, VPC=second, Comment="second")["ChangeInfo"]
    assert told["Comment"] == "second"
    assert client(get_hosted_zone, Id=zone_id)["VPCs"] == [first, second]
    again = client(associate_vpc_with_hosted_zone, HostedZoneId=zone_id, VPC=second)["ChangeInfo"]
    assert client(get_change, Id=again["Id"])["ChangeInfo"]["Status"] == "INSYNC"
    client(disassociate_vpc_from_hosted_zone, HostedZoneId=zone_id, VPC=first)
    assert client(get_hosted_zone, Id=zone_id)["VPCs"] == [second]
    named = {"HostedZoneId": zone_id, "VPC": second}
    assert client.refusal(disassociate_vpc_from_hosted_zone, **named) == (
        "LastVPCAssociation",
        f"Cannot remove the last VPC association for the hosted zone: {zone_id}",
    )
    assert client.refusal(disassociate_vpc_from_hosted_zone, HostedZoneId=zone_id, VPC=first) == (
        "VPCAssociationNotFound",
        f"The VPC: {first['VPCId']} with region us-east-1 is not associated with the hosted zone {zone_id}.",
    )


def test_what_cannot_be_associated() -> None:
    region = Region()
    client, other = region.client(), region.client(OTHER_ACCOUNT)
    vpc, theirs = place(client), place(other)
    zone_id = make_zone(client, "corp.internal")
    make_zone(client, "corp.internal", VPC=vpc, CallerReference="twin")
    code, text = client.refusal(associate_vpc_with_hosted_zone, HostedZoneId=zone_id, VPC=vpc)
    assert code == "ConflictingDomainExists"
    assert text.startswith(f"The VPC {vpc['VPCId']} in region us-east-1 has already been associated with the hosted")
    assert client.refusal(associate_vpc_with_hosted_zone, HostedZoneId="Z0", VPC=vpc) == NO_ZONE
    not_authorized = (
        "NotAuthorizedException",
        f"The VPC: {theirs['VPCId']} has not authorized to associate with your hosted zone.",
    )
    assert client.refusal(associate_vpc_with_hosted_zone, HostedZoneId=zone_id, VPC=theirs) == not_authorized
    assert other.refusal(associate_vpc_with_hosted_zone, HostedZoneId=zone_id, VPC=theirs) == not_authorized
    nothing = {"VPCId": "vpc-0", "VPCRegion": "us-east-1"}
    assert client.refusal(associate_vpc_with_hosted_zone, HostedZoneId=zone_id, VPC=nothing)[0] == "InvalidVPCId"
    assert client.refusal(disassociate_vpc_from_hosted_zone, HostedZoneId="Z0", VPC=vpc) == NO_ZONE
    assert client.refusal(disassociate_vpc_from_hosted_zone, HostedZoneId=zone_id, VPC=nothing)[0] == "InvalidVPCId"


def test_a_zone_has_no_more_than_300_vpcs() -> None:
    region = Region()
    client = region.client()
    zone_id = make_zone(client, "corp.internal")
    with region.store.transaction() as tx:
        zone = tx.get(HostedZone, zone_id)
        assert zone is not None
        many = tuple(ZoneVpc(vpc_id=f"vpc-{number:017x}", region="us-east-1") for number in range(300))
        tx.put(dataclasses.replace(zone, vpcs=many))
    assert client.refusal(associate_vpc_with_hosted_zone, HostedZoneId=zone_id, VPC=place(client)) == (
        "LimitsExceeded",
        "Limits Exceeded: MAX_VPCS_ASSOCIATED_BY_ZONE: 300",
    )


def test_another_accounts_vpc_is_authorized_associated_and_taken_away_by_its_owner() -> None:
    region = Region()
    client, other = region.client(), region.client(OTHER_ACCOUNT)
    zone_id, theirs = make_zone(client, "corp.internal"), place(other)
    named = {"HostedZoneId": zone_id, "VPC": theirs}
    assert other.refusal(disassociate_vpc_from_hosted_zone, HostedZoneId=zone_id, VPC=place(client)) == (
        "NoSuchHostedZone",
        f"No hosted zone found with ID: {zone_id}",
    )
    made = client(create_vpc_association_authorization, **named)
    assert made == {"HostedZoneId": f"/hostedzone/{zone_id}", "VPC": theirs}
    other(associate_vpc_with_hosted_zone, **named)
    found = other(list_hosted_zones_by_vpc, VPCId=theirs["VPCId"], VPCRegion="us-east-1")
    assert found["HostedZoneSummaries"] == [
        {"HostedZoneId": zone_id, "Name": "corp.internal.", "Owner": {"OwningAccount": OWNER}}
    ]
    client(delete_vpc_association_authorization, **named)
    assert client(list_vpc_association_authorizations, HostedZoneId=zone_id)["VPCs"] == []
    assert theirs in client(get_hosted_zone, Id=zone_id)["VPCs"]
    other(disassociate_vpc_from_hosted_zone, **named)
    assert client.refusal(delete_vpc_association_authorization, **named) == (
        "VPCAssociationAuthorizationNotFound",
        f"The VPC: {theirs['VPCId']} has not been authorized to associate with the hosted zone {zone_id}.",
    )


def test_authorizations_have_pages_and_an_end() -> None:
    region = Region()
    client = region.client()
    zone_id = make_zone(client, "corp.internal")
    vpcs = sorted(place(region.client(OTHER_ACCOUNT))["VPCId"] for _ in range(3))
    for vpc_id in vpcs:
        named = {"VPCId": vpc_id, "VPCRegion": "us-east-1"}
        client(create_vpc_association_authorization, HostedZoneId=zone_id, VPC=named)
    first = client(list_vpc_association_authorizations, HostedZoneId=zone_id, MaxResults="2")
    assert ([one["VPCId"] for one in first["VPCs"]], first["NextToken"]) == (vpcs[:2], vpcs[2])
    rest = client(list_vpc_association_authorizations, HostedZoneId=zone_id, NextToken=first["NextToken"])
    assert [one["VPCId"] for one in rest["VPCs"]] == vpcs[2:]
    refusal = client.refusal(list_vpc_association_authorizations, HostedZoneId=zone_id, NextToken="x")
    assert refusal == ("InvalidPaginationToken", "The value of nexttoken is not valid.")
    assert client.refusal(list_vpc_association_authorizations, HostedZoneId="Z0") == NO_ZONE
    assert client.refusal(list_vpc_association_authorizations, HostedZoneId=zone_id, MaxResults="x")[0] == (
        "InvalidInput"
    )


def test_what_cannot_be_authorized() -> None:
    region = Region()
    client = region.client()
    zone_id, vpc = make_zone(client, "corp.internal"), place(client)
    nothing = {"HostedZoneId": zone_id, "VPC": {"VPCId": "vpc-0", "VPCRegion": "us-east-1"}}
    for action in (create_vpc_association_authorization, delete_vpc_association_authorization):
        assert client.refusal(action, **nothing)[0] == "InvalidVPCId"
        assert client.refusal(action, HostedZoneId="Z0", VPC=vpc) == NO_ZONE
    with region.store.transaction() as tx:
        zone = tx.get(HostedZone, zone_id)
        assert zone is not None
        many = tuple(ZoneVpc(vpc_id=f"vpc-{number:017x}", region="us-east-1") for number in range(1000))
        tx.put(dataclasses.replace(zone, authorized=many))
    assert client.refusal(create_vpc_association_authorization, HostedZoneId=zone_id, VPC=vpc) == (
        "TooManyVPCAssociationAuthorizations",
        "Limits Exceeded: MAX_VPC_ASSOCIATION_AUTHORIZATIONS_BY_ZONE: 1000",
    )


def test_the_zones_of_a_vpc_in_pages() -> None:
    region = Region()
    client = region.client()
    vpc = place(client)
    ids = [make_zone(client, f"{name}.internal", VPC=vpc) for name in "abc"]
    asked = {"VPCId": vpc["VPCId"], "VPCRegion": "us-east-1"}
    first = client(list_hosted_zones_by_vpc, **asked, MaxItems="2")
    assert ([one["HostedZoneId"] for one in first["HostedZoneSummaries"]], first["NextToken"]) == (ids[:2], ids[2])
    assert first["MaxItems"] == "2"
    assert client.refusal(list_hosted_zones_by_vpc, **asked, NextToken="x")[0] == "InvalidPaginationToken"
    assert client.refusal(list_hosted_zones_by_vpc, VPCId="vpc-0", VPCRegion="us-east-1") == (
        "InvalidInput",
        "The VPC: vpc-0 in region us-east-1 is not valid.",
    )


def test_a_vpc_that_is_gone_can_be_disassociated() -> None:
    region = Region()
    client = region.client()
    gone, stays = place(client), place(client)
    zone_id = make_zone(client, "corp.internal", VPC=stays)
    client(associate_vpc_with_hosted_zone, HostedZoneId=zone_id, VPC=gone)
    client(delete_vpc, VpcId=gone["VPCId"])
    client(disassociate_vpc_from_hosted_zone, HostedZoneId=zone_id, VPC=gone)
    assert client(get_hosted_zone, Id=zone_id)["VPCs"] == [stays]
