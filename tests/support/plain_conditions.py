"""A second evaluator of Condition blocks: slow, one value at a time, straight from the JSON. Tests compare with it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any

Tokens = list[tuple[str, bool]]
"""Characters, each with whether it is a wildcard."""


def as_tokens(text: str, variables: dict[str, Any] | None = None) -> Tokens | None:
    """A pattern's characters; with a request's keys also what its variables stand for, None where one has no value."""
    found: Tokens = []
    at = 0
    while at < len(text):
        if variables is None or text[at : at + 2] != "${":
            found.append((text[at], text[at] in "*?"))
            at += 1
            continue
        end = text.index("}", at)
        inner = text[at + 2 : end]
        at = end + 1
        value: Any = inner
        if inner not in ("*", "?", "$"):
            key, comma, default = inner.partition(",")
            value = variables.get(key.lower())
            if not isinstance(value, str):
                if not comma:
                    return None
                value = default.strip()[1:-1]
        found += [(character, False) for character in value]
    return found


def fits(pattern: Tokens, text: str) -> bool:
    """Dynamic programming over both."""
    reach = {0}
    for character, is_wildcard in pattern:
        if is_wildcard and character == "*":
            reach = set(range(min(reach), len(text) + 1)) if reach else set()
        else:
            reach = {at + 1 for at in reach if at < len(text) and (is_wildcard or character == text[at])}
    return len(text) in reach


@cache
def glob(pattern: str, text: str) -> bool:
    found = as_tokens(pattern)
    assert found is not None
    return fits(found, text)


def fields_of(pattern: Tokens) -> list[Tokens]:
    fields: list[Tokens] = [[]]
    for token in pattern:
        if token == (":", False) and len(fields) < 6:
            fields.append([])
        else:
            fields[-1].append(token)
    return fields


def arn_fits(pattern: Tokens, text: str) -> bool:
    if pattern == [("*", True)]:
        return True
    fields, values = fields_of(pattern), text.split(":", 5)
    return len(fields) == len(values) == 6 and all(map(fits, fields, values))


@cache
def arn_glob(pattern: str, text: str) -> bool:
    found = as_tokens(pattern)
    assert found is not None
    return arn_fits(found, text)


def resource_fits(pattern: Tokens, text: str) -> bool:
    """Fields that are missing are `*`; a `*` at the end of a field goes on over colons."""
    if pattern != [("*", True)]:
        pattern = pattern + [(":", False), ("*", True)] * (6 - len(fields_of(pattern)))
    inner = [field for field in fields_of(pattern)[:5] if any(is_wildcard for _, is_wildcard in field)]
    at_the_end = all(is_wildcard and character == "*" for field in inner for character, is_wildcard in _wild_end(field))
    return (fits if at_the_end else arn_fits)(pattern, text)


def _wild_end(field: Tokens) -> Tokens:
    """A field from its first wildcard on."""
    return field[[is_wildcard for _, is_wildcard in field].index(True) :]


def number(text: str) -> Fraction:
    return Fraction(text)


def date(text: str) -> Fraction:
    if text.replace(".", "").isdigit() and not (len(text) == 4 and text.isdigit()):
        return Fraction(text)
    whole = text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text
    moment = datetime.fromisoformat(whole)
    return Fraction(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp())


def boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def binary(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def one_fits(base: str, wanted: str, value: str, pattern: Tokens | None = None) -> bool:
    """Whether one request value fits one policy value; `base` is an operator without its Not, `pattern` the policy's
    value where variables were replaced in it."""
    readers: dict[str, Callable[[str], Any]] = {"Numeric": number, "Date": date, "Bool": boolean, "Binary": binary}
    if pattern is None and base in ("StringLike", "ArnEquals", "ArnLike"):
        return glob(wanted, value) if base == "StringLike" else arn_glob(wanted, value)
    tokens = as_tokens(wanted) if pattern is None else pattern
    assert tokens is not None
    text = "".join(character for character, _ in tokens)
    if base == "StringEquals":
        return text == value
    if base == "StringEqualsIgnoreCase":
        return text.lower() == value.lower()
    if base == "StringLike":
        return fits(tokens, value)
    if base in ("ArnEquals", "ArnLike"):
        return arn_fits(tokens, value)
    try:
        if base == "IpAddress":
            return ip_address(value) in ip_network(wanted, strict=False)
        reader = next(reader for family, reader in readers.items() if base.startswith(family))
        left, right = reader(value), reader(wanted)
    except (ValueError, KeyError, ZeroDivisionError, binascii.Error):
        return False
    if base.endswith("LessThan"):
        return bool(left < right)
    if base.endswith("LessThanEquals"):
        return bool(left <= right)
    if base.endswith("GreaterThan"):
        return bool(left > right)
    if base.endswith("GreaterThanEquals"):
        return bool(left >= right)
    return bool(left == right)


def operator_holds(
    operator: str, wanted: list[str], present: str | tuple[str, ...] | None, variables: dict[str, Any] | None = None
) -> bool:
    """`variables`: the request's keys, where the policy's version has variables."""
    values = [present] if isinstance(present, str) else list(present or ())
    quantity, _, rest = operator.rpartition(":")
    base = rest.removesuffix("IfExists")
    if base == "Null":
        is_null = present != "" and all(one == "" for one in values)
        return any(boolean(one) == is_null for one in wanted)
    if quantity and set(values) == {""}:
        values = []
    negated = "Not" in base
    base = base.replace("Not", "")
    if not values and rest.endswith("IfExists"):
        return True
    has_variables = variables is not None and base.startswith(("String", "Arn"))
    with_variables = {one for one in wanted if has_variables and "${" in one}
    resolved = {one: as_tokens(one, variables) for one in with_variables}
    if None in resolved.values():
        return False
    patterns = [resolved.get(one) for one in wanted]
    if not values:
        return quantity == "ForAllValues" or (negated and quantity == "")
    each = [any(map(one_fits, [base] * len(wanted), wanted, [value] * len(wanted), patterns)) for value in values]
    if quantity == "":
        return any(each) != negated
    satisfied = [fits != negated for fits in each]
    return all(satisfied) if quantity == "ForAllValues" else any(satisfied)


def condition_holds(block: dict[str, Any], context: dict[str, Any], *, has_variables: bool = False) -> bool:
    for operator, keys in block.items():
        for name, value in keys.items():
            wanted = value if isinstance(value, list) else [value]
            texts = [str(one).lower() if isinstance(one, bool) else str(one) for one in wanted]
            variables = context if has_variables else None
            if not operator_holds(operator, texts, context.get(name.lower()), variables):
                return False
    return True
