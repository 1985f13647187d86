"""S3 requests from botocore's model, whole or with something wrong in them, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.serialize import create_serializer

XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/"
_TEXTS = ("", "x", "0", "-1", "1", "99999999999999999999", "true", "\u00e9", "a b", "<", "null", "x" * 300)
_HEADERS = (
    "",
    "x",
    "0",
    "-1",
    "99999999999999999999",
    "true",
    "a b",
    "null",
    "x" * 300,
    "=",
    "&&",
    "2020-01-01T00:00:00Z",
)
_WHEN = "2031-05-06T00:00:00Z"
_OWN_BODY = frozenset({"PutObject", "UploadPart"})
_ELSEWHERE = frozenset({"WriteGetObjectResponse"})
"""Sent to a host of its own."""
_SKIPPED_MEMBERS = frozenset({"ExpectedBucketOwner", "ExpectedSourceBucketOwner", "ContentMD5", "ContentLength"})


@dataclass(frozen=True)
class WireRequest:
    operation: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def target(self) -> str:
        query = "&".join(quote(name) + ("=" + quote(value, safe="") if value else "") for name, value in self.query)
        return self.path + ("?" + query if query else "")

    def __str__(self) -> str:
        body = self.body.decode("utf-8", "replace")
        return f"{self.operation}: {self.method} {self.target} {dict(self.headers)} {body[:600]}"


class S3Requests:
    """`known`: values by the name of a member, for what must name something that is there."""

    def __init__(self, seed: int, known: Mapping[str, str]) -> None:
        self._random = random.Random(seed)
        self._known = known
        self._model = ServiceModel(Loader().load_service_model("s3", "service-2"))
        self._serializer = create_serializer("rest-xml", include_validation=False)

    @property
    def operations(self) -> list[str]:
        return [name for name in self._model.operation_names if name not in _ELSEWHERE]

    def valid(self, operation: str) -> WireRequest:
        """A request that the model has nothing against."""
        model = self._model.operation_model(operation)
        made = self._serializer.serialize_to_request(self._input(model), model)
        path, _, fixed = str(made["url_path"]).partition("?")
        query = [(name, value) for name, _, value in (part.partition("=") for part in fixed.split("&") if part)]
        query += [(name, str(value)) for name, value in made["query_string"].items()]
        headers = tuple((name.lower(), str(value)) for name, value in made["headers"].items())
        body = made["body"] if isinstance(made["body"], bytes) else str(made["body"] or "").encode()
        return WireRequest(operation, str(made["method"]), path, tuple(query), headers, body)

    def wrong(self, operation: str) -> WireRequest:
        request = self.valid(operation)
        for _ in range(self._random.choice((1, 1, 2))):
            request = self._random.choice((self._wrong_query, self._wrong_headers, self._wrong_body))(request)
        return request

    def some(self, count: int) -> Iterator[WireRequest]:
        """So many wrong requests, every operation about as often."""
        names = self.operations
        return (self.wrong(names[number % len(names)]) for number in range(count))

    def _wrong_query(self, request: WireRequest) -> WireRequest:
        query = list(request.query)
        if query:
            at = self._random.randrange(len(query))
            query[at] = (query[at][0], self._random.choice(_TEXTS))
        return replace(request, query=tuple(query))

    def _wrong_headers(self, request: WireRequest) -> WireRequest:
        headers = list(request.headers)
        if headers:
            at = self._random.randrange(len(headers))
            headers[at] = (headers[at][0], self._random.choice(_HEADERS))
        return replace(request, headers=tuple(headers))

    def _wrong_body(self, request: WireRequest) -> WireRequest:
        if not request.body or request.operation in _OWN_BODY:
            return request
        if self._random.random() < 0.2:
            body = self._random.choice(
                (b"", b"x", b"<a/>", b"<a>", request.body[:-4], b"\xff", b"{}", b"<a><b/><b/></a>")
            )
            return replace(request, body=body)
        try:
            root = ElementTree.fromstring(request.body)
        except ElementTree.ParseError:
            return replace(request, body=self._random.choice((b"", b"[]", b"{}", b"null", b'"x"', b"{")))
        self._spoil(root)
        return replace(request, body=ElementTree.tostring(root, default_namespace=None))

    def _spoil(self, root: ElementTree.Element) -> None:
        parents = [one for one in root.iter() if len(one)]
        if not parents:
            root.text = self._random.choice(_TEXTS)
            return
        parent = self._random.choice(parents)
        child = self._random.choice(list(parent))
        what = self._random.randrange(6)
        if what == 0:
            parent.remove(child)
        elif what == 1:
            parent.append(child)
        elif what == 2:
            parent.append(ElementTree.Element(self._random.choice(("Foo", "Status", "{urn:x}Key"))))
        elif what == 3:
            for one in list(child):
                child.remove(one)
            child.text = None
        elif what == 4:
            child.tag += "x"
        else:
            leaf = self._random.choice([one for one in root.iter() if not len(one)] or [child])
            leaf.text = self._random.choice(_TEXTS)

    def _input(self, model: OperationModel) -> dict[str, Any]:
        shape = model.input_shape
        assert isinstance(shape, StructureShape)
        given: dict[str, Any] = {}
        payload = shape.serialization.get("payload")
        for name, member in shape.members.items():
            is_wanted = name in shape.required_members or name == payload or self._random.random() < 0.25
            if is_wanted and name not in _SKIPPED_MEMBERS:
                given[name] = self._value(member, name, 0)
        return given

    def _value(self, shape: Shape, name: str, level: int) -> Any:
        if isinstance(shape, StructureShape):
            return self._structure(shape, level)
        if isinstance(shape, ListShape):
            least = 0 if self._random.random() < 0.1 else 1
            return [self._value(shape.member, name, level + 1) for _ in range(self._random.choice((least, 1, 1, 2)))]
        if isinstance(shape, MapShape):
            return {"k": "v"}
        if name in self._known:
            return self._known[name]
        return self._scalar(shape, name)

    def _structure(self, shape: StructureShape, level: int) -> dict[str, Any]:
        share = 0.5 if level < 3 else 0.25
        members = shape.members.items()
        return {
            name: self._value(member, name, level + 1)
            for name, member in members
            if name in shape.required_members or self._random.random() < share
        }

    def _scalar(self, shape: Shape, name: str) -> Any:
        kind = shape.type_name
        if kind == "string":
            values = getattr(shape, "enum", None)
            return self._random.choice(values) if values else self._random.choice(("a", "b/c", "x1"))
        if kind in ("integer", "long"):
            return self._random.choice((0, 1, 2, 30, 1000))
        return {"boolean": self._random.random() < 0.5, "timestamp": _WHEN, "blob": b"content"}[kind]
