"""One request to any service of moto that needs nothing of its own here, answered by that service and nothing else."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.sax.saxutils import escape

from moto.backends import get_backend
from moto.core import request as moto_request
from moto.core.exceptions import JsonRESTError
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException, NotFound

from skywalk.backends.moto_answer import MotoAnswer
from skywalk.backends.request_body import Readable
from skywalk.http1.request import RequestHead
from skywalk.values.lack import lack

log = logging.getLogger(__name__)

_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_READING_OPERATIONS = ("Describe", "List")
_COMPUTING_OPERATIONS = frozenset({"Decrypt", "Encrypt", "Sign", "Verify"})
"""A Get may change something: when a secret was last read, how far a task has come."""
_NOT_FORWARDED = frozenset({"content-length", "status", "server", "date", "connection", "transfer-encoding"})


class MotoAny:
    """`service` as moto names it."""

    def __init__(self, service: str) -> None:
        self._service = service

    def answer(
        self, method: str, target: str, headers: Iterable[tuple[str, str]], body: Readable, length_bytes: int
    ) -> MotoAnswer:
        """Never raises: what moto fails at is logged and answered as InternalFailure."""
        try:
            request = moto_request.Request(_environ(method, target, headers, body, length_bytes))
            status, answered, content = self._handler(request)(request, request.raw_url, dict(request.headers))
        except JsonRESTError as refusal:
            if self._is_json:
                status, answered, content = refusal.code, dict(refusal.get_headers()), refusal.get_body()
            else:  # moto refuses tokens in JSON, whatever the service speaks
                return self._refusal(refusal.code, refusal.error_type, refusal.message)
        except HTTPException as refusal:
            status, answered, content = refusal.code or 500, dict(refusal.get_headers()), refusal.get_body()
        except Exception as failure:
            reason = lack(failure)
            if reason is not None:
                log.error("%s %s was not done: %s", method, target, reason)
                return self.unavailable(reason)
            log.exception("%s %s failed in moto", method, target)
            return self._refusal(500, "InternalFailure", "The request processing has failed.")
        encoded = content.encode() if isinstance(content, str) else bytes(content or b"")
        kept = tuple((name, str(value)) for name, value in answered.items() if name.lower() not in _NOT_FORWARDED)
        return MotoAnswer(int(status), kept, b"" if method == "HEAD" else encoded, len(encoded))

    def may_change(self, head: RequestHead) -> bool:
        operation = (head.get("x-amz-target") or "").rpartition(".")[2]
        is_read = head.method in _READING_METHODS or operation.startswith(_READING_OPERATIONS)
        return not is_read and operation not in _COMPUTING_OPERATIONS

    def unavailable(self, reason: str) -> MotoAnswer:
        """Nothing was done. Source: "Common Error Types" of the services' API References: ServiceUnavailable, 503."""
        return self._refusal(503, "ServiceUnavailable", f"The request has failed: {reason}")

    def _refusal(self, status: int, code: str, message: str) -> MotoAnswer:
        if self._is_json:
            content, kind = json.dumps({"__type": code, "message": message}), "application/x-amz-json-1.0"
        else:
            kind = "text/xml"
            content = (
                f"<ErrorResponse><Error><Code>{code}</Code><Message>{escape(message)}</Message></Error></ErrorResponse>"
            )
        body = content.encode()
        return MotoAnswer(status, (("content-type", kind), ("x-amzn-errortype", code)), body, len(body))

    @property
    def _is_json(self) -> bool:
        return "json" in str(get_service_model(self._service).protocol)

    def _handler(self, request: Any) -> Callable[..., Any]:
        for pattern, handler in self._handlers:
            if pattern.match(request.raw_path):
                return handler
        raise NotFound(f"{self._service} has no {request.raw_path}")

    @cached_property
    def _handlers(self) -> list[tuple[re.Pattern[str], Callable[..., Any]]]:
        """By paths alone: which service is meant is known, whatever name it was called by."""
        kind = get_backend(self._service).backend  # type: ignore[call-overload]
        urls = object.__new__(kind).urls  # they are the same for every account and region
        paths = {_path_of(url): handler for url, handler in urls.items()}
        return [(re.compile(path), handler) for path, handler in paths.items()]


def _path_of(url: str) -> str:
    """The part of moto's pattern of a URL that is about the path."""
    return "/" + url.partition("://")[2].partition("/")[2]


def _environ(
    method: str, target: str, headers: Iterable[tuple[str, str]], body: Readable, length_bytes: int
) -> dict[str, Any]:
    path, _, query = target.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "RAW_URI": target,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "https",
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": None,
    }
    for name, value in headers:
        if "_" not in name:
            environ.setdefault(moto_request.environ_key_for_header(name), value)
    environ["CONTENT_LENGTH"] = str(length_bytes)
    environ["HTTP_AUTHORIZATION"] = "decided"
    return environ
