"""Random policies of every kind, of the same few buckets, callers and keys, so that they often concern a request."""

from __future__ import annotations

import json
import random
from typing import Any

from skywalk.policy.compiled import CompiledPolicy, compile_policy
from skywalk.policy.conditions.operators import OPERATORS
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.errors import PolicyError
from skywalk.policy.principal import canonical_user_id, session_principal, user_principal

OWNER, OTHER = "123456789012", "210987654321"
USER = user_principal(OWNER, "ana")
SESSION = session_principal(OWNER, "app", "i-1", "/team/")
STRANGER = user_principal(OTHER, "eve")
ROLE_ARN = "arn:aws:iam::123456789012:role/team/app"
USER_ID, ROLE_ID = "AIDA0123456789ABCDEF", "AROA0123456789ABCDEF"

ACTIONS = ["s3:GetObject", "s3:getobject", "s3:Get*", "s3:*", "*", "s3:P?tObject", "s3:ListBucket", "sqs:*"]
BUCKETS = ["a", "b", "bank", "bank-2", "ba?k", "ban*", "*", "b*2", "x", "*-2", "*a*k*"]
KEYS = ["", "/*", "/k", "/a*b", "/?", "/a\nb", "/*/c", "/a?b*"]
WITH_VARIABLES = [
    "${aws:PrincipalTag/team}",
    "ba${aws:principaltag/TEAM, 'nk'}",
    "bank/${AWS:username}*",
    "bank/${aws:username, 'k'}",
    "${s3:prefix,'bank'}/${*}",
    "b*/?${s3:prefix}?*",
    "bank/${aws:TagKeys, '*'}",
    "*${?}",
    "a${$}{k}*",
    "${",
]
WIDE_RESOURCES = ["*", "arn:aws:s3:::*", "arn:*:s3:*:*:b*", "arn:aws:s?:::bank/*", "arn:aws:s3:*:*:b", "arn:aws:*:a:b"]
INCOMPLETE = ["arn:aws:s3", "arn:aws", "arn:aws:s3::", "arn:aws:sqs", "arn:", "arn:aws:s*"]
PRINCIPALS: list[Any] = [
    "*",
    {"AWS": "*"},
    {"AWS": OWNER},
    {"AWS": f"arn:aws:iam::{OTHER}:root"},
    {"AWS": [USER.arn, ROLE_ARN]},
    {"AWS": [STRANGER.arn, SESSION.arn]},
    {"AWS": "arn:aws:iam::210987654321:role/app"},
    {"AWS": [OTHER, USER.arn], "Service": "ec2.amazonaws.com"},
    {"Service": ["s3.amazonaws.com", "ec2.amazonaws.com"]},
    {"Federated": ["cognito-identity.amazonaws.com", f"arn:aws:iam::{OWNER}:saml-provider/idp", "*"]},
    {"AWS": f"arn:aws:sts::{OWNER}:federated-user/ana"},
    {"AWS": [OWNER, f"arn:aws:sts::{OWNER}:federated-user/ana"]},
    {"CanonicalUser": canonical_user_id(OWNER)},
    {"CanonicalUser": canonical_user_id("999999999999"), "AWS": STRANGER.arn},
    {"AWS": [USER_ID, ROLE_ID]},
    {"AWS": [OWNER, USER.arn]},
    {"AWS": [OWNER, ROLE_ID, SESSION.arn]},
    {"AWS": [f"arn:aws:iam::{OWNER}:root", ROLE_ARN, SESSION.arn]},
    {"AWS": [ROLE_ARN, SESSION.arn]},
    {"AWS": [OWNER, ROLE_ARN]},
]
OPERATOR_NAMES = sorted(OPERATORS)
KEYS_OF_CONDITIONS = [
    *("aws:SourceVpce", "aws:VpcSourceIp", "aws:PrincipalArn", "aws:SecureTransport", "ec2:Region"),
    *("s3:prefix", "aws:TagKeys", "aws:PrincipalTag/team"),
]
DATES = ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+02:00", "1767225600", "2026-01", "2026"]
POLICY_VALUES: dict[str, list[Any]] = {
    # By what an operator's name holds, the first that fits.
    "Null": ["true", "false", True],
    "Bool": ["true", "false", True, "False"],
    "Binary": ["dnBjZS0x", "AAAA", "dHJ1ZQ=="],
    "Numeric": ["7", "7.0", "-1", 8, "1e1"],
    "Date": DATES,
    "Ip": ["10.0.0.0/24", "10.0.0.1", "10.0.0.3/31", "fd00::/8", "0.0.0.0/0"],
    "Arn": [
        *("*", USER.arn, "arn:aws:iam::*:user/*", "arn:aws:*:*:*:role/ap?", "arn:aws:s3:::*"),
        *("arn:aws:iam::${aws:PrincipalAccount}:*", "${aws:PrincipalArn}", "arn:aws:iam::${s3:prefix, '*'}:user/a*"),
    ],
    "String": [
        *("vpce-1", "VPCE-1", "vpce-*", "?rue", "7", "10.0.0.1", "TRUE", USER.arn, "${s3:prefix}", "${*}"),
        *("${aws:PrincipalTag/team}", "${aws:PrincipalTag/team, 'true'}*", "v${*}?${aws:TagKeys, '7'}"),
    ],
}
ANY_VALUES: list[str | tuple[str, ...]] = [
    *("7", "7.00", "-1", "10", "true", "FALSE", "", "10.0.0.3", "fd00::1", "dnBjZS0x", "AAAA"),
    *DATES,
    ("7", "9"),
    ("true", "false"),
    ("10.0.0.1", "10.0.0.9"),
    ("2026", "7"),
    (USER.arn, "x"),
    (),
]
CONDITIONS: list[dict[str, Any]] = [
    {},
    {},
    {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
    {"StringEquals": {"AWS:sourcevpce": ["vpce-1", "vpce-2"], "aws:SecureTransport": "true"}},
    {"StringNotEquals": {"aws:SourceVpce": ["vpce-1", "vpce-2"]}},
    {"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}},
    {"StringLike": {"aws:SourceVpce": ["vpce-?", "vpc"]}},
    {"StringNotLikeIfExists": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}},
    {"StringNotEqualsIfExists": {"aws:PrincipalArn": ROLE_ARN}},
    {"StringEquals": {"aws:PrincipalAccount": OWNER}, "StringNotEquals": {"aws:VpcSourceIp": "10.0.0.1"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}},
    {"StringEqualsIfExists": {"s3:prefix": "${aws:PrincipalTag/team}"}},
    {"StringLike": {"s3:prefix": ["x", "${aws:username}/*"]}},
    {"StringNotEquals": {"aws:PrincipalTag/team": "${s3:prefix}"}},
    {"ForAnyValue:StringEquals": {"aws:TagKeys": ["${aws:PrincipalTag/team}", "7"]}},
]


def random_condition(chance: random.Random) -> dict[str, Any]:
    """One or two operators, each on a key of its own kind or any other."""
    block: dict[str, Any] = {}
    for _ in range(chance.choice([1, 1, 2])):
        operator = chance.choice(OPERATOR_NAMES)
        values = next(values for family, values in POLICY_VALUES.items() if family in operator)
        block[operator] = {chance.choice(KEYS_OF_CONDITIONS): chance.choices(values, k=chance.choice([1, 1, 2]))}
    return block


def random_policy(chance: random.Random, kind: str) -> dict[str, Any]:
    """One that parses: statements that an endpoint policy may not have are drawn again."""
    version = chance.choice([{"Version": "2012-10-17"}] * 4 + [{"Version": "2008-10-17"}, {}])
    statements: list[dict[str, Any]] = []
    wanted = chance.choice([1, 2, 3, 4, 14, 40])
    while len(statements) < wanted:
        statement = random_statement(chance, kind)
        try:
            parse_policy(json.dumps({**version, "Statement": statement}), PolicyKind(kind))
        except PolicyError:
            continue
        if chance.random() < 0.3:
            statement["Sid"] = f"S{len(statements)}"
        statements.append(statement)
    return {**version, "Statement": statements}


def random_statement(chance: random.Random, kind: str) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": chance.choice(["Allow", "Allow", "Allow", "Allow", "Deny"]),
        "Action": chance.choices(ACTIONS, k=chance.randint(1, 3)),
        "Resource": [random_resource(chance, kind) for _ in range(chance.randint(1, 3))],
        "Condition": chance.choice(CONDITIONS) if chance.random() < 0.6 else random_condition(chance),
    }
    if chance.random() < 0.1:
        statement["NotAction"] = statement.pop("Action")
    if chance.random() < 0.2:
        statement["Resource"] = chance.choice(WIDE_RESOURCES)
    if chance.random() < 0.1:
        statement["NotResource"] = statement.pop("Resource")
    if kind != "identity":
        complement = chance.random() < (0.5 if statement["Effect"] == "Deny" else 0.1)
        statement["NotPrincipal" if complement else "Principal"] = chance.choice(PRINCIPALS)
    return statement


