"""Private hosted zones in a VPC's plan."""

from __future__ import annotations

from typing import Any

from skywalk.actions.hosted_zone_vpcs import associate_vpc_with_hosted_zone
from skywalk.actions.hosted_zones import delete_hosted_zone
from skywalk.actions.record_set_changes import change_resource_record_sets
from skywalk.actions.vpcs import modify_vpc_attribute
from skywalk.compile.compiler import compile_plan
from skywalk.plan.name_views import PrivateZone
from support.hosted_zones import change, make_zone, place
from support.region import Client, Region

VPCE_ZONE, VPCE = "Z7HUB22UULQXV", "vpce-0a-b.sqs.us-east-1.vpce.amazonaws.com"


def hostnames(client: Client, vpc: dict[str, str], *, on: bool) -> None:
    client(modify_vpc_attribute, VpcId=vpc["VPCId"], EnableDnsHostnames={"Value": on})


def zones(region: Region, vpc: dict[str, str]) -> tuple[PrivateZone, ...]:
    snapshot = region.store.snapshot(vpc["VPCId"])
    assert snapshot is not None
    return compile_plan(snapshot).name_view.zones


def shown(zone: PrivateZone) -> list[tuple[str, str, Any]]:
    return [(one.name, one.type, one.alias or one.values) for one in zone.records]


def test_a_zone_is_in_the_plans_of_its_vpcs_alone() -> None:
    region = Region()
    client = region.client()
    own, other = place(client), place(client)
    for vpc in (own, other):
        hostnames(client, vpc, on=True)
    zone_id = make_zone(client, "corp.internal", VPC=own)
    alias: dict[str, Any] = {"AliasTarget": {"HostedZoneId": VPCE_ZONE, "DNSName": VPCE, "EvaluateTargetHealth": False}}
    batch = [change("CREATE", "*.corp.internal", "A", "10.0.0.1"), change("CREATE", "q.corp.internal", "A", **alias)]
    client(change_resource_record_sets, HostedZoneId=zone_id, ChangeBatch={"Changes": batch})
    (zone,) = zones(region, own)
    assert (zone.name, zone.for_instances, zone.origin.resource_id) == ("corp.internal", True, zone_id)
    assert [(name, type_) for name, type_, _ in shown(zone)] == [
        ("*.corp.internal", "A"),
        ("corp.internal", "NS"),
        ("corp.internal", "SOA"),
        ("q.corp.internal", "A"),
    ]
    assert shown(zone)[0][2] == ("10.0.0.1",)
    assert shown(zone)[3][2] == VPCE
    assert zones(region, other) == ()
    client(associate_vpc_with_hosted_zone, HostedZoneId=zone_id, VPC=other)
    assert zones(region, other) == (zone,)


def test_without_dns_host_names_a_vpc_has_no_private_zones() -> None:
    region = Region()
    client = region.client()
    vpc = place(client)
    make_zone(client, "corp.internal", VPC=vpc)
    assert zones(region, vpc) == ()
    hostnames(client, vpc, on=True)
    assert [zone.name for zone in zones(region, vpc)] == ["corp.internal"]
    client(modify_vpc_attribute, VpcId=vpc["VPCId"], EnableDnsSupport={"Value": False})
    assert zones(region, vpc) == ()


def test_a_change_of_a_record_concerns_the_zones_vpcs() -> None:
    region = Region()
    client = region.client()
    own, other = place(client), place(client)
    zone_id = make_zone(client, "corp.internal", VPC=own)
    told = []
    region.store.on_change(lambda change: told.append(change.vpc_ids))
    batch = {"Changes": [change("CREATE", "a.corp.internal", "A", "10.0.0.1")]}
    client(change_resource_record_sets, HostedZoneId=zone_id, ChangeBatch=batch)
    client(associate_vpc_with_hosted_zone, HostedZoneId=zone_id, VPC=other)
    gone = {"Changes": [change("DELETE", "a.corp.internal", "A", "10.0.0.1")]}
    client(change_resource_record_sets, HostedZoneId=zone_id, ChangeBatch=gone)
    client(delete_hosted_zone, Id=zone_id)
    both = {own["VPCId"], other["VPCId"]}
    assert told == [{own["VPCId"]}, both, both, both]
