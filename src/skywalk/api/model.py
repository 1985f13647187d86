"""The codec tables of a service, loaded at first use.

A table (`shapes/<service>.json`, written by tools/generate_shapes.py) holds `protocol`, `version`, `namespace`,
`target` (of JSON protocols, in front of an operation's name), `operations` (name → `in`, `out`, `wrap`, `http`: input
shape, output shape, element around the result, and for REST method, path and status) and the shapes of requests
(`in`) and of answers (`out`) by name. A shape is one of

    {"m": {member: [shape, wire name]}, "r": [required members]}    structure; with REST, a third part says where a
                                                                    member is that is not in the body
    {"l": shape, "i": item name}                                    list; without an item name it is flat
    {"k": [shape, name], "v": [shape, name], "i": "entry"}          map; without an entry name it is flat
    {"s": kind}                                                     scalar

and lists and scalars of requests may carry bounds: `n` and `x` (lengths, or values of numbers), `p` a pattern (as
the model has it, in Java's syntax), `e` the values of an enumeration.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from skywalk.values.errors import SkywalkError

# Not by importlib.resources: importing that takes longer than loading a table.
_TABLES = Path(__file__).with_name("shapes")

Protocol = Literal["ec2", "query", "rest-xml", "json"]
Kind = Literal["string", "percent_encoded", "integer", "long", "boolean", "timestamp", "blob", "float"]


class ShapeError(SkywalkError):
    """A service, operation, member or value that the tables do not have: a mistake in skywalk, not of the client."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a request's value must satisfy; lengths of texts and lists, values of numbers."""

    minimum: int | None = None
    maximum: int | None = None
    pattern: str | None = None
    choices: tuple[str, ...] = ()


UNBOUNDED = Bounds()


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a structure: its name in dicts, its name on the wire, its shape's name, and with REST where it is:
    `uri`, `querystring`, `header`, or nothing for the body."""

    name: str
    wire_name: str
    shape: str
    location: str = ""


@dataclass(frozen=True, slots=True)
class Structure:
    """`members` by their names, `by_wire_name` the same ones by their names on the wire."""

    members: Mapping[str, Member]
    by_wire_name: Mapping[str, Member]
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class List:
    """`item` is the wire name around each element; None where elements follow the list's own name directly."""

    member: str
    item: str | None
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class Map:
    """`entry` is the wire name around each pair; None as with List."""

    key: Member
    value: Member
    entry: str | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value; `kind` says how it is written."""

    kind: Kind
    bounds: Bounds


Shape = Structure | List | Map | Scalar


@dataclass(frozen=True, slots=True)
class Operation:
    """Names of an operation's shapes (None where it has none), and of the element around its result; with REST, its
    method, its path (`/2013-04-01/hostedzone/{Id}`) and the status of its answers."""

    name: str
    input: str | None
    output: str | None
    wrapper: str | None
    method: str = "POST"
    path: str = "/"
    status: int = 200


class ServiceModel:
    """One service's table; shapes are made when they are first asked for."""

    def __init__(self, name: str, table: Mapping[str, Any]) -> None:
        self.name = name
        self.protocol: Protocol = table["protocol"]
        self.version: str = table["version"]
        self.namespace: str = table["namespace"]
        self.target: str = table.get("target", "")
        self.operations: dict[str, Operation] = {
            operation: Operation(
                operation, entry.get("in"), entry.get("out"), entry.get("wrap"), *entry.get("http", ())
            )
            for operation, entry in table["operations"].items()
        }
        self._entries = {"in": table["in"], "out": table["out"]}
        self._inputs: dict[str, Shape] = {}
        self._outputs: dict[str, Shape] = {}

    def operation(self, name: str) -> Operation:
        """Raises ShapeError where the table has no such operation."""
        found = self.operations.get(name)
        if found is None:
            raise ShapeError(f"{self.name} has no operation {name} in its table")
        return found

    def input_shape(self, name: str) -> Shape:
        if name not in self._inputs:
            self._inputs[name] = _shape(self._entries["in"][name])
        return self._inputs[name]

    def output_shape(self, name: str) -> Shape:
        if name not in self._outputs:
            self._outputs[name] = _shape(self._entries["out"][name])
        return self._outputs[name]


@cache
def load_service(name: str) -> ServiceModel:
    """The model of `ec2`, `iam`, `route53` or another service. Raises ShapeError for a service without a table."""
    path = _TABLES / f"{name}.json"
    if not name.isalnum() or not path.is_file():
        raise ShapeError(f"no codec table for service {name!r}")
    return ServiceModel(name, json.loads(path.read_text("utf-8")))


def _shape(entry: Mapping[str, Any]) -> Shape:
    if "m" in entry:
        members = {
            name: Member(name, wire_name, shape, *where) for name, (shape, wire_name, *where) in entry["m"].items()
        }
        by_wire_name = {member.wire_name: member for member in members.values()}
        return Structure(members, by_wire_name, tuple(entry.get("r", ())))
    if "l" in entry:
        return List(entry["l"], entry.get("i"), _bounds(entry))
    if "k" in entry:
        (key, key_name), (value, value_name) = entry["k"], entry["v"]
        return Map(Member("key", key_name, key), Member("value", value_name, value), entry.get("i"))
    return Scalar(entry["s"], _bounds(entry))


def _bounds(entry: Mapping[str, Any]) -> Bounds:
    if entry.keys().isdisjoint("nxpe"):
        return UNBOUNDED
    return Bounds(entry.get("n"), entry.get("x"), entry.get("p"), tuple(entry.get("e", ())))
