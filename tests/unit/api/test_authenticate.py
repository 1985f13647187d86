"""Calls signed by botocore, as a stock client sends them, and everything that can be wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import botocore.auth
import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from skywalk.api.authenticate import Authenticator, Proven
from skywalk.http1.request import RequestHead
from skywalk.identity.caller import CallerKind, root_caller, user_caller
from skywalk.identity.session import SessionClaims, SessionCredentials, mint_session
from skywalk.resources.access_key import AccessKey
from skywalk.resources.account import Account
from skywalk.resources.store import Store
from skywalk.resources.user import User
from skywalk.values.clock import FixedClock
from skywalk.values.errors import AwsError
from skywalk.values.scope import Scope

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
ACCOUNT, OTHER = "123456789012", "111122223333"
KEY_ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
REGION_KEY = b"k" * 32
BODY = b"Action=DescribeVpcs&Version=2016-11-15"
MISMATCH = (
    "SignatureDoesNotMatch",
    403,
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
    "Key and signing method. Consult the service documentation for details.",
)
AUTH_FAILURE = ("AuthFailure", 401, "AWS was not able to validate the provided access credentials")
INVALID_TOKEN = ("InvalidClientTokenId", 403, "The security token included in the request is invalid.")


@pytest.fixture(autouse=True)
def _botocore_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: NOW.replace(tzinfo=None))


def account(account_id: str = ACCOUNT, key_id: str = KEY_ID, secret: str = SECRET) -> Account:
    return Account(id=account_id, scope=Scope(account_id, ""), access_key_id=key_id, secret_access_key=secret)


def signed(
    service: str = "ec2",
    *,
    region: str = "us-east-1",
    keys: tuple[str, str, str | None] = (KEY_ID, SECRET, None),
    body: bytes = BODY,
    presigned: bool = False,
) -> RequestHead:
    """The head of a call to the API's port, signed by botocore."""
    kind = "application/x-www-form-urlencoded; charset=utf-8"
    url = f"http://127.0.0.1:4599/{'?Action=GetCallerIdentity&Version=2011-06-15' if presigned else ''}"
    request = AWSRequest("GET" if presigned else "POST", url, {} if presigned else {"Content-Type": kind}, body)
    signer = SigV4QueryAuth if presigned else SigV4Auth
    signer(Credentials(*keys), service, region).add_auth(request)
    prepared = request.prepare()
    parts = urlsplit(prepared.url)
    headers = [
        (str(name).lower(), value.decode() if isinstance(value, bytes) else str(value))
        for name, value in prepared.headers.items()
    ]
    head = RequestHead(request.method, parts.path, "1.1", [("host", "127.0.0.1:4599"), *headers])
    head.path, head.query, head.host = parts.path, parts.query, "127.0.0.1"
    return head


@dataclass
class Door:
    """An authenticator over a store with one account, at noon."""

    store: Store = field(default_factory=Store)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    def __post_init__(self) -> None:
        self.add(account())
        self.authenticator = Authenticator(self.store, self.clock, REGION_KEY)

    def add(self, new: Account) -> None:
        with self.store.transaction() as tx:
            tx.put(new)

    def open(self, head: RequestHead, service: str = "ec2", body: bytes = BODY) -> Proven:
        return self.authenticator.authenticate(service, head, body)

    def refusal(self, head: RequestHead, service: str = "ec2", body: bytes = BODY) -> tuple[str, int, str]:
        with pytest.raises(AwsError) as refused:
            self.open(head, service, body)
        return refused.value.code, refused.value.status, refused.value.message


def session(claims_of: str = ACCOUNT, hours: float = 1) -> SessionCredentials:
    claims = SessionClaims(
        account_id=claims_of,
        role_arn=f"arn:aws:iam::{claims_of}:role/teams/app",
        role_id="AROAEXAMPLE",
        role_name="app",
        session_name="i-0123456789abcdef0",
        issued_at=NOW,
        expires_at=NOW + timedelta(hours=hours),
        serial="0001",
        session_policies=('{"Statement": []}',),
    )
    return mint_session(REGION_KEY, claims)


def keys_of(credentials: SessionCredentials) -> tuple[str, str, str]:
    return credentials.access_key_id, credentials.secret_access_key, credentials.session_token


