"""Read the elements of a statement: Principal, Action, Resource, Condition.

Each function takes the JSON value and its place in the document, and raises PolicyError naming that place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skywalk.policy.conditions.operators import OPERATORS, what_is_wrong
from skywalk.policy.context import is_known_key
from skywalk.policy.errors import PolicyError, not_supported, shown
from skywalk.policy.json_text import NumberText
from skywalk.policy.principal import EVERYONE, NamedPrincipal, PrincipalType

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key: `key` is lower-cased, one of `values` must fit (none, for a negated operator)."""

    operator: str
    key: str
    values: tuple[str, ...]


_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_ROOT = re.compile(r"arn:aws:iam::([0-9]{12}):root", re.ASCII)
_IAM = re.compile(r"arn:aws:iam::[0-9]{12}:(?:user|role)/(?:[\x21-\x7e]+/)?[A-Za-z0-9_+=,.@-]+", re.ASCII)
_SESSION = re.compile(r"arn:aws:sts::[0-9]{12}:assumed-role/[A-Za-z0-9_+=,.@-]+/[A-Za-z0-9_+=,.@-]+", re.ASCII)
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{12,124}", re.ASCII)
_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com", re.ASCII)
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+", re.ASCII)
_ARN_COLONS = 5


def read_principals(value: Any, place: str, *, trust: bool, gone: bool) -> tuple[NamedPrincipal, ...]:
    """`"*"` or `{"AWS": …}`; in trust policies `{"Service": …}` as well. `gone`: the unique ids of principals that are
    gone may stand in their places."""
    if value == "*" and type(value) is str:
        return (EVERYONE,)
    if not isinstance(value, dict):
        raise PolicyError(place, 'must be "*" or an object')
    if not value:
        raise PolicyError(place, "must not be empty")
    return tuple(_each_principal(value, place, trust=trust, gone=gone))


def _each_principal(value: dict[str, Any], place: str, *, trust: bool, gone: bool) -> Iterator[NamedPrincipal]:
    for name, entries in value.items():
        where = f"{place}.{name}"
        if name == "AWS":
            yield from (_aws_principal(text, at, gone=gone) for text, at in _strings(entries, where))
        elif name == "Service" and trust:
            yield from (_service(text, at) for text, at in _strings(entries, where))
        elif name in ("Service", "Federated", "CanonicalUser"):
            raise not_supported(where)
        else:
            raise PolicyError(place, f"no such kind of principal: {shown(name)}")


def _aws_principal(text: str, place: str, *, gone: bool) -> NamedPrincipal:
    if text == "*":
        return EVERYONE
    if _ACCOUNT.fullmatch(text):
        return NamedPrincipal(PrincipalType.ACCOUNT, text)
    if root := _ROOT.fullmatch(text):
        return NamedPrincipal(PrincipalType.ACCOUNT, root[1])
    if "*" in text or "?" in text:
        raise PolicyError(place, f'invalid principal {shown(text)}: no wildcards but a bare "*"')
    if _IAM.fullmatch(text) or _SESSION.fullmatch(text) or (gone and _UNIQUE_ID.fullmatch(text)):
        return NamedPrincipal(PrincipalType.ARN, text)
    if text.startswith("arn:aws:sts:") and ":federated-user/" in text:
        raise not_supported(f"{place} ({shown(text)})")
    raise PolicyError(place, f"invalid principal {shown(text)}")


def _service(text: str, place: str) -> NamedPrincipal:
    if not _SERVICE.fullmatch(text):
        raise PolicyError(place, f"invalid principal {shown(text)}: not the name of a service")
    return NamedPrincipal(PrincipalType.SERVICE, text)


def read_actions(value: Any, place: str) -> tuple[str, ...]:
    """Patterns such as `s3:Get*`, as written: their case does not matter."""
    actions: list[str] = []
    for text, at in _strings(value, place):
        if not _ACTION.fullmatch(text):
            raise PolicyError(at, f'{shown(text)} is not "*" or a service and an action such as s3:GetObject')
        actions.append(text)
    return tuple(actions)


def read_resources(value: Any, place: str) -> tuple[str, ...]:
    """Patterns of whole ARNs. Incomplete ones are refused: AWS completes them in ways that are not documented."""
    resources: list[str] = []
    for text, at in _strings(value, place):
        _refuse_variables(text, at)
        if text != "*" and not (text.startswith("arn:") and text.count(":") >= _ARN_COLONS):
            raise PolicyError(at, f'{shown(text)} must be in ARN format (six fields) or "*"')
        resources.append(text)
    return tuple(resources)


def read_conditions(value: Any, place: str) -> tuple[Condition, ...]:
    """All conditions of the block, which must hold together; an empty block holds."""
    if not isinstance(value, dict):
        raise PolicyError(place, "must be an object")
    return tuple(
        condition
        for operator, keys in value.items()
        for condition in _read_operator(operator, keys, f"{place}.{operator[:80]}")
    )


def _read_operator(operator: str, keys: Any, place: str) -> Iterator[Condition]:
    if operator not in OPERATORS:
        raise PolicyError(place, "no such condition operator")
    if not isinstance(keys, dict) or not keys:
        raise PolicyError(place, "must be an object with at least one condition key")
    seen: set[str] = set()
    for name, values in keys.items():
        key = name.lower()
        where = f"{place}.{name[:80]}"
        if not is_known_key(key):
            raise not_supported(where)
        if key in seen:
            raise PolicyError(where, "the key is there twice, in another case")
        seen.add(key)
        texts = tuple(_condition_values(values, where))
        for text in texts:
            if wanted := what_is_wrong(operator, text):
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
            _refuse_variables(one, place)
            yield one
        else:
            raise PolicyError(place, "must be a string, a number, a Boolean, or a list of these")


def _strings(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """The strings of a string or a list of strings, each with its place."""
    if type(value) is str:
        yield value, place
        return
    if not isinstance(value, list):
        raise PolicyError(place, "must be a string or a list of strings")
    if not value:
        raise PolicyError(place, "must not be empty")
    for index, text in enumerate(value):
        if type(text) is not str:
            raise PolicyError(f"{place}[{index}]", "must be a string")
        yield text, f"{place}[{index}]"


def _refuse_variables(text: str, place: str) -> None:
    # Version 2008-10-17 takes "${" literally. Nobody means that, so it is refused as well.
    if "${" in text:
        raise not_supported(f"{place} (policy variable in {shown(text)})")
