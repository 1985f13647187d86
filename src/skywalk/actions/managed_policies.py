"""IAM's managed policies: customers' own, and AWS's, which can be read and attached. Versions are in
`policy_versions`.

Nobody may change AWS's or another account's: that is refused before an action is called, and here once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from skywalk.actions.iam_entities import (
    by_path,
    characters_of_policy,
    check_new,
    check_policy,
    limit_exceeded,
    no_such_entity,
    page_of,
    parse_iam_tags,
    show_iam_tags,
    unique_id,
)
from skywalk.actions.policy_holders import check_policy_arn, is_attachable
from skywalk.policy.document import PolicyKind
from skywalk.resources.aws_managed_policies import AWS_ACCOUNT, aws_managed_policies
from skywalk.resources.group import Group
from skywalk.resources.identity_policies import managed_policy
from skywalk.resources.managed_policy import ManagedPolicy, PolicyVersion
from skywalk.resources.role import Role
from skywalk.resources.user import User
from skywalk.values.arn import iam_arn
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam

MAX_CHARACTERS = 6144
"""White space aside. Source: IAM User Guide, "IAM and AWS STS quotas"."""


def create_policy(call: Call, request: iam.CreatePolicyRequest) -> iam.CreatePolicyResponse:
    """Raises EntityAlreadyExists, MalformedPolicyDocument, LimitExceeded, InvalidInput."""
    name, path = request["PolicyName"], request.get("Path", "/")
    check_new(call, ManagedPolicy, name)
    check_managed_document(request["PolicyDocument"])
    now = call.clock.now()
    policy = ManagedPolicy(
        id=iam_arn(call.caller.account_id, f"policy{path}{name}"),
        scope=call.global_scope,
        tags=parse_iam_tags(request.get("Tags")),
        name=name,
        path=path,
        unique_id=unique_id(call, "ANPA"),
        description=request.get("Description", ""),
        created_at=now,
        updated_at=now,
        versions=(PolicyVersion("v1", request["PolicyDocument"], now),),
    )
    call.tx.put(policy)
    shown = show_policy(call, policy)
    if policy.tags:
        shown["Tags"] = show_iam_tags(policy.tags)
    return {"Policy": shown}


def get_policy(call: Call, request: iam.GetPolicyRequest) -> iam.GetPolicyResponse:
    policy = existing_policy(call, request["PolicyArn"])
    shown = show_policy(call, policy)
    if policy.description:
        shown["Description"] = policy.description
    shown["Tags"] = show_iam_tags(policy.tags)
    return {"Policy": shown}


def list_policies(call: Call, request: iam.ListPoliciesRequest) -> iam.ListPoliciesResponse:
    """The account's policies, then AWS's, each by name."""
    prefix, usage = request.get("PathPrefix", "/"), request.get("PolicyUsageFilter")
    policies = list(_in_scope(call, request.get("Scope", "All"), prefix))
    if request.get("OnlyAttached"):
        policies = [one for one in policies if holders_of(call, one.id) or bounded_by(call, one.id)]
    if usage == "PermissionsPolicy":
        policies = [one for one in policies if holders_of(call, one.id)]
    elif usage == "PermissionsBoundary":
        policies = [one for one in policies if bounded_by(call, one.id)]
    shown, ending = page_of(policies, request)
    return {"Policies": [show_policy(call, one) for one in shown], **ending}


def delete_policy(call: Call, request: iam.DeletePolicyRequest) -> None:
    """Raises NoSuchEntity, DeleteConflict."""
    policy = own_policy(call, request["PolicyArn"])
    if holders_of(call, policy.id) or bounded_by(call, policy.id):
        raise _conflict("Cannot delete a policy attached to entities.")
    if len(policy.versions) > 1:
        raise _conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
            "The default version is deleted with the policy."
        )
    call.tx.remove(policy.id)


def list_entities_for_policy(
    call: Call, request: iam.ListEntitiesForPolicyRequest
) -> iam.ListEntitiesForPolicyResponse:
    """Groups, then roles, then users, each by name; those with the policy attached, and those bounded by it."""
    arn = existing_policy(call, request["PolicyArn"]).id
    entities = _entities(call, arn, request.get("PolicyUsageFilter"))
    wanted, prefix = request.get("EntityFilter"), request.get("PathPrefix", "/")
    found = [one for one in entities if wanted in (None, type(one).__name__) and one.path.startswith(prefix)]
    shown, ending = page_of(sorted(found, key=lambda one: (type(one).__name__, one.name)), request)
    return {
        "PolicyGroups": [{"GroupName": one.name, "GroupId": one.unique_id} for one in shown if isinstance(one, Group)],
        "PolicyUsers": [{"UserName": one.name, "UserId": one.unique_id} for one in shown if isinstance(one, User)],
        "PolicyRoles": [{"RoleName": one.name, "RoleId": one.unique_id} for one in shown if isinstance(one, Role)],
        **ending,
    }


def existing_policy(call: Call, arn: str) -> ManagedPolicy:
    """The account's, or AWS's. Raises InvalidInput, NoSuchEntity."""
    check_policy_arn(arn)
    policy = managed_policy(call.tx, arn)
    if policy is None or not is_attachable(call, arn):
        raise no_such_entity(f"Policy {arn} was not found.")
    return policy


def own_policy(call: Call, arn: str) -> ManagedPolicy:
    """One of the account's, to change it. Raises as `existing_policy`; AccessDenied for AWS's."""
    policy = existing_policy(call, arn)
    if policy.scope.account_id == AWS_ACCOUNT:
        raise AwsError("AccessDenied", f"Policy {arn} is managed by AWS and cannot be changed.", 403)
    return policy


def holders_of(call: Call, arn: str) -> list[Group | Role | User]:
    """The account's entities that a policy is attached to."""
    return [one for one in _referring(call, arn) if arn in one.attached_policies]


