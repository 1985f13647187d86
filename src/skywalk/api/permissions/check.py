"""Check: one permission that a call needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from skywalk.policy.context import NO_KEYS, tag_context, tag_keys
from skywalk.policy.keys.names import (
    ASSOCIATED_RESOURCE_ARN,
    IAM_RESOURCE_TAG,
    PASSED_TO_SERVICE,
    REQUEST_TAG,
    RESOURCE_TAG,
    TAG_KEYS,
)

if TYPE_CHECKING:
    from skywalk.values.tags import Tag

EVERYTHING = "*"

Keys = dict[str, str | tuple[str, ...]]
"""Condition keys that are being gathered."""


class Check(NamedTuple):
    """`resource` is what policies are asked about, `shown` what a refusal prints: None leaves it out, as services do
    for actions without a resource. `account_id` owns the resource; `context` are keys of this check alone.
    `published_by` is the account that has published what everybody may use, as public images are: it is asked for
    nothing, and `aws:ResourceAccount` tells it."""

    action: str
    resource: str
    shown: str | None
    account_id: str
    context: Mapping[str, str | tuple[str, ...]] = NO_KEYS
    published_by: str | None = None


def pass_role(role_arn: str, account_id: str, instance_arn: str | None = None, tags: Iterable[Tag] = ()) -> Check:
    """What handing a role, which has `tags`, to EC2 needs besides the call itself. `instance_arn` is what the role is
    for, where that is known: `…:instance/*` for one that is about to be made."""
    keys: Keys = {PASSED_TO_SERVICE: "ec2.amazonaws.com", **tag_context(tags, RESOURCE_TAG, IAM_RESOURCE_TAG)}
    if instance_arn is not None:
        keys[ASSOCIATED_RESOURCE_ARN] = instance_arn
    return Check("iam:PassRole", role_arn, role_arn, account_id, keys)


def request_tag_keys(tags: Iterable[Mapping[str, str]]) -> Keys:
    """The keys of tags that a request gives or takes away: some need no values, and the tag that chooses an id is
    none."""
    given = [tag for tag in tags if tag.get("Key", "_custom_id_") != "_custom_id_"]
    keys: Keys = tag_keys(((tag["Key"], tag["Value"]) for tag in given if "Value" in tag), REQUEST_TAG)
    if given:
        keys[TAG_KEYS] = tuple(tag["Key"] for tag in given)
    return keys


def texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a request with the name of its member, at any depth, in the request's order."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for member, inner in value.items():
            yield from texts(inner, member)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, name)
