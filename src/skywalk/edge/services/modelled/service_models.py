"""A service as botocore's model describes it: its operations, and the shapes of what they take and return.

The models' files are read without botocore, which takes longer to load than any of them. Of a model is kept what is
asked for: documentation is not.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

JSON, QUERY, EC2, REST_JSON, REST_XML, CBOR = "json", "query", "ec2", "rest-json", "rest-xml", "smithy-rpc-v2-cbor"

_QUERY_NAMES = Path(__file__).with_name("query_names.json")
_FILE_NAMES = ("service-2.json", "service-2.json.gz")


@dataclass(slots=True)
class Shape:
    """Not changed once it is made; shapes name each other. `least` and `most` are of a number or of a length."""

    name: str
    kind: str
    """`structure`, `list`, `map`, `string`, `integer`, `long`, `double`, `float`, `boolean`, `timestamp`, `blob`."""
    least: float | None = None
    most: float | None = None
    enum: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    members: dict[str, Member] = field(default_factory=dict)
    of: Member | None = None
    """What a list holds, or a map's values are."""
    key: Member | None = None
    is_flattened: bool = False
    timestamp_format: str | None = None
    payload: str | None = None
    """The member that is the body, in the REST protocols."""
    error: Mapping[str, Any] | None = None
    is_document: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """`wire_name` is None where the protocol's own name for it holds. `location`: `uri`, `querystring`, `header`,
    `headers`, `statusCode`; None in the body."""

    shape: Shape
    wire_name: str | None = None
    location: str | None = None
    is_flattened: bool = False
    query_name: str | None = None
    """The wire name in the query protocol: of SQS, whose model has forgotten it."""


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    method: str
    uri: str
    input: Shape | None
    output: Shape | None
    result_wrapper: str | None


_FORMER_NAMESPACES = {"sqs": "http://queue.amazonaws.com/doc/2012-11-05/"}
"""Of the query protocol, where the model speaks of another one alone."""


class ServiceModel:
    """One service. Shapes are made when they are first asked for."""

    def __init__(self, folder: str, document: Mapping[str, Any]) -> None:
        self.folder = folder
        metadata = document["metadata"]
        self.protocols: tuple[str, ...] = tuple(metadata.get("protocols") or (metadata["protocol"],))
        self.target_prefix: str | None = metadata.get("targetPrefix")
        self.json_version: str = metadata.get("jsonVersion", "1.0")
        self.api_version: str = metadata["apiVersion"]
        self.xml_namespace: str = _namespace(metadata.get("xmlNamespace")) or _FORMER_NAMESPACES.get(folder, "")
        self.is_query_compatible = "awsQueryCompatible" in metadata
        """Whether it had the query protocol before it had another, and clients know errors by the codes of then."""
        if self.is_query_compatible and QUERY not in self.protocols:
            self.protocols = (*self.protocols, QUERY)
        self._shapes: dict[str, Shape] = {}
        self._raw_shapes: dict[str, Any] = {}
        self._raw_operations: Mapping[str, Any] = {}
        self._operations: dict[str, Operation] = {}
        self._take(document)

    def _take(self, document: Mapping[str, Any]) -> None:
        self._raw_shapes = document["shapes"]
        self._raw_operations = document["operations"]
        for raw in (*self._raw_shapes.values(), *self._raw_operations.values()):
            raw.pop("documentation", None)
            for member in raw.get("members", {}).values():
                member.pop("documentation", None)
        for name, given in _query_names().get(self.folder, {}).items():
            _give_query_names(self._raw_shapes[name], given)

    @property
    def operation_names(self) -> tuple[str, ...]:
        return tuple(self._raw_operations)

    def operation(self, name: str) -> Operation | None:
        known = self._operations.get(name)
        if known is None and name in self._raw_operations:
            known = self._operations[name] = self._made_operation(name, self._raw_operations[name])
        return known

    @cached_property
    def routes(self) -> tuple[tuple[str, str, str], ...]:
        """Of every operation name, method and URI template."""
        return tuple(
            (name, raw["http"]["method"], raw["http"]["requestUri"]) for name, raw in self._raw_operations.items()
        )

    def _made_operation(self, name: str, raw: Mapping[str, Any]) -> Operation:
        taken, given = raw.get("input"), raw.get("output")
        return Operation(
            name,
            raw["http"]["method"],
            raw["http"]["requestUri"],
            self._shape(taken["shape"]) if taken else None,
            self._shape(given["shape"]) if given else None,
            given.get("resultWrapper") if given else None,
        )

    def error_shape(self, code: str) -> Shape | None:
        """That of an error by its code or name."""
        raw = self._raw_shapes.get(code)
        if raw is not None and raw.get("exception"):
            return self._shape(code)
        for name, one in self._raw_shapes.items():
            if one.get("exception") and one.get("error", {}).get("code") == code:
                return self._shape(name)
        return None

    def _shape(self, name: str) -> Shape:
        known = self._shapes.get(name)
        if known is None:
            raw = self._raw_shapes[name]
            known = self._shapes[name] = Shape(
                name,
                raw["type"],
                raw.get("min"),
                raw.get("max"),
                tuple(raw.get("enum", ())),
                tuple(raw.get("required", ())),
                is_flattened=bool(raw.get("flattened")),
                timestamp_format=raw.get("timestampFormat"),
                payload=raw.get("payload"),
                error=raw.get("error"),
                is_document=bool(raw.get("document")),
            )
            known.members = {member: self._member(one) for member, one in raw.get("members", {}).items()}
            held = raw.get("member") or raw.get("value")
            known.of = self._member(held) if held else None
            known.key = self._member(raw["key"]) if "key" in raw else None
        return known

    def _member(self, raw: Mapping[str, Any]) -> Member:
        wire_name, location = raw.get("locationName"), raw.get("location")
        query_name = raw.get("queryName", wire_name)
        return Member(self._shape(raw["shape"]), wire_name, location, bool(raw.get("flattened")), query_name)


def _give_query_names(raw: dict[str, Any], given: Mapping[str, Any]) -> None:
    if given.get("flattened"):
        raw["flattened"] = True
    for role in ("member", "key", "value"):
        if role in given:
            raw[role]["queryName"] = given[role]
    for member, query_name in given.get("members", {}).items():
        raw["members"][member]["queryName"] = query_name


@cache
def _query_names() -> Mapping[str, Mapping[str, Any]]:
    """By service and shape. Source: Amazon SQS API Reference of the query protocol, "API permissions" and examples."""
    loaded: Mapping[str, Mapping[str, Any]] = json.loads(_QUERY_NAMES.read_bytes())
    return loaded


def _namespace(value: object) -> str | None:
    return value.get("uri") if isinstance(value, dict) else value if isinstance(value, str) else None


@cache
def service_model(folder: str) -> ServiceModel:
    """By the name of its folder in botocore's data, as clients name the service."""
    return ServiceModel(folder, _read(_newest(folder)))


def _newest(folder: str) -> Path:
    versions = sorted(one for one in (_models() / folder).iterdir() if re.fullmatch(r"[0-9-]{10}", one.name))
    for version in reversed(versions):
        for name in _FILE_NAMES:
            if (version / name).exists():
                return version / name
    raise FileNotFoundError(folder)


def _read(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    loaded: dict[str, Any] = json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
    return loaded


@cache
def _models() -> Path:
    spec = find_spec("botocore")  # does not import it
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "data"
