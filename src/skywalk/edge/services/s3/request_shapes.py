"""What S3's model requires of requests: `request_shapes.json`, written by `tools/generate_s3_requests.py`.

The file has `operations` and `shapes`. An operation has constraints of its `headers` and its `query` by name (`type`
`string` and `list`, which is separated by commas, with an `enum`; `integer`, `long`) and, where its body is a document,
`body`: the name of the root element and its shape. A shape has `type` and, where the model has one, `enum`; a structure
has `members` (element → shape, and whether the elements of a list stand in the structure itself), `required` and
`attributes`, a list has `element` and `of`: the name and the shape of what it holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("request_shapes.json")


@dataclass(frozen=True, slots=True)
class Constraint:
    """Of the text of a header or a query parameter."""

    kind: str
    enum: tuple[str, ...]


@dataclass(slots=True)
class Shape:
    """Not changed once it is loaded; shapes name each other."""

    kind: str
    enum: tuple[str, ...]
    required: tuple[str, ...]
    attributes: tuple[str, ...]
    element: str
    members: dict[str, Member] = field(default_factory=dict)
    of: Shape | None = None


@dataclass(frozen=True, slots=True)
class Member:
    shape: Shape
    is_flattened: bool


@dataclass(frozen=True, slots=True)
class Document:
    root: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class OperationShape:
    headers: Mapping[str, Constraint]
    query: Mapping[str, Constraint]
    body: Document | None


def load() -> Mapping[str, OperationShape]:
    """By operation, those that have any constraint."""
    table = json.loads(_FILE.read_bytes())
    shapes = {name: _shape(row) for name, row in table["shapes"].items()}
    for name, row in table["shapes"].items():
        members = row.get("members", {}).items()
        shapes[name].members = {element: Member(shapes[target], flat) for element, (target, flat) in members}
        shapes[name].of = shapes[row["of"]] if "of" in row else None
    return {name: _operation(row, shapes) for name, row in table["operations"].items()}


def _shape(row: Mapping[str, Any]) -> Shape:
    return Shape(
        row["type"],
        tuple(row.get("enum", ())),
        tuple(row.get("required", ())),
        tuple(row.get("attributes", ())),
        row.get("element", ""),
    )


def _operation(row: Mapping[str, Any], shapes: Mapping[str, Shape]) -> OperationShape:
    body = row.get("body")
    return OperationShape(
        _constraints(row.get("headers", {})),
        _constraints(row.get("query", {})),
        None if body is None else Document(body[0], shapes[body[1]]),
    )


def _constraints(rows: Mapping[str, Any]) -> Mapping[str, Constraint]:
    return {name: Constraint(row["type"], tuple(row.get("enum", ()))) for name, row in rows.items()}


OPERATIONS = load()
