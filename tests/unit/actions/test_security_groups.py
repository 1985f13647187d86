from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.default_vpcs import open_region
from skywalk.actions.security_group_rules import (
    authorize_security_group_egress,
    authorize_security_group_ingress,
    revoke_security_group_ingress,
)
from skywalk.actions.security_groups import (
    create_security_group,
    delete_security_group,
    describe_security_groups,
)
from skywalk.actions.subnets import create_subnet
from skywalk.actions.vpcs import create_vpc
from support.placed import place_interface
from support.region import OTHER_ACCOUNT, OWNER, Client, Region

GONE = "sg-00000000000000000"


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ec2(region: Region) -> Client:
    return region.client()


@pytest.fixture
def vpc_id(ec2: Client) -> str:
    return ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def _new(ec2: Client, vpc_id: str, name: str) -> str:
    return ec2(create_security_group, VpcId=vpc_id, GroupName=name, Description=f"{name} hosts")["GroupId"]


def _https_from(**peers: Any) -> list[dict[str, Any]]:
    return [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **peers}]


def test_a_new_group_lets_everything_out_and_nothing_in(ec2: Client, vpc_id: str) -> None:
    tags = [{"Key": "Name", "Value": "web"}]
    made = ec2(
        create_security_group,
        VpcId=vpc_id,
        GroupName="web ",
        Description="web hosts",
        TagSpecifications=[{"ResourceType": "security-group", "Tags": tags}],
    )
    group_id = made["GroupId"]
    arn = f"arn:aws:ec2:us-east-1:{OWNER}:security-group/{group_id}"
    assert made == {"GroupId": group_id, "Tags": tags, "SecurityGroupArn": arn}
    [group] = ec2(describe_security_groups, GroupIds=[group_id])["SecurityGroups"]
    assert group == {
        "GroupId": group_id,
        "GroupName": "web",
        "Description": "web hosts",
        "OwnerId": OWNER,
        "VpcId": vpc_id,
        "SecurityGroupArn": arn,
        "IpPermissions": [],
        "IpPermissionsEgress": [
            {
                "IpProtocol": "-1",
                "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
                "Ipv6Ranges": [],
                "UserIdGroupPairs": [],
                "PrefixListIds": [],
            }
        ],
        "Tags": tags,
    }


_TEXT_SET = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        ({"GroupName": "web"}, "InvalidGroup.Duplicate", "The security group 'web' already exists for VPC 'VPC'"),
        ({"GroupName": "WEB"}, "InvalidGroup.Duplicate", "The security group 'WEB' already exists for VPC 'VPC'"),
        ({"GroupName": ""}, "MissingParameter", "The request must contain the parameter GroupName"),
        (
            {"GroupName": "sg-web"},
            "InvalidParameterValue",
            "Group names may not be in the format sg-*.",
        ),
        (
            {"GroupName": "default"},
            "InvalidParameterValue",
            "Cannot use reserved security group name: default",
        ),
        (
            {"GroupName": "w" * 256},
            "InvalidParameterValue",
            f"Invalid security group name. Valid names are strings less than 256 characters from the following set:  "
            f"{_TEXT_SET}",
        ),
        (
            {"Description": "groß"},
            "InvalidParameterValue",
            "Invalid security group description. Valid descriptions are strings less than 256 characters from the "
            f"following set:  {_TEXT_SET}",
        ),
        ({"Description": ""}, "MissingParameter", "The request must contain the parameter GroupDescription"),
        (
            {"VpcId": "vpc-00000000000000000"},
            "InvalidVpcID.NotFound",
            "The vpc ID 'vpc-00000000000000000' does not exist",
        ),
    ],
)
def test_refusals_of_create(ec2: Client, vpc_id: str, request_: dict[str, str], code: str, message: str) -> None:
    _new(ec2, vpc_id, "web")
    request = {"VpcId": vpc_id, "GroupName": "db", "Description": "databases", **request_}
    assert ec2.refusal(create_security_group, **request) == (code, message.replace("'VPC'", f"'{vpc_id}'"))


