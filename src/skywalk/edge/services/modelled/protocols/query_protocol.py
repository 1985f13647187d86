"""The query protocol: `Action` and the parameters in a form, in the body or in the query string.

A name that is given twice, or both as a value and as the beginning of other names, is refused.
Source: Smithy, "AWS query protocol".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from skywalk.edge.services.modelled.protocols.errors import serialization
from skywalk.edge.services.modelled.protocols.text_values import from_text, to_text
from skywalk.edge.services.modelled.protocols.understood import Understood, Written
from skywalk.edge.services.modelled.service_models import QUERY
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from skywalk.edge.services.modelled.service_models import Member, Operation, ServiceModel, Shape

FORM = "application/x-www-form-urlencoded"
_MOST_PAIRS = 10_000
_INDEX = re.compile(r"[1-9][0-9]{0,4}")
_OF_SIGNATURES = "X-Amz-"
_DEEPEST = 24

Tree = dict[str, Any]
"""A form by the parts of its names: texts and trees."""


def parse_form(query: str, body: bytes) -> dict[str, str]:
    """Raises AwsError MalformedInput."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PAIRS)
        pairs += parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PAIRS)
    except ValueError:
        raise serialization("The form of the request cannot be read.") from None
    pairs = [(name, value) for name, value in pairs if not name.startswith(_OF_SIGNATURES)]
    form = dict(pairs)
    if len(form) != len(pairs):
        raise serialization("A parameter of the request is given twice.")
    return form


def find(model: ServiceModel, form: Mapping[str, str]) -> Operation:
    """Raises AwsError MissingAction, InvalidAction."""
    action, version = form.get("Action"), form.get("Version", model.api_version)
    if not action:
        raise AwsError("MissingAction", "The request must contain the parameter Action.", 400)
    operation = model.operation(action)
    if operation is None or (version != model.api_version and not model.is_query_compatible):
        raise AwsError("InvalidAction", f"Could not find operation {action} for version {version}", 400)
    return operation


def parse(model: ServiceModel, operation: Operation, form: Mapping[str, str], path: str) -> Understood:
    """Raises AwsError SerializationException."""
    parameters = {} if operation.input is None else _structure(operation.input, _tree(form))
    return Understood(model, QUERY, operation, parameters, queue_path="" if path == "/" else path)


def write(understood: Understood) -> Written:
    operation = understood.operation
    pairs = [("Action", operation.name), ("Version", understood.model.api_version)]
    if operation.input is not None:
        pairs += _pairs(operation.input, understood.parameters, "")
    return Written("POST", "/", [("content-type", f"{FORM}; charset=utf-8")], urlencode(pairs).encode())


# -- reading ---------------------------------------------------------------------------------------------------------


def _tree(form: Mapping[str, str]) -> Tree:
    root: Tree = {}
    for name, value in form.items():
        parts = name.split(".")
        if len(parts) > _DEEPEST:
            raise serialization(f"{name} goes too deep.")
        branch = root
        for part in parts[:-1]:
            branch = branch.setdefault(part, {})
            if not isinstance(branch, dict):
                raise serialization(f"{name} contradicts another parameter.")
        if parts[-1] in branch:
            raise serialization(f"{name} contradicts another parameter.")
        branch[parts[-1]] = value
    return root


def _value(shape: Shape, node: Any) -> Any:
    if shape.kind == "structure":
        return _structure(shape, _branch(shape, node))
    if isinstance(node, dict):
        raise serialization(f"A {shape.kind} has no members.")
    return from_text(shape, node)


def _structure(shape: Shape, tree: Tree) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, member in shape.members.items():
        node = tree.get(query_name(name, member))
        if node is not None:
            made[name] = _member(member, node)
    return made


def _member(member: Member, node: Any) -> Any:
    shape = member.shape
    if shape.of is None:
        return _value(shape, node)
    if node == "":  # how an empty one is written
        return {} if shape.kind == "map" else []
    inner = _branch(shape, node)
    if shape.kind == "list":
        if not is_flattened(member):
            inner = _branch(shape, inner.get(shape.of.query_name or "member", {}))
        return [_member(shape.of, one) for one in _in_order(inner)]
    return _map(shape, inner if is_flattened(member) else _branch(shape, inner.get("entry", {})))


def _map(shape: Shape, tree: Tree) -> dict[str, Any]:
    assert shape.of is not None
    assert shape.key is not None
    made: dict[str, Any] = {}
    for one in _in_order(tree):
        entry = _branch(shape, one)
        key, value = entry.get(shape.key.query_name or "key"), entry.get(shape.of.query_name or "value")
        if not isinstance(key, str) or key in made:
            raise serialization("An entry has no key, or the key of another.")
        made[key] = "" if value is None and shape.of.shape.kind == "string" else _member(shape.of, value or {})
    return made


def _in_order(tree: Tree) -> list[Any]:
    if not all(_INDEX.fullmatch(index) for index in tree):
        raise serialization("The items of a list have numbers from 1.")
    return [tree[index] for index in sorted(tree, key=int)]


def _branch(shape: Shape, node: Any) -> Tree:
    if not isinstance(node, dict):
        raise serialization(f"{node!r} is no {shape.kind}.")
    return node


# -- writing ---------------------------------------------------------------------------------------------------------


def _pairs(shape: Shape, value: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, one in value.items():
        member = shape.members[name]
        found += _member_pairs(member, one, f"{prefix}{query_name(name, member)}")
    return found


def _member_pairs(member: Member, value: Any, name: str) -> Iterator[tuple[str, str]]:
    shape = member.shape
    if shape.kind == "structure":
        yield from _pairs(shape, value, f"{name}.")
    elif shape.of is None:
        yield name, to_text(value)
    elif not value:
        yield name, ""
    elif shape.kind == "list":
        infix = "" if is_flattened(member) else f".{shape.of.query_name or 'member'}"
        for number, one in enumerate(value, 1):
            yield from _member_pairs(shape.of, one, f"{name}{infix}.{number}")
    else:
        assert shape.key is not None
        infix = "" if is_flattened(member) else ".entry"
        for number, (key, one) in enumerate(value.items(), 1):
            yield f"{name}{infix}.{number}.{shape.key.query_name or 'key'}", key
            yield from _member_pairs(shape.of, one, f"{name}{infix}.{number}.{shape.of.query_name or 'value'}")


def query_name(name: str, member: Member) -> str:
    """Of a structure's member; a flattened list goes by the name of what it holds."""
    if member.shape.kind == "list" and is_flattened(member):
        assert member.shape.of is not None
        return member.shape.of.query_name or member.query_name or name
    return member.query_name or name


def is_flattened(member: Member) -> bool:
    return member.is_flattened or member.shape.is_flattened
