from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from skywalk.actions.role_policies import put_role_policy
from skywalk.actions.roles import create_role, delete_role, update_assume_role_policy
from skywalk.actions.sts import (
    assume_role,
    decode_authorization_message,
    get_access_key_info,
    get_caller_identity,
    get_session_token,
)
from skywalk.control.region import new_account
from skywalk.identity.authorization_message import seal_message
from skywalk.identity.caller import CallerKind
from skywalk.identity.session import open_session
from skywalk.policy.organization import MANAGED, Members, members_of
from skywalk.values.chance import SeededChance
from skywalk.values.clock import FixedClock
from skywalk.values.errors import AwsError
from skywalk.values.organization import Organization, OrganizationAccount
from support.identities import Identities, administrator, assumed
from support.region import OTHER_ACCOUNT, OWNER, REGION_KEY, Client, Region

APP = f"arn:aws:iam::{OWNER}:role/app"
NOW = FixedClock().now()


def trust(*principals: object, action: str = "sts:AssumeRole", effect: str = "Allow") -> str:
    statements = [{"Effect": effect, "Principal": one, "Action": action} for one in principals]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def identity(action: str = "sts:AssumeRole", resource: str = "*", effect: str = "Allow") -> str:
    return json.dumps({"Statement": [{"Effect": effect, "Action": action, "Resource": resource}]})


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def root(region: Region) -> Client:
    return region.client()


def role(client: Client, name: str, trust_policy: str, *identity_policies: str, **more: Any) -> str:
    made = client(create_role, RoleName=name, AssumeRolePolicyDocument=trust_policy, **more)["Role"]
    for number, text in enumerate(identity_policies):
        client(put_role_policy, RoleName=name, PolicyName=f"policy-{number}", PolicyDocument=text)
    return str(made["Arn"])


def refused(client: Client, role_arn: str, **more: Any) -> bool:
    """Whether AssumeRole is refused, to an administrator in place of a root; if so, it must be in AWS's sentence."""
    if client.caller.kind is CallerKind.ROOT:
        client = administrator(client)
    error: AwsError | None = None
    try:
        client(assume_role, RoleArn=role_arn, RoleSessionName="session-1", **more)
    except AwsError as caught:
        error = caught
    sentence = f"User: {client.caller.arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
    assert error is None or (error.code, error.status, error.message) == ("AccessDenied", 403, sentence)
    return error is not None


def test_the_root_of_an_account(root: Client) -> None:
    assert root(get_caller_identity) == {
        "UserId": OWNER,
        "Account": OWNER,
        "Arn": f"arn:aws:iam::{OWNER}:root",
    }


def test_a_root_assumes_a_role_that_trusts_it(root: Client) -> None:
    role(root, "app", trust({"AWS": OWNER}))
    role(root, "others", trust({"AWS": OTHER_ACCOUNT}))
    answer = root(assume_role, RoleArn=APP, RoleSessionName="session-1")
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{OWNER}:assumed-role/app/session-1"
    assert refused(root, f"arn:aws:iam::{OWNER}:role/others")


def test_a_session(root: Client) -> None:
    arn = role(root, "app", trust({"AWS": OWNER}), Path="/service/")
    answer = administrator(root)(assume_role, RoleArn=arn, RoleSessionName="teller@desk-1")
    assert arn == f"arn:aws:iam::{OWNER}:role/service/app"
    user = answer["AssumedRoleUser"]
    role_id = user["AssumedRoleId"].removesuffix(":teller@desk-1")
    assert user["Arn"] == f"arn:aws:sts::{OWNER}:assumed-role/app/teller@desk-1"
    assert role_id.startswith("AROA")
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")
    assert answer["Credentials"]["Expiration"] == NOW + timedelta(hours=1)
    session = assumed(root, arn, "teller@desk-1")
    assert session(get_caller_identity) == {
        "UserId": f"{role_id}:teller@desk-1",
        "Account": OWNER,
        "Arn": user["Arn"],
    }
    assert session.caller.role_arn == arn


def test_sessions_of_one_moment_differ(root: Client) -> None:
    arn = role(root, "app", trust({"AWS": OWNER}))
    tokens = [
        administrator(root)(assume_role, RoleArn=arn, RoleSessionName="same")["Credentials"]["SessionToken"]
        for _ in range(2)
    ]
    assert tokens[0] != tokens[1]