def test_without_a_default_vpc(ec2: Client, vpc_id: str) -> None:
    _new(ec2, vpc_id, "web")
    assert ec2.refusal(create_security_group, GroupName="web", Description="web") == (
        "VPCIdNotSpecified",
        "No default VPC for this user",
    )
    nowhere = (
        "VPCIdNotSpecified",
        "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.",
    )
    assert ec2.refusal(delete_security_group, GroupName="web") == nowhere
    assert ec2.refusal(describe_security_groups, GroupNames=["web"]) == nowhere


def test_names_are_those_of_the_default_vpc(ec2: Client, vpc_id: str) -> None:
    _new(ec2, vpc_id, "web")
    with ec2.call() as call:
        open_region(call)
    group_id = ec2(create_security_group, GroupName="web", Description="web")["GroupId"]
    [shown] = ec2(describe_security_groups, GroupNames=["web"])["SecurityGroups"]
    assert shown["GroupId"] == group_id
    default_id = shown["VpcId"]
    assert default_id != vpc_id
    unknown = ("InvalidGroup.NotFound", f"The security group 'none' does not exist in default VPC '{default_id}'")
    assert ec2.refusal(describe_security_groups, GroupNames=["web", "none"]) == unknown
    assert ec2.refusal(delete_security_group, GroupName="none") == unknown
    assert ec2(delete_security_group, GroupName="web") == {"Return": True, "GroupId": group_id}


