"""A plan as stable text: one line a row, for people and for golden files."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from skywalk.plan.plan import Plan
from skywalk.values.record import encode


def render_plan(plan: Plan) -> str:
    """Sections in the order of the plan's fields; a row's fields that say nothing are left out."""
    lines = [f"plan of {plan.vpc_id}"]
    for field in dataclasses.fields(plan):
        value = getattr(plan, field.name)
        rows = value if isinstance(value, tuple) else (value,)
        if field.name == "vpc_id" or not rows:
            continue
        lines += ["", field.name]
        lines += [f"  {line}" for row in rows for line in _render_row(row)]
    return "\n".join(lines) + "\n"


def _render_row(row: Any) -> Iterator[str]:
    data = encode(row)
    origin = data.pop("origin")
    yield f"{_render_fields(data)}  # {origin['resource_id']}: {origin['reason']}"


def _render_fields(data: Mapping[str, Any]) -> str:
    shown = ((name, _render_value(value)) for name, value in data.items())
    return " ".join(f"{name}={value}" for name, value in shown if value not in ("", "none"))


def _render_value(value: Any) -> str:
    if value is None or value == []:
        return "none"
    if isinstance(value, list):
        return "[" + ", ".join(_render_value(member) for member in value) + "]"
    if isinstance(value, Mapping):
        return "{" + _render_fields({key: member for key, member in value.items() if key != "origin"}) + "}"
    return str(value)
