"""The keys of each resource that is there, by the checks of an action that names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from skywalk.actions.addresses import allocate_address
from skywalk.actions.dhcp_options import create_dhcp_options
from skywalk.actions.internet_gateways import create_internet_gateway
from skywalk.actions.key_pairs import create_key_pair
from skywalk.actions.network_acls import create_network_acl, describe_network_acls
from skywalk.actions.security_group_rules import authorize_security_group_ingress
from skywalk.actions.security_groups import create_security_group
from skywalk.actions.tags import create_tags
from skywalk.actions.vpc_endpoints import create_vpc_endpoint
from skywalk.actions.vpc_peering_connections import create_vpc_peering_connection
from skywalk.api.permissions.check import Check
from skywalk.api.permissions.ec2 import ec2_checks
from skywalk.api.permissions.ec2_lookup import Ec2Lookup
from skywalk.api.permissions.ec2_resource_keys import truth, values_of
from skywalk.resources.images import CANONICAL
from skywalk.resources.resource import Resource
from skywalk.values.scope import Scope
from support.region import OTHER_ACCOUNT, OWNER
from support.world import World

HERE = f"arn:aws:ec2:us-east-1:{OWNER}:"
UBUNTU = "ami-0aaaaaaaaaaaaaaa4"


@dataclass
class Bank:
    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        self.world.vpc("bank")
        self.world.subnet("private", "bank")

    def id(self, name: str) -> str:
        return self.world.ids[name]

    def made(self, action: Any, *path: Any, **request: Any) -> str:
        answer = self.world.do(action, **request)
        for step in path:
            answer = answer[step]
        return str(answer)

    def checks(self, action: str, account_id: str = OWNER, **request: Any) -> list[Check]:
        lookup = Ec2Lookup(self.world.region.store, Scope(account_id, "us-east-1"))
        return ec2_checks(action, request, "us-east-1", account_id, lookup)

    def own(self, action: str, kind: str, account_id: str = OWNER, **request: Any) -> Mapping[str, Any]:
        """EC2's own keys of the one check about this type."""
        (found,) = [one for one in self.checks(action, account_id, **request) if f":{kind}/" in one.resource]
        return {key: value for key, value in found.context.items() if key.startswith("ec2:")}


@pytest.fixture
def bank() -> Bank:
    return Bank()


def test_a_vpc(bank: Bank) -> None:
    vpc = bank.id("bank")
    assert bank.own("DeleteVpc", "vpc", VpcId=vpc) == {"ec2:vpcid": vpc, "ec2:tenancy": "default"}
    # The reference has no tenancy there, and nothing at all of what others own.
    assert bank.own("CreateVpcEndpoint", "vpc", VpcId=vpc, ServiceName="s") == {"ec2:vpcid": vpc}
    assert bank.own("DeleteVpc", "vpc", OTHER_ACCOUNT, VpcId=vpc) == {}


def test_a_subnet(bank: Bank) -> None:
    subnet = bank.id("private")
    assert bank.own("DeleteSubnet", "subnet", SubnetId=subnet) == {
        "ec2:subnetid": subnet,
        "ec2:vpc": f"{HERE}vpc/{bank.id('bank')}",
        "ec2:availabilityzone": "us-east-1a",
        "ec2:availabilityzoneid": "use1-az1",
    }
    endpoint: dict[str, Any] = {"VpcId": bank.id("bank"), "ServiceName": "s", "SubnetIds": [subnet]}
    assert bank.own("CreateVpcEndpoint", "subnet", **endpoint) == {"ec2:subnetid": subnet}


