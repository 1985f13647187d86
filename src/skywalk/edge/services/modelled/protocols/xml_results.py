"""The result of an operation in the query protocol, written from what a backend answered in JSON.

For services whose backend is spoken to in JSON though the client speaks the query protocol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.protocols.forms import text_of_xml
from skywalk.edge.services.modelled.protocols.query_protocol import is_flattened, query_name
from skywalk.edge.services.modelled.protocols.text_values import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from skywalk.edge.services.modelled.service_models import Member, Operation, ServiceModel, Shape


def render_result(model: ServiceModel, operation: Operation, answer: Mapping[str, Any], request_id: str) -> bytes:
    result = ""
    if operation.output is not None:
        wrapper = operation.result_wrapper or f"{operation.name}Result"
        result = f"<{wrapper}>{''.join(_members(operation.output, answer))}</{wrapper}>"
    return (
        f'<?xml version="1.0"?><{operation.name}Response xmlns="{model.xml_namespace}">{result}'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation.name}Response>"
    ).encode()


def _members(shape: Shape, value: Mapping[str, Any]) -> Iterator[str]:
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _member(member, value[name], query_name(name, member))


def _member(member: Member, value: Any, name: str) -> Iterator[str]:
    shape = member.shape
    if shape.kind == "structure":
        yield f"<{name}>{''.join(_members(shape, value))}</{name}>"
    elif shape.of is None:
        yield f"<{name}>{text_of_xml(to_text(value))}</{name}>"
    elif shape.kind == "list":
        item = name if is_flattened(member) else shape.of.query_name or "member"
        items = "".join(piece for one in value for piece in _member(shape.of, one, item))
        yield items if is_flattened(member) else f"<{name}>{items}</{name}>"
    else:
        entry = name if is_flattened(member) else "entry"
        entries = "".join(f"<{entry}>{_entry(shape, key, one)}</{entry}>" for key, one in value.items())
        yield entries if is_flattened(member) else f"<{name}>{entries}</{name}>"


def _entry(shape: Shape, key: str, value: Any) -> str:
    assert shape.key is not None
    assert shape.of is not None
    key_name = shape.key.query_name or "key"
    held = "".join(_member(shape.of, value, shape.of.query_name or "value"))
    return f"<{key_name}>{text_of_xml(key)}</{key_name}>{held}"
