"""CloudFormation's templates: which resources they make, and whether the embedded backend makes them in truth.

`templates.json` has the types that it does: the action that making one needs, those that it needs `with` a property,
where its name is, and the properties whose resource the action is needed `on` too. All others belong to services that
live elsewhere (EC2, S3, DynamoDB, IAM), or would be passed over in silence. What cannot be read here is refused here:
what a stack makes is decided on, and a backend may find more in YAML than data.
Source: CloudFormation User Guide, "Template reference"; Service Authorization Reference.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from skywalk.edge.services.modelled.protocols.json_protocol import is_deeper_than
from skywalk.edge.services.modelled.template_policies import refused_key_policy
from skywalk.edge.services.modelled.template_values import is_absent, known_values, resolved, stack_name
from skywalk.values.errors import AwsError

_FILE = Path(__file__).with_name("templates.json")
_DEEPEST = 100
_POLICIES = ("RepositoryPolicyText",)
_LONGEST_BYTES = 51_200
"""Source: CloudFormation User Guide, "Understand CloudFormation quotas": template body size in a request."""


def refused_part(text: str, region: str, account_id: str) -> str | None:
    """Why a template is not taken, or None. Raises AwsError ValidationError for one that cannot be read."""
    template = parse_template(text)
    if template.get("Transform"):
        return "templates are not transformed"
    if "{{resolve:" in text:
        return "dynamic references are not resolved"
    parameters = template.get("Parameters")
    if "AWS::SSM::Parameter::" in json.dumps(parameters, default=str):
        return "parameters of SSM are not read for a template"
    own_queues = f"arn:aws:sqs:{region}:{account_id}:"
    for name, kind, properties in _resources(template):
        if kind not in _types():
            return f"the resource {name} is of the type {kind}, whose service lives elsewhere or is not there"
        problem = _refused_properties(kind, properties, own_queues, account_id)
        if problem is not None:
            return f"the resource {name}: {problem}"
    return None


def made_resources(
    text: str, stack: str, region: str, account_id: str, given: Iterable[Mapping[str, Any]] = ()
) -> Iterator[tuple[str, str]]:
    """The action and the ARN of every resource that a template makes with the parameters that are `given`. A name that
    is drawn begins with the stack's; one that cannot be read is `*`, which only statements about every name allow.

    Raises AwsError ValidationError for one that cannot be read."""
    template = parse_template(text)
    known = known_values(template, stack, region, account_id, given)
    for name, kind, properties in _resources(template):
        row = _types().get(kind)
        if row is not None:
            value = properties.get(row.get("name", ""))
            chosen = f"{stack_name(stack)}-{name}" if is_absent(value) else resolved(value, known) or "*"
            resource = _arn(row.get("arn", ""), chosen, region, account_id)
            yield row["action"], resource
            for one, form in row.get("on", {}).items():
                other = resolved(properties.get(one), known) or "*"
                yield row["action"], _arn(form, other.rpartition("/")[2], region, account_id)
            yield from ((action, resource) for one, action in row.get("with", {}).items() if properties.get(one))


def _arn(form: str, name: str, region: str, account_id: str) -> str:
    if form.endswith("/{name}"):  # one slash is the ARN's own
        name = name.removeprefix("/")
    return f"arn:aws:{form.format(region=region, account=account_id, name=name)}" if form else "*"


def parse_template(text: str) -> dict[str, Any]:
    """Raises AwsError ValidationError."""
    if len(text.encode()) > _LONGEST_BYTES:
        raise _refused(
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have "
            f"length less than or equal to {_LONGEST_BYTES}"
        )
    template = _parse_json(text) if text.lstrip().startswith("{") else _parse_yaml(text)
    if not isinstance(template, dict):
        raise _refused("Template format error: unsupported structure.")
    resources = template.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise _refused("Template format error: At least one Resources member must be defined.")
    if not all(isinstance(resource, dict) for resource in resources.values()):
        raise _refused("Template format error: Every Resources object must be an object.")
    return template


def _refused(message: str) -> AwsError:
    return AwsError("ValidationError", message, 400)


def _parse_json(text: str) -> Any:
    try:
        parsed = json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        raise _refused("Template format error: JSON not well-formed.") from None
    if is_deeper_than(_DEEPEST, parsed):
        raise _refused("Template format error: JSON not well-formed.")
    return parsed


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key is given twice")
    return made


@cache
def _types() -> Mapping[str, Mapping[str, Any]]:
    loaded: Mapping[str, Mapping[str, Any]] = json.loads(_FILE.read_bytes())
    return loaded


def _resources(template: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties")
        yield str(name), str(resource.get("Type")), properties if isinstance(properties, dict) else {}


def _refused_properties(kind: str, properties: Mapping[str, Any], own_queues: str, account_id: str) -> str | None:
    if kind == "AWS::KMS::Key":
        return refused_key_policy(properties.get("KeyPolicy"), account_id)
    if '"Deny"' in json.dumps([properties.get(name) for name in _POLICIES], default=str):
        return "policies of repositories are not evaluated, and a Deny in them would deny nothing"
    subscriptions = properties.get("Subscription") if kind == "AWS::SNS::Topic" else None
    for one in [] if subscriptions is None else subscriptions if isinstance(subscriptions, list) else [None]:
        if not isinstance(one, dict) or one.get("Protocol") != "sqs" or not _is_own(one.get("Endpoint"), own_queues):
            return "messages are delivered to SQS queues of the same account alone"
    return None


def _is_own(endpoint: Any, own_queues: str) -> bool:
    """A queue of the template, or one whose ARN is written down; what is put together of parts could be anybody's."""
    if isinstance(endpoint, dict):
        return list(endpoint) == ["Fn::GetAtt"]
    return isinstance(endpoint, str) and endpoint.startswith(own_queues)


def _parse_yaml(text: str) -> Any:
    """With CloudFormation's short forms: `!Ref x` is `{Ref: x}`, `!Sub x` is `{Fn::Sub: x}`."""
    # Only those who send a template in YAML wait for it.
    yaml: Any = import_module("yaml")
    loader: Any = type("Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})

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
        _check_events(yaml, yaml.parse(text, loader))
        return yaml.load(text, loader)
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError):
        raise _refused("Template format error: YAML not well-formed.") from None


def _check_events(yaml: Any, events: Iterator[Any]) -> None:
    """Before anything is made of them: no aliases, and not so deep that reading would end in a fault."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise _refused("Template error: YAML aliases are not allowed in CloudFormation templates")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise _refused("Template format error: YAML not well-formed.")
