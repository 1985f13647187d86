"""Policies of users, groups and roles: inline ones, and managed ones that are attached to them.

What the three have in common; `user_policies`, `group_policies` and `role_policies` give their calls AWS's names.
Source: IAM API Reference; IAM User Guide, "IAM and AWS STS quotas"; texts from answers quoted in public reports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from skywalk.actions.iam_entities import (
    characters_of_policy,
    check_policy,
    delete_conflict,
    limit_exceeded,
    no_such_entity,
    page_of,
)
from skywalk.policy.document import PolicyKind
from skywalk.resources.group import Group
from skywalk.resources.identity_policies import managed_policy
from skywalk.resources.role import Role
from skywalk.resources.user import User
from skywalk.values.arn import parse_arn
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam

    Request = Mapping[str, Any]

H = TypeVar("H", Group, Role, User)

MAX_ATTACHED = 10
_OF_SERVICES = "arn:aws:iam::aws:policy/aws-service-role/"


@dataclass(frozen=True, slots=True)
class _Rules:
    """How IAM speaks of one kind of holder. `max_characters`: of all its inline policies, white space aside."""

    noun: str
    max_characters: int
    quota: str


_RULES: Mapping[type[Group | Role | User], _Rules] = {
    Group: _Rules("group", 5120, "PoliciesPerGroup"),
    Role: _Rules("role", 10_240, "PoliciesPerRole"),
    User: _Rules("user", 2048, "PoliciesPerUser"),
}


class PolicyCalls(Generic[H]):
    """The seven calls about the policies of one kind of holder, which requests call by the member `name`.

    All raise NoSuchEntity for a holder that is not there.
    """

    def __init__(self, name: str, existing: Callable[[Call, str], H]) -> None:
        self._name = name
        self._existing: Callable[[Call, str], H] = existing

    def put(self, call: Call, request: Request) -> None:
        """An inline policy; adds or replaces. Raises NoSuchEntity, MalformedPolicyDocument, LimitExceeded."""
        holder, text = self._holder(call, request), request["PolicyDocument"]
        rules = _RULES[type(holder)]
        check_policy(text, PolicyKind.IDENTITY)
        policies = {**holder.inline_policies, request["PolicyName"]: text}
        if sum(map(characters_of_policy, policies.values())) > rules.max_characters:
            raise limit_exceeded(
                f"Maximum policy size of {rules.max_characters} bytes exceeded for {rules.noun} {holder.name}"
            )
        call.tx.put(replace(holder, inline_policies=policies))

    def get(self, call: Call, request: Request) -> dict[str, str]:
        """An inline policy. Raises NoSuchEntity."""
        holder, name = self._holder(call, request), request["PolicyName"]
        return {self._name: holder.name, "PolicyName": name, "PolicyDocument": _inline_text(holder, name)}

    def list_inline(self, call: Call, request: Request) -> dict[str, Any]:
        """Names of inline policies, in their order."""
        shown, ending = page_of(sorted(self._holder(call, request).inline_policies), request)
        return {"PolicyNames": list(shown), **ending}

    def delete(self, call: Call, request: Request) -> None:
        """An inline policy. Raises NoSuchEntity."""
        holder, name = self._holder(call, request), request["PolicyName"]
        _inline_text(holder, name)
        kept = {other: text for other, text in holder.inline_policies.items() if other != name}
        call.tx.put(replace(holder, inline_policies=kept))

    def attach(self, call: Call, request: Request) -> None:
        """Nothing changes for one that is attached. Raises InvalidInput, NoSuchEntity, PolicyNotAttachable,
        LimitExceeded."""
        holder: H = self._holder(call, request)
        policy_arn: str = request["PolicyArn"]
        check_policy_arn(policy_arn)
        check_whose(policy_arn)
        if not is_attachable(call, policy_arn):
            raise no_such_entity(f"Policy {policy_arn} does not exist or is not attachable.")
        if policy_arn in holder.attached_policies:
            return
        if len(holder.attached_policies) >= MAX_ATTACHED:
            raise limit_exceeded(f"Cannot exceed quota for {_RULES[type(holder)].quota}: {MAX_ATTACHED}")
        call.tx.put(replace(holder, attached_policies=(*holder.attached_policies, policy_arn)))

    def detach(self, call: Call, request: Request) -> None:
        """Raises InvalidInput, NoSuchEntity for a policy that is not attached."""
        holder: H = self._holder(call, request)
        policy_arn: str = request["PolicyArn"]
        check_policy_arn(policy_arn)
        if policy_arn not in holder.attached_policies:
            raise no_such_entity(f"Policy {policy_arn} was not found.")
        kept = tuple(arn for arn in holder.attached_policies if arn != policy_arn)
        call.tx.put(replace(holder, attached_policies=kept))

    def list_attached(self, call: Call, request: Request) -> dict[str, Any]:
        """Attached policies below a path, in the order in which they were attached."""
        holder = self._holder(call, request)
        shown, ending = page_of(_below(call, holder.attached_policies, request.get("PathPrefix", "/")), request)
        return {"AttachedPolicies": [show_attached(arn) for arn in shown], **ending}

    def _holder(self, call: Call, request: Request) -> H:
        return self._existing(call, request[self._name])


def check_has_no_policies(holder: Group | Role | User) -> None:
    """Before it is deleted. Raises DeleteConflict."""
    if holder.attached_policies:
        raise delete_conflict("must detach all policies first.")
    if holder.inline_policies:
        raise delete_conflict("must delete policies first.")


def _inline_text(holder: Group | Role | User, name: str) -> str:
    if name not in holder.inline_policies:
        raise no_such_entity(f"The {_RULES[type(holder)].noun} policy with name {name} cannot be found.")
    return holder.inline_policies[name]


def show_attached(policy_arn: str) -> iam.AttachedPolicy:
    return {"PolicyName": policy_arn.rpartition("/")[2], "PolicyArn": policy_arn}


def show_inline(holder: Group | Role | User) -> list[iam.PolicyDetail]:
    return [{"PolicyName": name, "PolicyDocument": text} for name, text in sorted(holder.inline_policies.items())]


def is_attachable(call: Call, policy_arn: str) -> bool:
    """Whether there is such a policy, of AWS or of the caller's account."""
    policy = managed_policy(call.tx, policy_arn)
    return policy is not None and policy.scope.account_id in ("aws", call.caller.account_id)


def check_whose(policy_arn: str) -> None:
    """Raises PolicyNotAttachable for a policy of service-linked roles: they are for roles that services make."""
    if policy_arn.startswith(_OF_SERVICES):
        raise AwsError("PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role.")


def check_policy_arn(policy_arn: str) -> None:
    """Raises InvalidInput for what can be no managed policy's ARN."""
    arn = parse_arn(policy_arn)
    if arn is None or arn.service != "iam" or not arn.resource.startswith("policy/"):
        raise AwsError("InvalidInput", f"ARN {policy_arn} is not valid.")


def _below(call: Call, arns: Sequence[str], path_prefix: str) -> list[str]:
    policies = ((arn, managed_policy(call.tx, arn)) for arn in arns)
    return [arn for arn, policy in policies if policy is not None and policy.path.startswith(path_prefix)]
