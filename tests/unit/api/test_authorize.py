"""Who may do what: a story each, with the sentence that the refused one reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from skywalk.access_log.entry import Endpoint, Entry
from skywalk.actions.access_keys import delete_access_key
from skywalk.actions.group_members import add_user_to_group, remove_user_from_group
from skywalk.actions.group_policies import attach_group_policy, put_group_policy
from skywalk.actions.instance_profiles import add_role_to_instance_profile, create_instance_profile
from skywalk.actions.policy_versions import create_policy_version, set_default_policy_version
from skywalk.actions.role_policies import delete_role_policy
from skywalk.actions.roles import create_role, delete_role, put_role_permissions_boundary
from skywalk.actions.sts import get_session_token
from skywalk.actions.user_policies import attach_user_policy, delete_user_policy, put_user_policy
from skywalk.actions.users import create_user, delete_user, put_user_permissions_boundary
from skywalk.actions.vpcs import create_vpc
from skywalk.api.authenticate import Proven
from skywalk.identity.session import open_session
from skywalk.values.errors import AwsError
from support.access_log import Answering
from support.api_door import ANA, MAY, Door, of_ec2, of_iam, refused
from support.identities import TRUSTS_EC2, Identities, allow, assumed, deny, trust
from support.region import OTHER_ACCOUNT, OWNER, REGION_KEY, Client

SESSION = f"arn:aws:sts::{OWNER}:assumed-role/app/s-1"
VPC_1 = f"arn:aws:ec2:us-east-1:{OWNER}:vpc/vpc-1"
WEB_ROLE = f"arn:aws:iam::{OWNER}:role/web"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
EVERYTHING = allow("*")


@dataclass(frozen=True)
class Story:
    """`who` makes the caller in a fresh region; then it asks. `ending` None: it may."""

    title: str
    who: Callable[[Door], Client]
    asks: str
    request: dict[str, Any]
    ending: str | None


def with_profile(user: Client) -> Client:
    """In the region there is a profile `web` with the role `web`."""
    root = user.world.client()
    root(create_role, RoleName="web", AssumeRolePolicyDocument=TRUSTS_EC2)
    root(create_instance_profile, InstanceProfileName="web")
    root(add_role_to_instance_profile, InstanceProfileName="web", RoleName="web")
    return user


def with_attached(user: Client, policy_name: str) -> Client:
    arn = f"arn:aws:iam::aws:policy/{policy_name}"
    user.world.client()(attach_user_policy, UserName="ana", PolicyArn=arn)
    return user


def member_of_readers(door: Door) -> Client:
    door.iam.group("readers", allow("ec2:Describe*"))
    arn = door.iam.policy("elb", allow("elasticloadbalancing:Describe*"))
    door.root(attach_group_policy, GroupName="readers", PolicyArn=arn)
    return door.user(groups=("readers",))


STORIES = [
    Story("a root may do everything in its account", lambda door: door.root, "ec2:DeleteVpc", {"VpcId": "vpc-1"}, MAY),
    Story(
        "a user without a policy may nothing",
        lambda door: door.user(),
        "ec2:DescribeVpcs",
        {},
        of_ec2(refused(ANA, "ec2:DescribeVpcs", None)),
    ),
    Story(
        "a user who may describe VPCs", lambda door: door.user(allow("ec2:DescribeVpcs")), "ec2:DescribeVpcs", {}, MAY
    ),
    Story(
        "… and nothing else",
        lambda door: door.user(allow("ec2:DescribeVpcs")),
        "ec2:DescribeSubnets",
        {},
        of_ec2(refused(ANA, "ec2:DescribeSubnets", None)),
    ),
    Story(
        "describing has no resource-level permission",
        lambda door: door.user(allow("ec2:DescribeVpcs", resource=VPC_1)),
        "ec2:DescribeVpcs",
        {"VpcIds": ["vpc-1"]},
        of_ec2(refused(ANA, "ec2:DescribeVpcs", None)),
    ),
    Story(
        "one VPC may be deleted",
        lambda door: door.user(allow("ec2:DeleteVpc", resource=VPC_1)),
        "ec2:DeleteVpc",
        {"VpcId": "vpc-1"},
        MAY,
    ),
    Story(
        "… and another may not",
        lambda door: door.user(allow("ec2:DeleteVpc", resource=VPC_1)),
        "ec2:DeleteVpc",
        {"VpcId": "vpc-2"},
        of_ec2(refused(ANA, "ec2:DeleteVpc", VPC_1.replace("vpc-1", "vpc-2"))),
    ),
    Story(
        "one of two instances is not one's own",
        lambda door: door.user(allow("ec2:*", resource="arn:aws:ec2:*:*:instance/i-1")),
        "ec2:TerminateInstances",
        {"InstanceIds": ["i-1", "i-2"]},
        of_ec2(refused(ANA, "ec2:TerminateInstances", f"arn:aws:ec2:us-east-1:{OWNER}:instance/i-2")),
    ),
    Story(
        "an explicit deny wins",
        lambda door: door.user(EVERYTHING, deny("ec2:DeleteVpc")),
        "ec2:DeleteVpc",
        {"VpcId": "vpc-1"},
        of_ec2(refused(ANA, "ec2:DeleteVpc", VPC_1, "deny")),
    ),
    Story(
        "an endpoint in a VPC that one may not use",
        lambda door: door.user(
            allow("ec2:*", resource=["arn:aws:ec2:*:*:vpc-endpoint/*", "arn:aws:ec2:*:*:route-table/*"])
        ),
        "ec2:CreateVpcEndpoint",
        {"VpcId": "vpc-1", "ServiceName": "com.amazonaws.us-east-1.s3"},
        of_ec2(refused(ANA, "ec2:CreateVpcEndpoint", VPC_1)),
    ),
    Story(
        "a region that one may not call",
        lambda door: door.user(allow("ec2:*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})),
        "ec2:DescribeVpcs",
        {},
        of_ec2(refused(ANA, "ec2:DescribeVpcs", None)),
    ),
    Story(
        "… and one that one may",
        lambda door: door.user(
            allow("ec2:*", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1", "ec2:Region": "us-east-1"}})
        ),
        "ec2:DescribeVpcs",
        {},
        MAY,
    ),
    Story(
        "IAM is called in us-east-1",
        lambda door: door.user(
            allow("iam:*", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}})
        ).elsewhere("eu-west-1"),
        "iam:ListUsers",
        {},
        MAY,
    ),
    Story(
        "tags on creation need a permission of their own",
        lambda door: door.user(allow("ec2:CreateVpc")),
        "ec2:CreateVpc",
        {"TagSpecifications": [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "b"}]}]},
        of_ec2(refused(ANA, "ec2:CreateTags", VPC_1.replace("vpc-1", "*"))),
    ),
    Story(
        "an instance with a role that one may not pass",
        lambda door: with_profile(door.user(allow("ec2:*"))),
        "ec2:RunInstances",
        {"ImageId": "ami-1", "IamInstanceProfile": {"Name": "web"}},
        of_ec2(refused(ANA, "iam:PassRole", WEB_ROLE)),
    ),
    Story(
        "… and that one may pass to EC2",
        lambda door: with_profile(
            door.user(
                allow("ec2:*"),
                allow(
                    "iam:PassRole",
                    resource=WEB_ROLE,
                    Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
                ),
            )
        ),
        "ec2:RunInstances",
        {"ImageId": "ami-1", "IamInstanceProfile": {"Name": "web"}},
        MAY,
    ),
    Story(
        "… or only to another service",
        lambda door: with_profile(
            door.user(
                allow("ec2:*"),
                allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
            )
        ),
        "ec2:RunInstances",
        {"ImageId": "ami-1", "IamInstanceProfile": {"Arn": f"arn:aws:iam::{OWNER}:instance-profile/web"}},
        of_ec2(refused(ANA, "iam:PassRole", WEB_ROLE)),
    ),
    Story(
        "a role is passed to a profile as well",
        lambda door: with_profile(door.user(allow("iam:AddRoleToInstanceProfile"))),
        "iam:AddRoleToInstanceProfile",
        {"InstanceProfileName": "web", "RoleName": "web"},
        of_iam(refused(ANA, "iam:PassRole", WEB_ROLE)),
    ),
    Story(
        "a group's policy is its members'",
        member_of_readers,
        "ec2:DescribeVpcs",
        {},
        MAY,
    ),
    Story(
        "a group's managed policy is its members' too",
        member_of_readers,
        "elasticloadbalancing:DescribeLoadBalancers",
        {},
        MAY,
    ),
    Story(
        "a boundary caps",
        lambda door: door.user(EVERYTHING, PermissionsBoundary=door.iam.policy("cap", allow("s3:*", "ec2:Describe*"))),
        "ec2:DeleteVpc",
        {"VpcId": "vpc-1"},
        of_ec2(refused(ANA, "ec2:DeleteVpc", VPC_1, "boundary")),
    ),
    Story(
        "… and gives nothing",
        lambda door: door.user(PermissionsBoundary=ADMINISTRATOR),
        "ec2:DescribeVpcs",
        {},
        of_ec2(refused(ANA, "ec2:DescribeVpcs", None)),
    ),
    Story(
        "… and may deny",
        lambda door: door.user(EVERYTHING, PermissionsBoundary=door.iam.policy("cap", deny("iam:*"))),
        "iam:ListUsers",
        {},
        of_iam(refused(ANA, "iam:ListUsers", f"arn:aws:iam::{OWNER}:user/", "boundary deny")),
    ),
    Story("a role's session may what the role may", lambda door: door.session(EVERYTHING), "iam:ListRoles", {}, MAY),
    Story(
        "a session is named by its own ARN",
        lambda door: door.session(),
        "ec2:DescribeVpcs",
        {},
        of_ec2(refused(SESSION, "ec2:DescribeVpcs", None)),
    ),
    Story(
        "a session policy caps",
        lambda door: door.session(EVERYTHING, Policy=allow("s3:*")),
        "ec2:DescribeVpcs",
        {},
        of_ec2(refused(SESSION, "ec2:DescribeVpcs", None, "session")),
    ),
    Story(
        "… and may deny",
        lambda door: door.session(EVERYTHING, Policy=deny("ec2:*")),
        "ec2:DescribeVpcs",
        {},
        of_ec2(refused(SESSION, "ec2:DescribeVpcs", None, "session deny")),
    ),
    Story(
        "a managed session policy caps as well",
        lambda door: door.session(EVERYTHING, PolicyArns=[{"arn": "arn:aws:iam::aws:policy/AmazonS3FullAccess"}]),
        "iam:ListRoles",
        {},
        of_iam(refused(SESSION, "iam:ListRoles", f"arn:aws:iam::{OWNER}:role/", "session")),
    ),
    Story(
        "a user who may see itself alone",
        lambda door: door.user(allow("iam:GetUser", resource=ANA)),
        "iam:GetUser",
        {},
        MAY,
    ),
    Story(
        "… sees no other",
        lambda door: door.user(allow("iam:GetUser", resource=ANA)),
        "iam:GetUser",
        {"UserName": "eve"},
        of_iam(refused(ANA, "iam:GetUser", ANA.replace("ana", "eve"))),
    ),
    Story(
        "policies are printed as IAM does",
        lambda door: door.user(),
        "iam:CreatePolicy",
        {"PolicyName": "read"},
        of_iam(refused(ANA, "iam:CreatePolicy", "policy read")),
    ),
    Story(
        "not even a root changes AWS's policies",
        lambda door: door.root,
        "iam:CreatePolicyVersion",
        {"PolicyArn": ADMINISTRATOR},
        of_iam(refused(f"arn:aws:iam::{OWNER}:root", "iam:CreatePolicyVersion", f"policy {ADMINISTRATOR}", "resource")),
    ),
    Story("who one is needs no permission", lambda door: door.user(), "sts:GetCallerIdentity", {}, MAY),
    Story("nor does a session of one's own", lambda door: door.user(deny("sts:*")), "sts:GetSessionToken", {}, MAY),
    Story(
        "whose a key is does",
        lambda door: door.user(),
        "sts:GetAccessKeyInfo",
        {"AccessKeyId": "AKIA"},
        of_iam(refused(ANA, "sts:GetAccessKeyInfo", "*")),
    ),
    Story(
        "load balancers as well",
        lambda door: door.user(),
        "elasticloadbalancing:DescribeLoadBalancers",
        {},
        of_iam(refused(ANA, "elasticloadbalancing:DescribeLoadBalancers", None)),
    ),
    Story(
        "AWS's managed policies mean what they say",
        lambda door: with_attached(door.user(), "AmazonEC2ReadOnlyAccess"),
        "ec2:DescribeInstances",
        {},
        MAY,
    ),
    Story(
        "… and no more",
        lambda door: with_attached(door.user(), "AmazonEC2ReadOnlyAccess"),
        "ec2:CreateVpc",
        {},
        of_ec2(refused(ANA, "ec2:CreateVpc", VPC_1.replace("vpc-1", "*"))),
    ),
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.title)
def test_stories(story: Story) -> None:
    door = Door()
    assert door.asks(story.who(door), story.asks, **story.request) == story.ending


# Tags of what is there.


def test_tags_of_resources_decide(door: Door) -> None:
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Team", "Value": "bank"}]}]
    vpcs = [
        door.root(create_vpc, CidrBlock="10.0.0.0/16", **more)["Vpc"]["VpcId"]
        for more in ({}, {"TagSpecifications": tags})
    ]
    other, bank = vpcs
    for key in ("aws:ResourceTag/team", "ec2:ResourceTag/Team"):
        ana = door.iam.user(f"ana-{key[:3]}", allow("ec2:*", Condition={"StringEquals": {key: "bank"}}))
        assert door.asks(ana, "ec2:DeleteVpc", VpcId=bank) is MAY
        assert door.asks(ana, "ec2:DeleteVpc", VpcId=other) is not MAY
        assert door.asks(ana, "ec2:DescribeVpcs") is not MAY


def test_tags_of_entities_decide(door: Door) -> None:
    tags = [{"Key": "Team", "Value": "bank"}]
    condition = {"StringEquals": {"iam:ResourceTag/team": "bank", "aws:ResourceTag/team": "bank"}}
    ana = door.user(allow("iam:*", "sts:AssumeRole", Condition=condition))
    door.iam.role("tagged", Tags=tags, trust_policy=trust(OWNER))
    door.iam.role("plain", trust_policy=trust(OWNER))
    assert door.asks(ana, "iam:DeleteRole", RoleName="tagged") is MAY
    assert door.asks(ana, "iam:DeleteRole", RoleName="plain") is not MAY
    assumed(ana, f"arn:aws:iam::{OWNER}:role/tagged")
    with pytest.raises(AwsError, match="AccessDenied"):
        assumed(ana, f"arn:aws:iam::{OWNER}:role/plain")


# What changes counts with the next call.


@pytest.fixture
def door() -> Door:
    return Door()


def may(door: Door, caller: Client, action: str = "ec2:DescribeVpcs") -> bool:
    return door.asks(caller, action) is MAY


def test_inline_policies_of_users(door: Door) -> None:
    ana = door.user()
    assert not may(door, ana)
    door.root(put_user_policy, UserName="ana", PolicyName="p", PolicyDocument=allow("ec2:*"))
    assert may(door, ana)
    door.root(delete_user_policy, UserName="ana", PolicyName="p")
    assert not may(door, ana)


def test_policies_and_members_of_groups(door: Door) -> None:
    door.iam.group("staff")
    ana = door.user(groups=("staff",))
    assert not may(door, ana)
    door.root(put_group_policy, GroupName="staff", PolicyName="p", PolicyDocument=allow("ec2:*"))
    assert may(door, ana)
    door.root(remove_user_from_group, GroupName="staff", UserName="ana")
    assert not may(door, ana)
    door.root(add_user_to_group, GroupName="staff", UserName="ana")
    assert may(door, ana)


def test_versions_of_managed_policies(door: Door) -> None:
    arn = door.iam.policy("p", allow("s3:*"))
    ana = door.user()
    door.root(attach_user_policy, UserName="ana", PolicyArn=arn)
    assert not may(door, ana)
    door.root(create_policy_version, PolicyArn=arn, PolicyDocument=allow("ec2:*"), SetAsDefault=True)
    assert may(door, ana)
    door.root(set_default_policy_version, PolicyArn=arn, VersionId="v1")
    assert not may(door, ana)


def test_boundaries(door: Door) -> None:
    ana, session = door.user(EVERYTHING), door.session(EVERYTHING)
    cap = {"PermissionsBoundary": door.iam.policy("cap", allow("s3:*"))}
    door.root(put_user_permissions_boundary, UserName="ana", **cap)
    assert not may(door, ana)
    assert may(door, session)
    door.root(put_role_permissions_boundary, RoleName="app", **cap)
    assert not may(door, session)


def test_accounts_are_apart(door: Door) -> None:
    other = Identities(door.region.client(OTHER_ACCOUNT))
    ana, eve = door.user(allow("ec2:*")), other.user("ana")
    assert (may(door, ana), may(door, eve)) == (True, False)
    other.client(put_user_policy, UserName="ana", PolicyName="p", PolicyDocument=allow("ec2:*"))
    door.root(delete_user_policy, UserName="ana", PolicyName="own-0")
    assert (may(door, ana), may(door, eve)) == (False, True)


EC2_GONE = "AuthFailure: AWS was not able to validate the provided access credentials"
IAM_GONE = "InvalidClientTokenId: The security token included in the request is invalid."


def test_callers_whose_user_is_gone(door: Door) -> None:
    ana = door.user(EVERYTHING)
    assert may(door, ana)
    door.root(delete_access_key, UserName="ana", AccessKeyId=ana.caller.access_key_id)
    door.root(delete_user_policy, UserName="ana", PolicyName="own-0")
    door.root(delete_user, UserName="ana")
    for step in ("gone", "another one of the same name"):
        assert door.asks(ana, "ec2:DescribeVpcs") == EC2_GONE, step
        assert door.asks(ana, "iam:ListUsers") == IAM_GONE, step
        assert door.asks(ana, "sts:GetCallerIdentity") == IAM_GONE, step
        assert door.asks(ana, "elasticloadbalancing:DescribeLoadBalancers") == IAM_GONE, step
        if step == "gone":
            door.root(create_user, UserName="ana")


def test_sessions_whose_role_is_gone(door: Door) -> None:
    session = door.session(EVERYTHING)
    assert may(door, session)
    door.root(delete_role_policy, RoleName="app", PolicyName="own-0")
    door.root(delete_role, RoleName="app")
    assert door.asks(session, "ec2:DescribeVpcs") == EC2_GONE
    door.iam.role("app", EVERYTHING)
    assert door.asks(session, "sts:GetCallerIdentity") == IAM_GONE


def test_a_user_s_session_may_what_the_user_may_but_for_iam(door: Door) -> None:
    ana = door.user(allow("ec2:Describe*", "iam:*", "sts:*"))
    credentials = ana(get_session_token)["Credentials"]
    key_id, token = credentials["AccessKeyId"], credentials["SessionToken"]
    claims, _ = open_session(REGION_KEY, key_id, token, door.region.clock.now())
    session = replace(ana, caller=claims.caller(key_id))
    assert may(door, session)
    assert door.asks(session, "ec2:CreateVpc") == of_ec2(refused(ANA, "ec2:CreateVpc", VPC_1.replace("vpc-1", "*")))
    assert door.asks(session, "iam:GetUser") == IAM_GONE
    assert door.asks(session, "sts:GetCallerIdentity") is MAY
    assert door.asks(session, "sts:GetAccessKeyInfo") == (
        "AccessDenied: Cannot call GetAccessKeyInfo with session credentials"
    )


def test_the_access_log_gets_every_check_with_its_decision() -> None:
    door = Door()
    ana = door.user(allow("ec2:RunInstances"))
    entry = Entry(Endpoint("vpce-1", OWNER, "ec2", "us-east-1", True), 0.0, Answering())
    request = {"ImageId": "ami-1", "MinCount": 1, "MaxCount": 1, "IamInstanceProfile": {"Name": "web"}}
    with_profile(ana)
    with pytest.raises(AwsError, match="iam:PassRole"):
        door.authorizer.authorize("ec2", "RunInstances", request, Proven(ana.caller, ana.region), entry)
    assert entry.principal is not None
    assert entry.principal.arn == ANA
    (question,) = entry.questions
    decided = {one.request.action: one.decision.allowed for one in question}
    assert decided == {"ec2:RunInstances": True, "iam:PassRole": False}
    assert {one.by_endpoint for one in question} == {False}
