"""Generate what S3 requires of its requests, from botocore's model of the service.

    python tools/generate_s3_requests.py

Writes `src/skywalk/edge/services/s3/request_shapes.json`, in the form that `skywalk.edge.services.s3.request_shapes`
documents.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

from skywalk.edge.services.s3.operations import BUCKET_OPERATIONS, LIST_BUCKETS, LIST_OBJECTS_V2, OBJECT_OPERATIONS

REPOSITORY = Path(__file__).resolve().parent.parent
SHAPES = Path("src/skywalk/edge/services/s3/request_shapes.json")
_LOCATIONS = {"header": "headers", "querystring": "query"}
_CHECKED_TYPES = frozenset({"integer", "long"})
_NOT_CHECKED = frozenset({"x-amz-acl", "x-amz-request-payer", "x-amz-checksum-mode", "list-type"})
"""The model's canned ACLs are not all that S3 takes; S3 does not mind values of the others that it does not know."""
_IN_OWN_WORDS = frozenset({"BucketLocationConstraint", "Event"})
"""Wrong values of these are refused by a code of their own."""
_OF_COPIES = ("CopyObject", "UploadPartCopy")
_OWN_READER = frozenset({"DeleteObjects"})
"""Bodies that decide about permissions have readers of their own."""


def load_model() -> dict[str, Any]:
    loaded: dict[str, Any] = Loader().load_service_model("s3", "service-2")
    return loaded


def generate(model: dict[str, Any]) -> dict[str, Any]:
    rows = {name: row for name in _names() if (row := _operation(model, name))}
    found: dict[str, Any] = {}
    waiting = [row["body"][1] for row in rows.values() if "body" in row]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _shape(model["shapes"], name)
            waiting += _references(found[name])
    return {"operations": rows, "shapes": dict(sorted(found.items()))}


def _names() -> list[str]:
    served = [*BUCKET_OPERATIONS.values(), *OBJECT_OPERATIONS.values(), LIST_BUCKETS, LIST_OBJECTS_V2]
    listings = [one.name.replace("Get", "List", 1) + "s" for one in served if "id" in one.parameters]
    return sorted({one.name for one in served} | {*_OF_COPIES, *listings})


def _operation(model: dict[str, Any], name: str) -> dict[str, Any]:
    operation = model["operations"].get(name)
    if operation is None or "input" not in operation:
        return {}
    shapes = model["shapes"]
    shape = shapes[operation["input"]["shape"]]
    made: dict[str, Any] = {}
    for member in shape["members"].values():
        place = _LOCATIONS.get(member.get("location", ""))
        constraint = _constraint(shapes, shapes[member["shape"]])
        if place is not None and constraint and _wire_name(member) not in _NOT_CHECKED:
            made.setdefault(place, {})[_wire_name(member)] = constraint
    body = _body(operation, shape, shapes)
    if body and name not in _OWN_READER:
        made["body"] = body
    return made


def _wire_name(member: dict[str, Any]) -> str:
    name: str = member["locationName"]
    return name.lower() if member["location"] == "header" else name


def _constraint(shapes: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    """Of the text of a header or query parameter."""
    if shape["type"] == "list":
        listed = _constraint(shapes, shapes[shape["member"]["shape"]])
        return {"type": "list", "enum": listed["enum"]} if "enum" in listed else {}
    if "enum" in shape:
        return {"type": "string", "enum": shape["enum"]}
    return {"type": shape["type"]} if shape["type"] in _CHECKED_TYPES else {}


def _body(operation: dict[str, Any], shape: dict[str, Any], shapes: dict[str, Any]) -> list[str]:
    """Its root element and shape, of documents."""
    if "payload" in shape:
        member = shape["members"][shape["payload"]]
        if shapes[member["shape"]]["type"] != "structure":
            return []
        return [member.get("locationName", member["shape"]), member["shape"]]
    root = operation["input"].get("locationName")
    return [root, operation["input"]["shape"]] if root else []


def _shape(shapes: dict[str, Any], name: str) -> dict[str, Any]:
    shape = shapes[name]
    made: dict[str, Any] = {"type": shape["type"]}
    if shape["type"] == "string" and "enum" in shape and name not in _IN_OWN_WORDS:
        made["enum"] = shape["enum"]
    if shape["type"] == "structure":
        inside = {key: member for key, member in shape["members"].items() if "location" not in member}
        made["members"] = {
            member.get("locationName", key): [
                member["shape"],
                bool(member.get("flattened") or shapes[member["shape"]].get("flattened")),
            ]
            for key, member in inside.items()
        }
        made["required"] = [inside[key].get("locationName", key) for key in shape.get("required", []) if key in inside]
        made["attributes"] = [one["locationName"] for one in inside.values() if one.get("xmlAttribute")]
    elif shape["type"] == "list":
        made["of"] = shape["member"]["shape"]
        made["element"] = shape["member"].get("locationName", "member")
    return made


def _references(made: dict[str, Any]) -> list[str]:
    return [*(shape for shape, _ in made.get("members", {}).values()), *([made["of"]] if "of" in made else [])]


def _lines(table: dict[str, Any]) -> str:
    return ",\n".join(f"{json.dumps(name)}:{json.dumps(row, separators=(',', ':'))}" for name, row in table.items())


def render(table: dict[str, Any]) -> str:
    return f'{{"operations":{{\n{_lines(table["operations"])}\n}},\n"shapes":{{\n{_lines(table["shapes"])}\n}}}}\n'


def main() -> None:
    (REPOSITORY / SHAPES).write_text(render(generate(load_model())))


if __name__ == "__main__":
    main()
