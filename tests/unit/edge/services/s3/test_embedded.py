"""The embedded backend in this process: it must do what a request was understood as, or not be asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import S3Backend, s3_backends
from werkzeug.test import Client, TestResponse

from skywalk.edge.services.s3.embedded import NOT_SERVED, check_served
from skywalk.edge.services.s3.mapping import map_request
from skywalk.edge.services.s3.operations import BUCKET_OPERATIONS, OBJECT_OPERATIONS
from skywalk.edge.services.s3.request import S3Request
from skywalk.values.errors import AwsError

HOST = "s3.us-east-1.amazonaws.com"
SIGNED = "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"
CONTENT = b"the object's own content"


def mapped(method: str, target: str, headers: dict[str, str] | None = None, host: str = HOST) -> S3Request:
    path, _, query = target.partition("?")
    return map_request(method, host, path, query, headers or {}, service_names=(HOST,))


class Backend:
    """Sends requests as they were understood."""

    def __init__(self) -> None:
        self._client = Client(DomainDispatcherApplication(create_backend_app))

    def send(self, request: S3Request, body: bytes = b"") -> TestResponse:
        headers = {"Host": HOST, "Authorization": SIGNED}
        headers |= {name: value for name, value in request.header_changes if value is not None}
        return self._client.open(request.target, method=request.method, headers=headers, data=body)

    def call(self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None) -> TestResponse:
        return self.send(mapped(method, target, headers), body)

    @property
    def store(self) -> S3Backend:
        store = s3_backends["123456789012"]["aws"]
        assert isinstance(store, S3Backend)
        return store

    def content(self, bucket: str, key: str) -> bytes | None:
        stored = self.store.get_object(bucket, key)
        return None if stored is None else stored.value


@pytest.fixture
def backend() -> Iterator[Backend]:
    one = Backend()
    one.store.reset()
    assert one.call("PUT", "/bank").status_code == 200
    assert one.call("PUT", "/bank/k", CONTENT).status_code == 200
    yield one
    one.store.reset()


@pytest.mark.parametrize(
    "path",
    [
        "/bank/a//b/",
        "/bank//k",
        "/bank/a/../b",
        "/bank/a/./b",
        "/bank/a%2F%2Fb",
        "/bank/%252e%3Fx%23y;z",
        "/bank/a+b%2Bc%20d",
        "/bank/%C3%BC~*'()!@:&=$,",
        "/bank/trailing.",
    ],
)
def test_the_key_that_was_checked_is_the_key_that_is_written(backend: Backend, path: str) -> None:
    request = mapped("PUT", path)
    assert backend.send(request, b"x").status_code == 200
    assert backend.content("bank", request.key) == b"x"
    assert set(backend.store.get_bucket("bank").keys) == {"k", request.key}


def test_a_bucket_in_the_host_is_the_bucket_that_is_used(backend: Backend) -> None:
    # The backend by itself would drop the "www." of a host name.
    assert backend.call("PUT", "/www.bank").status_code == 200
    assert backend.send(mapped("PUT", "/n", host=f"www.bank.{HOST}"), b"n").status_code == 200
    assert backend.content("www.bank", "n") == b"n"
    assert backend.content("bank", "n") is None


@pytest.mark.parametrize("source", ["bank/k;x", "/bank/k%3Bx", "bank/k%23x", "bank//k%3Fx"])
def test_the_source_that_was_checked_is_the_source_that_is_read(backend: Backend, source: str) -> None:
    # The backend by itself would read "k" for "k;x".
    request = mapped("PUT", "/bank/copy", {"x-amz-copy-source": source})
    assert request.copy_source is not None
    backend.store.put_object("bank", request.copy_source.key, b"secret")
    assert backend.send(request).status_code == 200
    assert backend.content("bank", "copy") == b"secret"


SERVED = [
    (table, method, selector, operation.name)
    for table, operations in (("/bank", BUCKET_OPERATIONS), ("/bank/k", OBJECT_OPERATIONS))
    for (method, selector), operation in operations.items()
    if selector and selector != "uploadId" and operation.name not in NOT_SERVED
]


@pytest.mark.parametrize(("path", "method", "selector", "operation"), SERVED)
def test_sub_resources_are_not_taken_for_something_else(
    backend: Backend, path: str, method: str, selector: str, operation: str
) -> None:
    request = mapped(method, f"{path}?{selector}")
    check_served(request)
    try:
        answer = backend.send(request, b"<x/>").data
    except Exception as error:
        answer = repr(error).encode()
    assert CONTENT not in answer, operation
    assert b"<ListBucketResult" not in answer or operation == "ListObjects"
    assert b"<CreateBucketResponse" not in answer
    assert backend.content("bank", "k") == CONTENT, operation


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("DELETE", "/bank?metrics&id=1"),
        ("GET", "/bank?analytics"),
        ("PUT", "/bank?requestPayment"),
        ("GET", "/bank/k?retention"),
        ("DELETE", "/bank?inventory&id=1"),
        ("GET", "/moto-api/state.json"),
        ("POST", "/moto-api?delete"),
        ("GET", "/moto-api-x/reset"),
        ("GET", "/latest/meta-data/iam"),
    ],
)
def test_what_the_backend_would_misunderstand_is_not_served(method: str, target: str) -> None:
    with pytest.raises(AwsError) as error:
        check_served(mapped(method, target))
    assert (error.value.code, error.value.status) == ("NotImplemented", 501)


def test_every_name_that_is_not_served_is_an_operation() -> None:
    names = {one.name for one in (*BUCKET_OPERATIONS.values(), *OBJECT_OPERATIONS.values())}
    listings = {name for name in NOT_SERVED if name.startswith("ListBucket")}
    assert NOT_SERVED - listings <= names
