"""Names of endpoints and of private hosted zones, asked for with dig inside instances."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from support.live_region import S3, LiveRegion
from support.waiting import wait_until

pytestmark = pytest.mark.live

SQS = "com.amazonaws.us-east-1.sqs"
SQS_NAME = "sqs.us-east-1.amazonaws.com"


class Place:
    """A VPC with two subnets in two zones and an instance in the first; and an instance in another VPC."""

    def __init__(self, region: LiveRegion) -> None:
        self.region = region
        self.vpc = self._vpc("10.60.0.0/16")
        self.subnets = [
            region.subnet(self.vpc, f"10.60.{number}.0/24", f"us-east-1{zone}") for number, zone in ((1, "a"), (2, "b"))
        ]
        self.instance = region.instance(self.subnets[0])
        self.other_vpc = self._vpc("10.61.0.0/16")
        self.stranger = region.instance(region.subnet(self.other_vpc, "10.61.1.0/24"))

    def _vpc(self, network: str) -> str:
        vpc = self.region.vpc(network)
        self.region.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        return vpc

    def endpoint(self, **more: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.region.ec2.create_vpc_endpoint(
            VpcId=self.vpc, ServiceName=SQS, VpcEndpointType="Interface", SubnetIds=self.subnets, **more
        )["VpcEndpoint"]
        return made

    def dig(self, *words: str, instance: str = "") -> list[str]:
        """What `dig +short` says, sorted."""
        done = self.region.exec(instance or self.instance, "dig", "+short", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return sorted(done.stdout.split())

    def status(self, *words: str, instance: str = "") -> str:
        done = self.region.exec(instance or self.instance, "dig", *words)
        return done.stdout.partition("status: ")[2].partition(",")[0]

    def is_silent(self, server: str, name: str) -> bool:
        return self.status("+time=1", "+tries=1", server, name) == ""

    def addresses(self, endpoint: dict[str, Any]) -> list[str]:
        shown = self.region.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])["VpcEndpoints"][0]
        found = self.region.ec2.describe_network_interfaces(NetworkInterfaceIds=shown["NetworkInterfaceIds"])
        return sorted(one["PrivateIpAddress"] for one in found["NetworkInterfaces"])

    def vpc_of_route53(self, vpc: str = "") -> dict[str, str]:
        return {"VPCRegion": "us-east-1", "VPCId": vpc or self.vpc}


@pytest.fixture(scope="module")
def place(region: LiveRegion) -> Place:
    return Place(region)


def test_an_endpoints_names_lead_to_it_and_private_dns_turns_on_and_off(region: LiveRegion, place: Place) -> None:
    public = place.dig(SQS_NAME)
    endpoint = place.endpoint(PrivateDnsEnabled=False)
    regional, *zonal = [one["DnsName"] for one in endpoint["DnsEntries"]]
    addresses = place.addresses(endpoint)
    wait_until(lambda: place.dig(regional) == addresses)
    assert place.dig(SQS_NAME) == public
    assert [place.dig(name) for name in zonal] == [[address] for address in addresses]
    assert place.dig(regional, instance=place.stranger) == addresses, "its own names are public"
    for enabled in (True, False, True):
        region.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint["VpcEndpointId"], PrivateDnsEnabled=enabled)
        expected = addresses if enabled else public
        wait_until(partial(answers, place, SQS_NAME, expected))
        assert place.dig(SQS_NAME, instance=place.stranger) == public
    assert place.status(f"foo.{SQS_NAME}") == "NXDOMAIN"
    assert place.dig("+tcp", SQS_NAME) == addresses
    region.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint["VpcEndpointId"], RemoveSubnetIds=[place.subnets[1]])
    wait_until(lambda: place.dig(regional) == addresses[:1])
    assert place.dig(SQS_NAME) == addresses[:1]
    assert place.status(zonal[1]) == "NXDOMAIN"
    region.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    wait_until(lambda: place.dig(SQS_NAME) == public)
    assert place.status(regional, instance=place.stranger) == "NXDOMAIN"


def test_a_private_hosted_zone_answers_in_its_vpcs_alone(region: LiveRegion, place: Place) -> None:
    route53 = region.client("route53")
    made = route53.create_hosted_zone(Name="corp.internal", CallerReference="live", VPC=place.vpc_of_route53())
    zone_id = made["HostedZone"]["Id"]
    endpoint = place.endpoint(PrivateDnsEnabled=False)
    entry = endpoint["DnsEntries"][0]
    alias = {"HostedZoneId": entry["HostedZoneId"], "DNSName": entry["DnsName"], "EvaluateTargetHealth": True}
    changed = route53.change_resource_record_sets(
        HostedZoneId=zone_id,
        ChangeBatch={
            "Changes": [
                record("www.corp.internal", "A", "10.60.1.99"),
                record("*.corp.internal", "CNAME", "www.corp.internal"),
                record("text.corp.internal", "TXT", '"hello"'),
                {
                    "Action": "CREATE",
                    "ResourceRecordSet": {"Name": "queue.corp.internal", "Type": "A", "AliasTarget": alias},
                },
            ]
        },
    )
    waiter = route53.get_waiter("resource_record_sets_changed")
    waiter.wait(Id=changed["ChangeInfo"]["Id"], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    assert place.dig("www.corp.internal") == ["10.60.1.99"]
    assert place.dig("any.corp.internal") == ["10.60.1.99", "www.corp.internal."]
    assert place.dig("text.corp.internal", "TXT") == ['"hello"']
    assert place.dig("queue.corp.internal") == place.addresses(endpoint)
    assert place.status("nobody.www.corp.internal") == "NXDOMAIN"
    assert place.status("www.corp.internal", instance=place.stranger) == "REFUSED"
    associated = route53.associate_vpc_with_hosted_zone(HostedZoneId=zone_id, VPC=place.vpc_of_route53(place.other_vpc))
    waiter.wait(Id=associated["ChangeInfo"]["Id"], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    assert place.dig("www.corp.internal", instance=place.stranger) == ["10.60.1.99"]
    region.ec2.modify_vpc_attribute(VpcId=place.other_vpc, EnableDnsHostnames={"Value": False})
    wait_until(lambda: place.status("www.corp.internal", instance=place.stranger) == "REFUSED")


def test_an_inbound_endpoint_tells_others_a_vpcs_names(region: LiveRegion, place: Place) -> None:
    """Asked over a peering connection, it answers from zones that the VPC's own instances do not see."""
    region.ec2.create_vpc_endpoint(VpcId=place.vpc, ServiceName=S3, VpcEndpointType="Gateway")
    endpoint = region.ec2.create_vpc_endpoint(
        VpcId=place.vpc,
        ServiceName=S3,
        VpcEndpointType="Interface",
        SubnetIds=place.subnets,
        PrivateDnsEnabled=True,
        DnsOptions={"PrivateDnsOnlyForInboundResolverEndpoint": True},
    )["VpcEndpoint"]
    group = region.ec2.create_security_group(GroupName="dns", Description="dns", VpcId=place.vpc)["GroupId"]
    resolver = region.client("route53resolver")
    inbound = resolver.create_resolver_endpoint(
        CreatorRequestId="live",
        SecurityGroupIds=[group],
        Direction="INBOUND",
        IpAddresses=[{"SubnetId": subnet} for subnet in place.subnets],
    )["ResolverEndpoint"]["Id"]
    region.wait()
    assert resolver.get_resolver_endpoint(ResolverEndpointId=inbound)["ResolverEndpoint"]["Status"] == "OPERATIONAL"
    shown = resolver.list_resolver_endpoint_ip_addresses(ResolverEndpointId=inbound)["IpAddresses"]
    server = f"@{shown[0]['Ip']}"
    name = "my-bucket.s3.us-east-1.amazonaws.com"
    assert place.is_silent(server, name), "no rule of the group lets queries in"
    for protocol in ("udp", "tcp"):
        region.ec2.authorize_security_group_ingress(
            GroupId=group, IpProtocol=protocol, FromPort=53, ToPort=53, CidrIp="10.60.0.0/15"
        )
    addresses = place.addresses(endpoint)
    region.wait()
    assert place.dig(server, name) == addresses
    assert place.dig("+tcp", server, name) == addresses
    assert not set(place.dig(name)) & set(addresses), "instances get the public addresses"

    peering = region.ec2.create_vpc_peering_connection(VpcId=place.other_vpc, PeerVpcId=place.vpc)
    peering_id = peering["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    region.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering_id)
    for vpc, network in ((place.vpc, "10.61.0.0/16"), (place.other_vpc, "10.60.0.0/16")):
        (table,) = region.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
        region.ec2.create_route(
            RouteTableId=table["RouteTableId"], DestinationCidrBlock=network, VpcPeeringConnectionId=peering_id
        )
    region.wait()
    assert place.dig(server, name, instance=place.stranger) == addresses
    resolver.delete_resolver_endpoint(ResolverEndpointId=inbound)
    wait_until(lambda: inbound not in {one["Id"] for one in resolver.list_resolver_endpoints()["ResolverEndpoints"]})
    assert place.is_silent(server, name)


def test_route_53_is_called_inside_an_instance(region: LiveRegion, place: Place) -> None:
    """At its public address and name, with the instance's own credentials."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    profile = region.profile("names", everything)
    vpc = region.vpc("10.62.0.0/16")
    region.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = region.subnet(vpc, "10.62.1.0/24")
    region.internet_gateway(vpc, region.table(vpc, subnet))
    instance = region.instance(subnet, public=True, IamInstanceProfile=profile)
    named = place.vpc_of_route53(vpc)
    made = region.call(instance, "route53", "create_hosted_zone", Name="own.internal", CallerReference="i", VPC=named)
    zone_id = made.answer["HostedZone"]["Id"]
    batch = {"Changes": [record("a.own.internal", "A", "10.62.1.9")]}
    region.call(instance, "route53", "change_resource_record_sets", HostedZoneId=zone_id, ChangeBatch=batch)
    wait_until(partial(answers, place, "a.own.internal", ["10.62.1.9"], instance))
    listed = region.call(instance, "route53resolver", "list_resolver_endpoints")
    assert all(one["HostVPCId"] != vpc for one in listed.answer["ResolverEndpoints"])


def answers(place: Place, name: str, expected: list[str], instance: str = "") -> bool:
    return place.dig(name, instance=instance) == expected


def record(name: str, type_: str, *values: str) -> dict[str, Any]:
    records = [{"Value": value} for value in values]
    return {
        "Action": "CREATE",
        "ResourceRecordSet": {"Name": name, "Type": type_, "TTL": 60, "ResourceRecords": records},
    }
