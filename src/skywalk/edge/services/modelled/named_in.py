"""Which parameters of an operation name a resource: what fills the placeholders of its ARN, by the names of both.

Of an ARN `…:table/${DatabaseName}/${TableName}`, GetTable's `DatabaseName` fills the first by its name, and `Name` the
second, as it is the name of what GetTable gets. A name and an identifier are not taken for each other. Members of
structures and lists count one level down: `DatabaseInput.Name`, `Entries[].EventBusName`, `Names[]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.parameters import values_at

if TYPE_CHECKING:
    from skywalk.edge.services.modelled.service_models import Operation, Shape
    from skywalk.policy.authorization_reference import ResourceType

_KIND = re.compile(r"(?:names?|ids?|identifiers?|arns?)$")
_NOT_A_LETTER = re.compile(r"[^a-z0-9]")
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+")
_ALIKE = {"name": {"name", "identifier", ""}, "id": {"id", "identifier", ""}, "identifier": {"name", "id", ""}}
_OF_ANY_RESOURCE = frozenset({"resource", "resourcearn", "resourceid", "resourceidentifier", "resourcename", "arn"})
_KINDS_OF_ARNS = frozenset({"arn", "id", "identifier"})
"""Parameters that may hold the ARN of what no parameter's name speaks of: its type is seen in the ARN."""
_SCALARS = frozenset({"string", "integer", "long"})
_EXACT, _ALMOST, _BY_TYPE, _BY_OPERATION, _BY_ENDING = 5, 4, 3, 2, 1
_SHORTEST_ENDING = 3
_ANY = "resource"
"""A placeholder `ResourceId` says nothing: the type does."""
_DESCRIPTIONS = frozenset({"", "config", "configuration", "definition", "input", "properties", "request", "spec"})


@dataclass(frozen=True, slots=True)
class Source:
    """A parameter: `path` goes through structures; lists on the way, or at its end, give each of their values."""

    path: tuple[str, ...]

    def values(self, parameters: Mapping[str, Any], default: str = "") -> list[str]:
        """`default` stands for what is not given."""
        return [text for value in values_at(parameters, self.path) if (text := _text(value) or default)]


@dataclass(frozen=True, slots=True)
class Binding:
    """Of a type of resources: the parameters that fill each of its placeholders, if any do, and those that may hold
    its whole ARN. `is_spoken_of`: by the names of parameters, and not only by an ARN in one of another name."""

    kind: ResourceType
    sources: tuple[tuple[Source, ...], ...]
    holders: tuple[Source, ...]
    is_spoken_of: bool

    @property
    def is_constant(self) -> bool:
        return not self.sources


def binding(kind: ResourceType, operation: Operation, aliases: Mapping[str, str]) -> Binding:
    """`aliases`: of placeholders, by the reference's name, the parameter that is another by its name."""
    candidates = list(_candidates(operation.input))
    noun = _noun(operation.name)
    placeholders = kind.placeholders
    sources = tuple(
        _best(aliases.get(placeholder, placeholder), kind, noun, candidates, is_last=index == len(placeholders) - 1)
        for index, placeholder in enumerate(placeholders)
    )
    holders = {one.source: None for one in candidates if _may_hold_arn(one, kind, noun)}
    holders.update({source: None for last in sources[-1:] for source in last})
    is_spoken_of = bool(holders) or any(sources)
    if not is_spoken_of:
        holders = {one.source: None for one in candidates if _kind_of(one.name) in _KINDS_OF_ARNS}
    return Binding(kind, sources, tuple(holders), is_spoken_of)


@dataclass(frozen=True, slots=True)
class _Candidate:
    source: Source
    name: str
    """Letters and digits, lower-cased; in the singular where it is of a list."""
    outer: str = ""


def _candidates(shape: Shape | None) -> Iterator[_Candidate]:
    for name, member in {} if shape is None else shape.members.items():
        inner = member.shape
        if inner.kind == "list" and inner.of is not None:
            inner = inner.of.shape
            own = _singular(_plain(name).removesuffix("list"))
        else:
            own = _plain(name)
        if inner.kind in _SCALARS:
            yield _Candidate(Source((name,)), own)
        elif inner.kind == "structure":
            for below, one in inner.members.items():
                if one.shape.kind in _SCALARS:
                    yield _Candidate(Source((name, below)), _plain(below), own)


