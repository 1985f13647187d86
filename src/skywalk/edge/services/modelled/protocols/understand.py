"""Which protocol a request speaks, which operation it asks for, and with which parameters.

A service that has several is told by the request: the protocol's own header, the target, a route, or a form.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from skywalk.edge.services.modelled.protocols import cbor_protocol, json_protocol, query_protocol, rest_protocol
from skywalk.edge.services.modelled.protocols.errors import serialization, unknown_operation
from skywalk.edge.services.modelled.service_models import CBOR, JSON, QUERY, REST_JSON, REST_XML

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from skywalk.edge.services.modelled.protocols.understood import Understood, Written
    from skywalk.edge.services.modelled.service_models import Operation, ServiceModel
    from skywalk.http1.request import RequestHead

_REST = (REST_JSON, REST_XML)

_WRITERS: Mapping[str, Callable[[Understood], Written]] = {
    CBOR: cbor_protocol.write,
    JSON: json_protocol.write,
    QUERY: query_protocol.write,
    REST_JSON: rest_protocol.write,
    REST_XML: rest_protocol.write,
}


def protocol_of(model: ServiceModel, head: RequestHead) -> str:
    """What the head says; where it says nothing, what is usual."""
    spoken = model.protocols
    if CBOR in spoken and head.fields.get(cbor_protocol.PROTOCOL_HEADER) == cbor_protocol.PROTOCOL_VALUE:
        return CBOR
    if JSON in spoken and "x-amz-target" in head.fields:
        return JSON
    rest = [one for one in spoken if one in _REST]
    if rest:
        return rest[0]
    if QUERY in spoken and (head.method == "GET" or _is_form(head)):
        return QUERY
    return usual_protocol(model)


def usual_protocol(model: ServiceModel) -> str:
    """The service's first in text: clients that speak CBOR say so."""
    return next((one for one in model.protocols if one != CBOR), CBOR)


def _is_form(head: RequestHead) -> bool:
    return head.fields.get("content-type", query_protocol.FORM).startswith(query_protocol.FORM)


@dataclass(slots=True)
class Reading:
    """A request whose operation is known. Its parameters are read when it is known who sent it."""

    protocol: str
    operation: Operation
    content: bytes = field(repr=False)
    parse: Callable[[], Understood] = field(repr=False)
    """Raises AwsError SerializationException."""


def find_operation(model: ServiceModel, protocol: str, head: RequestHead, content: bytes) -> Reading:
    """Raises AwsError UnknownOperationException, MissingAction, InvalidAction, SerializationException."""
    if protocol == CBOR:
        operation = cbor_protocol.find(model, _posted(head))
        return Reading(protocol, operation, content, lambda: cbor_protocol.parse(model, operation, content))
    if protocol == JSON:
        if _posted(head) != "/":
            raise unknown_operation()
        operation = json_protocol.find(model, head.fields.get("x-amz-target", ""))
        return Reading(protocol, operation, content, lambda: json_protocol.parse(model, operation, content))
    if protocol == QUERY:
        form = query_protocol.parse_form(head.query, content)
        operation = query_protocol.find(model, form)
        return Reading(protocol, operation, content, lambda: query_protocol.parse(model, operation, form, head.path))
    found = rest_protocol.find(model, head.method, head.path, head.query)
    return Reading(protocol, found.operation, content, lambda: rest_protocol.parse(model, found, head.fields, content))


def write(understood: Understood, protocol: str | None = None) -> Written:
    """As its own protocol or another has it."""
    return _WRITERS[protocol or understood.protocol](understood)


def unpacked(head: RequestHead, content: bytes, limit_bytes: int) -> bytes:
    """The body as it was before the client compressed it. Raises AwsError SerializationException."""
    encoding = head.fields.get("content-encoding", "identity")
    if encoding == "identity" or not content:
        return content
    if encoding != "gzip":
        raise serialization(f"A body of the encoding {encoding} cannot be read.")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(content, limit_bytes)
    except zlib.error:
        raise serialization("The body of the request is not compressed as it says.") from None
    if not unpacker.eof or unpacker.unused_data:
        raise serialization("The body of the request does not end as it should, or is too large.")
    return plain


def _posted(head: RequestHead) -> str:
    if head.method != "POST":
        raise unknown_operation()
    return head.path
