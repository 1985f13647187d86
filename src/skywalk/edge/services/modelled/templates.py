"""CloudFormation's templates: which resources they make, and whether the embedded backend makes them in truth.

`templates.json` has the types that it does: the action that making one needs, and where its name is. All others belong
to services that live elsewhere (EC2, S3, DynamoDB, IAM), or would be passed over in silence.
Source: CloudFormation User Guide, "Template reference"; Service Authorization Reference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("templates.json")
_LONGEST_BYTES = 51_200
"""Source: CloudFormation User Guide, "Understand CloudFormation quotas": template body size in a request."""


def refused_type(text: str) -> str | None:
    """Why a template is not taken; None also for one that cannot be read, which is the backend's to refuse."""
    template = parse_template(text)
    if template is None:
        return None
    if template.get("Transform"):
        return "templates are not transformed"
    for name, kind, properties in _resources(template):
        if kind not in _types():
            return f"the resource {name} is of the type {kind}, whose service lives elsewhere or is not there"
        problem = _refused_properties(kind, properties)
        if problem is not None:
            return f"the resource {name}: {problem}"
    return None


def made_resources(text: str, stack: str, region: str, account_id: str) -> Iterator[tuple[str, str]]:
    """The action and the ARN of every resource that a template makes. A name that is drawn begins with the stack's."""
    for name, kind, properties in _resources(parse_template(text) or {}):
        row = _types().get(kind)
        if row is not None:
            given = properties.get(row.get("name", ""))
            chosen = given if isinstance(given, str) else f"{stack}-{name}"
            arn = row.get("arn", "").format(region=region, account=account_id, name=chosen.removeprefix("/"))
            yield row["action"], f"arn:aws:{arn}" if arn else "*"


def parse_template(text: str) -> dict[str, Any] | None:
    if len(text.encode()) > _LONGEST_BYTES:
        return None
    try:
        template = json.loads(text) if text.lstrip().startswith("{") else _parse_yaml(text)
    except (ValueError, RecursionError):
        return None
    return template if isinstance(template, dict) else None


@cache
def _types() -> Mapping[str, Mapping[str, str]]:
    loaded: Mapping[str, Mapping[str, str]] = json.loads(_FILE.read_bytes())
    return loaded


def _resources(template: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    resources = template.get("Resources")
    for name, resource in (resources if isinstance(resources, dict) else {}).items():
        if isinstance(resource, dict):
            properties = resource.get("Properties")
            yield str(name), str(resource.get("Type")), properties if isinstance(properties, dict) else {}


def _refused_properties(kind: str, properties: Mapping[str, Any]) -> str | None:
    if kind == "AWS::KMS::Key" and '"Deny"' in json.dumps(properties.get("KeyPolicy"), default=str):
        return "policies of resources are not evaluated yet, and a Deny in them would deny nothing"
    subscriptions = properties.get("Subscription") if kind == "AWS::SNS::Topic" else None
    for one in subscriptions if isinstance(subscriptions, list) else ():
        if not isinstance(one, dict) or one.get("Protocol") != "sqs":
            return "messages are delivered to SQS queues alone"
    return None


def _parse_yaml(text: str) -> Any:
    """With CloudFormation's short forms: `!Ref x` is `{Ref: x}`, `!Sub x` is `{Fn::Sub: x}`. Raises ValueError."""
    # Only those who send a template in YAML wait for it.
    yaml: Any = import_module("yaml")
    loader: Any = type("Loader", (yaml.SafeLoader,), {})

    def short_form(reader: Any, suffix: str, node: Any) -> Any:
        if isinstance(node, yaml.ScalarNode):
            value = reader.construct_scalar(node)
        elif isinstance(node, yaml.SequenceNode):
            value = reader.construct_sequence(node, deep=True)
        else:
            value = reader.construct_mapping(node, deep=True)
        return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}

    loader.add_multi_constructor("!", short_form)
    try:
        return yaml.load(text, loader)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
