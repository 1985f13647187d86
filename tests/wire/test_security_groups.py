"""Security groups by stock boto3: rules by id, peers across peering connections, names in the default VPC."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from skywalk.plan.filters import FilterRule
from support.waiting import wait_until
from support.wire_region import OTHER, WireRegion

HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


def _vpc(ec2: Any, network: str) -> str:
    return str(ec2.create_vpc(CidrBlock=network)["Vpc"]["VpcId"])


def _group(ec2: Any, vpc: str, name: str = "web") -> str:
    return str(ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"])


def test_the_life_of_a_rule(ec2: Any) -> None:
    group = _group(ec2, _vpc(ec2, "10.0.0.0/16"))
    permission = {**HTTPS, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}
    [rule] = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])["SecurityGroupRules"]
    rule_id = rule["SecurityGroupRuleId"]
    with pytest.raises(ClientError, match=r"InvalidPermission\.Duplicate"):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    changed = {**HTTPS, "CidrIpv4": "198.51.100.0/24", "Description": "offices"}
    update = [{"SecurityGroupRuleId": rule_id, "SecurityGroupRule": changed}]
    assert ec2.modify_security_group_rules(GroupId=group, SecurityGroupRules=update)["Return"]
    by_id = [{"SecurityGroupRuleId": rule_id, "Description": "sites"}]
    ec2.update_security_group_rule_descriptions_ingress(GroupId=group, SecurityGroupRuleDescriptions=by_id)
    [shown] = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule_id])["SecurityGroupRules"]
    assert (shown["CidrIpv4"], shown["Description"]) == ("198.51.100.0/24", "sites")
    revoked = ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule_id])
    assert revoked["RevokedSecurityGroupRules"][0]["CidrIpv4"] == "198.51.100.0/24"
    with pytest.raises(ClientError, match=r"InvalidSecurityGroupRuleId\.NotFound"):
        ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule_id])
    with pytest.raises(ClientError, match=r"InvalidPermission\.NotFound"):
        ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[permission])
    ec2.delete_security_group(GroupId=group)


def test_a_group_across_a_peering_connection(wire: WireRegion, ec2: Any) -> None:
    theirs = wire.client("ec2", OTHER)
    vpc, their_vpc = _vpc(ec2, "10.1.0.0/16"), _vpc(theirs, "10.2.0.0/16")
    group, their_group = _group(ec2, vpc), _group(theirs, their_vpc)
    peering = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=their_vpc, PeerOwnerId=OTHER)
    peering_id = peering["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    pair = {"GroupId": their_group, "UserId": OTHER}
    permission = {**HTTPS, "UserIdGroupPairs": [pair]}
    with pytest.raises(ClientError, match=r"InvalidGroup\.NotFound"):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    theirs.accept_vpc_peering_connection(VpcPeeringConnectionId=peering_id)
    ec2.get_waiter("vpc_peering_connection_exists").wait(VpcPeeringConnectionIds=[peering_id])

    def status() -> str:
        [shown] = ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[peering_id])["VpcPeeringConnections"]
        return str(shown["Status"]["Code"])

    wait_until(lambda: status() == "active")
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    references = theirs.describe_security_group_references(GroupId=[their_group])["SecurityGroupReferenceSet"]
    assert references == [{"GroupId": their_group, "ReferencingVpcId": vpc, "VpcPeeringConnectionId": peering_id}]
    ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering_id)
    [stale] = ec2.describe_stale_security_groups(VpcId=vpc)["StaleSecurityGroupSet"]
    [shown] = stale["StaleIpPermissions"][0]["UserIdGroupPairs"]
    assert (shown["GroupId"], shown["VpcId"]) == (their_group, their_vpc)
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[permission])
    assert ec2.describe_stale_security_groups(VpcId=vpc)["StaleSecurityGroupSet"] == []


def test_names_in_the_default_vpc(ec2: Any) -> None:
    group = ec2.create_security_group(GroupName="by-name", Description="x")["GroupId"]
    [shown] = ec2.describe_security_groups(GroupNames=["by-name"])["SecurityGroups"]
    assert shown["GroupId"] == group
    ec2.authorize_security_group_ingress(GroupName="by-name", CidrIp="10.0.0.0/8", IpProtocol="-1")
    listed = ec2.get_security_groups_for_vpc(VpcId=shown["VpcId"])["SecurityGroupForVpcs"]
    assert {one["GroupName"] for one in listed} == {"default", "by-name"}
    ec2.delete_security_group(GroupName="by-name")
    with pytest.raises(ClientError, match="does not exist in default VPC"):
        ec2.delete_security_group(GroupName="by-name")


def test_a_customers_prefix_list_in_a_group(wire: WireRegion, ec2: Any) -> None:
    vpc = _vpc(ec2, "10.3.0.0/16")
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.3.1.0/24")["Subnet"]["SubnetId"]
    group = _group(ec2, vpc)
    ec2.run_instances(
        ImageId="ami-0abcdef1234567890", MinCount=1, MaxCount=1, SubnetId=subnet, SecurityGroupIds=[group]
    )
    list_id = ec2.create_managed_prefix_list(
        PrefixListName="x", MaxEntries=5, AddressFamily="IPv4", Entries=[{"Cidr": "192.0.2.0/24"}]
    )["PrefixList"]["PrefixListId"]
    permission = {**HTTPS, "PrefixListIds": [{"PrefixListId": list_id}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])

    def rules() -> list[FilterRule]:
        return [rule for rule in wire.driver.plans[vpc].filter_rules if rule.peer_prefix_list_id == list_id]

    wait_until(lambda: len(rules()) == 1)
    ec2.modify_managed_prefix_list(PrefixListId=list_id, AddEntries=[{"Cidr": "198.51.100.0/24"}])
    [networks] = [one.networks for one in wire.driver.plans[vpc].prefix_sets if one.prefix_list_id == list_id]
    assert [str(network) for network in networks] == ["192.0.2.0/24", "198.51.100.0/24"]
