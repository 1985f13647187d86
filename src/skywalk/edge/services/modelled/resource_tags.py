"""Which operation tells a resource's tags: the table `resource_tags.json`, and what reads it.

By service, questions of which the first counts whose `resources` is the resource's, a regular expression of what
follows region and account in an ARN; without it, whatever has no `*`. `ask` is the operation, `with` its parameters,
`tags` where the answer has them, in the names of its own protocol. In parameters stand for: `{arn}` all of it,
`{partition}`, `{region}`, `{account}`, `{resource}` its parts, `{here}` the request's region, others the groups of the
expression. `remote`: not for the embedded backend, which keeps no tags of these and takes none.

What is part of a resource has the tags of the whole where AWS says so: the versions and aliases of a function, the
stages of a pipeline, the routes of an API.
Source: Service Authorization Reference, the types of resources with aws:ResourceTag; API Gateway Developer Guide,
"Using tags to control access". Unconfirmed: that a state machine's aliases, versions and executions have the machine's
tags, and an API's stages the API's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.access import prefix_of
from skywalk.edge.services.modelled.serving import serving

if TYPE_CHECKING:
    from skywalk.values.arn import Arn

_FILE = Path(__file__).with_name("resource_tags.json")
_ANY = r"[^*]+"
_FIPS = "-fips"


@dataclass(frozen=True, slots=True)
class Question:
    operation: str
    parameters: dict[str, Any]
    tags: tuple[str, ...]


def question(service: str, arn: Arn, here: str, *, is_embedded: bool) -> Question | None:
    """None for a resource that has no tags. `here`: the request's region."""
    for row in _table().get(service.removesuffix(_FIPS), ()):
        matched = re.fullmatch(row.get("resources", _ANY), arn.resource)
        if matched is not None and not (is_embedded and row.get("remote")):
            filled = {
                "arn": str(arn),
                "partition": arn.partition,
                "region": arn.region,
                "account": arn.account_id,
                "resource": arn.resource,
                "here": here,
                **matched.groupdict(),
            }
            parameters = {name: _filled(value, filled) for name, value in row["with"].items()}
            return Question(row["ask"], parameters, tuple(row["tags"].split(".")))
    return None


def asked_service(service: str, prefix: str) -> str:
    """The one that tells the tags where a request to `service` asks for an action of this prefix, which may be
    another's: itself if it can, else the one whose actions begin so."""
    own = prefix_of(service, serving(service).signing_name) == prefix
    return service if own and service.removesuffix(_FIPS) in _table() else _services()[prefix]


def prefixes() -> frozenset[str]:
    """Of the actions on resources whose tags are told."""
    return frozenset(_services())


@cache
def _services() -> Mapping[str, str]:
    """By the prefix of their actions."""
    return {prefix_of(one, serving(one).signing_name): one for one in reversed(_table())}


def tags_in(answer: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, str]:
    """`path` goes through structures and each of a list, to a map of tags or a list of their keys and values."""
    found: Any = answer
    for name in path:
        if isinstance(found, list):
            found = [inner for one in found if isinstance(one, dict) for inner in _as_list(one.get(name))]
        else:
            found = found.get(name) if isinstance(found, dict) else None
    return dict(_pairs(found))


def _pairs(tags: Any) -> Iterator[tuple[str, str]]:
    if isinstance(tags, dict):
        yield from ((str(name), str(value)) for name, value in tags.items())
    for one in tags if isinstance(tags, list) else ():
        named = {member.lower().removeprefix("tag"): value for member, value in one.items()}
        if "key" in named:
            yield str(named["key"]), str(named.get("value") or "")


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _filled(value: Any, filled: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_filled(one, filled) for one in value]
    return str(value).format_map(filled)


@cache
def _table() -> dict[str, list[Mapping[str, Any]]]:
    loaded: dict[str, list[Mapping[str, Any]]] = json.loads(_FILE.read_bytes())
    return loaded