def random_resource(chance: random.Random, kind: str) -> str:
    drawn = chance.random()
    if drawn < 0.1 and kind == "identity":
        return chance.choice(INCOMPLETE)
    if drawn < 0.3:
        return f"arn:aws:s3:::{chance.choice(WITH_VARIABLES)}"
    return f"arn:aws:s3:::{chance.choice(BUCKETS)}{chance.choice(KEYS)}"


class Pool:
    """Random policies of one kind, each compiled once, so that many requests meet the same memo and index."""

    def __init__(self, chance: random.Random, kind: PolicyKind, size: int = 60) -> None:
        self._chance = chance
        self.documents = [random_policy(chance, kind.value) for _ in range(size)]
        self._compiled = [compile_policy(parse_policy(json.dumps(one), kind)) for one in self.documents]

    def draw(self, likelihood: float = 1.0) -> tuple[dict[str, Any], CompiledPolicy] | None:
        if self._chance.random() >= likelihood:
            return None
        at = self._chance.randrange(len(self.documents))
        return self.documents[at], self._compiled[at]


def random_levels(chance: random.Random, pool: Pool) -> list[list[tuple[dict[str, Any], CompiledPolicy]]]:
    """Control policies of one or two levels, for a few of the cases."""
    if chance.random() < 0.85:
        return []
    return [[drawn for _ in range(chance.randint(1, 3)) if (drawn := pool.draw())] for _ in range(chance.randint(1, 2))]
