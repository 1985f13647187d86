"""Condition keys that tell of the resource itself: its tags, and what kind of a key it is. The backend is asked for
them, in the name of whoever owns the resource, where a policy that decides names one of them.

What is not there, and what the backend does not tell, has none.
Source: Service Authorization Reference; AWS KMS Developer Guide, "AWS KMS condition keys".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from skywalk.edge.named_keys import names_one_of
from skywalk.policy.context import tag_keys
from skywalk.policy.keys.names import RESOURCE_TAG
from skywalk.values.arn import Arn, parse_arn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skywalk.edge.authorize import Check
    from skywalk.edge.services.modelled.authorize import ModelledAuthorization
    from skywalk.edge.services.modelled.call import ModelledCall

Keys = dict[str, str | tuple[str, ...]]

_TAGS: Mapping[str, frozenset[str]] = {
    "cloudwatch": frozenset({RESOURCE_TAG}),
    "ecr": frozenset({RESOURCE_TAG, "ecr:resourcetag/"}),
    "kms": frozenset({RESOURCE_TAG}),
    "logs": frozenset({RESOURCE_TAG}),
    "secretsmanager": frozenset({RESOURCE_TAG, "secretsmanager:resourcetag/"}),
    "sqs": frozenset({RESOURCE_TAG}),
    "ssm": frozenset({RESOURCE_TAG, "ssm:resourcetag/"}),
}
"""By the prefix of actions, the families that a resource's tags are in."""
_OF_KEYS: Mapping[str, str] = {
    "KeySpec": "kms:keyspec",
    "KeyUsage": "kms:keyusage",
    "MultiRegion": "kms:multiregion",
    "Origin": "kms:keyorigin",
}
_DEFAULTS: Mapping[str, str | bool] = {"KeyUsage": "ENCRYPT_DECRYPT", "MultiRegion": False}
"""The embedded backend says nothing of what was not chosen."""
_KINDS = frozenset(_OF_KEYS.values())
_ALIASES = "kms:resourcealiases"
_ALL_ALIASES = frozenset({_ALIASES})
_MAKES_ONE = "kms:CreateKey"
_STREAM = ":log-stream:"


async def with_resource_keys(
    call: ModelledCall, authorization: ModelledAuthorization, checks: Sequence[Check]
) -> list[Check]:
    """Raises AwsError where the backend cannot be asked."""
    return [await _with_keys(call, authorization, one) for one in checks]


async def _with_keys(call: ModelledCall, authorization: ModelledAuthorization, check: Check) -> Check:
    arn = parse_arn(check.resource)
    prefix, _, _ = check.action.partition(":")
    if arn is None or arn.service != prefix:
        return check
    keys: Keys = {}
    for names, find in _ways(prefix, check.action):
        if names_one_of(authorization, check, names):
            keys.update(await _asked(call, authorization, check, find(call, check.resource, arn)))
    return check._replace(keys={**keys, **check.keys}) if keys else check


def _ways(prefix: str, action: str) -> Iterator[tuple[frozenset[str], _Find]]:
    """The keys that may be named, and what finds them."""
    if prefix in _TAGS:
        yield _TAGS[prefix], _tags
    if prefix == "kms" and action != _MAKES_ONE:
        yield _KINDS, _kind_of_key
        yield _ALL_ALIASES, _aliases


async def _asked(
    call: ModelledCall, authorization: ModelledAuthorization, check: Check, finding: Awaitable[Keys]
) -> Keys:
    await call.find_backend()
    before, call.owner_account_id = call.owner_account_id, authorization.owner_and_policy(check.resource)[0]
    try:
        return await finding
    finally:
        call.owner_account_id = before


async def _tags(call: ModelledCall, resource: str, arn: Arn) -> Keys:
    operation, parameters, member = _QUESTIONS[arn.service](resource, arn)
    answer = await call.ask_for(operation, parameters)
    return tag_keys(dict(_pairs((answer or {}).get(member))).items(), *_TAGS[arn.service])


async def _kind_of_key(call: ModelledCall, resource: str, _arn: Arn) -> Keys:
    answer = await call.ask_for("DescribeKey", {"KeyId": resource})
    told = (answer or {}).get("KeyMetadata") or {}
    return {key: _text(told.get(member) or _DEFAULTS.get(member, "")) for member, key in _OF_KEYS.items() if told}


async def _aliases(call: ModelledCall, resource: str, _arn: Arn) -> Keys:
    answer = await call.ask_for("ListAliases", {"KeyId": resource})
    names = [str(one["AliasName"]) for one in (answer or {}).get("Aliases") or () if "AliasName" in one]
    return {_ALIASES: tuple(names)} if names else {}


_Find = Callable[["ModelledCall", str, Arn], Awaitable[Keys]]
_Question = tuple[str, dict[str, Any], str]


def _queue(_resource: str, arn: Arn) -> _Question:
    url = f"https://sqs.{arn.region}.amazonaws.com/{arn.account_id}/{arn.resource}"
    return "ListQueueTags", {"QueueUrl": url}, "Tags"


def _parameter(_resource: str, arn: Arn) -> _Question:
    kind, _, name = arn.resource.partition("/")
    full = f"/{name}" if "/" in name else name
    return "ListTagsForResource", {"ResourceType": kind.capitalize(), "ResourceId": full}, "TagList"


_QUESTIONS: Mapping[str, Callable[[str, Arn], _Question]] = {
    "cloudwatch": lambda resource, _: ("ListTagsForResource", {"ResourceARN": resource}, "Tags"),
    "ecr": lambda resource, _: ("ListTagsForResource", {"resourceArn": resource}, "tags"),
    "kms": lambda resource, _: ("ListResourceTags", {"KeyId": resource}, "Tags"),
    "logs": lambda resource, _: ("ListTagsForResource", {"resourceArn": resource.partition(_STREAM)[0]}, "tags"),
    "secretsmanager": lambda resource, _: ("DescribeSecret", {"SecretId": resource}, "Tags"),
    "sqs": _queue,
    "ssm": _parameter,
}
"""The operation that tells a resource's tags, its parameters, and where they are in the answer."""


def _pairs(tags: Any) -> Iterator[tuple[str, str]]:
    """Of a map, or a list of keys and values."""
    if isinstance(tags, dict):
        yield from ((str(name), str(value)) for name, value in tags.items())
    for one in tags if isinstance(tags, list) else ():
        named = {member.lower().removeprefix("tag"): value for member, value in one.items()}
        if "key" in named:
            yield str(named["key"]), str(named.get("value") or "")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
