from __future__ import annotations

import pytest

from skywalk.actions.record_set_changes import change_resource_record_sets
from skywalk.actions.record_sets import list_resource_record_sets
from support.hosted_zones import change, make_zone
from support.region import Client, Region

ZONE = "corp.internal"


@pytest.fixture
def client() -> Client:
    return Region().client()


@pytest.fixture
def zone_id(client: Client) -> str:
    found = make_zone(client, ZONE)
    batch = {
        "Changes": [
            change("CREATE", f"b.{ZONE}", "TXT", '"b"'),
            change("CREATE", f"b.{ZONE}", "A", "10.0.0.1"),
            change("CREATE", f"a.b.{ZONE}", "A", "10.0.0.1"),
            change("CREATE", f"*.{ZONE}", "A", "10.0.0.1"),
            change("CREATE", f"a.{ZONE}", "AAAA", "2001:db8::1"),
        ]
    }
    client(change_resource_record_sets, HostedZoneId=found, ChangeBatch=batch)
    return found


def test_names_come_with_their_labels_reversed_then_types(client: Client, zone_id: str) -> None:
    listed = client(list_resource_record_sets, HostedZoneId=zone_id)
    assert [(one["Name"], one["Type"]) for one in listed["ResourceRecordSets"]] == [
        ("corp.internal.", "NS"),
        ("corp.internal.", "SOA"),
        ("\\052.corp.internal.", "A"),
        ("a.corp.internal.", "AAAA"),
        ("b.corp.internal.", "A"),
        ("b.corp.internal.", "TXT"),
        ("a.b.corp.internal.", "A"),
    ]
    assert (listed["IsTruncated"], listed["MaxItems"]) == (False, "300")


def test_a_page_begins_at_a_name_and_type(client: Client, zone_id: str) -> None:
    page = client(list_resource_record_sets, HostedZoneId=zone_id, StartRecordName=f"b.{ZONE}", MaxItems="1")
    assert [(one["Name"], one["Type"]) for one in page["ResourceRecordSets"]] == [("b.corp.internal.", "A")]
    assert (page["IsTruncated"], page["NextRecordName"], page["NextRecordType"]) == (True, "b.corp.internal.", "TXT")
    rest = client(
        list_resource_record_sets,
        HostedZoneId=zone_id,
        StartRecordName=page["NextRecordName"],
        StartRecordType=page["NextRecordType"],
    )
    assert [one["Type"] for one in rest["ResourceRecordSets"]] == ["TXT", "A"]
    after = client(list_resource_record_sets, HostedZoneId=zone_id, StartRecordName="z.internal")
    assert after["ResourceRecordSets"] == []


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"StartRecordType": "A"}, "The request must name a StartRecordName together with a StartRecordType."),
        (
            {"StartRecordName": "a", "StartRecordIdentifier": "x"},
            "The request must name a StartRecordType with a StartRecordIdentifier.",
        ),
        ({"StartRecordName": "a..b"}, "a..b: DomainLabelEmpty (Domain label is empty)"),
        ({"MaxItems": "-1"}, "The value of maxitems is not valid: -1"),
    ],
)
def test_what_no_page_begins_with(client: Client, zone_id: str, asked: dict[str, str], text: str) -> None:
    assert client.refusal(list_resource_record_sets, HostedZoneId=zone_id, **asked) == ("InvalidInput", text)


def test_there_is_no_such_zone(client: Client) -> None:
    assert client.refusal(list_resource_record_sets, HostedZoneId="Z0") == (
        "NoSuchHostedZone",
        "No hosted zone found with ID: Z0",
    )