def bounded_by(call: Call, arn: str) -> list[Role | User]:
    return [one for one in _referring(call, arn) if not isinstance(one, Group) and one.permissions_boundary == arn]


def show_policy(call: Call, policy: ManagedPolicy) -> iam.Policy:
    """As lists show a policy: without description and tags."""
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.unique_id,
        "Arn": policy.id,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": len(holders_of(call, policy.id)),
        "PermissionsBoundaryUsageCount": len(bounded_by(call, policy.id)),
        "IsAttachable": True,
        "CreateDate": policy.created_at,
        "UpdateDate": policy.updated_at,
    }


def check_managed_document(text: str) -> None:
    """Raises MalformedPolicyDocument, LimitExceeded."""
    check_policy(text, PolicyKind.IDENTITY)
    if characters_of_policy(text) > MAX_CHARACTERS:
        raise limit_exceeded(f"Cannot exceed quota for PolicySize: {MAX_CHARACTERS}")


def _in_scope(call: Call, scope: str, path_prefix: str) -> Iterator[ManagedPolicy]:
    if scope in ("All", "Local"):
        yield from by_path(call, ManagedPolicy, path_prefix)
    if scope in ("All", "AWS"):
        yield from (one for one in aws_managed_policies().values() if one.path.startswith(path_prefix))


def _entities(call: Call, arn: str, usage: str | None) -> Iterable[Group | Role | User]:
    attached = holders_of(call, arn) if usage != "PermissionsBoundary" else []
    bounded = bounded_by(call, arn) if usage != "PermissionsPolicy" else []
    return {one.id: one for one in (*attached, *bounded)}.values()


def _referring(call: Call, arn: str) -> Iterator[Group | Role | User]:
    """What refers to one of AWS's may be any account's."""
    own = call.caller.account_id
    yield from (one for one in call.tx.referring(Group, arn) if one.scope.account_id == own)
    yield from (one for one in call.tx.referring(Role, arn) if one.scope.account_id == own)
    yield from (one for one in call.tx.referring(User, arn) if one.scope.account_id == own)


def _conflict(text: str) -> AwsError:
    return AwsError("DeleteConflict", text, 409)
