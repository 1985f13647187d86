"""Permissions of IAM's calls: each is about one entity, whose ARN has its path.

Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity and Access
Management"; how refusals print resources, from answers quoted in public reports.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from skywalk.api.permissions.check import EVERYTHING, Check, Keys, pass_role, request_tag_keys
from skywalk.policy.context import tag_context
from skywalk.policy.keys.names import IAM_RESOURCE_TAG, PERMISSIONS_BOUNDARY, POLICY_ARN, RESOURCE_TAG
from skywalk.resources.access_key import AccessKey
from skywalk.resources.aws_managed_policies import AWS_ACCOUNT
from skywalk.resources.group import Group
from skywalk.resources.resource import Resource
from skywalk.resources.role import InstanceProfile, Role
from skywalk.resources.user import User
from skywalk.values.arn import iam_arn, parse_arn
from skywalk.values.scope import GLOBAL_REGION, Scope

if TYPE_CHECKING:
    from skywalk.identity.caller import Caller
    from skywalk.resources.store import Store

    Entity = User | Group | Role | InstanceProfile


class _Noun(NamedTuple):
    """A kind of entity: its part of ARNs, the member of requests with its name, its type."""

    prefix: str
    member: str
    kind: type[User] | type[Group] | type[Role] | type[InstanceProfile]


USER = _Noun("user", "UserName", User)
GROUP = _Noun("group", "GroupName", Group)
ROLE = _Noun("role", "RoleName", Role)
PROFILE = _Noun("instance-profile", "InstanceProfileName", InstanceProfile)

_ABOUT: Mapping[_Noun, str] = {
    USER: (
        "AttachUserPolicy CreateAccessKey CreateUser DeleteAccessKey DeleteUser DeleteUserPermissionsBoundary "
        "DeleteUserPolicy DetachUserPolicy GetUser GetUserPolicy ListAccessKeys ListAttachedUserPolicies "
        "ListGroupsForUser ListUserPolicies ListUserTags PutUserPermissionsBoundary PutUserPolicy TagUser UntagUser "
        "UpdateAccessKey UpdateUser DeleteLoginProfile GetLoginProfile ListMFADevices ListSSHPublicKeys "
        "ListServiceSpecificCredentials ListSigningCertificates"
    ),
    GROUP: (
        "AddUserToGroup AttachGroupPolicy CreateGroup DeleteGroup DeleteGroupPolicy DetachGroupPolicy GetGroup "
        "GetGroupPolicy ListAttachedGroupPolicies ListGroupPolicies PutGroupPolicy RemoveUserFromGroup UpdateGroup"
    ),
    ROLE: (
        "AttachRolePolicy CreateRole DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy DetachRolePolicy "
        "GetRole GetRolePolicy ListAttachedRolePolicies ListInstanceProfilesForRole ListRolePolicies "
        "ListRoleTags PutRolePermissionsBoundary PutRolePolicy TagRole UntagRole UpdateAssumeRolePolicy UpdateRole "
        "UpdateRoleDescription"
    ),
    PROFILE: (
        "AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile GetInstanceProfile "
        "ListInstanceProfileTags RemoveRoleFromInstanceProfile TagInstanceProfile UntagInstanceProfile"
    ),
}
_NOUN_OF: Mapping[str, _Noun] = {action: noun for noun, actions in _ABOUT.items() for action in actions.split()}
_LISTS: Mapping[str, _Noun] = {
    "ListUsers": USER,
    "ListGroups": GROUP,
    "ListRoles": ROLE,
    "ListInstanceProfiles": PROFILE,
}
_OF_POLICIES = frozenset(
    {
        "CreatePolicy",
        "CreatePolicyVersion",
        "DeletePolicy",
        "DeletePolicyVersion",
        "GetPolicy",
        "GetPolicyVersion",
        "ListEntitiesForPolicy",
        "ListPolicyTags",
        "ListPolicyVersions",
        "SetDefaultPolicyVersion",
        "TagPolicy",
        "UntagPolicy",
    }
)
_READS = ("Get", "List")
_OF_THE_ACCOUNT = frozenset(
    {
        "CreateAccountAlias",
        "DeleteAccountAlias",
        "GetAccountAuthorizationDetails",
        "GetAccountSummary",
        "ListAccountAliases",
        "ListVirtualMFADevices",
    }
)
_TAGGING = {
    "CreateUser": "TagUser",
    "CreateRole": "TagRole",
    "CreatePolicy": "TagPolicy",
    "CreateInstanceProfile": "TagInstanceProfile",
}
"""What tags for a new entity need. Source: IAM User Guide, "Tags for AWS Identity and Access Management resources"."""


def iam_checks(action: str, request: Mapping[str, Any], caller: Caller, store: Store) -> list[Check]:
    """All that must be allowed, in the order in which it is asked. Raises KeyError for an action that has no rule."""
    keys = _request_keys(action, request)
    own = [one._replace(context={**one.context, **keys}) for one in _own_checks(action, request, caller, store)]
    if action in _TAGGING and request.get("Tags"):
        own += [one._replace(action=f"iam:{_TAGGING[action]}") for one in own]
    if action == "AddRoleToInstanceProfile":
        role_arn = _arn_of(ROLE, request, caller, store)
        role = store.get(Role, role_arn)
        own.append(pass_role(role_arn, caller.account_id, tags=role.tags if role else ()))
    return own


def _request_keys(action: str, request: Mapping[str, Any]) -> Keys:
    """Of the tags, the managed policy and the permissions boundary that a request names."""
    keys = request_tag_keys(request.get("Tags") or [{"Key": key} for key in request.get("TagKeys") or ()])
    if action.startswith(("Attach", "Detach")):
        keys[POLICY_ARN] = request["PolicyArn"]
    if boundary := request.get("PermissionsBoundary"):
        keys[PERMISSIONS_BOUNDARY] = boundary
    return keys


def _own_checks(action: str, request: Mapping[str, Any], caller: Caller, store: Store) -> Iterator[Check]:
    name, account_id = f"iam:{action}", caller.account_id
    if action in _NOUN_OF:
        noun = _NOUN_OF[action]
        arn = _arn_of(noun, request, caller, store)
        yield Check(name, arn, arn, account_id, {**_tag_keys(arn, store), **_boundary_keys(arn, store)})
        if action in ("UpdateUser", "UpdateGroup"):
            yield from (Check(name, moved, moved, account_id) for moved in _moved(noun, request, arn))
    elif action in _LISTS:
        path = request.get("PathPrefix", "/").removeprefix("/")
        arn = iam_arn(account_id, f"{_LISTS[action].prefix}/{path}")
        yield Check(name, arn, arn, account_id)
    elif action in _OF_POLICIES:
        yield _policy_check(action, request, account_id, store)
    elif action == "ListPolicies":
        yield Check(name, EVERYTHING, f"policy path {request.get('PathPrefix', '/')}", account_id)
    elif action == "GetAccessKeyLastUsed":
        key = store.get(AccessKey, request["AccessKeyId"])
        arn = EVERYTHING if key is None or key.scope.account_id != account_id else key.user_arn
        yield Check(name, arn, arn, account_id)
    elif action in _OF_THE_ACCOUNT:
        yield Check(name, EVERYTHING, EVERYTHING, account_id)
    else:
        raise KeyError(action)


def _policy_check(action: str, request: Mapping[str, Any], account_id: str, store: Store) -> Check:
    """AWS's policies may be read as if they were one's own."""
    if action == "CreatePolicy":
        name = request["PolicyName"]
        arn = iam_arn(account_id, f"policy{request.get('Path', '/')}{name}")
        return Check("iam:CreatePolicy", arn, f"policy {name}", account_id)
    text = request["PolicyArn"]
    parsed = parse_arn(text)
    owner = account_id if parsed is None else parsed.account_id
    if owner == AWS_ACCOUNT and action.startswith(_READS):
        owner = account_id
    return Check(f"iam:{action}", text, f"policy {text}", owner, _tag_keys(text, store))


def _arn_of(noun: _Noun, request: Mapping[str, Any], caller: Caller, store: Store) -> str:
    """Of the entity that the request names, whether it is there or not; of a user that it does not name, the
    caller's."""
    name = request.get(noun.member)
    if name is None:
        return caller.arn if caller.user_name is not None else iam_arn(caller.account_id, f"{noun.prefix}/")
    scope = Scope(caller.account_id, GLOBAL_REGION)
    entities: list[Any] = store.of_owner(noun.kind, scope)
    for entity in entities:
        if entity.name == name:
            return str(entity.id)
    return iam_arn(caller.account_id, f"{noun.prefix}{request.get('Path', '/')}{name}")


