"""What terraform-provider-aws asks of the API for interface endpoints and private names, as boto3 calls (see
test_client_terraform_calls).

Source: the provider's code in internal/service/ec2 (vpc_endpoint.go, vpc_endpoint_subnet_association.go,
vpc_endpoint_security_group_association.go, vpc_endpoint_private_dns.go, vpc_endpoint_service_data_source.go),
internal/service/route53 (zone.go, record.go, zone_association.go) and internal/service/route53resolver (endpoint.go).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from support.live_region import LiveRegion
from support.terraform_polls import code_of, gone_or, passes_through, tagged

pytestmark = pytest.mark.live

MONITORING = "com.amazonaws.us-east-1.monitoring"
PRIVATE_NAME = "monitoring.us-east-1.amazonaws.com"
COMMENT = "Managed by Terraform"
RESOLVER_GONE = "ResourceNotFoundException"


@pytest.fixture(scope="module")
def ec2(region: LiveRegion) -> Any:
    return region.ec2


@pytest.fixture(scope="module")
def route53(region: LiveRegion) -> Any:
    return region.client("route53")


@pytest.fixture(scope="module")
def vpc(region: LiveRegion) -> str:
    vpc = region.vpc("10.92.0.0/16")
    region.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    return vpc


@pytest.fixture(scope="module")
def subnets(region: LiveRegion, vpc: str) -> list[str]:
    return [region.subnet(vpc, f"10.92.{third}.0/24", f"us-east-1{zone}") for third, zone in enumerate("abc")]


@pytest.fixture(scope="module")
def groups(ec2: Any, vpc: str) -> list[str]:
    named = {"Description": COMMENT, "VpcId": vpc}
    return [ec2.create_security_group(GroupName=f"terraform-{n}", **named)["GroupId"] for n in range(3)]


class Endpoint:
    """aws_vpc_endpoint: made as its create does it, read as its read."""

    def __init__(self, ec2: Any, vpc: str, subnets: list[str], groups: list[str], **request: Any) -> None:
        self.ec2 = ec2
        self.id = ec2.create_vpc_endpoint(
            VpcId=vpc, ServiceName=MONITORING, VpcEndpointType="Interface", SubnetIds=subnets, SecurityGroupIds=groups,
            TagSpecifications=tagged("vpc-endpoint", "terraform"), **request,
        )["VpcEndpoint"]["VpcEndpointId"]  # fmt: skip
        self.is_available("pending")

    def shown(self) -> Any:
        return self.ec2.describe_vpc_endpoints(VpcEndpointIds=[self.id])["VpcEndpoints"][0]

    def state(self) -> str | None:
        """The provider takes an endpoint that is still shown as deleted for gone, and compares in small letters."""
        found: str = self.shown()["State"].lower()
        return found if found != "deleted" else None

    def is_available(self, *pending: str) -> None:
        passes_through(self.state, set(pending), "available")

    def modify(self, **request: Any) -> None:
        self.ec2.modify_vpc_endpoint(VpcEndpointId=self.id, **request)
        self.is_available("pending")

    def delete(self) -> None:
        assert self.ec2.delete_vpc_endpoints(VpcEndpointIds=[self.id])["Unsuccessful"] == []
        passes_through(gone_or(self.state, "InvalidVpcEndpointId.NotFound"), {"available", "deleting"}, None)


def test_interface_vpc_endpoint(ec2: Any, vpc: str, subnets: list[str], groups: list[str]) -> None:
    """aws_vpc_endpoint of the type Interface: each argument that updates in place is changed by a call."""
    options = {"DnsRecordIpType": "ipv4"}
    endpoint = Endpoint(
        ec2, vpc, subnets[:1], groups[:1], PrivateDnsEnabled=True, IpAddressType="ipv4", DnsOptions=options,
        ClientToken="terraform-interface",
    )  # fmt: skip
    found = endpoint.shown()
    assert (found["SubnetIds"], [one["GroupId"] for one in found["Groups"]]) == (subnets[:1], groups[:1])
    assert (found["DnsOptions"], found["IpAddressType"], found["RequesterManaged"]) == (options, "ipv4", False)
    assert (found["PrivateDnsEnabled"], found["RouteTableIds"]) == (True, [])
    assert [entry["DnsName"] for entry in found["DnsEntries"]][2] == PRIVATE_NAME
    assert {"DnsName", "HostedZoneId"} <= found["DnsEntries"][0].keys()
    assert json.loads(found["PolicyDocument"])["Statement"][0]["Effect"] == "Allow"
    lists = ec2.describe_prefix_lists(Filters=[{"Name": "prefix-list-name", "Values": [MONITORING]}])["PrefixLists"]
    assert lists == []
    # subnet_configuration is read from the interfaces.
    interfaces = ec2.describe_network_interfaces(NetworkInterfaceIds=found["NetworkInterfaceIds"])["NetworkInterfaces"]
    assert [(one["SubnetId"], one["PrivateIpAddress"][:8]) for one in interfaces] == [(subnets[0], "10.92.0.")]

    endpoint.modify(AddSubnetIds=subnets[1:], RemoveSubnetIds=subnets[:1])
    assert sorted(endpoint.shown()["SubnetIds"]) == sorted(subnets[1:])
    assert len(endpoint.shown()["NetworkInterfaceIds"]) == 2
    endpoint.modify(AddSecurityGroupIds=groups[1:], RemoveSecurityGroupIds=groups[:1])
    assert [one["GroupId"] for one in endpoint.shown()["Groups"]] == groups[1:]
    endpoint.modify(PrivateDnsEnabled=False)
    assert PRIVATE_NAME not in [entry["DnsName"] for entry in endpoint.shown()["DnsEntries"]]
    endpoint.modify(PrivateDnsEnabled=True, DnsOptions=options, IpAddressType="ipv4")
    assert PRIVATE_NAME in [entry["DnsName"] for entry in endpoint.shown()["DnsEntries"]]

    endpoint.delete()
    again = ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint.id])["Unsuccessful"]
    assert [item["Error"]["Code"] for item in again] == ["InvalidVpcEndpoint.NotFound"]


def test_parts_of_an_endpoint_as_resources(ec2: Any, vpc: str, subnets: list[str], groups: list[str]) -> None:
    """aws_vpc_endpoint_subnet_association, _security_group_association, _private_dns."""
    endpoint = Endpoint(ec2, vpc, subnets[:1], groups[:1], PrivateDnsEnabled=False)
    endpoint.modify(AddSubnetIds=subnets[1:2])
    assert subnets[1] in endpoint.shown()["SubnetIds"]
    # With replace_default_association, both in one update.
    endpoint.modify(AddSecurityGroupIds=groups[1:2], RemoveSecurityGroupIds=groups[:1])
    assert [one["GroupId"] for one in endpoint.shown()["Groups"]] == groups[1:2]
    endpoint.modify(PrivateDnsEnabled=True)
    assert endpoint.shown()["PrivateDnsEnabled"] is True
    endpoint.modify(RemoveSubnetIds=subnets[1:2])
    assert endpoint.shown()["SubnetIds"] == subnets[:1]
    endpoint.delete()


def test_vpc_endpoint_service(ec2: Any) -> None:
    """data.aws_vpc_endpoint_service, by name and by filters."""
    by_type = [{"Name": "service-type", "Values": ["Interface"]}]
    answer = ec2.describe_vpc_endpoint_services(ServiceNames=[MONITORING], Filters=by_type)
    assert answer["ServiceNames"] == [MONITORING]
    (shown,) = answer["ServiceDetails"]
    assert [one["ServiceType"] for one in shown["ServiceType"]] == ["Interface"]
    assert (shown["ServiceName"], shown["Owner"], shown["AcceptanceRequired"]) == (MONITORING, "amazon", False)
    assert shown["BaseEndpointDnsNames"] == ["monitoring.us-east-1.vpce.amazonaws.com"]
    assert shown["PrivateDnsNames"][0] == {"PrivateDnsName": PRIVATE_NAME}
    assert {"AvailabilityZones", "ManagesVpcEndpoints", "ServiceId", "VpcEndpointPolicySupported"} <= shown.keys()


# Route 53


def zone_of(route53: Any, name: str, *vpcs: str) -> str:
    """aws_route53_zone with vpc blocks: further VPCs are associated after the first. The id without its path."""
    made = route53.create_hosted_zone(
        Name=name, CallerReference=f"terraform-{name}", HostedZoneConfig={"Comment": COMMENT},
        VPC={"VPCId": vpcs[0], "VPCRegion": "us-east-1"},
    )  # fmt: skip
    zone: str = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
    is_insync(route53, made["ChangeInfo"]["Id"])
    route53.change_tags_for_resource(
        ResourceType="hostedzone", ResourceId=zone, AddTags=[{"Key": "Name", "Value": "terraform"}]
    )
    for vpc in vpcs[1:]:
        associate(route53.associate_vpc_with_hosted_zone, route53, zone, vpc)
    return zone


def associate(call: Callable[..., Any], route53: Any, zone: str, vpc: str) -> None:
    """aws_route53_zone_association, either way."""
    answer = call(HostedZoneId=zone, VPC={"VPCId": vpc, "VPCRegion": "us-east-1"}, Comment=COMMENT)
    is_insync(route53, answer["ChangeInfo"]["Id"])


def is_insync(route53: Any, change_id: str) -> None:
    bare = change_id.removeprefix("/change/")
    passes_through(lambda: str(route53.get_change(Id=bare)["ChangeInfo"]["Status"]), {"PENDING"}, "INSYNC")


def test_private_zone(route53: Any, region: LiveRegion, vpc: str) -> None:
    """aws_route53_zone and aws_route53_zone_association."""
    other = region.vpc("10.93.0.0/16")
    zone = zone_of(route53, "terraform.internal", vpc, other)
    read = route53.get_hosted_zone(Id=zone)
    shown = read["HostedZone"]
    assert (shown["Name"], shown["Config"]) == ("terraform.internal.", {"Comment": COMMENT, "PrivateZone": True})
    assert {one["VPCId"] for one in read["VPCs"]} == {vpc, other}
    # Name servers of a private zone are read from its record.
    start = {"StartRecordName": shown["Name"], "StartRecordType": "NS"}
    (servers,) = route53.list_resource_record_sets(HostedZoneId=zone, MaxItems="1", **start)["ResourceRecordSets"]
    assert (servers["Type"], len(servers["ResourceRecords"])) == ("NS", 4)
    tags = route53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=zone)["ResourceTagSet"]["Tags"]
    assert tags == [{"Key": "Name", "Value": "terraform"}]

    updated = route53.update_hosted_zone_comment(Id=zone, Comment="more")
    assert updated["HostedZone"]["Config"]["Comment"] == "more"
    mine = {"VPCId": other, "VPCRegion": "us-east-1", "MaxItems": "100"}
    found = route53.list_hosted_zones_by_vpc(**mine)["HostedZoneSummaries"]
    assert [(one["HostedZoneId"], one["Owner"]["OwningAccount"]) for one in found] == [(zone, region.account_id)]
    associate(route53.disassociate_vpc_from_hosted_zone, route53, zone, other)
    assert [one["VPCId"] for one in route53.get_hosted_zone(Id=zone)["VPCs"]] == [vpc]
    gone = {"HostedZoneId": zone, "VPC": {"VPCId": other, "VPCRegion": "us-east-1"}}
    assert code_of(route53.disassociate_vpc_from_hosted_zone, **gone) == "VPCAssociationNotFound"

    is_insync(route53, route53.delete_hosted_zone(Id=zone)["ChangeInfo"]["Id"])
    assert code_of(route53.get_hosted_zone, Id=zone) == "NoSuchHostedZone"
    assert code_of(route53.delete_hosted_zone, Id=zone) == "NoSuchHostedZone"


def test_record(route53: Any, ec2: Any, vpc: str, subnets: list[str], groups: list[str]) -> None:
    """aws_route53_record: of addresses, and an alias of an endpoint."""
    zone = zone_of(route53, "records.internal", vpc)
    endpoint = Endpoint(ec2, vpc, subnets[:1], groups[:1], PrivateDnsEnabled=False)
    entry = endpoint.shown()["DnsEntries"][0]
    # Names are shown with their last dot, which the provider takes off.
    target = {"DNSName": f"{entry['DnsName']}.", "HostedZoneId": entry["HostedZoneId"], "EvaluateTargetHealth": False}
    plain = {"Name": "db.records.internal", "Type": "A", "TTL": 300, "ResourceRecords": [{"Value": "10.92.0.9"}]}
    alias = {"Name": "metrics.records.internal", "Type": "A", "AliasTarget": target}

    def change(action: str, record: dict[str, Any]) -> None:
        batch = {"Comment": COMMENT, "Changes": [{"Action": action, "ResourceRecordSet": record}]}
        is_insync(
            route53, route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)["ChangeInfo"]["Id"]
        )

    def read(record: dict[str, Any]) -> Any:
        """It asks from the record on, and compares the first with the wanted name."""
        start = {"StartRecordName": f"{record['Name']}.", "StartRecordType": record["Type"]}
        found = route53.list_resource_record_sets(HostedZoneId=zone, **start)["ResourceRecordSets"]
        matching = [one for one in found if (one["Name"], one["Type"]) == (f"{record['Name']}.", record["Type"])]
        return matching[0] if matching else None

    for record in (plain, alias):
        change("CREATE", record)
        assert read(record) | {"Name": record["Name"]} == record
        change("UPSERT", record)
    again = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": plain}]}
    assert code_of(route53.change_resource_record_sets, HostedZoneId=zone, ChangeBatch=again) == "InvalidChangeBatch"
    change("UPSERT", plain | {"TTL": 60})
    assert read(plain)["TTL"] == 60
    # With force_destroy the zone's records go first; without, it stays.
    assert code_of(route53.delete_hosted_zone, Id=zone) == "HostedZoneNotEmpty"
    change("DELETE", plain | {"TTL": 60})
    change("DELETE", alias)
    assert read(plain) is None
    missing = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": plain}]}
    assert code_of(route53.change_resource_record_sets, HostedZoneId=zone, ChangeBatch=missing) == "InvalidChangeBatch"
    route53.delete_hosted_zone(Id=zone)
    endpoint.delete()


def test_resolver_endpoint(region: LiveRegion, subnets: list[str], groups: list[str]) -> None:
    """aws_route53_resolver_endpoint, inbound."""
    resolver = region.client("route53resolver")
    made = resolver.create_resolver_endpoint(
        CreatorRequestId="tf-r53-resolver-endpoint-1", Direction="INBOUND", SecurityGroupIds=groups[:1],
        IpAddresses=[{"SubnetId": subnet} for subnet in subnets[:2]], Name="terraform",
        Tags=[{"Key": "Name", "Value": "terraform"}],
    )["ResolverEndpoint"]  # fmt: skip
    named = {"ResolverEndpointId": made["Id"]}

    def status() -> str:
        return str(resolver.get_resolver_endpoint(**named)["ResolverEndpoint"]["Status"])

    passes_through(status, {"CREATING"}, "OPERATIONAL")
    shown = resolver.get_resolver_endpoint(**named)["ResolverEndpoint"]
    assert (shown["Direction"], shown["HostVPCId"], shown["Name"]) == ("INBOUND", made["HostVPCId"], "terraform")
    addresses = resolver.list_resolver_endpoint_ip_addresses(**named)["IpAddresses"]
    assert [one["SubnetId"] for one in addresses] == subnets[:2]
    resolver.update_resolver_endpoint(**named, Name="renamed")
    passes_through(status, {"UPDATING"}, "OPERATIONAL")
    resolver.associate_resolver_endpoint_ip_address(**named, IpAddress={"SubnetId": subnets[2]})
    passes_through(status, {"UPDATING"}, "OPERATIONAL")
    resolver.disassociate_resolver_endpoint_ip_address(**named, IpAddress={"IpId": addresses[0]["IpId"]})
    passes_through(status, {"UPDATING"}, "OPERATIONAL")
    resolver.delete_resolver_endpoint(**named)
    passes_through(gone_or(status, RESOLVER_GONE), {"DELETING"}, None)
    assert code_of(resolver.delete_resolver_endpoint, **named) == RESOLVER_GONE