def _best(
    placeholder: str, kind: ResourceType, noun: str, candidates: list[_Candidate], *, is_last: bool
) -> tuple[Source, ...]:
    """All that speak of it by their names: a backend may read any of them. Else, of equals, the outer one, and then the
    first; of those that only end alike (`SourceJobName`), all."""
    found = [(rank, one) for one in candidates if (rank := _rank(placeholder, kind, noun, one, is_last=is_last))]
    if not found:
        return ()
    for ranks in ((_EXACT, _ALMOST), (_BY_TYPE,)):
        by_name = tuple(one.source for rank, one in found if rank in ranks and not one.outer)
        if by_name:
            return by_name
    rank, best = max(found, key=lambda pair: (pair[0], not pair[1].outer))
    if rank > _BY_ENDING:
        return (best.source,)
    return tuple(one.source for _, one in found if is_last or one is best)


def _rank(placeholder: str, kind: ResourceType, noun: str, one: _Candidate, *, is_last: bool) -> int:
    wanted, own_type = _plain(placeholder), _plain(kind.name)
    stem, wanted_stem = _stem(one.name), _stem(wanted)
    is_any = wanted_stem == _ANY
    if one.name == wanted and (stem or not one.outer):
        return _BY_ENDING if is_any else _EXACT
    if one.outer and not _describes(one.outer, {noun, own_type, wanted_stem}):
        return 0
    if not _are_alike(wanted, one.name) and not (is_any and not stem):
        return 0
    if stem and stem == wanted_stem:
        return _ALMOST
    if is_last and stem and stem == own_type:
        return _BY_TYPE
    if is_last and not stem and _is_own(one, noun, {own_type, wanted_stem}):
        return _BY_OPERATION
    return _BY_ENDING if _end_alike(stem, wanted_stem) else 0


def _is_own(one: _Candidate, noun: str, names: set[str]) -> bool:
    """Whether a bare `Name` is the resource's: of a structure about it, or of an operation about it."""
    return _describes(one.outer, names) if one.outer else _is_about(noun, names)


def _end_alike(given: str, wanted: str) -> bool:
    """`Catalog` and `DataCatalog`, `DBSubnetGroup` and `SubnetGroup`."""
    shorter, longer = sorted((given, wanted), key=len)
    return len(shorter) >= _SHORTEST_ENDING and longer.endswith(shorter)


def _may_hold_arn(one: _Candidate, kind: ResourceType, noun: str) -> bool:
    if one.name in _OF_ANY_RESOURCE:
        return not one.outer or _describes(one.outer, {noun, _plain(kind.name)})
    names = {_plain(kind.name), *(_stem(_plain(last)) for last in kind.placeholders[-1:])}
    return one.name.endswith("arn") and any(_end_alike(_stem(one.name), name) for name in names)


def _is_about(text: str, nouns: set[str]) -> bool:
    """`DatabaseInput` is about databases, `DescribeDocumentDefaultVersion` about documents."""
    return any(len(noun) >= _SHORTEST_ENDING and text.startswith(noun) for noun in nouns)


def _describes(outer: str, nouns: set[str]) -> bool:
    """`DatabaseInput` describes a database; `DomainEntry` no domain."""
    return any(noun and outer.startswith(noun) and outer[len(noun) :] in _DESCRIPTIONS for noun in nouns)


def _are_alike(wanted: str, given: str) -> bool:
    wanted_kind, given_kind = _kind_of(wanted), _kind_of(given)
    return not wanted_kind or not given_kind or wanted_kind == given_kind or given_kind in _ALIKE.get(wanted_kind, ())


def _kind_of(name: str) -> str:
    matched = _KIND.search(name)
    return matched[0].removesuffix("s") if matched else ""


def _stem(name: str) -> str:
    return _KIND.sub("", name)


def _plain(name: str) -> str:
    return _NOT_A_LETTER.sub("", name.lower())


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _noun(operation: str) -> str:
    """What an operation is about: its name without the verb, in the singular."""
    words = _WORD.findall(operation)
    verbs = 2 if words[0] == "Batch" else 1
    return _singular("".join(words[verbs:]).lower())


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value)
