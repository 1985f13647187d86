"""Resources with the tag `team: blue` of each service that has tags, in `tagged_resources`: one function for each,
named after the endpoint service, with what is tagged after two underscores where there are several.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support import edge_rows as rows

ROLE = rows.role("runner").arn
TEMPLATE = '{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}'
MAP = {"team": "blue"}
LIST = [{"Key": "team", "Value": "blue"}]
LOWER = [{"key": "team", "value": "blue"}]
NAME = "tagged"

_FOLDER = Path(__file__).with_name("tagged_resources")
_CLIENTS: dict[str, tuple[str, str]] = {
    "acm_pca": ("acm-pca", "acm-pca"),
    "apigateway": ("apigateway", "apigatewayv2"),
    "bedrock_agent": ("bedrock-agent", "bedrock-agent"),
    "ecr_api": ("ecr.api", "ecr"),
    "elasticfilesystem": ("elasticfilesystem", "efs"),
    "kinesis_streams": ("kinesis-streams", "kinesis"),
    "memory_db": ("memory-db", "memorydb"),
    "models_v2_lex": ("models-v2-lex", "lexv2-models"),
    "monitoring": ("monitoring", "cloudwatch"),
    "resource_groups": ("resource-groups", "resource-groups"),
    "sagemaker_api": ("sagemaker.api", "sagemaker"),
    "states": ("states", "stepfunctions"),
    "timestream_influxdb": ("timestream-influxdb", "timestream-influxdb"),
    "workspaces_web": ("workspaces-web", "workspaces-web"),
}
"""By the beginning of a function's name, endpoint service and client where they are not as it."""


@dataclass(frozen=True)
class Tagged:
    """What is called, of the client's methods, and with what: `named` is the resource's name, or its ARN or id.

    `is_part`: of something that has the tags, and that every part is of.
    """

    method: str
    named: dict[str, Any]
    other: dict[str, Any] = field(default_factory=dict)
    is_part: bool = False


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{rows.REGION}:{rows.ACCOUNT}:{resource}"


def makers() -> dict[str, Callable[[Any], Tagged]]:
    """By name; each takes a client."""
    found: dict[str, Callable[[Any], Tagged]] = {}
    for path in sorted(_FOLDER.glob("*.py")):
        module = importlib.import_module(f"support.tagged_resources.{path.stem}")
        found |= {name: one for name, one in vars(module).items() if getattr(one, "__module__", "") == module.__name__}
    return {name: one for name, one in found.items() if not name.startswith("_")}


def service_and_client(maker: str) -> tuple[str, str]:
    name = maker.partition("__")[0]
    return _CLIENTS.get(name, (name, name))