@pytest.mark.parametrize(
    ("principal", "is_trusted"),
    [
        ({"AWS": OWNER}, True),
        ({"AWS": f"arn:aws:iam::{OWNER}:root"}, True),
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": [OTHER_ACCOUNT, OWNER]}, True),
        ({"AWS": OTHER_ACCOUNT}, False),
        ({"AWS": f"arn:aws:iam::{OWNER}:role/other"}, False),
        ({"Service": "ec2.amazonaws.com"}, False),
    ],
)
def test_whom_a_role_trusts(root: Client, principal: object, is_trusted: bool) -> None:
    role(root, "app", trust(principal))
    assert refused(root, APP) is not is_trusted


def test_a_trust_policy_for_other_actions(root: Client) -> None:
    role(root, "app", trust({"AWS": OWNER}, action="sts:TagSession"))
    assert refused(root, APP)
    root(update_assume_role_policy, RoleName="app", PolicyDocument=trust({"AWS": OWNER}, action="sts:*"))
    assert not refused(root, APP)


def test_a_denying_trust_policy(root: Client) -> None:
    both = json.loads(trust({"AWS": OWNER}))
    both["Statement"] += json.loads(trust("*", effect="Deny"))["Statement"]
    role(root, "app", json.dumps(both))
    assert refused(root, APP)


def test_a_role_that_is_not_there(root: Client) -> None:
    assert refused(root, APP)


@pytest.mark.parametrize("arn", ["app", "arn:aws:iam::1:user/app", "arn:aws:s3:::bucket-with-a-name", "x" * 30])
def test_what_is_no_role(root: Client, arn: str) -> None:
    assert administrator(root).refusal(assume_role, RoleArn=arn, RoleSessionName="session-1") == (
        "ValidationError",
        f"{arn} is invalid",
    )


def test_a_session_needs_its_own_permission_where_the_account_is_trusted(root: Client) -> None:
    caller_arn = role(root, "caller", trust({"AWS": OWNER}))
    role(root, "app", trust({"AWS": OWNER}))
    session = assumed(root, caller_arn)
    assert refused(session, APP)
    request = {"RoleName": "caller", "PolicyName": "assume", "PolicyDocument": identity(resource=APP)}
    root(put_role_policy, **request)
    assert not refused(session, APP)
    root(put_role_policy, **{**request, "PolicyDocument": identity(resource=APP + "-2")})
    assert refused(session, APP)


def test_a_role_that_is_trusted_itself_needs_no_more(root: Client) -> None:
    caller_arn = role(root, "caller", trust({"AWS": OWNER}))
    role(root, "app", trust({"AWS": caller_arn}))
    session = assumed(root, caller_arn)
    assert not refused(session, APP)
    deny = identity(effect="Deny")
    root(put_role_policy, RoleName="caller", PolicyName="deny", PolicyDocument=deny)
    assert refused(session, APP)


def test_a_permission_without_trust_is_nothing(root: Client) -> None:
    caller_arn = role(root, "caller", trust({"AWS": OWNER}), identity())
    role(root, "app", trust({"Service": "ec2.amazonaws.com"}))
    assert refused(assumed(root, caller_arn), APP)


def test_a_session_of_the_role_itself(root: Client) -> None:
    """A role that does not trust itself cannot assume itself, as on AWS since 2022."""
    role(root, "app", trust({"AWS": f"arn:aws:iam::{OWNER}:root"}))
    session = assumed(root, APP)
    assert refused(session, APP)


def test_across_accounts_both_sides_must_allow(region: Region, root: Client) -> None:
    theirs = region.client(OTHER_ACCOUNT)
    caller_arn = role(theirs, "caller", trust({"AWS": OTHER_ACCOUNT}))
    role(root, "app", trust({"AWS": caller_arn}))
    session = assumed(theirs, caller_arn)
    assert refused(session, APP)
    theirs(put_role_policy, RoleName="caller", PolicyName="assume", PolicyDocument=identity(resource=APP))
    assert not refused(session, APP)
    root(update_assume_role_policy, RoleName="app", PolicyDocument=trust({"AWS": OWNER}))
    assert refused(session, APP)