def test_a_security_group_and_a_rule(bank: Bank) -> None:
    group = bank.made(create_security_group, "GroupId", VpcId=bank.id("bank"), GroupName="web", Description="web")
    both = {"ec2:securitygroupid": group, "ec2:vpc": f"{HERE}vpc/{bank.id('bank')}"}
    assert bank.own("AuthorizeSecurityGroupIngress", "security-group", GroupId=group) == both
    assert bank.own("DeleteTags", "security-group", Resources=[group]) == {}
    tagged = [{"ResourceType": "security-group-rule", "Tags": [{"Key": "team", "Value": "blue"}]}]
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    rule = bank.made(
        authorize_security_group_ingress,
        *("SecurityGroupRules", 0, "SecurityGroupRuleId"),
        GroupId=group,
        IpPermissions=[permission],
        TagSpecifications=tagged,
    )
    request: dict[str, Any] = {"GroupId": group, "SecurityGroupRules": [{"SecurityGroupRuleId": rule}]}
    assert bank.own("ModifySecurityGroupRules", "security-group-rule", **request) == {"ec2:resourcetag/team": "blue"}


def test_a_route_table_and_a_network_acl(bank: Bank) -> None:
    table = bank.world.table("documents", "bank")
    vpc = f"{HERE}vpc/{bank.id('bank')}"
    assert bank.own("CreateRoute", "route-table", RouteTableId=table) == {"ec2:routetableid": table, "ec2:vpc": vpc}
    assert bank.own("ModifyVpcEndpoint", "route-table", AddRouteTableIds=[table]) == {"ec2:routetableid": table}
    acl = bank.made(create_network_acl, "NetworkAcl", "NetworkAclId", VpcId=bank.id("bank"))
    assert bank.own("DeleteNetworkAcl", "network-acl", NetworkAclId=acl) == {"ec2:networkaclid": acl, "ec2:vpc": vpc}
    assert bank.world.do(describe_network_acls, NetworkAclIds=[acl])


def test_gateways_options_and_addresses(bank: Bank) -> None:
    gateway = bank.made(create_internet_gateway, "InternetGateway", "InternetGatewayId")
    assert bank.own("DeleteInternetGateway", "internet-gateway", InternetGatewayId=gateway) == {
        "ec2:internetgatewayid": gateway
    }
    configuration = [{"Key": "domain-name", "Values": ["bank.example"]}]
    options = bank.made(create_dhcp_options, "DhcpOptions", "DhcpOptionsId", DhcpConfigurations=configuration)
    assert bank.own("DeleteDhcpOptions", "dhcp-options", DhcpOptionsId=options) == {"ec2:dhcpoptionsid": options}
    address = bank.world.do(allocate_address, Domain="vpc")
    assert bank.own("ReleaseAddress", "elastic-ip", AllocationId=address["AllocationId"]) == {
        "ec2:allocationid": address["AllocationId"],
        "ec2:domain": "vpc",
        "ec2:publicipaddress": address["PublicIp"],
    }


def test_an_instance_and_its_interface(bank: Bank) -> None:
    bank.world.instance("teller", "private", MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 2})
    teller = bank.id("teller")
    assert bank.own("TerminateInstances", "instance", InstanceIds=[teller]) == {
        "ec2:instanceid": teller,
        "ec2:availabilityzone": "us-east-1a",
        "ec2:availabilityzoneid": "use1-az1",
        "ec2:instancetype": "t3.micro",
        "ec2:instancemarkettype": "on-demand",
        "ec2:instanceautorecovery": "default",
        "ec2:instancebandwidthweighting": "default",
        "ec2:instancemetadatatags": "disabled",
        "ec2:ebsoptimized": "false",
        "ec2:metadatahttptokens": "required",
        "ec2:metadatahttpendpoint": "enabled",
        "ec2:metadatahttpputresponsehoplimit": "2",
        "ec2:rootdevicetype": "ebs",
        "ec2:tenancy": "default",
    }
    assert "ec2:instanceautorecovery" not in bank.own("StartInstances", "instance", InstanceIds=[teller])
    eni = bank.world.interface("teller")
    assert bank.own("DeleteNetworkInterface", "network-interface", NetworkInterfaceId=eni) == {
        "ec2:networkinterfaceid": eni,
        "ec2:subnet": f"{HERE}subnet/{bank.id('private')}",
        "ec2:vpc": f"{HERE}vpc/{bank.id('bank')}",
        "ec2:availabilityzone": "us-east-1a",
    }


