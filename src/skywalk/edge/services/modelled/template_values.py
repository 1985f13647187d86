"""What values in CloudFormation's templates come to: texts, and what is put together of texts, parameters and what a
stack knows of itself.

Source: CloudFormation User Guide, "Pseudo parameters reference", "Fn::Sub", "Fn::Join", "Ref".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_REFERENCE = re.compile(r"\$\{(!?)([^}]*)\}")
_NO_VALUE = {"Ref": "AWS::NoValue"}


def is_absent(value: Any) -> bool:
    return value is None or value == _NO_VALUE


def known_values(
    template: Mapping[str, Any], stack: str, region: str, account_id: str, given: Iterable[Mapping[str, Any]]
) -> dict[str, str]:
    """What names in a template stand for. `given` are the parameters of a request; those that keep the value which the
    stack has are not known. `stack` is its name or its ARN."""
    found: dict[str, str] = {}
    parameters = template.get("Parameters")
    for name, parameter in parameters.items() if isinstance(parameters, dict) else ():
        default = parameter.get("Default") if isinstance(parameter, dict) else None
        if _is_text(default):
            found[str(name)] = str(default)
    for one in given:
        name, value = str(one.get("ParameterKey")), one.get("ParameterValue")
        if one.get("UsePreviousValue"):
            found.pop(name, None)
        elif isinstance(value, str):
            found[name] = value
    for name in template["Resources"]:
        found.pop(str(name), None)  # a backend may take the reference for one to the resource
    return found | pseudo_parameters(account_id) | {"AWS::Region": region, "AWS::StackName": stack_name(stack)}


def pseudo_parameters(account_id: str) -> dict[str, str]:
    """Those that are the same in all of an account's stacks."""
    return {"AWS::AccountId": account_id, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}


def stack_name(stack: str) -> str:
    """Of a name, or of an ARN (`…:stack/NAME/ID`)."""
    return stack.split("/")[1] if stack.startswith("arn:") and "/" in stack else stack


def resolved(value: Any, known: Mapping[str, str]) -> str | None:
    """None for what cannot be said of what is `known`."""
    if _is_text(value):
        return str(value)
    match value:
        case {"Ref": str(name)} if len(value) == 1:
            return known.get(name)
        case {"Fn::Sub": str(text)} if len(value) == 1:
            return _substituted(text, known)
        case {"Fn::Sub": [str(text), dict(own)]} if len(value) == 1:
            inner = {name: resolved(one, known) for name, one in own.items()}
            outer = {name: one for name, one in known.items() if name not in inner}
            return _substituted(text, outer | {name: one for name, one in inner.items() if one is not None})
        case {"Fn::Join": [str(between), [*parts]]} if len(value) == 1:
            joined = [resolved(part, known) for part in parts]
            return between.join(part for part in joined if part is not None) if None not in joined else None
    return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))


def _substituted(text: str, known: Mapping[str, str]) -> str | None:
    """`${!Name}` is `${Name}` as it stands."""
    if any(not is_literal and name not in known for is_literal, name in _REFERENCE.findall(text)):
        return None
    return _REFERENCE.sub(lambda found: f"${{{found[2]}}}" if found[1] else known[found[2]], text)