def test_an_administrator_of_another_account(region: Region, root: Client) -> None:
    theirs = region.client(OTHER_ACCOUNT)
    role(root, "app", trust({"AWS": OTHER_ACCOUNT}))
    session = assumed(theirs, APP)
    assert session.caller.account_id == OWNER
    assert session(get_caller_identity)["Arn"] == f"arn:aws:sts::{OWNER}:assumed-role/app/s-1"


def test_a_session_of_a_role_that_was_replaced_has_no_permissions(root: Client) -> None:
    caller_arn = role(root, "caller", trust({"AWS": OWNER}))
    session = assumed(root, caller_arn)
    root(delete_role, RoleName="caller")
    role(root, "caller", trust({"AWS": OWNER}), identity())
    role(root, "app", trust({"AWS": OWNER}))
    assert refused(session, APP)
    assert not refused(assumed(root, caller_arn), APP)


def test_session_policies_cap(root: Client) -> None:
    caller_arn = role(root, "caller", trust({"AWS": OWNER}), identity())
    role(root, "app", trust({"AWS": OWNER}))
    narrow = assumed(root, caller_arn, Policy=identity("s3:GetObject"))
    wide = assumed(root, caller_arn, Policy=identity("sts:*"))
    assert narrow.caller.session_policies == (identity("s3:GetObject"),)
    assert refused(narrow, APP)
    assert not refused(wide, APP)


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ("{", "MalformedPolicyDocument"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:sqs"}}', "MalformedPolicyDocument"),
        (trust("*"), "MalformedPolicyDocument"),
    ],
)
def test_session_policies_that_are_none(root: Client, policy: str, code: str) -> None:
    role(root, "app", trust({"AWS": OWNER}))
    assert administrator(root).refusal(assume_role, RoleArn=APP, RoleSessionName="session-1", Policy=policy)[0] == code


def test_a_session_policy_that_is_too_long(root: Client) -> None:
    role(root, "app", trust({"AWS": OWNER}))
    request = {"RoleArn": APP, "RoleSessionName": "session-1", "Policy": identity() + " " * 2048}
    text = (
        "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less "
        "than or equal to 2048"
    )
    assert administrator(root).refusal(assume_role, **request) == ("ValidationError", text)


def test_how_long_a_session_is(root: Client) -> None:
    role(root, "app", trust({"AWS": OWNER}), MaxSessionDuration=7200)
    for seconds in (900, 7200):
        answer = administrator(root)(assume_role, RoleArn=APP, RoleSessionName="session-1", DurationSeconds=seconds)
        assert answer["Credentials"]["Expiration"] == NOW + timedelta(seconds=seconds)
    assert administrator(root).refusal(assume_role, RoleArn=APP, RoleSessionName="session-1", DurationSeconds=7201) == (
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )


def test_a_chained_session_is_an_hour_at_most(root: Client) -> None:
    caller_arn = role(root, "caller", trust({"AWS": OWNER}), identity())
    role(root, "app", trust({"AWS": OWNER}), MaxSessionDuration=43200)
    session = assumed(root, caller_arn)
    request = {"RoleArn": APP, "RoleSessionName": "session-1"}
    assert session.refusal(assume_role, **request, DurationSeconds=3601) == (
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    )
    assert not refused(session, APP, DurationSeconds=3600)


@pytest.mark.parametrize(
    "asked",
    [
        {"SerialNumber": "arn:aws:iam::123456789012:mfa/alice"},
    ],
)
def test_what_sessions_do_not_carry_yet(root: Client, asked: dict[str, Any]) -> None:
    role(root, "app", trust({"AWS": OWNER}))
    assert administrator(root).refusal(assume_role, RoleArn=APP, RoleSessionName="session-1", **asked) == (
        "UnsupportedOperation",
        f"The parameter {next(iter(asked))} is not supported.",
    )


def test_an_external_id(root: Client) -> None:
    role(root, "app", trust({"AWS": OWNER}))
    assert not refused(root, APP, ExternalId="partner-7")
    statement = json.loads(trust({"AWS": OWNER}))["Statement"][0]
    statement["Condition"] = {"StringEquals": {"sts:ExternalId": "partner-7"}}
    root(update_assume_role_policy, RoleName="app", PolicyDocument=json.dumps({"Statement": [statement]}))
    assert not refused(root, APP, ExternalId="partner-7")
    assert refused(root, APP, ExternalId="partner-8")
    assert refused(root, APP)