def _tag_keys(arn: str, store: Store) -> Mapping[str, str | tuple[str, ...]]:
    """The condition keys of an entity's tags: users and roles have them under two names."""
    entity = store.get(Resource, arn)
    if entity is None:
        return {}
    families = (RESOURCE_TAG, IAM_RESOURCE_TAG) if isinstance(entity, (User, Role)) else (RESOURCE_TAG,)
    return tag_context(entity.tags, *families)


def _boundary_keys(arn: str, store: Store) -> Mapping[str, str]:
    """Of the boundary that a user or role has."""
    entity = store.get(Resource, arn)
    boundary = entity.permissions_boundary if isinstance(entity, (User, Role)) else None
    return {} if boundary is None else {PERMISSIONS_BOUNDARY: boundary}


def _moved(noun: _Noun, request: Mapping[str, Any], arn: str) -> Iterator[str]:
    """The ARN that an entity will have: to rename it, one must be allowed on both."""
    new_name, new_path = request.get(f"New{noun.member}"), request.get("NewPath")
    if new_name is None and new_path is None:
        return
    head, _, rest = arn.partition(f":{noun.prefix}/")
    path, _, name = rest.rpartition("/")
    kept_path = f"/{path}/" if path else "/"
    yield f"{head}:{noun.prefix}{new_path or kept_path}{new_name or name}"
