"""Calls to the API server's own services through interface endpoints: the endpoint's policy caps them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from skywalk.actions.roles import create_role
from skywalk.api.authenticate import Proven
from skywalk.values.errors import AwsError
from support.api_door import ANA, Door, of_ec2, of_iam
from support.encoded_messages import sentence_of
from support.identities import allow
from support.interface_endpoints import create, modify
from support.launching import Home
from support.region import OTHER_ACCOUNT, OWNER, Client

FULL = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
NO_ENDPOINT_POLICY = "because no VPC endpoint policy allows the {action} action"
TRUST = json.dumps({"Statement": {"Effect": "Allow", "Principal": {"AWS": OWNER}, "Action": "sts:AssumeRole"}})
ROLE = f"arn:aws:iam::{OWNER}:role/app"


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{**FULL, **one} for one in statements]})


class Through:
    """A door behind an endpoint of a service."""

    def __init__(self, service: str, *statements: dict[str, Any]) -> None:
        self.door = Door()
        self.home = Home(self.door.region)
        name = "com.amazonaws.route53" if service == "route53" else f"com.amazonaws.us-east-1.{service}"
        self.endpoint_id: str = create(self.home, ServiceName=name, PolicyDocument=policy(*statements))["VpcEndpointId"]

    def asks(self, caller: Client, action: str, **request: Any) -> str | None:
        service, _, name = action.partition(":")
        network = {"aws:securetransport": "true", "aws:sourcevpce": self.endpoint_id}
        try:
            self.door.authorizer.authorize(service, name, request, Proven(caller.caller, caller.region, network))
        except AwsError as error:
            return f"{error.code}: {sentence_of(error.message)}"
        return None


def refused(action: str, resource: str | None = None, who: str = ANA) -> str:
    on = "" if resource is None else f" on resource: {resource}"
    return f"User: {who} is not authorized to perform: {action}{on} {NO_ENDPOINT_POLICY.format(action=action)}"


def test_one_action_of_ec2_alone() -> None:
    through = Through("ec2", {"Action": "ec2:DescribeVpcs"})
    ana = through.door.user(allow("ec2:*"))
    assert through.asks(ana, "ec2:DescribeVpcs") is None
    assert through.asks(ana, "ec2:DescribeSubnets") == of_ec2(refused("ec2:DescribeSubnets"))
    assert through.door.asks(ana, "ec2:DescribeSubnets") is None  # not through the endpoint


def test_the_policy_grants_nothing() -> None:
    through = Through("ec2", {})
    ana = through.door.user(allow("ec2:DescribeVpcs"))
    sentence = f"User: {ANA} is not authorized to perform: ec2:DescribeSubnets because no identity-based policy allows "
    assert through.asks(ana, "ec2:DescribeSubnets") == of_ec2(f"{sentence}the ec2:DescribeSubnets action")


def test_a_change_counts_for_the_next_call() -> None:
    through = Through("ec2", {"Action": "ec2:DescribeVpcs"})
    ana = through.door.user(allow("ec2:*"))
    assert through.asks(ana, "ec2:DescribeSubnets") is not None
    modify(through.home, through.endpoint_id, PolicyDocument=policy({"Action": "ec2:DescribeSubnets"}))
    assert through.asks(ana, "ec2:DescribeSubnets") is None
    assert through.asks(ana, "ec2:DescribeVpcs") is not None


def test_an_endpoint_that_is_gone_lets_nothing_through() -> None:
    through = Through("sts", {})
    ana = through.door.user(allow("*"))
    assert through.asks(ana, "sts:GetCallerIdentity") is None
    through.endpoint_id = "vpce-0123456789abcdef0"
    denied = (
        f"User: {ANA} is not authorized to perform: sts:GetCallerIdentity on resource: * with an explicit deny in a "
    )
    assert through.asks(ana, "sts:GetCallerIdentity") == of_iam(f"{denied}VPC endpoint policy")


def test_sts_needs_no_permission_but_that_of_the_endpoint() -> None:
    through = Through("sts", {"Action": "sts:GetCallerIdentity"})
    ana = through.door.user()
    assert through.asks(ana, "sts:GetCallerIdentity") is None
    assert through.asks(ana, "sts:GetSessionToken") == of_iam(refused("sts:GetSessionToken", "*"))


def test_the_resource_of_assume_role_is_the_role() -> None:
    through = Through("sts", {"Action": "sts:AssumeRole", "Resource": ROLE})
    ana = through.door.user()
    other = f"arn:aws:iam::{OTHER_ACCOUNT}:role/app"
    assert through.asks(ana, "sts:AssumeRole", RoleArn=ROLE, RoleSessionName="s-1") is None
    assert through.asks(ana, "sts:AssumeRole", RoleArn=other, RoleSessionName="s-1") == of_iam(
        refused("sts:AssumeRole", other)
    )


@pytest.mark.parametrize(
    ("condition", "may", "may_not"),
    [
        ({"sts:RoleSessionName": "s-1"}, {}, {"RoleSessionName": "s-2"}),
        ({"sts:ExternalId": "id-1"}, {"ExternalId": "id-1"}, {}),
        ({"sts:SourceIdentity": "ana"}, {"SourceIdentity": "ana"}, {"SourceIdentity": "bob"}),
        ({"aws:RequestTag/team": "red"}, {"Tags": [{"Key": "team", "Value": "red"}]}, {}),
        ({"aws:ResourceTag/kind": "app"}, {}, {"RoleArn": f"arn:aws:iam::{OWNER}:role/none"}),
    ],
)
def test_keys_of_assume_role(condition: dict[str, str], may: dict[str, Any], may_not: dict[str, Any]) -> None:
    through = Through("sts", {"Action": "sts:*", "Condition": {"StringEquals": condition}})
    root, ana = through.door.root, through.door.user()
    root(create_role, RoleName="app", AssumeRolePolicyDocument=TRUST, Tags=[{"Key": "kind", "Value": "app"}])
    asked = {"RoleArn": ROLE, "RoleSessionName": "s-1"}
    assert through.asks(ana, "sts:AssumeRole", **asked | may) is None
    asked |= may_not
    assert through.asks(ana, "sts:AssumeRole", **asked) == of_iam(refused("sts:AssumeRole", asked["RoleArn"]))


@pytest.mark.parametrize(
    ("asked", "action"),
    [
        ({"Tags": [{"Key": "team", "Value": "red"}]}, "sts:TagSession"),
        ({"SourceIdentity": "ana"}, "sts:SetSourceIdentity"),
    ],
)
def test_the_policy_is_asked_about_what_the_session_is_given(asked: dict[str, Any], action: str) -> None:
    through = Through("sts", {"Action": "sts:AssumeRole"})
    ana = through.door.user()
    assert through.asks(ana, "sts:AssumeRole", RoleArn=ROLE, RoleSessionName="s-1") is None
    denied = of_iam(refused(action, ROLE))
    assert through.asks(ana, "sts:AssumeRole", RoleArn=ROLE, RoleSessionName="s-1", **asked) == denied
    modify(through.home, through.endpoint_id, PolicyDocument=policy({"Action": ["sts:AssumeRole", action]}))
    assert through.asks(ana, "sts:AssumeRole", RoleArn=ROLE, RoleSessionName="s-1", **asked) is None


def test_a_role_of_another_account() -> None:
    other = f"arn:aws:iam::{OTHER_ACCOUNT}:role/app"
    condition = {"StringEquals": {"aws:ResourceAccount": OTHER_ACCOUNT}}
    through = Through("sts", {"Action": "sts:AssumeRole", "Condition": condition})
    ana = through.door.user()
    assert through.asks(ana, "sts:AssumeRole", RoleArn=other, RoleSessionName="s-1") is None
    assert through.asks(ana, "sts:AssumeRole", RoleArn=ROLE, RoleSessionName="s-1") == of_iam(
        refused("sts:AssumeRole", ROLE)
    )


def test_the_caller_may_be_of_another_account() -> None:
    through = Through("ec2", {"Principal": {"AWS": OTHER_ACCOUNT}})
    stranger = through.door.region.client(OTHER_ACCOUNT)
    assert through.asks(stranger, "ec2:DescribeVpcs") is None
    assert through.asks(through.door.root, "ec2:DescribeVpcs") == of_ec2(
        refused("ec2:DescribeVpcs", who=f"arn:aws:iam::{OWNER}:root")
    )


@pytest.mark.parametrize(
    ("action", "request_"),
    [
        ("iam:GetUser", {}),
        ("route53:ListHostedZones", {}),
        ("elasticloadbalancing:DescribeLoadBalancers", {}),
        ("route53resolver:ListResolverEndpoints", {}),
    ],
)
def test_every_service_of_the_api(action: str, request_: dict[str, Any]) -> None:
    told = Through("ec2", {"Action": "ec2:*"})
    refusal = told.asks(told.door.root, action, **request_)
    assert refusal is not None
    assert refusal.startswith("AccessDenied")
    assert refusal.endswith(NO_ENDPOINT_POLICY.format(action=action))


def test_the_keys_of_what_a_call_is_about() -> None:
    s3, own = "com.amazonaws.us-east-1.s3", "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1"
    named = {"StringEquals": {"ec2:VpceServiceName": s3}}
    through = Through(
        "ec2",
        {"Action": "ec2:CreateVpcEndpoint", "Resource": f"arn:aws:ec2:*:{OWNER}:vpc/*"},
        {"Action": "ec2:CreateVpcEndpoint", "Resource": f"arn:aws:ec2:*:{OWNER}:vpc-endpoint/*", "Condition": named},
        {"Action": "ec2:CreateVpcPeeringConnection", "Condition": {"ArnEqualsIfExists": {"ec2:RequesterVpc": own}}},
    )
    ana = through.door.user(allow("ec2:*"))
    create = "ec2:CreateVpcEndpoint"
    assert through.asks(ana, create, VpcId="vpc-1", ServiceName=s3) is None
    new = f"arn:aws:ec2:us-east-1:{OWNER}:vpc-endpoint/*"
    assert through.asks(ana, create, VpcId="vpc-1", ServiceName="other") == of_ec2(refused(create, new))
    peers = "ec2:CreateVpcPeeringConnection"
    assert through.asks(ana, peers, VpcId="vpc-1", PeerVpcId="vpc-2") is None
    connection = f"arn:aws:ec2:us-east-1:{OWNER}:vpc-peering-connection/*"
    assert through.asks(ana, peers, VpcId="vpc-2", PeerVpcId="vpc-1") == of_ec2(refused(peers, connection))


def test_zones_and_records_of_route_53() -> None:
    texts = {"ForAllValues:StringEquals": {"route53:ChangeResourceRecordSetsRecordTypes": "TXT"}}
    through = Through("route53", {"Action": "route53:*", "Condition": texts})
    ana = through.door.user(allow("route53:*"))

    def changes(kind: str) -> str | None:
        record = {"Action": "CREATE", "ResourceRecordSet": {"Name": "bank.internal", "Type": kind}}
        batch = {"Changes": [record]}
        return through.asks(ana, "route53:ChangeResourceRecordSets", HostedZoneId="Z1", ChangeBatch=batch)

    assert changes("TXT") is None
    zone = "arn:aws:route53:::hostedzone/Z1"
    assert changes("A") == of_iam(refused("route53:ChangeResourceRecordSets", zone))
