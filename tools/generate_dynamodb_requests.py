"""Generate what DynamoDB requires of its requests, from botocore's model of the service.

    python tools/generate_dynamodb_requests.py

Writes `src/skywalk/edge/services/dynamodb/request_shapes.json`, in the form that
`skywalk.edge.services.dynamodb.request_shapes` documents: the shapes that the inputs of the served operations reach.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

from skywalk.edge.services.dynamodb.operations import OPERATIONS

REPOSITORY = Path(__file__).resolve().parent.parent
SHAPES = Path("src/skywalk/edge/services/dynamodb/request_shapes.json")
_CONSTRAINTS = ("min", "max", "enum")
ATTRIBUTE_VALUE = "AttributeValue"
"""Its members are not constraints of the model's: exactly one is given. The edge knows them by heart."""


def load_model() -> dict[str, Any]:
    loaded: dict[str, Any] = Loader().load_service_model("dynamodb", "service-2")
    return loaded


def generate(model: dict[str, Any]) -> dict[str, Any]:
    inputs = {name: model["operations"][name]["input"]["shape"] for name in sorted(OPERATIONS)}
    found: dict[str, Any] = {}
    waiting = list(inputs.values())
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = row(name, model["shapes"][name])
            waiting += references(found[name])
    return {"inputs": inputs, "shapes": dict(sorted(found.items()))}


def row(name: str, shape: dict[str, Any]) -> dict[str, Any]:
    """A shape, as far as requests are checked against it."""
    if name == ATTRIBUTE_VALUE:
        return {"type": "attribute"}
    made: dict[str, Any] = {"type": shape["type"], **{key: shape[key] for key in _CONSTRAINTS if key in shape}}
    if shape["type"] == "structure":
        made["members"] = {member: target["shape"] for member, target in shape["members"].items()}
        made["required"] = shape.get("required", [])
    elif shape["type"] in ("list", "map"):
        made["of"] = shape["member" if shape["type"] == "list" else "value"]["shape"]
    return made


def references(made: dict[str, Any]) -> list[str]:
    return [*made.get("members", {}).values(), *([made["of"]] if "of" in made else [])]


def render(table: dict[str, Any]) -> str:
    lines = (f"{json.dumps(name)}:{json.dumps(made, separators=(',', ':'))}" for name, made in table["shapes"].items())
    inputs = json.dumps(table["inputs"], separators=(",", ":"))
    return f'{{"inputs":{inputs},\n"shapes":{{\n' + ",\n".join(lines) + "\n}}\n"


def main() -> None:
    (REPOSITORY / SHAPES).write_text(render(generate(load_model())))


if __name__ == "__main__":
    main()
