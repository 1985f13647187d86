"""A second evaluator of Condition blocks: slow, one value at a time, straight from the JSON. Tests compare with it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from ipaddress import ip_address, ip_network
from typing import Any


def glob(pattern: str, text: str) -> bool:
    """Dynamic programming over both texts."""
    reach = {0}
    for character in pattern:
        if character == "*":
            reach = set(range(min(reach), len(text) + 1)) if reach else set()
        else:
            reach = {at + 1 for at in reach if at < len(text) and character in ("?", text[at])}
    return len(text) in reach


def arn_glob(pattern: str, text: str) -> bool:
    if pattern == "*":
        return True
    fields, values = pattern.split(":", 5), text.split(":", 5)
    return len(values) == 6 and all(glob(field, value) for field, value in zip(fields, values, strict=True))


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


def one_fits(base: str, wanted: str, value: str) -> bool:
    """Whether one request value fits one policy value; `base` is an operator without its Not."""
    readers: dict[str, Callable[[str], Any]] = {"Numeric": number, "Date": date, "Bool": boolean, "Binary": binary}
    if base == "StringEquals":
        return wanted == value
    if base == "StringEqualsIgnoreCase":
        return wanted.lower() == value.lower()
    if base == "StringLike":
        return glob(wanted, value)
    if base in ("ArnEquals", "ArnLike"):
        return arn_glob(wanted, value)
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


def operator_holds(operator: str, wanted: list[str], present: str | tuple[str, ...] | None) -> bool:
    values = [present] if isinstance(present, str) else list(present or ())
    quantity, _, rest = operator.rpartition(":")
    base = rest.removesuffix("IfExists")
    if base == "Null":
        return any(boolean(one) == (not values) for one in wanted)
    negated = "Not" in base
    base = base.replace("Not", "")
    if not values:
        if rest.endswith("IfExists") or quantity == "ForAllValues":
            return True
        return negated and quantity == ""
    each = [any(one_fits(base, one, value) for one in wanted) for value in values]
    if quantity == "":
        return any(each) != negated
    satisfied = [fits != negated for fits in each]
    return all(satisfied) if quantity == "ForAllValues" else any(satisfied)


def condition_holds(block: dict[str, Any], context: dict[str, Any]) -> bool:
    for operator, keys in block.items():
        for name, value in keys.items():
            wanted = value if isinstance(value, list) else [value]
            texts = [str(one).lower() if isinstance(one, bool) else str(one) for one in wanted]
            if not operator_holds(operator, texts, context.get(name.lower())):
                return False
    return True
