"""What a service takes for a policy of its resources, and in which words it refuses the rest.

Every service says of all that is wrong with a policy about the same; here its words are followed by the place.
Source: SQS Developer Guide, "Amazon SQS policy quotas"; SNS Developer Guide, "Amazon SNS API permissions"; KMS
Developer Guide, "Resource quotas"; Secrets Manager User Guide, "Quotas"; Lambda Developer Guide, "Lambda quotas".
Unconfirmed: the words beside SQS's, and KMS's and SNS's of principals.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skywalk.edge.named_principals import UnknownPrincipal, named_principals
from skywalk.policy.acceptance import check_acceptable
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.errors import PolicyError
from skywalk.policy.keys.carried import InvalidKey
from skywalk.policy.match import has_wildcard
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.services.modelled.call import ModelledCall
    from skywalk.policy.document import Policy


@dataclass(frozen=True, slots=True)
class Words:
    """How a service refuses a policy. `malformed` may have `{problem}` in it."""

    code: str
    malformed: str
    principal: str
    longest_bytes: int = 20_480
    names_itself: bool = True
    """A statement that speaks of another resource is refused."""
    most_statements: int | None = None

    def refusal(self, problem: object) -> AwsError:
        return AwsError(self.code, self.malformed.format(problem=problem), 400)


QUEUE = Words(
    "InvalidAttributeValue",
    "Invalid value for the parameter Policy. Reason: {problem}.",
    "Invalid value for the parameter Policy. Reason: Invalid principal in policy: {principal}.",
    longest_bytes=8192,
    most_statements=20,
)
TOPIC = Words(
    "InvalidParameter",
    "Invalid parameter: Policy Error: {problem}",
    "Invalid parameter: Policy Error: PrincipalNotFound: {principal}",
    longest_bytes=30 << 10,
    most_statements=100,
)
KEY = Words(
    "MalformedPolicyDocumentException",
    "The new key policy is not valid: {problem}",
    "Policy contains a statement with one or more invalid principals: {principal}",
    longest_bytes=32 << 10,
    names_itself=False,
)
SECRET = Words(
    "MalformedPolicyDocumentException",
    "This policy is not valid: {problem}",
    "This resource policy contains an unsupported principal: {principal}",
)
FUNCTION = Words(
    "InvalidParameterValueException",
    "The policy is not valid: {problem}",
    "The provided principal was invalid. Please check the principal and try again: {principal}",
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A policy that can be evaluated; `principals` are the unique ids of whom it names, by their ARNs."""

    text: str
    policy: Policy
    principals: Mapping[str, str]


def accept(call: ModelledCall, text: str, arn: str, words: Words) -> Accepted:
    """The policy that a client gives. Raises AwsError."""
    policy = _parsed(text, arn, words)
    try:
        check_acceptable(policy)
    except InvalidKey:
        pass  # it is never met
    except PolicyError as error:
        raise words.refusal(error) from None
    return Accepted(text, policy, _principals(call, policy, words))


def made(call: ModelledCall, document: Mapping[str, Any], arn: str, words: Words) -> Accepted:
    """The policy that a service makes by adding statements, or taking them away. Whom it has named before may be gone.

    Raises AwsError.
    """
    text = json.dumps(document, separators=(",", ":"))
    policy = _parsed(text, arn, words)
    state = call.around.state
    named = {one.value for statement in policy.statements for one in statement.principals}
    known = {name: state.users.get(name) or state.roles.get(name) for name in named}
    return Accepted(text, policy, {name: one.unique_id for name, one in known.items() if one is not None})


def check_principals(call: ModelledCall, statement: Mapping[str, Any], words: Words) -> None:
    """Whether those that a statement names, which is about to be added, are there. Raises AwsError."""
    try:
        policy = parse_policy(json.dumps({"Version": "2012-10-17", "Statement": statement}), PolicyKind.RESOURCE)
    except PolicyError as error:
        raise words.refusal(error) from None
    _principals(call, policy, words)


def _principals(call: ModelledCall, policy: Policy, words: Words) -> Mapping[str, str]:
    try:
        return named_principals(policy, call.around.state)
    except UnknownPrincipal as unknown:
        raise AwsError(words.code, words.principal.format(principal=unknown), 400) from None


def _parsed(text: str, arn: str, words: Words) -> Policy:
    if len(text.encode("utf-8", "surrogatepass")) > words.longest_bytes:
        raise words.refusal(f"it has more than {words.longest_bytes} bytes")
    try:
        policy = parse_policy(text, PolicyKind.RESOURCE)
    except PolicyError as error:
        raise words.refusal(error) from None
    if words.most_statements is not None and len(policy.statements) > words.most_statements:
        raise words.refusal(f"it has more than {words.most_statements} statements")
    if words.names_itself:
        _check_resources(policy, arn, words)
    return policy


def _check_resources(policy: Policy, arn: str, words: Words) -> None:
    for statement in policy.statements:
        for resource in statement.resources:
            if not has_wildcard(resource) and "${" not in resource and resource != arn:
                raise words.refusal(f"the policy of {arn} cannot speak of {resource}")