def test_names_repeat_in_other_vpcs(ec2: Client, vpc_id: str) -> None:
    other = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ids = [_new(ec2, one, "web") for one in (vpc_id, other)]
    named = [{"Name": "group-name", "Values": ["web"]}]
    shown = ec2(describe_security_groups, Filters=named)["SecurityGroups"]
    assert [group["GroupId"] for group in shown] == ids


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"group-name": "default"}, ["default"]),
        ({"description": "* hosts"}, ["web", "db"]),
        ({"vpc-id": "vpc-*"}, ["default", "web", "db"]),
        ({"owner-id": OTHER_ACCOUNT}, []),
        ({"ip-permission.cidr": "192.0.2.0/24"}, ["web"]),
        ({"ip-permission.from-port": "443"}, ["web", "db"]),
        ({"ip-permission.to-port": "443", "ip-permission.protocol": "tcp"}, ["web", "db"]),
        ({"ip-permission.from-port": "-1"}, []),
        ({"ip-permission.protocol": "-1"}, ["default"]),
        ({"ip-permission.group-name": "web"}, ["db"]),
        ({"ip-permission.group-id": "sg-*"}, ["default", "db"]),
        ({"ip-permission.user-id": OWNER}, ["default", "db"]),
        ({"ip-permission.ipv6-cidr": "2001:db8::/32"}, ["web"]),
        ({"egress.ip-permission.prefix-list-id": "pl-63a5400a"}, ["db"]),
        ({"egress.ip-permission.cidr": "0.0.0.0/0"}, ["default", "web", "db"]),
        ({"egress.ip-permission.protocol": "tcp", "ip-permission.group-name": "web"}, ["db"]),
        # Two rules of one group may pass one filter each.
        ({"ip-permission.cidr": "192.0.2.0/24", "ip-permission.ipv6-cidr": "2001:db8::/32"}, ["web"]),
    ],
)
def test_filters(ec2: Client, vpc_id: str, filters: dict[str, str], found: list[str]) -> None:
    web, db = _new(ec2, vpc_id, "web"), _new(ec2, vpc_id, "db")
    ranges = {"IpRanges": [{"CidrIp": "192.0.2.0/24"}], "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}]}
    ec2(authorize_security_group_ingress, GroupId=web, IpPermissions=_https_from(**ranges))
    pairs = {"UserIdGroupPairs": [{"GroupId": web}]}
    ec2(authorize_security_group_ingress, GroupId=db, IpPermissions=_https_from(**pairs))
    lists = {"PrefixListIds": [{"PrefixListId": "pl-63a5400a"}]}
    ec2(authorize_security_group_egress, GroupId=db, IpPermissions=_https_from(**lists))
    wire = [{"Name": name, "Values": [value]} for name, value in filters.items()]
    shown = ec2(describe_security_groups, Filters=wire)["SecurityGroups"]
    assert [group["GroupName"] for group in shown] == found


def test_what_names_a_group_or_a_list_is_found_by_their_ids(ec2: Client, vpc_id: str) -> None:
    web, db = _new(ec2, vpc_id, "web"), _new(ec2, vpc_id, "db")
    from_web = _https_from(UserIdGroupPairs=[{"GroupId": web}])
    ec2(authorize_security_group_ingress, GroupId=db, IpPermissions=from_web)
    to_s3 = _https_from(PrefixListIds=[{"PrefixListId": "pl-63a5400a"}])
    ec2(authorize_security_group_egress, GroupId=web, IpPermissions=to_s3)
    for name, value, found in (
        ("ip-permission.group-id", web, [db]),
        ("egress.ip-permission.group-id", web, []),
        ("egress.ip-permission.prefix-list-id", "pl-63a5400a", [web]),
        ("ip-permission.prefix-list-id", "pl-63a5400a", []),
    ):
        shown = ec2(describe_security_groups, Filters=[{"Name": name, "Values": [value]}])["SecurityGroups"]
        assert [group["GroupId"] for group in shown] == found, name


def test_the_default_group_stays(ec2: Client, vpc_id: str) -> None:
    [group] = ec2(describe_security_groups)["SecurityGroups"]
    assert ec2.refusal(delete_security_group, GroupId=group["GroupId"]) == (
        "CannotDelete",
        f'the specified group: "{group["GroupId"]}" name: "default" cannot be deleted by a user',
    )


def test_a_group_in_use_stays(region: Region, ec2: Client, vpc_id: str) -> None:
    group_id = _new(ec2, vpc_id, "web")
    subnet_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    place_interface(region, subnet_id, groups=(group_id,))
    assert ec2.refusal(delete_security_group, GroupId=group_id) == (
        "DependencyViolation",
        f"resource {group_id} has a dependent object",
    )


def test_a_group_that_another_names_stays_until_the_rule_goes(ec2: Client, vpc_id: str) -> None:
    web, db = _new(ec2, vpc_id, "web"), _new(ec2, vpc_id, "db")
    from_web = _https_from(UserIdGroupPairs=[{"GroupId": web}])
    ec2(authorize_security_group_ingress, GroupId=db, IpPermissions=from_web)
    ec2(authorize_security_group_ingress, GroupId=web, IpPermissions=from_web)
    assert ec2.refusal(delete_security_group, GroupId=web) == (
        "DependencyViolation",
        f"resource {web} has a dependent object",
    )
    ec2(revoke_security_group_ingress, GroupId=db, IpPermissions=from_web)
    assert ec2(delete_security_group, GroupId=web) == {"Return": True, "GroupId": web}


@pytest.mark.parametrize(
    ("group_id", "refusal"),
    [
        ("sg-1", ("InvalidGroupId.Malformed", 'Invalid id: "sg-1" (expecting "sg-...")')),
        (GONE, ("InvalidGroup.NotFound", f"The security group '{GONE}' does not exist")),
    ],
)
def test_unknown_groups(ec2: Client, group_id: str, refusal: tuple[str, str]) -> None:
    assert ec2.refusal(describe_security_groups, GroupIds=[group_id]) == refusal
    assert ec2.refusal(delete_security_group, GroupId=group_id) == refusal
    assert ec2.refusal(authorize_security_group_ingress, GroupId=group_id) == refusal


def test_a_delete_without_a_group(ec2: Client) -> None:
    assert ec2.refusal(delete_security_group) == (
        "MissingParameter",
        "The request must contain the parameter GroupName or GroupId",
    )


def test_groups_of_another_account(region: Region, ec2: Client, vpc_id: str) -> None:
    group_id = _new(ec2, vpc_id, "web")
    stranger = region.client(OTHER_ACCOUNT)
    unknown = ("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
    assert stranger(describe_security_groups)["SecurityGroups"] == []
    assert stranger.refusal(describe_security_groups, GroupIds=[group_id]) == unknown
    assert stranger.refusal(delete_security_group, GroupId=group_id) == unknown
    assert stranger.refusal(create_security_group, VpcId=vpc_id, GroupName="x", Description="x")[0] == (
        "InvalidVpcID.NotFound"
    )
