from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.hosted_zone_vpcs import associate_vpc_with_hosted_zone
from skywalk.actions.hosted_zones import (
    create_hosted_zone,
    delete_hosted_zone,
    get_dnssec,
    get_hosted_zone,
    get_hosted_zone_count,
    get_hosted_zone_limit,
    list_hosted_zones,
    list_hosted_zones_by_name,
    update_hosted_zone_comment,
)
from skywalk.actions.record_set_changes import change_resource_record_sets
from skywalk.actions.record_sets import list_resource_record_sets
from skywalk.actions.vpcs import create_vpc
from skywalk.resources.hosted_zone import HostedZone, RecordSet
from support.hosted_zones import change, make_zone, place
from support.region import OTHER_ACCOUNT, Region

NO_ZONE = ("NoSuchHostedZone", "No hosted zone found with ID: Z0")


def test_a_zone_is_born_with_its_ns_and_soa() -> None:
    client = Region().client()
    vpc = place(client)
    made = client(create_hosted_zone, Name="Corp.Internal.", CallerReference="1", VPC=vpc)
    zone_id = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
    assert zone_id[0] == "Z"
    assert len(zone_id) == 21
    assert made["HostedZone"] == {
        "Id": f"/hostedzone/{zone_id}",
        "Name": "corp.internal.",
        "CallerReference": "1",
        "Config": {"PrivateZone": True},
        "ResourceRecordSetCount": 2,
    }
    assert made["VPC"] == vpc
    assert made["Location"] == f"https://route53.amazonaws.com/2013-04-01/hostedzone/{zone_id}"
    listed = client(list_resource_record_sets, HostedZoneId=zone_id)["ResourceRecordSets"]
    assert [(one["Type"], one["TTL"], [each["Value"] for each in one["ResourceRecords"]]) for one in listed] == [
        (
            "NS",
            172800,
            [
                "ns-1536.awsdns-00.co.uk.",
                "ns-0.awsdns-00.com.",
                "ns-1024.awsdns-00.org.",
                "ns-512.awsdns-00.net.",
            ],
        ),
        ("SOA", 900, ["ns-1536.awsdns-00.co.uk. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"]),
    ]
    assert client(get_hosted_zone, Id=zone_id)["VPCs"] == [vpc]
    assert client.elsewhere("eu-west-1")(get_hosted_zone, Id=f"/hostedzone/{zone_id}")["HostedZone"]["Name"] == (
        "corp.internal."
    )


def test_other_accounts_do_not_see_a_zone() -> None:
    region = Region()
    zone_id = make_zone(region.client(), "corp.internal")
    code, _ = region.client(OTHER_ACCOUNT).refusal(get_hosted_zone, Id=zone_id)
    assert code == "NoSuchHostedZone"


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"CallerReference": "taken"}, "HostedZoneAlreadyExists", "with the specified caller reference."),
        ({"Name": "a..b"}, "InvalidDomainName", "a..b: DomainLabelEmpty (Domain label is empty)"),
        ({"Name": "."}, "InvalidDomainName", ".: is not a valid domain name for a hosted zone"),
        ({"Name": "*.corp"}, "InvalidDomainName", "*.corp: is not a valid domain name for a hosted zone"),
        (
            {"VPC": {"VPCId": "vpc-0", "VPCRegion": "us-east-1"}},
            "InvalidVPCId",
            "The VPC: vpc-0 in region us-east-1 is not valid.",
        ),
        ({"VPC": {}}, "InvalidVPCId", "The VPC:  in region  is not valid."),
        ({"DelegationSetId": "N1"}, "UnsupportedOperation", "The parameter DelegationSetId is not supported."),
        ({"VPC": None}, "UnsupportedOperation", "Public hosted zones are not supported: name a VPC for a private one."),
    ],
)
def test_what_no_zone_can_be(changes: dict[str, Any], code: str, text: str) -> None:
    client = Region().client()
    make_zone(client, "other.internal", CallerReference="taken")
    asked = {"Name": "corp.internal", "CallerReference": "1", "VPC": place(client), **changes}
    asked = {name: value for name, value in asked.items() if value is not None}
    told, message = client.refusal(create_hosted_zone, **asked)
    assert told == code
    assert message.endswith(text)


def test_a_vpc_of_another_account_or_region_is_not_valid() -> None:
    region = Region()
    client, theirs = region.client(), place(region.client(OTHER_ACCOUNT))
    mine = place(client)
    for vpc in (theirs, {**mine, "VPCRegion": "eu-west-1"}):
        code, _ = client.refusal(create_hosted_zone, Name="a.b", CallerReference="1", VPC=vpc)
        assert code == "InvalidVPCId"


def test_an_account_has_no_more_than_500_zones() -> None:
    region = Region()
    client = region.client()
    vpc = place(client)
    for number in range(500):
        make_zone(client, f"z{number}.internal", VPC=vpc)
    assert client.refusal(create_hosted_zone, Name="one.more", CallerReference="more", VPC=vpc) == (
        "TooManyHostedZones",
        "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER: 500",
    )


