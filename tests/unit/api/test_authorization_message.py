"""What EC2's refusals say encoded: the denial's document, and which refusals have one."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import pytest

from skywalk.actions.instance_profiles import add_role_to_instance_profile, create_instance_profile
from skywalk.api.authenticate import Proven
from skywalk.api.authorization_message import denial_document
from skywalk.api.authorize import Authorizer
from skywalk.api.permissions.check import Check
from skywalk.identity.authorization_message import MAX_TOKEN_CHARACTERS
from skywalk.identity.caller import Caller, root_caller, user_caller
from skywalk.policy.document import PolicyKind, Statement, parse_policy
from skywalk.policy.organization import MANAGED, members_of
from skywalk.values.errors import AwsError
from skywalk.values.organization import Organization, OrganizationAccount
from support.api_door import ANA, MAY, Door, of_iam, refused
from support.encoded_messages import opened, token_of
from support.identities import allow, deny
from support.interface_endpoints import create
from support.launching import IMAGE, Home
from support.region import OTHER_ACCOUNT, OWNER, REGION_KEY, Client

VPC = f"arn:aws:ec2:us-east-1:{OWNER}:vpc/vpc-1"
USER = user_caller(OWNER, "ana", "AIDAEXAMPLE", path="/staff/")
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
NO_GATEWAYS = {"Sid": "Here", "Effect": "Deny", "Action": "ec2:CreateInternetGateway", "Resource": "*"}
OF_THE_ARN = {
    "aws:ARN": [VPC],
    "aws:Account": [OWNER],
    "aws:Region": ["us-east-1"],
    "aws:Resource": ["vpc/vpc-1"],
    "aws:Service": ["ec2"],
    "aws:Type": ["vpc"],
    "ec2:Region": ["us-east-1"],
}


def statement(**members: Any) -> Statement:
    return parse_policy(json.dumps({"Statement": {"Effect": "Deny", **members}}), PolicyKind.IDENTITY).statements[0]


def document_of(denied_by: Statement | None, caller: Caller = USER) -> dict[str, Any]:
    check = Check("ec2:DeleteVpc", VPC, VPC, OWNER)
    document: dict[str, Any] = json.loads(denial_document(caller, "us-east-1", check, denied_by))
    return document


def values(conditions: Any) -> dict[str, list[str]]:
    return {one["key"]: [value["value"] for value in one["values"]["items"]] for one in conditions["items"]}


def message(door: Door, caller: Client, action: str, network: Any = None, **request: Any) -> str:
    """What the door says of a call that it refuses."""
    proven = Proven(caller.caller, caller.region, network) if network else Proven(caller.caller, caller.region)
    service, _, name = action.partition(":")
    with pytest.raises(AwsError) as refused:
        door.authorizer.authorize(service, name, request, proven)
    return refused.value.message


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def through(home: Home, service: str, *statements: dict[str, Any]) -> dict[str, str]:
    """The condition keys of calls that come through a new endpoint with this policy."""
    document = policy(*({**one, "Principal": "*"} for one in statements))
    made = create(home, ServiceName=f"com.amazonaws.us-east-1.{service}", PolicyDocument=document)
    return {"aws:sourcevpce": made["VpcEndpointId"]}


def matched_by(document: dict[str, Any]) -> str:
    """The name of the statement that denied."""
    (matched,) = document["matchedStatements"]["items"]
    return str(matched["statementId"])


def told(door: Door, caller: Client, action: str, network: Any = None, **request: Any) -> dict[str, Any]:
    return opened(token_of(message(door, caller, action, network, **request)), OWNER)


def test_a_missing_permission() -> None:
    check = Check("ec2:DeleteVpc", VPC, VPC, OWNER, {"ec2:tenancy": "default", "ec2:resourcetag/team": "web"})
    text = denial_document(USER, "us-east-1", check, None)
    assert " " not in text
    document = json.loads(text)
    assert list(document) == ["allowed", "explicitDeny", "matchedStatements", "failures", "context"]
    conditions = document["context"].pop("conditions")
    assert document == {
        "allowed": False,
        "explicitDeny": False,
        "matchedStatements": {"items": []},
        "failures": {"items": []},
        "context": {
            "principal": {"id": "AIDAEXAMPLE", "name": "ana", "arn": f"arn:aws:iam::{OWNER}:user/staff/ana"},
            "action": "ec2:DeleteVpc",
            "resource": VPC,
        },
    }
    assert values(conditions) == OF_THE_ARN | {"ec2:Tenancy": ["default"], "ec2:ResourceTag/team": ["web"]}


def test_the_statement_of_an_explicit_deny() -> None:
    conditions = {"StringNotEquals": {"ec2:Tenancy": ["host", "dedicated"]}, "Bool": {"aws:securetransport": False}}
    denied_by = statement(Sid="NoVpcs", Action=["ec2:*Vpc", "s3:*"], Resource=VPC, Condition=conditions)
    document = document_of(denied_by)
    assert document["explicitDeny"] is True
    (matched,) = document["matchedStatements"]["items"]
    assert values(matched.pop("conditions")) == {
        "ec2:Tenancy": ["host", "dedicated"],
        "aws:SecureTransport": ["false"],
    }
    assert matched == {
        "statementId": "NoVpcs",
        "effect": "DENY",
        "principals": {"items": [{"value": "AIDAEXAMPLE"}]},
        "principalGroups": {"items": []},
        "actions": {"items": [{"value": "ec2:*Vpc"}, {"value": "s3:*"}]},
        "resources": {"items": [{"value": VPC}]},
    }


def test_a_statement_without_a_name_and_with_complements() -> None:
    document = document_of(statement(NotAction="s3:*", NotResource="arn:aws:s3:::bank"))
    (matched,) = document["matchedStatements"]["items"]
    assert (matched["statementId"], matched["effect"]) == ("", "DENY")
    assert (matched["actions"], matched["resources"]) == ({"items": []}, {"items": []})


def test_a_root_user_has_no_name() -> None:
    document = document_of(None, root_caller(OWNER))
    assert document["context"]["principal"] == {"id": OWNER, "arn": f"arn:aws:iam::{OWNER}:root"}


def test_a_call_about_a_resource_says_more_to_those_who_may_decode_it() -> None:
    door = Door()
    ana = door.user()
    tags = [{"ResourceType": "internet-gateway", "Tags": [{"Key": "team", "Value": "web"}]}]
    gateway = f"arn:aws:ec2:us-east-1:{OWNER}:internet-gateway/*"
    text = message(door, ana, "ec2:CreateInternetGateway", TagSpecifications=tags)
    sentence = f"User: {ANA} is not authorized to perform: ec2:CreateInternetGateway on resource: {gateway} because no "
    assert text.partition("Encoded authorization failure message: ")[0] == (
        f"You are not authorized to perform this operation. {sentence}identity-based policy allows the "
        "ec2:CreateInternetGateway action. "
    )
    context = told(door, ana, "ec2:CreateInternetGateway", TagSpecifications=tags)["context"]
    assert context["principal"] == {"id": ana.caller.principal_id, "name": "ana", "arn": ANA}
    assert values(context["conditions"]) | {"aws:TagKeys": ["team"], "aws:RequestTag/team": ["web"]} == values(
        context["conditions"]
    )


def test_calls_without_a_resource_and_other_services_say_no_more() -> None:
    door = Door()
    ana = door.user()
    for action in ("ec2:DescribeVpcs", "iam:GetUser", "sts:GetAccessKeyInfo"):
        assert "Encoded" not in message(door, ana, action, UserName="bob"), action


def test_a_session_is_denied_as_its_role() -> None:
    door = Door()
    session = door.session(allow("*"), deny("ec2:CreateVpc", Sid="Never"))
    document = told(door, session, "ec2:CreateVpc", CidrBlock="10.0.0.0/16")
    role_id, _, name = session.caller.principal_id.partition(":")
    assert document["context"]["principal"] == {"id": f"{role_id}:{name}", "arn": session.caller.arn}
    (matched,) = document["matchedStatements"]["items"]
    assert (matched["statementId"], matched["principals"]) == ("Never", {"items": [{"value": role_id}]})


def test_the_role_that_a_launch_hands_over() -> None:
    door = Door()
    home = Home(door.region)
    role_arn = door.iam.role("web")
    door.root(create_instance_profile, InstanceProfileName="web")
    door.root(add_role_to_instance_profile, InstanceProfileName="web", RoleName="web")
    launch = {"ImageId": IMAGE, "SubnetId": home.subnet_id, "IamInstanceProfile": {"Name": "web"}}
    context = told(door, door.user(allow("ec2:*")), "ec2:RunInstances", **launch)["context"]
    assert (context["action"], context["resource"]) == ("iam:PassRole", role_arn)
    conditions = values(context["conditions"])
    assert [conditions[key] for key in ("aws:Type", "aws:Resource", "aws:Region", "aws:Service")] == [
        ["role"],
        ["role/web"],
        ["us-east-1"],
        ["ec2"],
    ]
    assert conditions["iam:PassedToService"] == ["ec2.amazonaws.com"]


def test_the_statement_of_a_boundary() -> None:
    door = Door()
    boundary = door.iam.policy("boundary", policy(EVERYTHING, NO_GATEWAYS))
    ana = door.user(allow("*"), PermissionsBoundary=boundary)
    assert matched_by(told(door, ana, "ec2:CreateInternetGateway")) == "Here"


def test_the_statement_of_a_service_control_policy() -> None:
    door = Door()
    account = OrganizationAccount(OWNER, ("r-ab12",), ((MANAGED["FullAWSAccess"], policy(NO_GATEWAYS)),), ())
    members = members_of(Organization("o-a1b2c3d4e5", OTHER_ACCOUNT, (account,)))
    door.authorizer = Authorizer(door.region.store, REGION_KEY, members)
    assert matched_by(told(door, door.user(allow("*")), "ec2:CreateInternetGateway")) == "Here"


def test_the_policy_of_the_endpoint_that_a_call_comes_through() -> None:
    door = Door()
    home, ana = Home(door.region), door.user(allow("*"))
    network = through(home, "ec2", EVERYTHING, NO_GATEWAYS)
    assert matched_by(told(door, ana, "ec2:CreateInternetGateway", network)) == "Here"
    allows_less = through(home, "ec2", {**EVERYTHING, "Action": "ec2:Describe*"})
    assert told(door, ana, "ec2:CreateInternetGateway", allows_less)["matchedStatements"] == {"items": []}


def test_decoding_needs_a_permission_that_is_about_no_resource() -> None:
    door = Door()
    decode = "sts:DecodeAuthorizationMessage"
    assert door.asks(door.user(), decode, EncodedMessage="EXAMPLE") == of_iam(refused(ANA, decode, None))
    bob = door.iam.user("bob", allow(decode))
    assert door.asks(bob, decode, EncodedMessage="EXAMPLE") is MAY
    home = Home(door.region)
    for statement, may in (({**EVERYTHING, "Action": decode}, True), ({**EVERYTHING, "Action": "sts:Get*"}, False)):
        proven = Proven(bob.caller, bob.region, through(home, "sts", statement))
        with pytest.raises(AwsError) if not may else nullcontext():
            door.authorizer.authorize("sts", "DecodeAuthorizationMessage", {"EncodedMessage": "EXAMPLE"}, proven)


def test_what_could_not_be_decoded_is_left_out() -> None:
    door = Door()
    ana = door.user()
    noise = "".join(chr(0x4E00 + place * 7919 % 20_000) for place in range(MAX_TOKEN_CHARACTERS))
    text = message(door, ana, "ec2:DeleteKeyPair", KeyName=noise)
    assert text.endswith("because no identity-based policy allows the ec2:DeleteKeyPair action")


def test_an_allowed_call_is_not_described(monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door()
    ana = door.user(allow("ec2:*"))
    monkeypatch.setattr("skywalk.api.authorize.denial_document", None)
    monkeypatch.setattr("skywalk.api.authorize.seal_message", None)
    assert door.asks(ana, "ec2:CreateInternetGateway") is MAY
