"""Condition keys that tell of the resource itself: its tags, and what kind of a key it is. The backend is asked for
them, in the name of whoever owns the resource, where a policy that decides names one of them.

What is not there, and what the backend does not tell, has none.
Source: Service Authorization Reference; AWS KMS Developer Guide, "AWS KMS condition keys".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from skywalk.edge.named_keys import denies_by_one_of, names_one_of
from skywalk.edge.services.modelled.access import HANDING_OVER
from skywalk.edge.services.modelled.refusals import service_unavailable
from skywalk.edge.services.modelled.resource_tags import asked_service, question, tags_in
from skywalk.policy.authorization_reference import action_entry
from skywalk.policy.context import tag_context, tag_keys
from skywalk.policy.keys.names import IAM_RESOURCE_TAG, RESOURCE_TAG
from skywalk.policy.keys.of_modelled import RESOURCE_TAGS
from skywalk.values.arn import Arn, parse_arn
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skywalk.edge.authorize import Check
    from skywalk.edge.services.modelled.authorize import ModelledAuthorization
    from skywalk.edge.services.modelled.call import ModelledCall

Keys = dict[str, str | tuple[str, ...]]

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
_ANY_TAG = frozenset({RESOURCE_TAG})
_MAKES_ONE = "kms:CreateKey"
_STREAMS = "dynamodb"
"""Streams take no tags here: that they have none is the truth."""
_SERVER_ERROR = 500
_OWNERS_NAMES: Mapping[str, str] = {"servicecatalog": "catalog"}
"""By the prefix of actions, the service in ARNs, where it is another."""


async def with_resource_keys(
    call: ModelledCall, authorization: ModelledAuthorization, checks: Sequence[Check]
) -> list[Check]:
    """Raises AwsError where the backend cannot be asked."""
    return [await _with_keys(call, authorization, one) for one in checks]


async def _with_keys(call: ModelledCall, authorization: ModelledAuthorization, check: Check) -> Check:
    arn = parse_arn(check.resource)
    prefix, _, _ = check.action.partition(":")
    if arn is None:
        return check
    if check.action == HANDING_OVER:
        return _with_tags_of_role(call, check)
    if prefix not in RESOURCE_TAGS and prefix != _STREAMS and "*" not in arn.resource:
        _check_denials(call, authorization, check)
    if arn.service not in (prefix, _OWNERS_NAMES.get(prefix)):
        return check
    keys: Keys = {}
    for names, find in _ways(prefix, check.action):
        if names_one_of(authorization, check, names):
            owner, _ = authorization.owner_and_policy(check.resource)
            asking = await call.beside(asked_service(call.serving.service, prefix), owner)
            keys.update(await find(asking, check, arn))
    return check._replace(keys={**keys, **check.keys}) if keys else check


def _with_tags_of_role(call: ModelledCall, check: Check) -> Check:
    known = call.around.state.roles.get(check.resource)
    keys = {} if known is None else tag_context(known.row.tags, RESOURCE_TAG, IAM_RESOURCE_TAG)
    return check._replace(keys={**keys, **check.keys}) if keys else check


def _check_denials(call: ModelledCall, authorization: ModelledAuthorization, check: Check) -> None:
    """Raises AwsError where a policy denies by tags that nobody here knows: it would never meet what it is for."""
    prefix, _, action = check.action.partition(":")
    entry = action_entry(prefix, action)
    is_tagged = entry is not None and any(key.startswith(RESOURCE_TAG) for key in entry.keys)
    if is_tagged and denies_by_one_of(authorization, check, _ANY_TAG):
        raise service_unavailable(
            f"A policy denies {check.action} by aws:ResourceTag, which is not supported yet for {call.serving.service}."
        )


def _ways(prefix: str, action: str) -> Iterator[tuple[frozenset[str], _Find]]:
    """The keys that may be named, and what finds them."""
    if prefix in RESOURCE_TAGS:
        yield RESOURCE_TAGS[prefix], _tags
    if prefix == "kms" and action != _MAKES_ONE:
        yield _KINDS, _kind_of_key
        yield _ALL_ALIASES, _aliases


async def _tags(call: ModelledCall, check: Check, arn: Arn) -> Keys:
    asked = question(call.serving.service, arn, call.region, is_embedded=call.backend.backend.is_embedded)
    if asked is None:
        return {}
    try:
        answer = await call.ask_for(asked.operation, asked.parameters)
    except AwsError as error:
        if error.status >= _SERVER_ERROR:
            raise
        # moto has stumbled: nobody knows whether a denial would meet.
        service = call.serving.service
        raise service_unavailable(f"The backend of {service} cannot tell the tags of {check.resource}.") from None
    families = RESOURCE_TAGS[check.action.partition(":")[0]]
    return tag_keys(tags_in(answer or {}, asked.tags).items(), *families)


async def _kind_of_key(call: ModelledCall, check: Check, _arn: Arn) -> Keys:
    answer = await call.ask_for("DescribeKey", {"KeyId": check.resource})
    told = (answer or {}).get("KeyMetadata") or {}
    return {key: _text(told.get(member) or _DEFAULTS.get(member, "")) for member, key in _OF_KEYS.items() if told}


async def _aliases(call: ModelledCall, check: Check, _arn: Arn) -> Keys:
    answer = await call.ask_for("ListAliases", {"KeyId": check.resource})
    names = [str(one["AliasName"]) for one in (answer or {}).get("Aliases") or () if "AliasName" in one]
    return {_ALIASES: tuple(names)} if names else {}


_Find = Callable[["ModelledCall", "Check", Arn], Awaitable[Keys]]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
