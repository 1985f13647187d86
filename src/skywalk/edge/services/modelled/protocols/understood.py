"""What was found in a request: the operation, its parameters, and what writes them again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skywalk.edge.services.modelled.service_models import Operation, ServiceModel

Parameters = dict[str, Any]
"""Members of the operation's input, as JSON has them; only those that the model knows."""


@dataclass(slots=True)
class Written:
    """A request to a backend. `headers` have lower-case names."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    content: bytes


@dataclass(slots=True)
class Understood:
    """`content` is the body where it is one opaque value: a payload of bytes, or XML, which is passed as it is."""

    model: ServiceModel
    protocol: str
    operation: Operation
    parameters: Parameters = field(default_factory=dict)
    content: bytes | None = None
    content_type: str = ""
    queue_path: str = ""
    """The path of a queue's URL that the query protocol was sent to."""
