"""Which of many statements may concern a request, without asking each of them.

Each statement is filed in one place: under its resources, under the values that a condition asks a key to have, or
under those it names, wherever it shares its features with the fewest others. A statement that has none (everyone, any
resource, negated conditions) is asked of every request.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from skywalk.policy.conditions.operators import OPERATORS, Quantity
from skywalk.policy.match import complete_arn
from skywalk.policy.principal import PrincipalType
from skywalk.policy.text_index import TextIndex, literal_features, pattern_features
from skywalk.policy.variables import has_variables, with_wildcards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from skywalk.policy.compiled import AccessRequest
    from skywalk.policy.document import Statement
    from skywalk.policy.elements import Condition
    from skywalk.policy.text_index import Choice

    Texts = Callable[[AccessRequest], Iterable[str]]
    Features = Callable[[Sequence[str]], list[Choice | None]]

MAXIMUM_KEYS = 4
"""Condition keys that statements are filed under."""

_LITERAL, _PATTERNS = frozenset({"StringEquals"}), frozenset({"StringLike", "ArnEquals", "ArnLike"})
_NAMED = frozenset({PrincipalType.ACCOUNT, PrincipalType.ARN, PrincipalType.SERVICE, PrincipalType.FEDERATED})


class _Place(NamedTuple):
    """Somewhere to file statements: the texts of a request that are looked up there, and what each statement asks one
    of them to be."""

    texts: Texts
    features: Features
    wanted: Mapping[int, tuple[str, ...]]


class StatementIndex:
    """Made of statements, which are numbered in their order."""

    __slots__ = ("_filed", "_general")

    def __init__(self, statements: Sequence[Statement], version: str) -> None:
        best: dict[int, tuple[int, int, tuple[Choice, ...]]] = {}
        places = [place for place in _places(statements, version) if place.wanted]
        for at, place in enumerate(places):
            for number, choices in _choices(place).items():
                cost = sum(choice.shared_by for choice in choices)
                if number not in best or cost < best[number][0]:
                    best[number] = (cost, at, choices)
        self._general = tuple(number for number in range(len(statements)) if number not in best)
        self._filed = tuple(
            (
                place.texts,
                TextIndex(
                    (choice.feature, number)
                    for number, (_, of, choices) in best.items()
                    if of == at
                    for choice in choices
                ),
            )
            for at, place in enumerate(places)
            if any(of == at for _, of, _ in best.values())
        )

    def candidates(self, request: AccessRequest) -> Sequence[int]:
        """The numbers, in order, of all statements that may concern the request."""
        hits = [hit for texts, index in self._filed for text in texts(request) for hit in index.find(text)]
        if not hits:
            return self._general
        if len(hits) == 1 and not self._general:
            return hits[0]
        return sorted({*self._general, *(number for hit in hits for number in hit)})


def _places(statements: Sequence[Statement], version: str) -> Iterable[_Place]:
    resources = {number: found for number, one in enumerate(statements) if (found := _resources(one, version))}
    yield _Place(_resource_of, pattern_features, resources)
    yield _Place(_names_of, literal_features, {n: found for n, one in enumerate(statements) if (found := _named(one))})
    yield from _places_of_keys(statements, version)


def _places_of_keys(statements: Sequence[Statement], version: str) -> Iterable[_Place]:
    literal: dict[str, dict[int, tuple[str, ...]]] = {}
    patterns: dict[str, dict[int, tuple[str, ...]]] = {}
    for number, statement in enumerate(statements):
        for condition in statement.conditions:
            if not _asks_for_presence(condition):
                continue
            comparison = OPERATORS[condition.operator].comparison
            if comparison in _LITERAL and not any(has_variables(value, version) for value in condition.values):
                literal.setdefault(condition.key, {}).setdefault(number, condition.values)
            elif comparison in _PATTERNS:
                values = tuple(_without_variables(value, version) for value in condition.values)
                patterns.setdefault(condition.key, {}).setdefault(number, values)
    used = Counter({key: len(literal.get(key, ())) + len(patterns.get(key, ())) for key in (*literal, *patterns)})
    for key, _ in used.most_common(MAXIMUM_KEYS):
        yield _Place(_values_of(key), literal_features, literal.get(key, {}))
        yield _Place(_values_of(key), pattern_features, patterns.get(key, {}))


def _choices(place: _Place) -> Mapping[int, tuple[Choice, ...]]:
    """Of the statements all of whose texts have a feature."""
    flat = [(number, text) for number, texts in place.wanted.items() for text in texts]
    found: dict[int, list[Choice]] = {}
    without: set[int] = set()
    for (number, _), choice in zip(flat, place.features([text for _, text in flat]), strict=True):
        if choice is None:
            without.add(number)
        else:
            found.setdefault(number, []).append(choice)
    return {number: tuple(choices) for number, choices in found.items() if number not in without}


def _resources(statement: Statement, version: str) -> tuple[str, ...]:
    if statement.not_resource:
        return ()
    return tuple(_without_variables(complete_arn(one), version) for one in statement.resources)


def _without_variables(text: str, version: str) -> str:
    return with_wildcards(text) if has_variables(text, version) else text


def _named(statement: Statement) -> tuple[str, ...]:
    """Whom a statement names, where that tells of every caller whether it can be meant."""
    named = statement.principals
    if statement.not_principal or not all(one.type in _NAMED for one in named):
        return ()
    return tuple(one.value for one in named)


def _asks_for_presence(condition: Condition) -> bool:
    operator = OPERATORS[condition.operator]
    return not (operator.negated or operator.if_exists or operator.quantity is Quantity.ALL)


def _resource_of(request: AccessRequest) -> tuple[str, ...]:
    return (request.resource,)


def _names_of(request: AccessRequest) -> tuple[str, ...]:
    caller = request.principal
    return (caller.arn, caller.account_id, caller.role_arn or "")


def _values_of(key: str) -> Texts:
    def values(request: AccessRequest) -> tuple[str, ...]:
        present = request.context.get(key, ())
        return (present,) if isinstance(present, str) else present

    return values
