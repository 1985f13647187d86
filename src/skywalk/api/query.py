"""Requests of the ec2 and query protocols: form-encoded parameters to a dict with AWS's member names.

Lists are numbered (`Filter.1.Value.2` with EC2, `Tags.member.1.Key` with IAM and STS); the numbers may have gaps
and come in any order, and elements keep their numeric order. A parameter that the operation does not have, a name
given twice, and a value that is not of its type are refused.
Source: Smithy, "AWS EC2 query protocol" and "AWS query protocol".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from skywalk.api.constraints import find_violations
from skywalk.api.model import List, Map, Scalar, Structure, load_service
from skywalk.api.refusals import refusals_of
from skywalk.api.scalars import EXPECTED, read_scalar
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skywalk.api.model import ServiceModel
    from skywalk.api.refusals import Refusals

# The longest legal requests are lists of 1,000 rules or resources with some fields each.
MAX_PARAMETERS = 10_000
# No served operation nests its parameters even half as deep.
_MAX_DOTS = 24
_LIST_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
# What XML 1.0 cannot carry could be stored but never be answered.
_NOT_IN_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Parameters of a signature in the query string (a presigned GetCallerIdentity has them).
_SIGNATURE_PREFIX = "X-Amz-"

_Tree = dict[str, "str | _Tree"]


def parse_form(text: bytes) -> list[tuple[str, str]]:
    """The parameters of a form-encoded body or query string, in order.

    Raises MalformedQueryString where it is no UTF-8 text or has more than MAX_PARAMETERS.
    """
    try:
        return parse_qsl(text.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise AwsError("MalformedQueryString", "The query string contains a syntax error.") from None


def parse_request(service: str, params: list[tuple[str, str]]) -> tuple[str, dict[str, Any]]:
    """The action's name and its request.

    Raises AwsError as each protocol words it: MissingAction, InvalidAction, NoSuchVersion, UnknownParameter,
    MissingParameter, InvalidParameterValue, MalformedQueryString (EC2); MissingAction, InvalidAction,
    ValidationError, MalformedInput (IAM, STS).
    """
    model = load_service(service)
    refusals = refusals_of(model)
    if len(params) > MAX_PARAMETERS:
        raise refusals.malformed(f"The request has more than {MAX_PARAMETERS} parameters")
    tree = _grow(params, refusals)
    action = _take(tree, "Action", refusals)
    version = _take(tree, "Version", refusals)
    if not action:
        raise refusals.missing_action()
    if version != model.version:
        raise refusals.unknown_version(action, version)
    operation = model.operations.get(action)
    if operation is None:
        raise refusals.unknown_action(action)
    return action, _read_request(model, refusals, operation.input, tree)


def _read_request(model: ServiceModel, refusals: Refusals, shape_name: str | None, tree: _Tree) -> dict[str, Any]:
    if shape_name is None:
        for name, node in tree.items():
            raise refusals.unknown_parameter(_first_key(name, node))
        return {}
    request = _Reader(model, refusals).read_members(shape_name, tree, "")
    violations = find_violations(model, shape_name, request)
    if violations:
        raise refusals.violations(violations)
    return request


def _grow(params: Iterable[tuple[str, str]], refusals: Refusals) -> _Tree:
    """The parameters as a tree, by the parts of their names."""
    root: _Tree = {}
    for key, value in params:
        if key.startswith(_SIGNATURE_PREFIX):
            continue
        if key.count(".") > _MAX_DOTS or _NOT_IN_XML.search(key):
            raise refusals.unknown_parameter(key)
        *branches, leaf = key.split(".")
        node = root
        for branch in branches:
            child = node.setdefault(branch, {})
            if isinstance(child, str):
                raise refusals.malformed(f"The parameter {key} contradicts another parameter")
            node = child
        if leaf in node:
            raise refusals.malformed(f"The parameter {key} is given more than once or contradicts another one")
        node[leaf] = value
    return root


def _take(tree: _Tree, name: str, refusals: Refusals) -> str | None:
    value = tree.pop(name, None)
    if isinstance(value, dict):
        raise refusals.unknown_parameter(_first_key(name, value))
    return value


def _first_key(key: str, node: str | _Tree) -> str:
    """The whole name of the first parameter at or below a node."""
    while isinstance(node, dict):
        name, node = next(iter(node.items()))
        key = f"{key}.{name}"
    return key


class _Reader:
    """Reads trees by the shapes of one service's requests. A node's *key* is its whole name on the wire."""

    def __init__(self, model: ServiceModel, refusals: Refusals) -> None:
        self._model = model
        self._refusals = refusals

    def read_members(self, shape_name: str, tree: _Tree, prefix: str) -> dict[str, Any]:
        """The members of a structure; `prefix` is its key and a dot, empty for the request itself."""
        shape = self._model.input_shape(shape_name)
        members = shape.by_wire_name if isinstance(shape, Structure) else {}
        result = {}
        for wire_name, child in tree.items():
            key = prefix + wire_name
            member = members.get(wire_name)
            if member is None:
                raise self._refusals.unknown_parameter(_first_key(key, child))
            result[member.name] = self._read(member.shape, child, key)
        return result

    def _read(self, shape_name: str, node: str | _Tree, key: str) -> Any:
        shape = self._model.input_shape(shape_name)
        if isinstance(shape, List):
            return [self._read(shape.member, *element) for element in self._numbered(shape.item, node, key)]
        if isinstance(shape, Map):
            return self._map(shape, node, key)
        if isinstance(shape, Scalar):
            return self._scalar(shape, node, key)
        if isinstance(node, str):
            raise self._refusals.unknown_parameter(key)
        return self.read_members(shape_name, node, f"{key}.")

    def _map(self, shape: Map, node: str | _Tree, key: str) -> dict[str, Any]:
        name_part, value_part = shape.key.wire_name, shape.value.wire_name
        result: dict[str, Any] = {}
        for pair, pair_key in self._numbered(shape.entry, node, key):
            if isinstance(pair, str) or pair.keys() != {name_part, value_part}:
                raise self._refusals.unknown_parameter(_first_key(pair_key, pair))
            name = self._read(shape.key.shape, pair[name_part], f"{pair_key}.{name_part}")
            if name in result:
                raise self._refusals.malformed(f"The parameter {pair_key}.{name_part} repeats another one")
            result[name] = self._read(shape.value.shape, pair[value_part], f"{pair_key}.{value_part}")
        return result

    def _numbered(self, item: str | None, node: str | _Tree, key: str) -> list[tuple[str | _Tree, str]]:
        """The elements below a list or map and their keys, by number."""
        if node == "":  # how the query protocol writes an empty list
            return []
        if item is not None and isinstance(node, dict):
            stray = next((name for name in node if name != item), None)
            if stray is not None:
                raise self._refusals.unknown_parameter(_first_key(f"{key}.{stray}", node[stray]))
            node, key = node[item], f"{key}.{item}"
        if isinstance(node, str):
            raise self._refusals.unknown_parameter(key)
        for number, child in node.items():
            if not _LIST_NUMBER.fullmatch(number):
                raise self._refusals.unknown_parameter(_first_key(f"{key}.{number}", child))
        return [(node[number], f"{key}.{number}") for number in sorted(node, key=int)]

    def _scalar(self, shape: Scalar, node: str | _Tree, key: str) -> Any:
        if isinstance(node, dict):
            raise self._refusals.unknown_parameter(_first_key(key, node))
        if _NOT_IN_XML.search(node):
            raise self._refusals.wrong_value(key, node, "characters that XML can carry")
        try:
            return read_scalar(shape.kind, node)
        except ValueError:
            raise self._refusals.wrong_value(key, node, EXPECTED[shape.kind]) from None
