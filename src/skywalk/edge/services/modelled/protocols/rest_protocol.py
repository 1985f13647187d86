"""The REST protocols: the operation by method, path and query string; parameters in path, query, headers and body.

Of several that match, the one with the most fixed text in path and query is meant. A body of XML is read, and passed as
it came.
Source: Smithy, "AWS restJson1 protocol", "AWS restXml protocol", "HTTP bindings".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from skywalk.edge.services.modelled.protocols.errors import serialization, unknown_operation
from skywalk.edge.services.modelled.protocols.json_protocol import known, on_wire, parse_object, render
from skywalk.edge.services.modelled.protocols.text_values import from_text, to_text
from skywalk.edge.services.modelled.protocols.understood import Understood, Written
from skywalk.edge.services.modelled.protocols.xml_body import read_structure
from skywalk.edge.services.modelled.service_models import REST_JSON, REST_XML

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from skywalk.edge.services.modelled.service_models import Member, Operation, ServiceModel, Shape

_LABEL = re.compile(r"\{([^}+]+)(\+?)\}")
_SAFE = "~-._"
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Route:
    """`fixed`: the pairs of the query string that it needs; None as a value where the name is enough."""

    operation: str
    method: str
    path: re.Pattern[str]
    labels: tuple[str, ...]
    fixed: tuple[tuple[str, str | None], ...]
    weight: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Found:
    operation: Operation
    labels: Mapping[str, str]
    query: Pairs


def find(model: ServiceModel, method: str, path: str, query: str) -> Found:
    """Raises AwsError UnknownOperationException, SerializationException."""
    pairs = _query_pairs(query)
    bare = path.rstrip("/") or "/"
    for route in _routes(model):
        matched = route.path.fullmatch(bare) if route.method == method else None
        if matched is not None and all(_has(pairs, *needed) for needed in route.fixed):
            operation = model.operation(route.operation)
            assert operation is not None
            labels = {name: _decoded(text) for name, text in zip(route.labels, matched.groups(), strict=True)}
            return Found(operation, labels, pairs)
    raise unknown_operation()


def parse(model: ServiceModel, found: Found, headers: Mapping[str, str], content: bytes) -> Understood:
    """Raises AwsError SerializationException."""
    shape = found.operation.input
    protocol = REST_XML if REST_XML in model.protocols else REST_JSON
    understood = Understood(model, protocol, found.operation, content_type=headers.get("content-type", ""))
    if shape is None:
        return understood
    for name, member in shape.members.items():
        value = _bound(shape, name, member, found, headers)
        if value is not None:
            understood.parameters[name] = value
    _read_body(understood, shape, content)
    return understood


def write(understood: Understood) -> Written:
    operation, shape = understood.operation, understood.operation.input
    path, _, fixed = operation.uri.partition("?")
    target = _LABEL.sub(lambda label: _label_text(understood, label), path)
    pairs: Pairs = parse_qsl(fixed, keep_blank_values=True)
    headers: Pairs = []
    for name, value in understood.parameters.items():
        assert shape is not None
        member = shape.members[name]
        wire = member.wire_name or name
        if member.location == "querystring":
            pairs += _pairs_of(wire, value)
        elif member.location == "header":
            headers.append((wire.lower(), ",".join(map(to_text, value)) if isinstance(value, list) else to_text(value)))
        elif member.location == "headers":
            headers += [(f"{wire}{key}".lower(), text) for key, text in value.items()]
    content, content_type = _body(understood)
    if content_type:
        headers.append(("content-type", content_type))
    query = f"?{urlencode(pairs, quote_via=quote, safe=_SAFE)}" if pairs else ""
    return Written(operation.method, target + query, headers, content)


# -- routes ----------------------------------------------------------------------------------------------------------


@cache
def _routes(model: ServiceModel) -> Sequence[Route]:
    """The most particular first."""
    return sorted((_route(*one) for one in model.routes), key=lambda route: route.weight, reverse=True)


def _route(operation: str, method: str, uri: str) -> Route:
    path, _, query = uri.partition("?")
    bare = path.rstrip("/") or "/"
    pattern, labels, end = "", [], 0
    for label in _LABEL.finditer(bare):
        pattern += re.escape(bare[end : label.start()]) + ("(.+)" if label[2] else "([^/]+)")
        labels.append(label[1])
        end = label.end()
    fixed = tuple((name, value if has else None) for name, has, value in (one.partition("=") for one in _parts(query)))
    literal = len(_LABEL.sub("", bare))
    greedy = "+}" in bare
    return Route(
        operation,
        method,
        re.compile(pattern + re.escape(bare[end:])),
        tuple(labels),
        fixed,
        (0 if greedy else 1, literal, len(fixed)),
    )


def _parts(query: str) -> list[str]:
    return query.split("&") if query else []


def _has(pairs: Pairs, name: str, value: str | None) -> bool:
    return any(given == name and value in (None, text) for given, text in pairs)


def _query_pairs(query: str) -> Pairs:
    try:
        return parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError:
        raise serialization("The query string of the request cannot be read.") from None


def _decoded(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise serialization("The path of the request cannot be read.") from None


# -- reading ---------------------------------------------------------------------------------------------------------


def _bound(shape: Shape, name: str, member: Member, found: Found, headers: Mapping[str, str]) -> Any:
    wire = member.wire_name or name
    if member.location == "uri":
        return from_text(member.shape, found.labels[wire])
    if member.location == "querystring":
        return _from_query(shape, wire, member, found.query)
    if member.location == "header":
        text = headers.get(wire.lower())
        if text is None or member.shape.of is None:
            return None if text is None else from_text(member.shape, text)
        return [from_text(member.shape.of.shape, one.strip()) for one in text.split(",")]
    if member.location == "headers":
        prefix = wire.lower()
        return {key[len(prefix) :]: text for key, text in headers.items() if key.startswith(prefix)} or None
    return None


def _from_query(shape: Shape, wire: str, member: Member, pairs: Pairs) -> Any:
    given = [text for key, text in pairs if key == wire]
    if member.shape.kind == "map":
        taken = {one.wire_name or name for name, one in shape.members.items() if one.location == "querystring"}
        rest: dict[str, Any] = {}
        for key, text in pairs:
            if key not in taken:
                rest.setdefault(key, []).append(text)
        assert member.shape.of is not None
        is_list = member.shape.of.shape.kind == "list"
        return {key: texts if is_list else texts[0] for key, texts in rest.items()} or None
    if not given:
        return None
    if member.shape.of is not None:
        return [from_text(member.shape.of.shape, text) for text in given]
    if len(given) > 1:
        raise serialization(f"{wire} is given twice.")
    return from_text(member.shape, given[0])


def _read_body(understood: Understood, shape: Shape, content: bytes) -> None:
    payload = shape.members[shape.payload] if shape.payload else None
    if understood.protocol == REST_XML:
        understood.content = content
        _read_xml(understood, shape, payload, content)
    elif payload is not None and payload.shape.kind in ("blob", "string"):
        understood.content = content
    elif payload is not None:
        assert shape.payload is not None
        if content.strip():
            understood.parameters[shape.payload] = known(payload.shape, parse_object(content))
    elif content.strip() and any(member.location is None for member in shape.members.values()):
        given = known(shape, parse_object(content))
        in_body = {name: value for name, value in given.items() if shape.members[name].location is None}
        understood.parameters.update(in_body)


def _read_xml(understood: Understood, shape: Shape, payload: Member | None, content: bytes) -> None:
    """Raises AwsError MalformedXML, SerializationException."""
    if not content.strip():
        return
    if payload is None:
        if any(member.location is None for member in shape.members.values()):
            understood.parameters.update(read_structure(shape, content))
    elif payload.shape.kind == "structure":
        assert shape.payload is not None
        understood.parameters[shape.payload] = read_structure(payload.shape, content)


# -- writing ---------------------------------------------------------------------------------------------------------


def _label_text(understood: Understood, label: re.Match[str]) -> str:
    shape = understood.operation.input
    assert shape is not None
    name = next(one for one, member in shape.members.items() if (member.wire_name or one) == label[1])
    return quote(to_text(understood.parameters[name]), safe=_SAFE + ("/" if label[2] else ""))


def _pairs_of(wire: str, value: Any) -> Pairs:
    if isinstance(value, dict):
        return [
            (key, to_text(one)) for key, held in value.items() for one in (held if isinstance(held, list) else [held])
        ]
    return [(wire, to_text(one)) for one in (value if isinstance(value, list) else [value])]


def _body(understood: Understood) -> tuple[bytes, str]:
    """And its type, if it has one."""
    shape = understood.operation.input
    if understood.content is not None:
        return understood.content, understood.content_type
    if shape is None:
        return b"", ""
    if shape.payload:
        payload = understood.parameters.get(shape.payload)
        inner = shape.members[shape.payload].shape
        return (b"", "") if payload is None else (render(on_wire(inner, payload)), "application/json")
    in_body = {name for name, member in shape.members.items() if member.location is None}
    if not in_body:
        return b"", ""
    given = {name: value for name, value in understood.parameters.items() if name in in_body}
    return render(on_wire(shape, given)), "application/json"
