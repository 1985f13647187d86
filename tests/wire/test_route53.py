"""Route 53's private zones through stock boto3, waiters and paginators included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.wire_region import OTHER, OWNER, WireRegion, wire_region


@pytest.fixture(scope="module")
def wire() -> Iterator[WireRegion]:
    with wire_region() as one:
        yield one


@pytest.fixture
def route53(wire: WireRegion) -> Any:
    return wire.client("route53")


def vpc(wire: WireRegion, account_id: str = OWNER) -> dict[str, str]:
    vpc_id = wire.client("ec2", account_id).create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return {"VPCRegion": "us-east-1", "VPCId": vpc_id}


def zone_of(wire: WireRegion, name: str, **more: Any) -> str:
    route53, place = wire.client("route53"), more.pop("VPC", None) or vpc(wire)
    made = route53.create_hosted_zone(Name=name, CallerReference=f"{name} {place['VPCId']}", VPC=place, **more)
    zone_id: str = made["HostedZone"]["Id"]
    return zone_id


def change(action: str, name: str, type_: str, *values: str, ttl: int = 300) -> dict[str, Any]:
    records = [{"Value": value} for value in values]
    return {
        "Action": action,
        "ResourceRecordSet": {"Name": name, "Type": type_, "TTL": ttl, "ResourceRecords": records},
    }


def refused(call: Any, **request: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as error:
        call(**request)
    told = error.value.response
    return told["ResponseMetadata"]["HTTPStatusCode"], told["Error"]["Code"], told["Error"]["Message"]


def test_a_zone_from_its_making_to_its_end(wire: WireRegion, route53: Any) -> None:
    place = vpc(wire)
    made = route53.create_hosted_zone(
        Name="Corp.Internal", CallerReference="one", VPC=place, HostedZoneConfig={"Comment": "a & b"}
    )
    zone_id = made["HostedZone"]["Id"]
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert made["Location"] == "https://route53.amazonaws.com/2013-04-01" + zone_id
    assert made["VPC"] == place
    assert made["HostedZone"] == {
        "Id": zone_id,
        "Name": "corp.internal.",
        "CallerReference": "one",
        "Config": {"Comment": "a & b", "PrivateZone": True},
        "ResourceRecordSetCount": 2,
    }
    assert made["ChangeInfo"]["Status"] == "PENDING"
    route53.get_waiter("resource_record_sets_changed").wait(
        Id=made["ChangeInfo"]["Id"], WaiterConfig={"Delay": 0, "MaxAttempts": 1000}
    )
    assert route53.get_change(Id=made["ChangeInfo"]["Id"])["ChangeInfo"]["Status"] == "INSYNC"
    shown = route53.get_hosted_zone(Id=zone_id)
    assert shown["VPCs"] == [place]
    assert "DelegationSet" not in shown
    assert refused(route53.get_dnssec, HostedZoneId=zone_id)[:2] == (400, "InvalidArgument")
    updated = route53.update_hosted_zone_comment(Id=zone_id, Comment="other")
    assert updated["HostedZone"]["Config"]["Comment"] == "other"
    records = route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    assert [(one["Name"], one["Type"], one["TTL"]) for one in records] == [
        ("corp.internal.", "NS", 172800),
        ("corp.internal.", "SOA", 900),
    ]
    assert route53.delete_hosted_zone(Id=zone_id)["ChangeInfo"]["Status"] == "PENDING"
    assert refused(route53.get_hosted_zone, Id=zone_id) == (
        404,
        "NoSuchHostedZone",
        f"No hosted zone found with ID: {zone_id.rpartition('/')[2]}",
    )


def test_record_sets_are_changed_listed_and_paged(wire: WireRegion, route53: Any) -> None:
    zone_id = zone_of(wire, "records.internal")
    changes = [
        change("CREATE", "b.records.internal", "A", "10.0.0.1", "10.0.0.2"),
        change("CREATE", "*.records.internal", "CNAME", "b.records.internal"),
        change("UPSERT", "a.records.internal.", "TXT", '"hello"', '"<wörld> &"'),
        change("CREATE", "x.a.records.internal.", "SRV", "1 10 5060 b.records.internal"),
        change("CREATE", "records.internal.", "MX", "10 mail.example.com"),
    ]
    changed = route53.change_resource_record_sets(
        HostedZoneId=zone_id, ChangeBatch={"Comment": "five", "Changes": changes}
    )
    assert changed["ChangeInfo"]["Comment"] == "five"
    pages = route53.get_paginator("list_resource_record_sets").paginate(
        HostedZoneId=zone_id, PaginationConfig={"PageSize": 2}
    )
    listed = [one for page in pages for one in page["ResourceRecordSets"]]
    assert [(one["Name"], one["Type"]) for one in listed] == [
        ("records.internal.", "MX"),
        ("records.internal.", "NS"),
        ("records.internal.", "SOA"),
        ("\\052.records.internal.", "CNAME"),
        ("a.records.internal.", "TXT"),
        ("x.a.records.internal.", "SRV"),
        ("b.records.internal.", "A"),
    ]
    assert listed[4]["ResourceRecords"] == [{"Value": '"hello"'}, {"Value": '"<wörld> &"'}]
    assert refused(route53.delete_hosted_zone, Id=zone_id)[:2] == (400, "HostedZoneNotEmpty")
    removals = [dict(one, Action="DELETE") for one in changes]
    route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": removals})
    route53.delete_hosted_zone(Id=zone_id)


def test_a_batch_is_made_whole_or_not_at_all(wire: WireRegion, route53: Any) -> None:
    zone_id = zone_of(wire, "whole.internal")
    batch = {
        "Changes": [
            change("CREATE", "a.whole.internal", "A", "10.0.0.1"),
            change("DELETE", "b.whole.internal", "A", "10.0.0.1"),
            change("CREATE", "elsewhere.example", "A", "10.0.0.1"),
        ]
    }
    assert refused(route53.change_resource_record_sets, HostedZoneId=zone_id, ChangeBatch=batch) == (
        400,
        "InvalidChangeBatch",
        "[Tried to delete resource record set [name='b.whole.internal.', type='A'] but it was not found, "
        "RRSet with DNS name elsewhere.example. is not permitted in zone whole.internal.]",
    )
    assert route53.get_hosted_zone(Id=zone_id)["HostedZone"]["ResourceRecordSetCount"] == 2


def test_associations_and_authorizations_between_accounts(wire: WireRegion, route53: Any) -> None:
    zone_id, theirs = zone_of(wire, "shared.internal"), vpc(wire, OTHER)
    other = wire.client("route53", OTHER)
    named = {"HostedZoneId": zone_id, "VPC": theirs}
    assert refused(other.associate_vpc_with_hosted_zone, **named)[:2] == (401, "NotAuthorizedException")
    route53.create_vpc_association_authorization(**named)
    assert route53.list_vpc_association_authorizations(HostedZoneId=zone_id)["VPCs"] == [theirs]
    other.associate_vpc_with_hosted_zone(**named, Comment="theirs")
    route53.delete_vpc_association_authorization(**named)
    found = other.list_hosted_zones_by_vpc(VPCId=theirs["VPCId"], VPCRegion="us-east-1")["HostedZoneSummaries"]
    bare = zone_id.rpartition("/")[2]
    assert found == [{"HostedZoneId": bare, "Name": "shared.internal.", "Owner": {"OwningAccount": OWNER}}]
    other.disassociate_vpc_from_hosted_zone(**named)
    assert refused(route53.disassociate_vpc_from_hosted_zone, **named)[:2] == (404, "VPCAssociationNotFound")


def test_zones_are_listed_counted_and_limited(wire: WireRegion, route53: Any) -> None:
    before = route53.get_hosted_zone_count()["HostedZoneCount"]
    ids = {zone_of(wire, name) for name in ("z.listed", "a.listed", "m.listed")}
    assert route53.get_hosted_zone_count()["HostedZoneCount"] == before + 3
    pages = route53.get_paginator("list_hosted_zones").paginate(PaginationConfig={"PageSize": 1})
    assert ids <= {zone["Id"] for page in pages for zone in page["HostedZones"]}
    named = route53.list_hosted_zones_by_name(DNSName="a.listed", MaxItems="2")
    assert [zone["Name"] for zone in named["HostedZones"]] == ["a.listed.", "m.listed."]
    assert (named["IsTruncated"], named["NextDNSName"]) == (True, "z.listed.")
    limit = route53.get_hosted_zone_limit(Type="MAX_VPCS_ASSOCIATED_BY_ZONE", HostedZoneId=next(iter(ids)))
    assert (limit["Limit"]["Value"], limit["Count"]) == (300, 1)


def test_tags(wire: WireRegion, route53: Any) -> None:
    zone_id = zone_of(wire, "tagged.internal").rpartition("/")[2]
    named = {"ResourceType": "hostedzone", "ResourceId": zone_id}
    route53.change_tags_for_resource(**named, AddTags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
    route53.change_tags_for_resource(**named, RemoveTagKeys=["a"])
    shown = route53.list_tags_for_resource(**named)["ResourceTagSet"]
    assert shown == {**named, "Tags": [{"Key": "b", "Value": ""}]}
    many = route53.list_tags_for_resources(ResourceType="hostedzone", ResourceIds=[zone_id])
    assert many["ResourceTagSets"] == [shown]


def test_what_the_service_does_not_have_is_told_in_its_words(wire: WireRegion, route53: Any) -> None:
    assert refused(route53.get_change, Id="C0")[:2] == (404, "NoSuchChange")
    assert refused(route53.create_hosted_zone, Name="public.example", CallerReference="p") == (
        400,
        "UnsupportedOperation",
        "Public hosted zones are not supported: name a VPC for a private one.",
    )
    assert refused(route53.list_health_checks)[:2] == (404, "UnknownOperationException")
    status, code, text = refused(route53.list_hosted_zones, MaxItems="many")
    assert (status, code, text) == (400, "InvalidInput", "The value of maxitems is not valid: many")


def test_a_private_zone_and_an_endpoints_private_name_exclude_each_other(wire: WireRegion, route53: Any) -> None:
    ec2, place = wire.client("ec2"), vpc(wire)
    ec2.modify_vpc_attribute(VpcId=place["VPCId"], EnableDnsHostnames={"Value": True})
    name = "sqs.us-east-1.amazonaws.com"
    zone_id = zone_of(wire, name, VPC=place)
    wished = {
        "VpcId": place["VPCId"],
        "ServiceName": "com.amazonaws.us-east-1.sqs",
        "VpcEndpointType": "Interface",
        "PrivateDnsEnabled": True,
    }
    subnet = ec2.create_subnet(VpcId=place["VPCId"], CidrBlock="10.0.1.0/24", AvailabilityZone="us-east-1a")
    wished["SubnetIds"] = [subnet["Subnet"]["SubnetId"]]
    status, code, text = refused(ec2.create_vpc_endpoint, **wished)
    assert (code, f"conflicting DNS domain for {name} in the VPC {place['VPCId']}" in text) == (
        "InvalidParameter",
        True,
    )
    route53.delete_hosted_zone(Id=zone_id)
    ec2.create_vpc_endpoint(**wished)
    status, code, text = refused(route53.create_hosted_zone, Name=name, CallerReference="again", VPC=place)
    assert (status, code) == (400, "ConflictingDomainExists")
    assert text.startswith(f"The VPC {place['VPCId']} in region us-east-1 has already been associated")