def test_users_assume_what_they_may(root: Client) -> None:
    identities = Identities(root)
    role(root, "app", trust({"AWS": OWNER}))
    assert not refused(identities.user("ana", identity(resource=APP)), APP)
    bo = identities.user("bo")
    assert refused(bo, APP)
    root(update_assume_role_policy, RoleName="app", PolicyDocument=trust({"AWS": bo.caller.arn}))
    assert not refused(bo, APP)


def test_a_boundary_caps_what_the_account_is_trusted_with_not_what_the_user_is(root: Client) -> None:
    identities = Identities(root)
    cap = identities.policy("cap", identity("s3:*"))
    role(root, "app", trust({"AWS": OWNER}))
    ana = identities.user("ana", identity(), PermissionsBoundary=cap)
    assert refused(ana, APP)
    root(update_assume_role_policy, RoleName="app", PolicyDocument=trust({"AWS": ana.caller.arn}))
    assert not refused(ana, APP)


def test_managed_session_policies(root: Client) -> None:
    caller_arn = role(root, "caller", trust({"AWS": OWNER}), identity())
    role(root, "app", trust({"AWS": OWNER}))
    own = Identities(root).policy("sts", identity("sts:*"))
    s3 = {"arn": "arn:aws:iam::aws:policy/AmazonS3FullAccess"}
    answer = administrator(root)(
        assume_role, RoleArn=caller_arn, RoleSessionName="s", PolicyArns=[s3], Policy=identity("s3:*")
    )
    assert answer["PackedPolicySize"] == 2
    assert refused(assumed(root, caller_arn, PolicyArns=[s3]), APP)
    assert not refused(assumed(root, caller_arn, PolicyArns=[s3, {"arn": own}]), APP)
    assert not refused(assumed(root, caller_arn, PolicyArns=[s3], Policy=identity("sts:*")), APP)


def test_managed_session_policies_that_are_none(region: Region, root: Client) -> None:
    role(root, "app", trust({"AWS": OWNER}))
    theirs = Identities(region.client(OTHER_ACCOUNT)).policy("theirs", identity())
    for arn in ("arn:aws:iam::aws:policy/NoSuchPolicy", theirs):
        request = {"RoleArn": APP, "RoleSessionName": "session-1", "PolicyArns": [{"arn": arn}]}
        text = f"Policy {arn} does not exist or is not attachable."
        assert administrator(root).refusal(assume_role, **request) == ("ValidationError", text)
    many = [{"arn": "arn:aws:iam::aws:policy/AmazonS3FullAccess"}] * 11
    assert administrator(root).refusal(assume_role, RoleArn=APP, RoleSessionName="session-1", PolicyArns=many) == (
        "ValidationError",
        "The number of policy ARNs must not exceed 10",
    )
    # three of them would not fit into a presigned URL
    large = [{"arn": Identities(root).policy(f"large-{n}", wide_policy())} for n in range(3)]
    code, text = administrator(root).refusal(assume_role, RoleArn=APP, RoleSessionName="session-1", PolicyArns=large)
    assert (code, text.endswith("% of allotted space, please use smaller policy.")) == ("PackedPolicyTooLarge", True)


def wide_policy() -> str:
    """Nearly as long as a managed policy may be."""
    return json.dumps(
        {"Statement": {"Effect": "Allow", "Action": [f"s3:Get{n:04}" for n in range(400)], "Resource": "*"}}
    )


def session_of(client: Client, **request: Any) -> Client:
    """A client with the credentials of GetSessionToken."""
    credentials = client(get_session_token, **request)["Credentials"]
    key_id = credentials["AccessKeyId"]
    claims, _ = open_session(REGION_KEY, key_id, credentials["SessionToken"], NOW)
    assert claims.expires_at == credentials["Expiration"]
    return replace(client, caller=claims.caller(key_id))


def test_a_session_of_a_user_is_that_user(root: Client) -> None:
    ana = Identities(root).user("ana", identity(), Path="/staff/")
    role(root, "app", trust({"AWS": OWNER}))
    session = session_of(ana)
    assert session(get_caller_identity) == ana(get_caller_identity)
    assert session.caller.is_temporary
    assert not ana.caller.is_temporary
    assert not refused(session, APP)
    assert ana(get_session_token)["Credentials"]["Expiration"] == NOW + timedelta(hours=12)
    assert ana(get_session_token, DurationSeconds=900)["Credentials"]["Expiration"] == NOW + timedelta(minutes=15)
    assert session.refusal(get_session_token) == (
        "AccessDenied",
        "Cannot call GetSessionToken with session credentials",
    )


