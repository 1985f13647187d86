"""What an operation asks for by the Service Authorization Reference, where no row of the tables says it.

The action has the operation's name. Each type of resources of the action whose names are among the parameters is asked
about. What is required and not named is every resource of its type (`…:db:*`), as the services ask for lists; where
the reference has alternatives, or a value is no name and no ARN of the type, it is `*`, which only statements about
every resource allow. A part of an ARN that no parameter has, as the number that a group was given, is `*` in it. An ARN
of another region, or of none, is asked about as one of this region too.
A role that is handed to what writes needs iam:PassRole besides; the reference does not say where.

Unconfirmed: everything here, operation by operation: the reference does not say which parameter names which resource.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from skywalk.edge.services.modelled.named_in import Binding, Source, binding
from skywalk.edge.services.modelled.service_models import service_model
from skywalk.policy.authorization_reference import action_entry
from skywalk.values.arn import parse_arn

if TYPE_CHECKING:
    from skywalk.edge.services.modelled.protocols.understood import Understood
    from skywalk.policy.authorization_reference import ResourceType

_FILE = Path(__file__).with_name("placeholders.json")
EVERYTHING = "*"
_ROLE = re.compile(r"arn:aws:iam::[0-9]{12}:role/.+")
_NAME_OF_ROLE = re.compile(r"role(?:s|arns?)?$", re.IGNORECASE)
_READS = re.compile("(?:Batch)?(?:Get|List|Describe|Search|Query)|GET$")
_IN_PATH = re.compile(r"\{([^}+]+)\+?\}")
_DEEPEST = 8


class Place(NamedTuple):
    """Where names without an ARN are meant."""

    partition: str
    region: str
    account_id: str


def resources_of(prefix: str, action: str, understood: Understood, place: Place) -> tuple[str, ...]:
    """What the action is asked for on: ARNs, or `*`."""
    bindings = bindings_of(prefix, action, understood.model.folder, understood.operation.name)
    if bindings is None:
        return (EVERYTHING,)
    required, optional = bindings
    parameters = understood.parameters
    found: dict[str, None] = {}
    nameless = []
    for one in required:
        named = dict.fromkeys(_named(one, parameters, place, is_required=True))
        found.update(named)
        if not named:
            nameless.append(one)
    for one in optional:
        found.update(dict.fromkeys(_named(one, parameters, place, is_required=False)))
    if not found:
        found.update(_of_every(nameless, place))
    elif nameless:
        unnamed = (one for one in nameless if not one.is_spoken_of and not _is_another(one, found, parameters))
        found.update({_arn(one.kind.parts, {}, place): None for one in unnamed})
    spoken_of = tuple(one for one in (*required, *optional) if one.is_spoken_of)
    if any(given not in found for given in _given_arns(spoken_of, parameters)):
        found[EVERYTHING] = None
    return tuple(found)


def _of_every(nameless: list[Binding], place: Place) -> dict[str, None]:
    if len(nameless) != 1:
        return {EVERYTHING: None}
    return {_arn(nameless[0].kind.parts, {}, place): None}


def _is_another(one: Binding, found: Mapping[str, None], parameters: Mapping[str, Any]) -> bool:
    """Whether what may hold its ARN holds that of an alternative."""
    return any(given in found for given in _given_arns((one,), parameters))


def _given_arns(bindings: tuple[Binding, ...], parameters: Mapping[str, Any]) -> Iterator[str]:
    for holder in {holder for one in bindings for holder in one.holders}:
        yield from (value for value in holder.values(parameters) if value.startswith("arn:"))


def path_of(prefix: str, understood: Understood, place: Place) -> str:
    """The resource of a service whose resources are its paths: `arn:aws:apigateway:us-east-1::/restapis/x`."""
    shape = understood.operation.input
    members = {} if shape is None else shape.members
    values = {one.wire_name or name: understood.parameters.get(name) for name, one in members.items()}
    path = understood.operation.uri.partition("?")[0]
    filled = _IN_PATH.sub(lambda matched: str(values.get(matched[1]) or "*"), path)
    return f"arn:{place.partition}:{prefix}:{place.region}::{filled}"


def passed_roles(prefix: str, action: str, parameters: Mapping[str, Any], place: Place) -> Iterator[tuple[str, str]]:
    """The roles that are handed to the service, and its principal's name."""
    entry = action_entry(prefix, action)
    if _READS.match(action) is None if entry is None else entry.writes:
        principal = _placeholders()["principals"]["names"].get(prefix, f"{prefix}.amazonaws.com")
        own = f"arn:{place.partition}:iam::{place.account_id}:role/"
        for role in dict.fromkeys(_roles(parameters, "", 0, _with_names(prefix))):
            yield role if role.startswith("arn:") else own + role.removeprefix("/"), principal