@pytest.mark.parametrize("service", ["ec2", "iam", "sts", "elasticloadbalancing"])
def test_the_root_of_an_account_in_the_region_of_the_signature(service: str) -> None:
    head = signed(service, region="eu-west-1")
    assert Door().open(head, service) == Proven(root_caller(ACCOUNT, KEY_ID), "eu-west-1")


def test_a_presigned_call() -> None:
    proven = Door().open(signed("sts", presigned=True, body=b""), "sts", b"")
    assert proven == Proven(root_caller(ACCOUNT, KEY_ID), "us-east-1")


def test_a_role_s_session_is_its_claims() -> None:
    caller = Door().open(signed(keys=keys_of(session()))).caller
    assert caller.kind is CallerKind.ROLE_SESSION
    assert caller.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-0123456789abcdef0"
    assert (caller.role_arn, caller.role_id) == (f"arn:aws:iam::{ACCOUNT}:role/teams/app", "AROAEXAMPLE")
    assert caller.session_policies == ('{"Statement": []}',)


def test_an_account_that_is_made_while_the_region_runs() -> None:
    door = Door()
    keys = ("AKIAOTHEROTHEROTHER1", "another-secret", None)
    assert door.refusal(signed(keys=keys)) == AUTH_FAILURE
    door.add(account(OTHER, keys[0], keys[1]))
    assert door.open(signed(keys=keys)).caller == root_caller(OTHER, keys[0])
    assert door.open(signed()).caller.account_id == ACCOUNT


@pytest.mark.parametrize(
    ("service", "refusal"), [("ec2", AUTH_FAILURE), ("iam", INVALID_TOKEN), ("sts", INVALID_TOKEN)]
)
def test_a_key_that_nobody_has(service: str, refusal: tuple[str, int, str]) -> None:
    head = signed(service, keys=("AKIANOBODYNOBODY0000", SECRET, None))
    assert Door().refusal(head, service) == refusal


@pytest.mark.parametrize("service", ["ec2", "iam", "sts"])
def test_a_wrong_secret_and_a_changed_body(service: str) -> None:
    door = Door()
    assert door.refusal(signed(service, keys=(KEY_ID, "wrong", None)), service) == MISMATCH
    assert door.refusal(signed(service), service, BODY.replace(b"Vpcs", b"Instances")) == MISMATCH
    assert door.refusal(signed(service), service, b"") == MISMATCH


def test_a_changed_target() -> None:
    head = signed()
    head.query = "Action=DeleteVpc"
    assert Door().refusal(head) == MISMATCH


@pytest.mark.parametrize("minutes", [-15, 15])
def test_a_quarter_of_an_hour_is_forgiven(minutes: int) -> None:
    door = Door(clock=FixedClock(NOW + timedelta(minutes=minutes)))
    assert door.open(signed()).caller.account_id == ACCOUNT


def test_a_clock_that_is_wrong() -> None:
    late = Door(clock=FixedClock(NOW + timedelta(minutes=16)))
    early = Door(clock=FixedClock(NOW - timedelta(minutes=16)))
    expired = ("RequestExpired", 400, "Request has expired.")
    assert late.refusal(signed()) == expired
    assert early.refusal(signed()) == expired
    assert late.refusal(signed("sts"), "sts") == (
        "SignatureDoesNotMatch",
        403,
        "Signature expired: 20260101T120000Z is now earlier than 20260101T120100Z (20260101T121600Z - 15 min.)",
    )
    assert early.refusal(signed("iam"), "iam") == (
        "SignatureDoesNotMatch",
        403,
        "Signature not yet current: 20260101T120000Z is still later than 20260101T115900Z (20260101T114400Z + 15 min.)",
    )


def test_a_session_that_has_ended() -> None:
    head, query = signed(keys=keys_of(session(hours=0.1))), signed("sts", keys=keys_of(session(hours=0.1)))
    door = Door()
    assert door.open(head).caller.role_name == "app"
    door.clock.advance(360)
    assert door.refusal(head) == ("RequestExpired", 400, "Request has expired.")
    assert door.refusal(query, "sts") == (
        "ExpiredToken",
        403,
        "The security token included in the request is expired",
    )


