"""Frozen dataclasses to JSON values and back, by their type annotations.

Taken: str, int, float, bool, None, datetime, addresses and networks, enums with string values, Literal, tuples,
frozensets (as sorted lists), string-keyed mappings, nested dataclasses, and unions of one of these with None.
Of a union, the first member that fits is taken, plain text last.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, TypeVar

from skywalk.values.addresses import Address, Network, read_network
from skywalk.values.clock import format_timestamp

T = TypeVar("T")
_ADDRESSES = frozenset(typing.get_args(Address))
_NETWORKS = frozenset(typing.get_args(Network))
_AS_TEXT = (IPv4Address, IPv6Address, IPv4Network, IPv6Network)


def encode(value: Any) -> Any:
    """The JSON value of a record, or of anything a record may hold."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    if dataclasses.is_dataclass(value):
        return {name: encode(getattr(value, name)) for name in _field_names(value.__class__)}
    if isinstance(value, _AS_TEXT):
        return str(value)
    if isinstance(value, datetime):
        return format_timestamp(value)
    if isinstance(value, (frozenset, set)):
        return sorted(encode(member) for member in value)
    if isinstance(value, (tuple, list)):
        return [encode(member) for member in value]
    if isinstance(value, Mapping):
        return {key: encode(member) for key, member in value.items()}
    raise TypeError(f"{type(value).__name__} has no JSON form")


def decode(cls: type[T], data: Any) -> T:
    """The record of type `cls` that `encode` made `data` from. Raises ValueError, TypeError or KeyError."""
    annotation: Any = cls
    return typing.cast("T", _decoder(annotation)(data))


@cache
def _field_names(cls: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls))


@cache
def _decoder(annotation: Any) -> Callable[[Any], Any]:
    origin = typing.get_origin(annotation)
    if origin is not None:
        return _generic_decoder(annotation, origin)
    if isinstance(annotation, typing.NewType):
        return _decoder(annotation.__supertype__)
    if dataclasses.is_dataclass(annotation):
        return _dataclass_decoder(typing.cast("type", annotation))
    if annotation is datetime:
        return datetime.fromisoformat
    if annotation in _ADDRESSES:
        return ip_address
    if annotation in _NETWORKS:
        return read_network
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return annotation
    return lambda data: data


def _generic_decoder(annotation: Any, origin: Any) -> Callable[[Any], Any]:
    members = typing.get_args(annotation)
    if origin is tuple:
        return _tuple_decoder(members)
    if origin is frozenset:
        one = _decoder(members[0])
        return lambda data: frozenset(one(item) for item in data)
    if origin in (typing.Union, types.UnionType):
        return _union_decoder(members)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        of_value = _decoder(members[1])
        return lambda data: {key: of_value(item) for key, item in data.items()}
    return lambda data: data  # Literal


def _tuple_decoder(members: tuple[Any, ...]) -> Callable[[Any], Any]:
    if len(members) == 2 and members[1] is Ellipsis:
        one = _decoder(members[0])
        return lambda data: tuple(one(item) for item in data)
    each = [_decoder(member) for member in members]
    return lambda data: tuple(of(item) for of, item in zip(each, data, strict=True))


def _union_decoder(members: tuple[Any, ...]) -> Callable[[Any], Any]:
    real = [member for member in members if member is not types.NoneType]
    if set(real) <= _ADDRESSES:
        present: Callable[[Any], Any] = ip_address
    elif set(real) <= _NETWORKS:
        present = read_network
    elif len(real) == 1:
        present = _decoder(real[0])
    else:
        present = _first_that_fits(real)
    return lambda data: None if data is None else present(data)


def _first_that_fits(members: list[Any]) -> Callable[[Any], Any]:
    # A network before a plain text: "10.0.0.0/16" is a network, "pl-63a5400a" is none.
    each = [_decoder(member) for member in sorted(members, key=lambda member: member is str)]

    def decode_first(data: Any) -> Any:
        for one in each:
            try:
                return one(data)
            except (ValueError, TypeError, KeyError, AttributeError):
                continue
        raise ValueError(f"{data!r} fits none of {members}")

    return decode_first


def _dataclass_decoder(cls: type) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(cls)
    of_field = {field.name: _decoder(hints[field.name]) for field in dataclasses.fields(cls)}

    def decode_fields(data: Mapping[str, Any]) -> Any:
        return cls(**{name: of(data[name]) for name, of in of_field.items() if name in data})

    return decode_fields