def _with_names(prefix: str) -> frozenset[str]:
    """The parameters of a service that hold a role's name or its ARN."""
    return frozenset(_placeholders()["roles"]["by_name"].get(prefix, "").split())


def _roles(value: Any, name: str, depth: int, with_names: frozenset[str]) -> Iterator[str]:
    if isinstance(value, str):
        is_name = name in with_names and value and not value.startswith("arn:")
        if is_name or (_NAME_OF_ROLE.search(name) and _ROLE.fullmatch(value)):
            yield value
    elif depth < _DEEPEST and isinstance(value, dict):
        for member, inner in value.items():
            yield from _roles(inner, str(member), depth + 1, with_names)
    elif depth < _DEEPEST and isinstance(value, list):
        for inner in value:
            yield from _roles(inner, name, depth + 1, with_names)


@cache
def bindings_of(
    prefix: str, action: str, folder: str, operation: str
) -> tuple[tuple[Binding, ...], tuple[Binding, ...]] | None:
    """Of the required types and of the others; None for an action that the reference has not."""
    entry = action_entry(prefix, action)
    asked = service_model(folder).operation(operation)
    if entry is None or asked is None:
        return None
    aliases = _placeholders()["parameters"].get(prefix, {})
    required, optional = (
        tuple(binding(kind, asked, aliases) for kind in kinds) for kinds in (entry.required, entry.optional)
    )
    return required, optional


@cache
def _placeholders() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """`parameters`: by prefix, those that fill a placeholder of another name; `defaults`: what is meant where such a
    parameter is not given; `principals`: as whom services take on roles, where it is not by their prefix; `roles`: the
    parameters that may hold a role's name instead of its ARN."""
    loaded: Mapping[str, Mapping[str, Mapping[str, str]]] = json.loads(_FILE.read_bytes())
    return loaded


def _named(one: Binding, parameters: Mapping[str, Any], place: Place, *, is_required: bool) -> Iterator[str]:
    if one.is_constant:
        if is_required:
            yield _arn(one.kind.parts, {}, place)
        return
    for holder in one.holders:
        spellings = (arn for value in holder.values(parameters) for arn in _spellings(value, one.kind, place))
        yield from (arn for arn in spellings if one.kind.pattern.fullmatch(arn))
    yield from _by_names(one, parameters, place, is_required=is_required)


def _spellings(value: str, kind: ResourceType, place: Place) -> Iterator[str]:
    """An ARN as it is given, and as it would be here: a backend may look at its end alone."""
    yield value
    arn, (_, _, _, region, account, _) = parse_arn(value), kind.arn.split(":", 5)
    if arn is None:
        return
    here = replace(
        arn,
        region=place.region if region == "${Region}" else arn.region if region else "",
        account_id=arn.account_id or (place.account_id if account == "${Account}" else ""),
    )
    if here != arn:
        yield str(here)


def _by_names(one: Binding, parameters: Mapping[str, Any], place: Place, *, is_required: bool) -> Iterator[str]:
    """The last placeholder that is given tells a resource from others: each of its values is one."""
    names = one.kind.placeholders
    defaults = _placeholders()["defaults"].get(one.kind.prefix, {})
    values = [
        _all_values(sources, parameters, defaults.get(name, ""))
        for name, sources in zip(names, one.sources, strict=True)
    ]
    given = [index for index, found in enumerate(values) if found]
    if not given or not (is_required or given[-1] == len(names) - 1):
        return
    own = given[-1]
    above = {names[index]: _name_in(values[index][0]) for index in given[:-1] if len(values[index]) == 1}
    for value in values[own]:
        if not value.startswith("arn:"):
            yield _arn(one.kind.parts, {**above, names[own]: value}, place)


def _all_values(sources: tuple[Source, ...], parameters: Mapping[str, Any], default: str) -> list[str]:
    return [value for source in sources for value in source.values(parameters, default)]


def _name_in(value: str) -> str:
    """Of an ARN, its end: `prod` of `arn:aws:ecs:…:cluster/prod`."""
    return re.split("[:/]", value)[-1] if value.startswith("arn:") else value


def _arn(parts: tuple[str, ...], filled: Mapping[str, str], place: Place) -> str:
    known = {"Partition": place.partition, "Region": place.region, "Account": place.account_id, **filled}
    return "".join(part if index % 2 == 0 else known.get(part, "*") for index, part in enumerate(parts))