def test_a_session_of_another_region_or_without_its_token() -> None:
    key_id, secret, token = keys_of(session())
    door = Door()
    stranger = mint_session(b"x" * 32, SessionClaims(ACCOUNT, "a", "b", "app", "s", NOW, NOW + timedelta(hours=1), "1"))
    assert door.refusal(signed(keys=keys_of(stranger))) == AUTH_FAILURE
    assert door.refusal(signed(keys=(key_id, secret, None))) == AUTH_FAILURE
    assert door.refusal(signed(keys=(KEY_ID, SECRET, token))) == AUTH_FAILURE


def test_no_signature_and_one_for_another_service() -> None:
    door = Door()
    plain = RequestHead("POST", "/", "1.1", [("host", "127.0.0.1:4599")])
    plain.path = "/"
    assert door.refusal(plain) == ("MissingAuthenticationToken", 403, "Request is missing Authentication Token")
    assert door.refusal(signed("sts"), "ec2") == AUTH_FAILURE
    assert door.refusal(signed("ec2"), "iam") == (
        "SignatureDoesNotMatch",
        403,
        "Credential should be scoped to correct service: 'iam'.",
    )


@pytest.mark.parametrize("region", ["us-east1", "US-EAST-1", "aws-global"])
def test_a_region_that_nobody_has(region: str) -> None:
    door = Door()
    assert door.refusal(signed(region=region)) == AUTH_FAILURE
    for service in ("iam", "sts", "elasticloadbalancing"):
        assert door.refusal(signed(service, region=region), service) == (
            "SignatureDoesNotMatch",
            403,
            f"Credential should be scoped to a valid region, not '{region}'.",
        )


def test_half_a_signature() -> None:
    head = signed()
    head.headers[:] = [(name, value) for name, value in head.headers if name != "x-amz-date"]
    assert Door().refusal(head) == (
        "IncompleteSignature",
        400,
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    )


# Users' keys


USER_KEYS = ("AKIAUSERUSERUSERUSER", "a-user-s-secret", None)


def put_user(door: Door, name: str = "ana", *, is_active: bool = True) -> None:
    """The user, renamed where it is there, with its key."""
    scope = Scope(ACCOUNT, "")
    arn = f"arn:aws:iam::{ACCOUNT}:user/staff/{name}"
    user = User(id=arn, scope=scope, name=name, path="/staff/", unique_id="AIDA1", created_at=NOW)
    key = AccessKey(
        id=USER_KEYS[0],
        scope=scope,
        user_arn=arn,
        secret_access_key=USER_KEYS[1],
        created_at=NOW,
        is_active=is_active,
    )
    with door.store.transaction() as tx:
        for former in door.store.of_type(User):
            tx.remove(former.id)
        tx.put(user)
        tx.put(key)


def test_a_user_s_key() -> None:
    door = Door()
    assert door.refusal(signed(keys=USER_KEYS)) == AUTH_FAILURE
    put_user(door)
    expected = user_caller(ACCOUNT, "ana", "AIDA1", USER_KEYS[0], "/staff/")
    assert door.open(signed(keys=USER_KEYS)) == Proven(expected, "us-east-1")
    put_user(door, "Ana")
    assert door.open(signed(keys=USER_KEYS)).caller.arn == f"arn:aws:iam::{ACCOUNT}:user/staff/Ana"


@pytest.mark.parametrize(
    ("service", "refused"), [("ec2", AUTH_FAILURE), ("iam", INVALID_TOKEN), ("sts", INVALID_TOKEN)]
)
def test_an_inactive_key_and_one_that_is_gone_prove_nothing(service: str, refused: tuple[str, int, str]) -> None:
    door = Door()
    put_user(door, is_active=False)
    head = signed(service, keys=USER_KEYS)
    assert door.refusal(head, service) == refused
    put_user(door)
    door.open(head, service)
    with door.store.transaction() as tx:
        tx.remove(USER_KEYS[0])
    assert door.refusal(head, service) == refused


def test_keys_of_users_from_before_the_start() -> None:
    door = Door()
    put_user(door)
    again = Authenticator(door.store, door.clock, REGION_KEY)
    assert again.authenticate("ec2", signed(keys=USER_KEYS), BODY).caller.user_name == "ana"
