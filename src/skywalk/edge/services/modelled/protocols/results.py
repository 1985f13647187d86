"""The result of an operation in a backend's answer, whatever protocol that is in.

In JSON everything that is told, by the names that go over the wire; in XML what the model knows, by the model's names.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.protocols.xml_body import structure_of
from skywalk.edge.services.modelled.service_models import QUERY, REST_XML
from skywalk.edge.services.s3.xml_document import Element, parse_document
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.edge.services.modelled.service_models import Operation


def read_result(operation: Operation, protocol: str, content: bytes) -> dict[str, Any] | None:
    """None for what cannot be read."""
    try:
        if protocol in (QUERY, REST_XML):
            return _in_xml(operation, protocol, parse_document(content))
        found = json.loads(content)
    except (ValueError, AwsError):
        return None
    return found if isinstance(found, dict) else None


def _in_xml(operation: Operation, protocol: str, root: Element) -> dict[str, Any] | None:
    shape = operation.output
    if shape is None:
        return {}
    if protocol == QUERY:
        found = root if operation.result_wrapper is None else root.find(operation.result_wrapper)
        return None if found is None else structure_of(shape, found)
    if shape.payload is None:
        return structure_of(shape, root)
    payload = shape.members[shape.payload].shape
    return {shape.payload: structure_of(payload, root)} if payload.kind == "structure" else {}
