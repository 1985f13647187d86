"""What DynamoDB's model requires of requests: `request_shapes.json`, written by `tools/generate_dynamodb_requests.py`.

The file has `inputs` (operation → shape) and `shapes` (name → row). A row has `type`, where the model has them `min`,
`max` (of a number, or of a length) and `enum`; a structure has `members` (name → shape) and `required`, a list or map
`of` (the shape of what it holds). The type `attribute` is that of attribute values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("request_shapes.json")


@dataclass(slots=True)
class Shape:
    """Not changed once it is loaded; shapes name each other."""

    kind: str
    least: int | None
    most: int | None
    enum: tuple[str, ...]
    required: tuple[str, ...]
    members: dict[str, Shape] = field(default_factory=dict)
    of: Shape | None = None


def load() -> Mapping[str, Shape]:
    """The input of each operation."""
    table = json.loads(_FILE.read_bytes())
    shapes = {name: _shape(row) for name, row in table["shapes"].items()}
    for name, row in table["shapes"].items():
        shapes[name].members = {member: shapes[target] for member, target in row.get("members", {}).items()}
        shapes[name].of = shapes[row["of"]] if "of" in row else None
    return {operation: shapes[name] for operation, name in table["inputs"].items()}


def _shape(row: Mapping[str, Any]) -> Shape:
    return Shape(
        row["type"], row.get("min"), row.get("max"), tuple(row.get("enum", ())), tuple(row.get("required", ()))
    )


INPUTS = load()
