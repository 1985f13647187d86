"""Network ACLs by stock boto3: the client and the resource, with pages."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.stock_clients import Keys
from support.waiting import wait_until
from support.wire_region import WireRegion


@pytest.fixture(scope="module")
def resource(wire: WireRegion) -> Any:
    account = wire.account()
    keys = Keys(account.access_key_id, account.secret_access_key)
    return keys.resource("ec2", endpoint_url=f"http://127.0.0.1:{wire.port}")


def test_an_acl_from_its_making_to_its_end(wire: WireRegion, ec2: Any, resource: Any) -> None:
    vpc = resource.create_vpc(CidrBlock="10.0.0.0/16")
    subnet = vpc.create_subnet(CidrBlock="10.0.1.0/24")
    acl = vpc.create_network_acl(
        TagSpecifications=[{"ResourceType": "network-acl", "Tags": [{"Key": "a", "Value": "b"}]}]
    )
    ssh = {"From": 22, "To": 22}
    acl.create_entry(
        RuleNumber=100, Protocol="6", RuleAction="allow", Egress=False, CidrBlock="0.0.0.0/0", PortRange=ssh
    )
    acl.create_entry(RuleNumber=100, Protocol="-1", RuleAction="allow", Egress=True, CidrBlock="0.0.0.0/0")
    [default] = ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [subnet.id]}])[
        "NetworkAcls"
    ]
    [association] = default["Associations"]
    new = ec2.replace_network_acl_association(
        AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl.id
    )["NewAssociationId"]
    acl.reload()
    assert acl.associations == [{"NetworkAclAssociationId": new, "NetworkAclId": acl.id, "SubnetId": subnet.id}]
    assert [(entry["Egress"], entry["RuleNumber"]) for entry in acl.entries] == [
        (True, 100),
        (True, 32767),
        (False, 100),
        (False, 32767),
    ]
    wait_until(lambda: [one.network_acl_id for one in wire.driver.plans[vpc.id].segments] == [acl.id])
    acl.replace_entry(
        RuleNumber=100, Protocol="6", RuleAction="deny", Egress=False, CidrBlock="0.0.0.0/0", PortRange=ssh
    )
    acl.delete_entry(RuleNumber=100, Egress=True)
    with pytest.raises(ClientError, match=r"InvalidNetworkAclEntry\.NotFound"):
        acl.delete_entry(RuleNumber=100, Egress=True)
    with pytest.raises(ClientError, match="DependencyViolation"):
        acl.delete()
    subnet.delete()
    acl.delete()
    with pytest.raises(ClientError, match=r"InvalidNetworkAclID\.NotFound"):
        acl.reload()


def test_pages_of_acls(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    made = {ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"] for _ in range(11)}
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "default", "Values": ["false"]}]
    pages = ec2.get_paginator("describe_network_acls").paginate(Filters=of_vpc, PaginationConfig={"PageSize": 5})
    found = [acl["NetworkAclId"] for page in pages for acl in page["NetworkAcls"]]
    assert len(found) == 11
    assert set(found) == made


def test_a_dry_run_makes_no_acl(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
    with pytest.raises(ClientError, match="DryRunOperation"):
        ec2.create_network_acl(VpcId=vpc, DryRun=True)
    assert len(ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"]) == 1
