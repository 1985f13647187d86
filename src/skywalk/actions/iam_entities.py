"""What IAM's calls have in common: unique ids, paths, tags, pages by Marker, and IAM's words.

Names, paths and lengths are checked by the codec's tables. Names differ by more than case within an account,
whatever their path. Source: IAM API Reference, "Common errors" and each action's; texts from answers quoted in
public reports.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

from skywalk.policy.acceptance import check_acceptable
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.errors import PolicyError
from skywalk.resources.group import Group
from skywalk.resources.managed_policy import ManagedPolicy
from skywalk.resources.role import InstanceProfile, Role
from skywalk.resources.user import User
from skywalk.values.chance import UPPER_AND_DIGITS
from skywalk.values.errors import AwsError
from skywalk.values.tags import Tag

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam

E = TypeVar("E", Group, InstanceProfile, ManagedPolicy, Role, User)
I = TypeVar("I")  # noqa: E741


@dataclass(frozen=True, slots=True)
class _Kind:
    """How IAM speaks of a kind of entity, and how many of it an account may have."""

    taken_text: str
    quota: str
    maximum: int


_KINDS: Mapping[type[Group | InstanceProfile | ManagedPolicy | Role | User], _Kind] = {
    Group: _Kind("Group with name {} already exists.", "GroupsPerAccount", 300),
    InstanceProfile: _Kind("Instance Profile {} already exists.", "InstanceProfilesPerAccount", 1000),
    ManagedPolicy: _Kind(
        "A policy called {} already exists. Duplicate names are not allowed.", "PoliciesPerAccount", 1500
    ),
    Role: _Kind("Role with name {} already exists.", "RolesPerAccount", 1000),
    User: _Kind("User with name {} already exists.", "UsersPerAccount", 5000),
}
"""Source of the numbers: IAM User Guide, "IAM and AWS STS quotas"; AWS's defaults."""

DEFAULT_PAGE = 100
_UNIQUE_DIGITS = 17


def unique_id(call: Call, prefix: str) -> str:
    """`AROA…` and the like: 21 letters and digits."""
    return prefix + call.chance.text(UPPER_AND_DIGITS, _UNIQUE_DIGITS)


def named(entities: Iterable[E], name: str) -> E | None:
    return next((one for one in entities if one.name == name), None)


def is_name_taken(entities: Iterable[E], name: str) -> bool:
    return any(one.name.lower() == name.lower() for one in entities)


def check_new(call: Call, kind: type[E], name: str) -> None:
    """Whether the account may get another one of this name. Raises EntityAlreadyExists, LimitExceeded."""
    present, rules = call.tx.of_owner(kind, call.global_scope), _KINDS[kind]
    if is_name_taken(present, name):
        raise entity_already_exists(rules.taken_text.format(name))
    if len(present) >= rules.maximum:
        raise limit_exceeded(f"Cannot exceed quota for {rules.quota}: {rules.maximum}")


def most(kind: type[E]) -> int:
    """How many of a kind an account may have."""
    return _KINDS[kind].maximum


def no_such_entity(text: str) -> AwsError:
    return AwsError("NoSuchEntity", text, 404)


def entity_already_exists(text: str) -> AwsError:
    return AwsError("EntityAlreadyExists", text, 409)


def delete_conflict(text: str) -> AwsError:
    return AwsError("DeleteConflict", f"Cannot delete entity, {text}", 409)


def limit_exceeded(text: str) -> AwsError:
    return AwsError("LimitExceeded", text, 409)


def check_policy(text: str, kind: PolicyKind) -> None:
    """Raises MalformedPolicyDocument, which says what and where."""
    try:
        check_acceptable(parse_policy(text, kind))
    except PolicyError as error:
        raise AwsError("MalformedPolicyDocument", str(error)) from None


def characters_of_policy(text: str) -> int:
    """How much of a quota a policy uses: IAM does not count white space."""
    return len("".join(text.split()))


def parse_iam_tags(tags: Sequence[iam.Tag] | None) -> tuple[Tag, ...]:
    """Raises InvalidInput for keys that are AWS's or occur twice: IAM's tag keys do not differ by case alone."""
    found = [Tag(tag["Key"], tag["Value"]) for tag in tags or ()]
    if any(tag.key.lower().startswith("aws:") for tag in found):
        raise AwsError("InvalidInput", "Tag keys that start with aws: are reserved for AWS use.")
    if len({tag.key.lower() for tag in found}) < len(found):
        raise AwsError("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    return tuple(sorted(found))


def show_iam_tags(tags: Iterable[Tag]) -> list[iam.Tag]:
    return [{"Key": tag.key, "Value": tag.value} for tag in tags]


def iam_page(found: Sequence[I], marker: str | None, max_items: int | None) -> tuple[Sequence[I], str | None]:
    """One page and the Marker of the next, None at the end. Raises InvalidInput for a Marker that we did not make."""
    start = _parse_marker(marker) if marker is not None else 0
    end = start + (max_items or DEFAULT_PAGE)
    following = base64.urlsafe_b64encode(f"marker:{end}".encode()).decode()
    return found[start:end], following if end < len(found) else None


class Ending(TypedDict, total=False):
    """How a page ends."""

    IsTruncated: bool
    Marker: str


def page_of(found: Sequence[I], request: Mapping[str, Any]) -> tuple[Sequence[I], Ending]:
    """The page that a List call asks for, and what its answer says of the next."""
    shown, marker = iam_page(found, request.get("Marker"), request.get("MaxItems"))
    return shown, {"IsTruncated": False} if marker is None else {"IsTruncated": True, "Marker": marker}


def _parse_marker(marker: str) -> int:
    try:
        word, _, offset = base64.urlsafe_b64decode(marker.encode()).decode().partition(":")
        if word == "marker" and offset.isdecimal():
            return int(offset)
    except (ValueError, binascii.Error):
        pass
    raise AwsError("InvalidInput", "Invalid Marker.")


def by_path(call: Call, kind: type[E], path_prefix: str) -> list[E]:
    """The caller's entities below a path, by name."""
    entities = call.tx.of_owner(kind, call.global_scope)
    return sorted((one for one in entities if one.path.startswith(path_prefix)), key=lambda one: one.name)
