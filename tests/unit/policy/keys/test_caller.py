from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from skywalk.identity.caller import ANONYMOUS, Caller, CallerKind, root_caller, user_caller
from skywalk.policy.keys.caller import caller_context
from skywalk.policy.principal import Principal, PrincipalKind
from skywalk.values.tags import Tag

ACCOUNT = "123456789012"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/team/app"
SESSION = Caller(
    CallerKind.ROLE_SESSION,
    ACCOUNT,
    f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-1",
    "AROAAPP:i-1",
    "ASIAX",
    role_arn=ROLE_ARN,
    issued_at=datetime(2026, 1, 1, 12, 0, 0, 999_000, tzinfo=UTC),
)
_KINDS = {
    CallerKind.ANONYMOUS: PrincipalKind.ANONYMOUS,
    CallerKind.ROLE_SESSION: PrincipalKind.ROLE_SESSION,
    CallerKind.ROOT: PrincipalKind.ROOT,
    CallerKind.USER: PrincipalKind.USER,
}


def _context(caller: Caller, *tags: Tag) -> dict[str, str | tuple[str, ...]]:
    principal = Principal(_KINDS[caller.kind], caller.arn, caller.account_id, caller.role_arn)
    return caller_context(principal, caller, tags)


def test_a_user_with_a_long_term_key() -> None:
    assert _context(user_caller(ACCOUNT, "ana", "AIDAANA", "AKIAX", "/team/"), Tag("Team", "Blue")) == {
        "aws:principaltype": "User",
        "aws:userid": "AIDAANA",
        "aws:username": "ana",
        "aws:principalarn": f"arn:aws:iam::{ACCOUNT}:user/team/ana",
        "aws:principalaccount": ACCOUNT,
        "aws:principalisawsservice": "false",
        "aws:viaawsservice": "false",
        "aws:principaltag/team": "Blue",
    }


def test_an_account_s_root() -> None:
    context = _context(root_caller(ACCOUNT, "AKIAX"))
    assert (context["aws:principaltype"], context["aws:userid"]) == ("Account", ACCOUNT)
    assert "aws:username" not in context
    assert "aws:multifactorauthpresent" not in context


def test_who_is_anonymous_has_neither_account_nor_name() -> None:
    assert _context(ANONYMOUS) == {"aws:principaltype": "Anonymous", "aws:userid": "anonymous"}


def test_a_role_s_session() -> None:
    assert _context(SESSION) == {
        "aws:principaltype": "AssumedRole",
        "aws:userid": "AROAAPP:i-1",
        "aws:principalarn": ROLE_ARN,
        "aws:principalaccount": ACCOUNT,
        "aws:principalisawsservice": "false",
        "aws:viaawsservice": "false",
        "aws:multifactorauthpresent": "false",
        "aws:tokenissuetime": "2026-01-01T12:00:00Z",
    }


def test_a_session_s_tags_go_before_its_role_s() -> None:
    tagged = replace(SESSION, session_tags=(Tag("TEAM", "Red"), Tag("stage", "test")), source_identity="ana")
    context = _context(tagged, Tag("team", "Blue"), Tag("cost", "1"))
    tags = {key: value for key, value in context.items() if key.startswith("aws:principaltag/")}
    assert tags == {"aws:principaltag/team": "Red", "aws:principaltag/stage": "test", "aws:principaltag/cost": "1"}
    assert context["aws:sourceidentity"] == "ana"


def test_credentials_of_an_instance_say_where_they_were_issued() -> None:
    of_instance = replace(
        SESSION,
        issued_vpc_id="vpc-1",
        issued_private_ip="10.0.1.5",
        issued_instance_arn=f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1",
        role_delivery="2.0",
    )
    context = _context(of_instance)
    assert context["aws:ec2instancesourcevpc"] == "vpc-1"
    assert context["aws:ec2instancesourceprivateipv4"] == "10.0.1.5"
    assert context["ec2:sourceinstancearn"] == f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1"
    assert context["ec2:roledelivery"] == "2.0"


def test_a_user_s_own_session_is_temporary() -> None:
    session = Caller(CallerKind.USER, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/ana", "AIDAANA", "ASIAX")
    assert _context(session)["aws:multifactorauthpresent"] == "false"
    assert _context(session)["aws:username"] == "ana"