def test_a_session_of_a_user_that_is_gone_may_nothing(root: Client) -> None:
    ana = Identities(root).user("ana", identity())
    role(root, "app", trust({"AWS": OWNER}))
    session = session_of(ana)
    stranger = replace(session, caller=replace(session.caller, principal_id="AIDAOTHER"))
    assert refused(stranger, APP)


def test_a_session_of_the_root_is_an_hour_at_most(root: Client) -> None:
    session = session_of(root, DurationSeconds=7200)
    assert session(get_caller_identity) == root(get_caller_identity)
    assert root(get_session_token)["Credentials"]["Expiration"] == NOW + timedelta(hours=1)


def test_there_is_no_mfa(root: Client) -> None:
    asked = {"SerialNumber": "arn:aws:iam::123456789012:mfa/ana", "TokenCode": "123456"}
    assert root.refusal(get_session_token, **asked) == (
        "UnsupportedOperation",
        "The parameter SerialNumber is not supported.",
    )


def test_whose_a_key_is(region: Region, root: Client) -> None:
    account = new_account(OTHER_ACCOUNT, SeededChance())
    with region.store.transaction() as tx:
        tx.put(account)
    ana = Identities(root).user("ana")
    assert root(get_access_key_info, AccessKeyId=ana.caller.access_key_id) == {"Account": OWNER}
    assert root(get_access_key_info, AccessKeyId=account.access_key_id) == {"Account": OTHER_ACCOUNT}
    assert root.refusal(get_access_key_info, AccessKeyId="AKIAIOSFODNN7EXAMPLE") == (
        "ValidationError",
        "The access key AKIAIOSFODNN7EXAMPLE is not valid",
    )


def test_an_encoded_message_is_decoded_for_its_own_account(root: Client, region: Region) -> None:
    text = '{"allowed":false,"explicitDeny":true}'
    token = seal_message(REGION_KEY, OWNER, text)
    assert token is not None
    assert root(decode_authorization_message, EncodedMessage=token) == {"DecodedMessage": text}
    assert Identities(root).user("ana")(decode_authorization_message, EncodedMessage=token) == {"DecodedMessage": text}
    invalid = ("InvalidAuthorizationMessageException", "Message is not valid")
    stranger = region.client(account_id=OTHER_ACCOUNT)
    assert stranger.refusal(decode_authorization_message, EncodedMessage=token) == invalid
    for broken in (f"{token}\n", token[:-4], token.swapcase(), "EXAMPLE", "Zoë"):
        assert root.refusal(decode_authorization_message, EncodedMessage=broken) == invalid


def limits(scp: str = "", rcp: str = "") -> Members:
    """Of an organization whose one member, beside its manager, is the region's account."""
    scps = ((MANAGED["FullAWSAccess"], scp),) if scp else ()
    rcps = ((MANAGED["RCPFullAWSAccess"], rcp),) if rcp else ()
    account = OrganizationAccount(OWNER, ("r-ab12",), scps, rcps)
    return members_of(Organization("o-a1b2c3d4e5", OTHER_ACCOUNT, (account,)))


def test_control_policies_of_an_organization(region: Region, root: Client) -> None:
    arn = role(root, "app", trust({"AWS": OWNER}))
    ana = administrator(root)
    deny = {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}
    outsiders = {"Null": {"aws:PrincipalOrgID": "true"}}
    scp, of_everyone = json.dumps({"Statement": [deny]}), {**deny, "Principal": "*"}
    rcp = json.dumps({"Version": "2012-10-17", "Statement": [of_everyone]})
    perimeter = json.dumps({"Version": "2012-10-17", "Statement": [{**of_everyone, "Condition": outsiders}]})

    def may(members: Members) -> bool:
        with ana.call() as call:
            try:
                assume_role(replace(call, members=members), {"RoleArn": arn, "RoleSessionName": "s"})
            except AwsError:
                return False
        return True

    assert may(limits())
    assert not may(limits(scp=scp))
    assert not may(limits(rcp=rcp))
    assert may(limits(rcp=perimeter))
