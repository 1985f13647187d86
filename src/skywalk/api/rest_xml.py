"""Requests and answers of the REST-XML protocol: the operation by method and path, parameters from path, query string
and an XML body.

A parameter that the operation does not have is refused, as in the query protocols, so that a misspelt one is never
silently without effect. Source: Smithy, "AWS REST XML protocol".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree

from skywalk.api.constraints import find_violations
from skywalk.api.model import List, Map, Scalar, Structure, load_service
from skywalk.api.refusals import refusals_of
from skywalk.api.scalars import EXPECTED, read_scalar
from skywalk.api.xml import serialize

if TYPE_CHECKING:
    from skywalk.api.model import Member, Operation, ServiceModel
    from skywalk.api.refusals import Refusals

_LABEL = re.compile(r"\{([A-Za-z]+)\}")
_NOT_IN_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SIGNATURE_PREFIX = "X-Amz-"
_URI, _QUERY, _HEADER = "uri", "querystring", "header"


def parse_rest_request(service: str, method: str, path: str, query: str, body: bytes) -> tuple[str, dict[str, Any]]:
    """The operation's name and its request. Raises AwsError in the service's words."""
    model = load_service(service)
    refusals = refusals_of(model)
    found = _find_operation(model, method, path)
    if found is None:
        raise refusals.unknown_action(f"{method} {path}")
    operation, labels = found
    request = _Reader(model, refusals).read(operation, labels, query, body)
    violations = find_violations(model, operation.input or "", request) if operation.input else []
    if violations:
        raise refusals.violations(violations)
    return operation.name, request


def write_rest_answer(service: str, action: str, result: Mapping[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body of a successful answer. Raises ShapeError where the result does not fit."""
    model = load_service(service)
    operation = model.operation(action)
    output = model.output_shape(operation.output) if operation.output else None
    members = output.members if isinstance(output, Structure) else {}
    in_head = {name for name in result if name in members and members[name].location == _HEADER}
    headers = [(members[name].wire_name, str(result[name])) for name in sorted(in_head)]
    inside = {name: value for name, value in result.items() if name not in in_head}
    return operation.status, headers, serialize(service, action, inside, "")


def _find_operation(model: ServiceModel, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """Paths of one method differ in their parts' texts or number; a last slash says nothing."""
    parts = path.rstrip("/").split("/")
    for operation in model.operations.values():
        if operation.method != method:
            continue
        labels = _match(operation.path.rstrip("/").split("/"), parts)
        if labels is not None:
            return operation, labels
    return None


def _match(template: list[str], parts: list[str]) -> dict[str, str] | None:
    if len(template) != len(parts):
        return None
    labels = {}
    for wanted, part in zip(template, parts, strict=True):
        label = _LABEL.fullmatch(wanted)
        if label is None and wanted != part:
            return None
        if label is not None:
            if not part:
                return None
            labels[label.group(1)] = unquote(part)
    return labels


class _Reader:
    """Reads one service's requests. A value's *key* is its path in the body (`ChangeBatch.Changes.1.Action`)."""

    def __init__(self, model: ServiceModel, refusals: Refusals) -> None:
        self._model = model
        self._refusals = refusals

    def read(self, operation: Operation, labels: dict[str, str], query: str, body: bytes) -> dict[str, Any]:
        shape = self._model.input_shape(operation.input) if operation.input else None
        members = shape.members.values() if isinstance(shape, Structure) else ()
        request: dict[str, Any] = {}
        in_uri = {member.wire_name: member for member in members if member.location == _URI}
        for name, text in labels.items():
            request[in_uri[name].name] = self._scalar(in_uri[name].shape, text, name)
        in_query = {member.wire_name: member for member in members if member.location == _QUERY}
        for name, text in parse_qsl(query, keep_blank_values=True):
            if name in in_query and in_query[name].name not in request:
                request[in_query[name].name] = self._scalar(in_query[name].shape, text, name)
            elif not name.startswith(_SIGNATURE_PREFIX):
                raise self._refusals.unknown_parameter(name)
        in_body = {member.wire_name: member for member in members if not member.location}
        if body.strip():
            request.update(self._members(self._root(body), in_body, ""))
        return request

    def _root(self, body: bytes) -> ElementTree.Element:
        if b"<!DOCTYPE" in body.replace(b"\0", b""):  # nobody needs one, and its entities can grow; UTF-16 has zeros
            raise self._refusals.malformed("a document type declaration is not allowed")
        try:
            return ElementTree.fromstring(body)  # noqa: S314 (no document type, and expat bounds what entities grow to)
        except (ElementTree.ParseError, ValueError, LookupError) as error:  # the latter for unknown encodings
            raise self._refusals.malformed(str(error)) from None

    def _members(self, element: ElementTree.Element, members: Mapping[str, Member], prefix: str) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for child in element:
            name = _local_name(child)
            member = members.get(name)
            if member is None or member.name in result:
                raise self._refusals.unknown_parameter(prefix + name)
            result[member.name] = self._read(member.shape, child, prefix + name)
        return result

    def _read(self, shape_name: str, element: ElementTree.Element, key: str) -> Any:
        shape = self._model.input_shape(shape_name)
        if isinstance(shape, Structure):
            return self._members(element, shape.by_wire_name, f"{key}.")
        if isinstance(shape, List):
            return [self._item(shape, child, f"{key}.{place}") for place, child in enumerate(element, 1)]
        if isinstance(shape, Map) or len(element):
            raise self._refusals.unknown_parameter(key)
        return self._scalar(shape_name, element.text or "", key)

    def _item(self, shape: List, child: ElementTree.Element, key: str) -> Any:
        if _local_name(child) != shape.item:
            raise self._refusals.unknown_parameter(f"{key}.{_local_name(child)}")
        return self._read(shape.member, child, key)

    def _scalar(self, shape_name: str, text: str, key: str) -> Any:
        shape = self._model.input_shape(shape_name)
        if not isinstance(shape, Scalar) or _NOT_IN_XML.search(text):
            raise self._refusals.wrong_value(key, text, "characters that XML can carry")
        try:
            return read_scalar(shape.kind, text)
        except ValueError:
            raise self._refusals.wrong_value(key, text, EXPECTED[shape.kind]) from None


def _local_name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
