"""Read the elements of a statement: Action, Resource, Condition; those who are named are in `principal_element`.

Each function takes the JSON value and its place in the document, and raises PolicyError naming that place.
Unconfirmed: that AWS takes the action `*:*`, as many published policies have it, for `*`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skywalk.policy.conditions.operators import OPERATORS, takes_variables, what_is_wrong
from skywalk.policy.errors import PolicyError, shown
from skywalk.policy.json_text import NumberText
from skywalk.policy.principal_element import strings
from skywalk.policy.variables import START, check_variables, has_variables

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key: `key` is lower-cased, one of `values` must fit (none, for a negated operator)."""

    operator: str
    key: str
    values: tuple[str, ...]


_EVERY_ACTION = ("*", "*:*")
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+", re.ASCII)
_KEY = re.compile(r"[^\s:*?]+:[^\x00-\x1f*?]+")
_ARN_COLONS = 5


def read_actions(value: Any, place: str) -> tuple[str, ...]:
    """Patterns such as `s3:Get*`, as written: their case does not matter. `*` for all of them."""
    actions: list[str] = []
    for text, at in strings(value, place):
        if text in _EVERY_ACTION:
            actions.append("*")
        elif _ACTION.fullmatch(text):
            actions.append(text)
        else:
            raise PolicyError(at, f'{shown(text)} is not "*" or a service and an action such as s3:GetObject')
    return tuple(actions)


def read_resources(value: Any, place: str, version: str, *, complete: bool) -> tuple[str, ...]:
    """Patterns of ARNs, as written. `complete`: all six fields must be there."""
    resources: list[str] = []
    for text, at in strings(value, place):
        is_arn = text.startswith("arn:") and (text.count(":") >= _ARN_COLONS or not complete)
        if text != "*" and not is_arn:
            raise PolicyError(at, f'{shown(text)} must be in ARN format{" (six fields)" if complete else ""} or "*"')
        if has_variables(text, version):
            _check_resource_variables(text, at)
        resources.append(text)
    return tuple(resources)


def _check_resource_variables(text: str, place: str) -> None:
    # Source: IAM User Guide, "IAM policy elements: Variables and tags", Resource element.
    if any(START in field for field in text.split(":", _ARN_COLONS)[:_ARN_COLONS]):
        raise PolicyError(place, f"{shown(text)} has a policy variable before the fifth colon")
    check_variables(text, place)


def read_conditions(value: Any, place: str, version: str) -> tuple[Condition, ...]:
    """All conditions of the block, which must hold together; an empty block holds."""
    if not isinstance(value, dict):
        raise PolicyError(place, "must be an object")
    return tuple(
        condition
        for operator, keys in value.items()
        for condition in _read_operator(operator, keys, f"{place}.{operator[:80]}", version)
    )


def _read_operator(operator: str, keys: Any, place: str, version: str) -> Iterator[Condition]:
    if operator not in OPERATORS:
        raise PolicyError(place, "no such condition operator")
    if not isinstance(keys, dict) or not keys:
        raise PolicyError(place, "must be an object with at least one condition key")
    seen: set[str] = set()
    for name, values in keys.items():
        key = name.lower()
        where = f"{place}.{name[:80]}"
        if not _KEY.fullmatch(key):
            raise PolicyError(where, "is no condition key, a service and a name such as aws:SourceVpce")
        if key in seen:
            raise PolicyError(where, "the key is there twice, in another case")
        seen.add(key)
        texts = tuple(_condition_values(values, where))
        for text in texts:
            if takes_variables(operator) and has_variables(text, version):
                check_variables(text, where)
            elif wanted := what_is_wrong(operator, text):
                raise PolicyError(where, f"{shown(text)} is not {wanted}")
        yield Condition(operator, key, texts)


def _condition_values(value: Any, place: str) -> Iterator[str]:
    values = value if isinstance(value, list) else [value]
    if not values:
        raise PolicyError(place, "must not be empty")
    for one in values:
        if isinstance(one, bool):
            yield "true" if one else "false"
        elif isinstance(one, NumberText):
            yield str(one)
        elif isinstance(one, str):
            yield one
        else:
            raise PolicyError(place, "must be a string, a number, a Boolean, or a list of these")
