"""What an endpoint policy may not say, beside what no policy may.

 1. No wildcards and no numeric operators with global keys that hold identifiers which AWS makes.
 2. At least six consecutive characters before or after each wildcard of a string operator.
 3. The account of an ARN is an account id or a wildcard, not both.
Source: AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies", considerations. Unconfirmed:
which keys are meant by the first (here: ids of accounts, organizations, VPCs and endpoints; not their paths, which
AWS's examples write with wildcards), that a variable counts by its text, and the refusals' wording.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from skywalk.policy.acceptance import check_acceptable
from skywalk.policy.conditions.operators import OPERATORS
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.errors import PolicyError, shown
from skywalk.policy.keys.carried import shown_key
from skywalk.policy.match import has_wildcard
from skywalk.policy.variables import VERSION

if TYPE_CHECKING:
    from skywalk.policy.document import Policy, Statement
    from skywalk.policy.elements import Condition

_OF_IDENTIFIERS = frozenset(
    {
        "aws:ec2instancesourcevpc",
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:vpceaccount",
        "aws:vpceorgid",
    }
)
_BESIDE = 6
_LONE_WILDCARD = re.compile(rf"(?<![^*?]{{{_BESIDE}}})[*?](?![^*?]{{{_BESIDE}}})")
_ESCAPE = re.compile(r"\$\{[*?$]\}")
_ACCOUNT_FIELD = 4


def accept_endpoint_policy(text: str) -> Policy:
    """A policy that an endpoint takes. Raises PolicyError.

    What is stored, and what is only evaluated, is parsed and not asked for more.
    """
    policy = parse_policy(text, PolicyKind.ENDPOINT)
    check_endpoint_rules(policy)
    check_acceptable(policy)
    return policy


def check_endpoint_rules(policy: Policy) -> None:
    """Raises PolicyError with the place of what an endpoint policy may not say."""
    for statement in policy.statements:
        _check_statement(statement, policy.version)


def _check_statement(statement: Statement, version: str) -> None:
    place = f"Statement[{statement.index}]"
    name = "NotResource" if statement.not_resource else "Resource"
    for resource in statement.resources:
        _check_account(resource, f"{place}.{name}")
    for condition in statement.conditions:
        _check_condition(condition, f"{place}.Condition.{condition.operator}.{shown_key(condition.key)}", version)


def _check_condition(condition: Condition, place: str, version: str) -> None:
    comparison = OPERATORS[condition.operator].comparison
    is_numeric = comparison.startswith("Numeric")
    if is_numeric and condition.key in _OF_IDENTIFIERS:
        raise PolicyError(place, "the key holds an identifier: no numeric operators in an endpoint policy")
    for value in condition.values:
        # What stands for a character itself is no wildcard.
        text = _ESCAPE.sub("x", value) if version == VERSION else value
        if comparison == "StringLike" or comparison.startswith("Arn"):
            if condition.key in _OF_IDENTIFIERS and has_wildcard(text):
                raise PolicyError(place, "the key holds an identifier: no wildcards in an endpoint policy")
            if value.startswith("arn:"):
                _check_account(text, place)
        if comparison == "StringLike" and _LONE_WILDCARD.search(text):
            problem = f"{shown(value)} has fewer than six consecutive characters before and after a wildcard"
            raise PolicyError(place, problem)


def _check_account(arn: str, place: str) -> None:
    fields = arn.split(":", _ACCOUNT_FIELD + 1)
    if len(fields) <= _ACCOUNT_FIELD + 1:
        return
    account = fields[_ACCOUNT_FIELD]
    if has_wildcard(account) and account.strip("*?"):
        raise PolicyError(place, f"{shown(arn)}: the account is an account id or a wildcard, not both")
