"""Batches of changes: what they make, and what they are refused with as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions import record_set_changes
from skywalk.actions.record_set_changes import change_resource_record_sets
from skywalk.actions.record_sets import list_resource_record_sets
from support.hosted_zones import change, make_zone
from support.region import Client, Region

ZONE = "corp.internal"
VPCE_ZONE = "Z7HUB22UULQXV"
VPCE = "vpce-0a-b.sqs.us-east-1.vpce.amazonaws.com"


def alias(zone_id: str, name: str) -> dict[str, Any]:
    return {"AliasTarget": {"HostedZoneId": zone_id, "DNSName": name, "EvaluateTargetHealth": False}}


def submit(client: Client, zone_id: str, *changes: dict[str, Any]) -> None:
    client(change_resource_record_sets, HostedZoneId=zone_id, ChangeBatch={"Changes": list(changes)})


def refusal(client: Client, zone_id: str, *changes: dict[str, Any]) -> tuple[str, str]:
    return client.refusal(change_resource_record_sets, HostedZoneId=zone_id, ChangeBatch={"Changes": list(changes)})


@pytest.fixture
def client() -> Client:
    return Region().client()


@pytest.fixture
def zone_id(client: Client) -> str:
    found = make_zone(client, ZONE)
    submit(client, found, change("CREATE", f"www.{ZONE}", "A", "10.0.0.1"))
    return found


def records(client: Client, zone_id: str) -> dict[tuple[str, str], Any]:
    listed = client(list_resource_record_sets, HostedZoneId=zone_id)["ResourceRecordSets"]
    return {(one["Name"], one["Type"]): one for one in listed}


def test_records_are_created_replaced_and_deleted(client: Client, zone_id: str) -> None:
    submit(client, zone_id, change("UPSERT", f"WWW.{ZONE}.", "A", "10.0.0.2", "10.0.0.3", ttl=60))
    shown = records(client, zone_id)[f"www.{ZONE}.", "A"]
    assert shown == {
        "Name": f"www.{ZONE}.",
        "Type": "A",
        "TTL": 60,
        "ResourceRecords": [{"Value": "10.0.0.2"}, {"Value": "10.0.0.3"}],
    }
    submit(client, zone_id, change("DELETE", f"www.{ZONE}", "A", "10.0.0.3", "10.0.0.2", ttl=60))
    assert list(records(client, zone_id)) == [(f"{ZONE}.", "NS"), (f"{ZONE}.", "SOA")]


def test_one_batch_deletes_and_creates_again(client: Client, zone_id: str) -> None:
    submit(
        client,
        zone_id,
        change("DELETE", f"www.{ZONE}", "A", "10.0.0.1"),
        change("CREATE", f"www.{ZONE}", "CNAME", f"other.{ZONE}"),
    )
    assert (f"www.{ZONE}.", "CNAME") in records(client, zone_id)


def test_aliases_lead_to_endpoints_and_within_the_zone(client: Client, zone_id: str) -> None:
    submit(
        client,
        zone_id,
        change("CREATE", ZONE, "A", **alias(zone_id, f"www.{ZONE}")),
        change("CREATE", f"queue.{ZONE}", "A", **alias(VPCE_ZONE, f"{VPCE}.")),
    )
    found = records(client, zone_id)
    assert found[f"queue.{ZONE}.", "A"] == {
        "Name": f"queue.{ZONE}.",
        "Type": "A",
        "AliasTarget": {"HostedZoneId": VPCE_ZONE, "DNSName": f"{VPCE}.", "EvaluateTargetHealth": False},
    }
    assert found[f"{ZONE}.", "A"]["AliasTarget"]["DNSName"] == f"www.{ZONE}."
    assert refusal(client, zone_id, change("DELETE", f"www.{ZONE}", "A", "10.0.0.1")) == (
        "InvalidChangeBatch",
        f"[Tried to create an alias that targets www.{ZONE}., type A in zone {zone_id}, but that target was not found]",
    )


def test_apex_records_are_replaced_and_never_lacking(client: Client, zone_id: str) -> None:
    submit(client, zone_id, change("UPSERT", ZONE, "NS", "ns.example.com", ttl=60))
    soa = records(client, zone_id)[f"{ZONE}.", "SOA"]["ResourceRecords"][0]["Value"]
    assert refusal(
        client,
        zone_id,
        change("DELETE", ZONE, "NS", "ns.example.com", ttl=60),
        change("DELETE", ZONE, "SOA", soa, ttl=900),
    ) == (
        "InvalidChangeBatch",
        "[A HostedZone must contain exactly one SOA record., "
        "A HostedZone must contain at least one NS record for the zone itself.]",
    )


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (
            change("CREATE", f"www.{ZONE}", "A", "10.0.0.1"),
            f"Tried to create resource record set [name='www.{ZONE}.', type='A'] but it already exists",
        ),
        (
            change("DELETE", f"no.{ZONE}", "A", "10.0.0.1"),
            f"Tried to delete resource record set [name='no.{ZONE}.', type='A'] but it was not found",
        ),
        (
            change("DELETE", f"www.{ZONE}", "A", "10.0.0.2"),
            f"Tried to delete resource record set [name='www.{ZONE}.', type='A'] but the values provided do not match "
            "the current values",
        ),
        (
            change("CREATE", "www.example.com", "A", "10.0.0.1"),
            f"RRSet with DNS name www.example.com. is not permitted in zone {ZONE}.",
        ),
        (
            change("CREATE", ZONE, "CNAME", "a.b"),
            f"RRSet of type CNAME with DNS name {ZONE}. is not permitted at apex in zone {ZONE}.",
        ),
        (
            change("CREATE", f"www.{ZONE}", "CNAME", "a.b"),
            f"RRSet of type CNAME with DNS name www.{ZONE}. is not permitted because a conflicting RRSet of type A "
            f"with the same DNS name already exists in zone {ZONE}.",
        ),
        (
            change("CREATE", f"a.{ZONE}", "A", "10.0.0"),
            "Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) "
            "encountered with '10.0.0''",
        ),
        (change("CREATE", f"a.{ZONE}", "A", "10.0.0.1", "10.0.0.1"), "Duplicate Resource Record: '10.0.0.1'"),
        (
            change("CREATE", f"a.{ZONE}", "CNAME", "a.b", "c.d"),
            "Invalid Resource Record: a record set of type CNAME has exactly one value",
        ),
        (
            change("CREATE", f"a..{ZONE}", "A", "10.0.0.1"),
            f"Invalid Resource Record: 'FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with "
            f"'a..{ZONE}''",
        ),
        (
            change("CREATE", f"a.{ZONE}", "A", **alias("Z2FDTNDATAQYW2", "d111111abcdef8.cloudfront.net")),
            "Tried to create an alias that targets d111111abcdef8.cloudfront.net., type A in zone Z2FDTNDATAQYW2, "
            "but that target was not found",
        ),
        (
            change("CREATE", f"a.{ZONE}", "A", **alias(VPCE_ZONE, "www.example.com")),
            f"Tried to create an alias that targets www.example.com., type A in zone {VPCE_ZONE}, but the alias "
            "target name does not lie within the target zone",
        ),
        (
            change("CREATE", f"a.{ZONE}", "TXT", **alias(VPCE_ZONE, VPCE)),
            f"Tried to create an alias that targets {VPCE}., type TXT in zone {VPCE_ZONE}, but that target was not "
            "found",
        ),
        (
            change("CREATE", f"a.{ZONE}", "A", **alias(VPCE_ZONE, "a..b")),
            "Invalid Resource Record: 'FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with "
            "'a..b''",
        ),
    ],
)
def test_what_is_wrong_with_one_change(client: Client, zone_id: str, asked: dict[str, Any], text: str) -> None:
    assert refusal(client, zone_id, asked) == ("InvalidChangeBatch", f"[{text}]")


def test_ns_and_soa_are_no_aliases(client: Client, zone_id: str) -> None:
    code, text = refusal(client, zone_id, change("CREATE", f"a.{ZONE}", "NS", **alias(zone_id, ZONE)))
    assert (code, text.endswith("but record sets of type NS cannot be aliases]")) == ("InvalidChangeBatch", True)


def test_another_record_beside_a_cname_is_refused(client: Client, zone_id: str) -> None:
    submit(client, zone_id, change("CREATE", f"c.{ZONE}", "CNAME", "a.b"))
    code, text = refusal(client, zone_id, change("CREATE", f"c.{ZONE}", "A", "10.0.0.1"))
    assert code == "InvalidChangeBatch"
    assert f"RRSet of type A with DNS name c.{ZONE}. is not permitted because a conflicting RRSet of type CNAME" in text


def test_a_record_set_occurs_once_in_a_batch(client: Client, zone_id: str) -> None:
    twice = [change("UPSERT", f"a.{ZONE}", "A", "10.0.0.1"), change("CREATE", f"A.{ZONE}.", "A", "10.0.0.2")]
    assert refusal(client, zone_id, *twice) == (
        "InvalidChangeBatch",
        f"[The request contains an invalid set of changes for a resource record set 'A a.{ZONE}.']",
    )


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, "none"),
        ({"TTL": 60}, "none"),
        ({"ResourceRecords": [{"Value": "10.0.0.1"}]}, "none"),
        ({"TTL": 60, **alias(VPCE_ZONE, VPCE)}, "more than one"),
    ],
)
def test_a_record_set_is_an_alias_or_has_ttl_and_values(
    client: Client, zone_id: str, more: dict[str, Any], found: str
) -> None:
    assert refusal(client, zone_id, change("CREATE", f"a.{ZONE}", "A", **more)) == (
        "InvalidInput",
        "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or "
        f"TrafficPolicyInstanceId], but found {found} in Change with [Action=CREATE, Name=a.{ZONE}., Type=A, "
        "SetIdentifier=null]",
    )


@pytest.mark.parametrize(
    ("name", "value"), [("Weight", 10), ("SetIdentifier", "a"), ("HealthCheckId", "h"), ("MultiValueAnswer", True)]
)
def test_other_routing_is_refused_by_name(client: Client, zone_id: str, name: str, value: Any) -> None:
    asked = change("CREATE", f"a.{ZONE}", "A", "10.0.0.1", **{name: value})
    assert refusal(client, zone_id, asked) == (
        "UnsupportedOperation",
        f"The parameter {name} is not supported.",
    )


def test_types_that_are_not_carried_are_refused_by_name(client: Client, zone_id: str) -> None:
    asked = change("CREATE", f"a.{ZONE}", "HTTPS", '1 . alpn="h2"')
    assert refusal(client, zone_id, asked) == (
        "UnsupportedOperation",
        "Record sets of type HTTPS are not supported.",
    )


def test_a_batch_has_at_most_1000_values_and_32000_characters(client: Client, zone_id: str) -> None:
    many = [change("UPSERT", f"a{number}.{ZONE}", "A", "10.0.0.1") for number in range(501)]
    assert refusal(client, zone_id, *many) == (
        "InvalidChangeBatch",
        "[Number of records limit of 1000 exceeded.]",
    )
    long = [change("CREATE", f"a{number}.{ZONE}", "TXT", f'"{"x" * 250}"') for number in range(130)]
    assert refusal(client, zone_id, *long) == (
        "InvalidChangeBatch",
        "[Number of characters limit of 32000 exceeded.]",
    )


def test_a_zone_has_a_most_number_of_record_sets(client: Client, zone_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_set_changes, "MAX_RECORD_SETS", 3)
    assert refusal(client, zone_id, change("CREATE", f"a.{ZONE}", "A", "10.0.0.1")) == (
        "InvalidChangeBatch",
        f"[Number of records limit of 3 in zone {ZONE}. exceeded.]",
    )


def test_there_is_no_such_zone(client: Client) -> None:
    assert refusal(client, "Z0", change("CREATE", "a.b", "A", "10.0.0.1")) == (
        "NoSuchHostedZone",
        "No hosted zone found with ID: Z0",
    )