def test_a_key_pair_by_its_name(bank: Bank) -> None:
    bank.world.do(create_key_pair, KeyName="mine", KeyType="ed25519")
    both = {"ec2:keypairname": "mine", "ec2:keypairtype": "ed25519"}
    assert bank.own("DeleteKeyPair", "key-pair", KeyName="mine") == both
    assert bank.own("DeleteKeyPair", "key-pair", KeyName="yours") == {}


def test_both_sides_see_the_vpcs_of_a_peering_connection(bank: Bank) -> None:
    theirs = World()
    theirs.region = bank.world.region
    theirs.ec2 = bank.world.region.client(OTHER_ACCOUNT)
    theirs.vpc("vault", "10.9.0.0/16")
    request = {"VpcId": bank.id("bank"), "PeerVpcId": theirs.ids["vault"], "PeerOwnerId": OTHER_ACCOUNT}
    peering = bank.made(create_vpc_peering_connection, "VpcPeeringConnection", "VpcPeeringConnectionId", **request)
    theirs.do(create_tags, Resources=[peering], Tags=[{"Key": "side", "Value": "vault"}])
    keys = {
        "ec2:vpcpeeringconnectionid": peering,
        "ec2:requestervpc": f"{HERE}vpc/{bank.id('bank')}",
        "ec2:acceptervpc": f"arn:aws:ec2:us-east-1:{OTHER_ACCOUNT}:vpc/{theirs.ids['vault']}",
    }
    asked = {"VpcPeeringConnectionId": peering}
    assert bank.own("DeleteVpcPeeringConnection", "vpc-peering-connection", **asked) == keys
    accepted = bank.own("AcceptVpcPeeringConnection", "vpc-peering-connection", OTHER_ACCOUNT, **asked)
    assert accepted == {**keys, "ec2:resourcetag/side": "vault"}
    assert bank.own("DeleteVpcPeeringConnection", "vpc-peering-connection", "333333333333", **asked) == {}


def test_an_endpoint(bank: Bank) -> None:
    service = "com.amazonaws.us-east-1.s3"
    endpoint = bank.made(
        create_vpc_endpoint, "VpcEndpoint", "VpcEndpointId", VpcId=bank.id("bank"), ServiceName=service
    )
    region = {"ec2:vpceserviceregion": "us-east-1"}
    assert bank.own("ModifyVpcEndpoint", "vpc-endpoint", VpcEndpointId=endpoint) == region
    deleted = bank.own("DeleteVpcEndpoints", "vpc-endpoint", VpcEndpointIds=[endpoint])
    assert deleted == {**region, "ec2:vpceservicename": service}


def test_an_image_and_who_has_published_it(bank: Bank) -> None:
    image = bank.checks("RunInstances", ImageId=UBUNTU)[0]
    assert image.resource == f"arn:aws:ec2:us-east-1::image/{UBUNTU}"
    assert (image.account_id, image.published_by) == (OWNER, CANONICAL)
    assert dict(image.context) == {
        "ec2:imageid": UBUNTU,
        "ec2:imagetype": "machine",
        "ec2:owner": "amazon",
        "ec2:public": "true",
        "ec2:rootdevicetype": "ebs",
        "ec2:islaunchtemplateresource": "false",
    }
    unknown = bank.checks("RunInstances", ImageId="ami-1")[0]
    assert (unknown.published_by, dict(unknown.context)) == (None, {"ec2:islaunchtemplateresource": "false"})


def test_what_has_no_keys_of_its_own() -> None:
    assert truth(True) == "true"
    assert values_of(Resource(id="pl-1", scope=Scope(OWNER, "us-east-1"))) == {}
