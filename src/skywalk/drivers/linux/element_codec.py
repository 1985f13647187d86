"""Elements of sets and maps as the kernel's bytes, and back. Pure.

Source: include/uapi/linux/netfilter/nf_tables.h. An interval of one field is two elements there, its start and,
marked so, the first value after its end; one of several fields is an element with a second key.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address

from skywalk.drivers.linux.netlink import NESTED, attribute, parse_attributes
from skywalk.drivers.linux.sets import DataType, Element, SetDeclaration, Value

_LIST_ELEMENT = 1
_ELEMENT_KEY, _ELEMENT_DATA, _ELEMENT_FLAGS, _ELEMENT_KEY_END = 1, 2, 3, 10
_INTERVAL_END = 1
_DATA_VALUE, _DATA_VERDICT, _VERDICT_CODE, _VERDICT_CHAIN = 1, 2, 1, 2
_GOTO = -4
_DEVICE_BYTES = 16


def encode_elements(declaration: SetDeclaration, elements: Iterable[Element]) -> bytes:
    """The content of a list of elements."""
    return b"".join(_encode_element(declaration, element) for element in elements)


def decode_elements(declaration: SetDeclaration, lists: Iterable[bytes]) -> frozenset[Element]:
    """The elements of all of a set's lists (the kernel cuts long ones)."""
    raw = [dict(parse_attributes(entry)) for data in lists for _, entry in parse_attributes(data)]
    if _is_plain_interval(declaration):
        return frozenset(_decode_intervals(raw))
    return frozenset(_decode_element(declaration, entry) for entry in raw)


def _is_plain_interval(declaration: SetDeclaration) -> bool:
    return declaration.is_interval and len(declaration.key) == 1


def _encode_element(declaration: SetDeclaration, element: Element) -> bytes:
    key = _encode_key(declaration.key, element.key)
    if _is_plain_interval(declaration):
        return _encode_interval(key, _encode_key(declaration.key, element.last or element.key))
    body = attribute(NESTED | _ELEMENT_KEY, attribute(_DATA_VALUE, key))
    if declaration.is_interval:
        last = _encode_key(declaration.key, element.last or element.key)
        body += attribute(NESTED | _ELEMENT_KEY_END, attribute(_DATA_VALUE, last))
    if declaration.data is not None and element.data is not None:
        body += attribute(NESTED | _ELEMENT_DATA, _encode_data(declaration.data, element.data))
    return attribute(NESTED | _LIST_ELEMENT, body)


def _encode_interval(first: bytes, last: bytes) -> bytes:
    """Two elements: where it starts and, marked so, the first value after it; none after the highest of all."""
    start = attribute(NESTED | _ELEMENT_KEY, attribute(_DATA_VALUE, first))
    encoded = attribute(NESTED | _LIST_ELEMENT, start)
    after = int.from_bytes(last, "big") + 1
    if after < 1 << 8 * len(last):
        end = attribute(NESTED | _ELEMENT_KEY, attribute(_DATA_VALUE, after.to_bytes(len(last), "big")))
        end += attribute(_ELEMENT_FLAGS, struct.pack(">I", _INTERVAL_END))
        encoded += attribute(NESTED | _LIST_ELEMENT, end)
    return encoded


def _encode_key(types: tuple[DataType, ...], values: tuple[Value, ...]) -> bytes:
    parts = [_encode_value(kind, value) for kind, value in zip(types, values, strict=True)]
    if len(parts) == 1:
        return parts[0]
    # In a key of several fields each starts at a register of four bytes.
    return b"".join(part + b"\0" * (-len(part) % 4) for part in parts)


def _encode_data(kind: DataType, value: Value) -> bytes:
    if kind is DataType.VERDICT:
        verdict = attribute(_VERDICT_CODE, struct.pack(">i", _GOTO)) + attribute(_VERDICT_CHAIN, str(value))
        return attribute(NESTED | _DATA_VERDICT, verdict)
    return attribute(_DATA_VALUE, _encode_value(kind, value))


def _encode_value(kind: DataType, value: Value) -> bytes:
    match kind:
        case DataType.DEVICE:
            return str(value).encode().ljust(_DEVICE_BYTES, b"\0")
        case DataType.ADDRESS:
            return IPv4Address(value).packed
        case DataType.PROTOCOL:
            return struct.pack("=B", value)
        case DataType.SERVICE:
            return struct.pack(">H", value)
        case DataType.MARK:
            return struct.pack("=I", value)
        case DataType.ZONE:
            return struct.pack("=H", value)
        case DataType.VERDICT:
            raise ValueError("a verdict is no key")


_SIZES = {
    DataType.DEVICE: _DEVICE_BYTES,
    DataType.ADDRESS: 4,
    DataType.PROTOCOL: 1,
    DataType.SERVICE: 2,
    DataType.MARK: 4,
    DataType.ZONE: 2,
}


def _decode_element(declaration: SetDeclaration, entry: dict[int, bytes]) -> Element:
    key = _decode_key(declaration.key, _value_of(entry[_ELEMENT_KEY]))
    last = None
    if declaration.is_interval:
        last = _decode_key(declaration.key, _value_of(entry.get(_ELEMENT_KEY_END, entry[_ELEMENT_KEY])))
    data = None
    if declaration.data is not None and _ELEMENT_DATA in entry:
        data = _decode_data(declaration.data, entry[_ELEMENT_DATA])
    return Element(key, last, data)


def _decode_intervals(entries: list[dict[int, bytes]]) -> Iterator[Element]:
    edges = sorted(
        (int.from_bytes(_value_of(entry[_ELEMENT_KEY]), "big"), _ELEMENT_FLAGS not in entry) for entry in entries
    )
    first: int | None = None
    for edge, is_start in edges:
        if is_start:
            first = edge
        elif first is not None:
            yield Element((IPv4Address(first),), (IPv4Address(edge - 1),))
            first = None
    if first is not None:
        yield Element((IPv4Address(first),), (IPv4Address("255.255.255.255"),))


def _value_of(data: bytes) -> bytes:
    return dict(parse_attributes(data))[_DATA_VALUE]


def _decode_key(types: tuple[DataType, ...], data: bytes) -> tuple[Value, ...]:
    values: list[Value] = []
    offset = 0
    for kind in types:
        size = _SIZES[kind]
        values.append(_decode_value(kind, data[offset : offset + size]))
        offset += (size + 3) & ~3
    return tuple(values)


def _decode_data(kind: DataType, data: bytes) -> Value:
    found = dict(parse_attributes(data))
    if kind is DataType.VERDICT:
        verdict = dict(parse_attributes(found[_DATA_VERDICT]))
        return _text(verdict.get(_VERDICT_CHAIN, b""))
    return _decode_value(kind, found[_DATA_VALUE])


def _decode_value(kind: DataType, data: bytes) -> Value:
    match kind:
        case DataType.DEVICE:
            return _text(data)
        case DataType.ADDRESS:
            return IPv4Address(data)
        case DataType.SERVICE:
            return int(struct.unpack_from(">H", data)[0])
        case DataType.PROTOCOL:
            return data[0]
        case DataType.ZONE:
            return int(struct.unpack_from("=H", data)[0])
        case _:
            return int(struct.unpack_from("=I", data)[0])


def _text(data: bytes) -> str:
    return data.rstrip(b"\0").decode()
