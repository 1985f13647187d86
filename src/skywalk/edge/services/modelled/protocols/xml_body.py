"""Parameters in a body of XML, as the REST protocol with XML has them.

Source: Smithy, "AWS restXml protocol", "XML bindings".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.protocols.errors import serialization
from skywalk.edge.services.modelled.protocols.text_values import from_text
from skywalk.edge.services.s3.xml_document import Element, parse_document

if TYPE_CHECKING:
    from skywalk.edge.services.modelled.service_models import Member, Shape

_LIST_MEMBER = "member"
_MAP_ENTRY, _MAP_KEY, _MAP_VALUE = "entry", "key", "value"


def read_structure(shape: Shape, content: bytes) -> dict[str, Any]:
    """Whatever its root is called. Raises AwsError MalformedXML, SerializationException."""
    return structure_of(shape, parse_document(content))


def _value(shape: Shape, element: Element) -> Any:
    if shape.kind == "structure":
        return structure_of(shape, element)
    if shape.kind == "list":
        assert shape.of is not None
        return [_value(shape.of.shape, one) for one in element.all(shape.of.wire_name or _LIST_MEMBER)]
    if shape.kind == "map":
        return dict(_entry(shape, one) for one in element.all(_MAP_ENTRY))
    return from_text(shape, element.text)


def structure_of(shape: Shape, element: Element) -> dict[str, Any]:
    """Raises AwsError SerializationException."""
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        if member.location is None:
            given = _member(name, member, element)
            if given is not None:
                found[name] = given
    return found


def _member(name: str, member: Member, element: Element) -> Any:
    shape, given = member.shape, element.all(member.wire_name or name)
    if not given:
        return None
    if shape.is_flattened or member.is_flattened:
        if shape.kind == "map":
            return dict(_entry(shape, one) for one in given)
        assert shape.of is not None
        return [_value(shape.of.shape, one) for one in given]
    if len(given) > 1:
        raise serialization(f"{name} is given twice.")
    return _value(shape, given[0])


def _entry(shape: Shape, element: Element) -> tuple[str, Any]:
    assert shape.key is not None
    assert shape.of is not None
    key, value = element.find(shape.key.wire_name or _MAP_KEY), element.find(shape.of.wire_name or _MAP_VALUE)
    if key is None or value is None:
        raise serialization("A map's entry has no key or no value.")
    return key.text, _value(shape.of.shape, value)