def test_a_comment_is_changed_and_taken_away() -> None:
    client = Region().client()
    zone_id = make_zone(client, "corp.internal", HostedZoneConfig={"Comment": "first"})
    assert client(get_hosted_zone, Id=zone_id)["HostedZone"]["Config"] == {"Comment": "first", "PrivateZone": True}
    shown = client(update_hosted_zone_comment, Id=zone_id)["HostedZone"]
    assert shown["Config"] == {"PrivateZone": True}
    assert client.refusal(update_hosted_zone_comment, Id="Z0", Comment="x") == NO_ZONE


def test_only_an_empty_zone_is_deleted_and_all_of_it() -> None:
    region = Region()
    client = region.client()
    zone_id = make_zone(client, "corp.internal")
    record = change("CREATE", "a.corp.internal", "A", "10.0.0.1")
    client(change_resource_record_sets, HostedZoneId=zone_id, ChangeBatch={"Changes": [record]})
    assert client.refusal(delete_hosted_zone, Id=zone_id) == (
        "HostedZoneNotEmpty",
        "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
    )
    gone = {**record, "Action": "DELETE"}
    client(change_resource_record_sets, HostedZoneId=zone_id, ChangeBatch={"Changes": [gone]})
    client(delete_hosted_zone, Id=zone_id)
    assert region.store.of_type(HostedZone) == []
    assert region.store.of_type(RecordSet) == []
    assert client.refusal(delete_hosted_zone, Id="Z0") == NO_ZONE


def test_zones_are_listed_in_pages() -> None:
    client = Region().client()
    ids = [make_zone(client, f"z{number}.internal") for number in range(3)]
    first = client(list_hosted_zones, MaxItems="2")
    assert [zone["Id"] for zone in first["HostedZones"]] == [f"/hostedzone/{one}" for one in ids[:2]]
    assert (first["IsTruncated"], first["NextMarker"], first["MaxItems"]) == (True, ids[2], "2")
    rest = client(list_hosted_zones, Marker=first["NextMarker"])
    assert [zone["Id"] for zone in rest["HostedZones"]] == [f"/hostedzone/{ids[2]}"]
    assert (rest["IsTruncated"], rest["Marker"]) == (False, ids[2])
    assert client.refusal(list_hosted_zones, Marker="Z0") == (
        "InvalidInput",
        "The specified marker is not valid: Z0",
    )
    assert client.refusal(list_hosted_zones, DelegationSetId="N1")[0] == "UnsupportedOperation"
    assert client.refusal(list_hosted_zones, MaxItems="0")[0] == "InvalidInput"


def test_zones_are_listed_by_reversed_name() -> None:
    client = Region().client()
    for name in ("b.example", "a.internal", "z.b.example", "a.example"):
        make_zone(client, name)
    listed = client(list_hosted_zones_by_name)["HostedZones"]
    assert [zone["Name"] for zone in listed] == ["a.example.", "b.example.", "z.b.example.", "a.internal."]
    page = client(list_hosted_zones_by_name, DNSName="b.example", MaxItems="1")
    assert [zone["Name"] for zone in page["HostedZones"]] == ["b.example."]
    assert (page["DNSName"], page["NextDNSName"], page["IsTruncated"]) == ("b.example", "z.b.example.", True)
    rest = client(list_hosted_zones_by_name, DNSName=page["NextDNSName"], HostedZoneId=page["NextHostedZoneId"])
    assert [zone["Name"] for zone in rest["HostedZones"]] == ["z.b.example.", "a.internal."]
    assert rest["HostedZoneId"] == page["NextHostedZoneId"]
    assert client.refusal(list_hosted_zones_by_name, HostedZoneId="Z1")[0] == "InvalidInput"
    assert client.refusal(list_hosted_zones_by_name, DNSName="a..b")[0] == "InvalidDomainName"


def test_zones_are_counted_and_their_limits_told() -> None:
    client = Region().client()
    assert client(get_hosted_zone_count) == {"HostedZoneCount": 0}
    zone_id = make_zone(client, "corp.internal")
    assert client(get_hosted_zone_count) == {"HostedZoneCount": 1}
    assert client(get_hosted_zone_limit, HostedZoneId=zone_id, Type="MAX_RRSETS_BY_ZONE") == {
        "Limit": {"Type": "MAX_RRSETS_BY_ZONE", "Value": 10000},
        "Count": 2,
    }
    second = {"VPCRegion": "us-east-1", "VPCId": client(create_vpc, CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]}
    client(associate_vpc_with_hosted_zone, HostedZoneId=zone_id, VPC=second)
    assert client(get_hosted_zone_limit, HostedZoneId=zone_id, Type="MAX_VPCS_ASSOCIATED_BY_ZONE")["Count"] == 2
    assert client.refusal(get_hosted_zone_limit, HostedZoneId="Z0", Type="MAX_RRSETS_BY_ZONE") == NO_ZONE


def test_a_private_zone_is_never_signed() -> None:
    client = Region().client()
    assert client.refusal(get_dnssec, HostedZoneId=make_zone(client, "corp.internal")) == (
        "InvalidArgument",
        "Operation is unsupported for private hosted zones",
    )
    assert client.refusal(get_dnssec, HostedZoneId="Z0") == NO_ZONE
