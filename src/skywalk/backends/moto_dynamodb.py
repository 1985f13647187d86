"""One request of DynamoDB or DynamoDB Streams, answered by moto's and nothing else of moto."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, NamedTuple

from moto.core import request as moto_request
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler
from werkzeug.exceptions import HTTPException

from skywalk.backends.moto_answer import MotoAnswer
from skywalk.backends.moto_dynamodb_streams import TARGET as STREAMS
from skywalk.backends.request_body import Readable
from skywalk.values.clock import Clock
from skywalk.values.lack import lack

log = logging.getLogger(__name__)

TOKEN_SECONDS = 600.0
"""Source: DynamoDB API Reference, TransactWriteItems: "A client request token is valid for 10 minutes"."""

_TOKENS_REMEMBERED = 10_000
_JSON = (("content-type", "application/x-amz-json-1.0"),)
_ERROR = "com.amazonaws.dynamodb.v20120810#"
_INTERNAL_ERROR = json.dumps({"__type": f"{_ERROR}InternalServerError", "message": "Internal server error"}).encode()
_MISMATCH = json.dumps(
    {
        "__type": f"{_ERROR}IdempotentParameterMismatchException",
        "message": "The provided client request token was used with other parameters.",
    }
).encode()


def unavailable(reason: str) -> MotoAnswer:
    """Nothing was done. Source: DynamoDB Developer Guide, "Error handling": Service Unavailable, 503."""
    told = {"__type": f"{_ERROR}ServiceUnavailable", "message": f"Service Unavailable: {reason}"}
    body = json.dumps(told).encode()
    return MotoAnswer(503, _JSON, body, len(body))


class Done(NamedTuple):
    """A transaction. `at_seconds` since 1970."""

    body_hash: bytes
    answer: MotoAnswer
    at_seconds: float


Tokens = OrderedDict[tuple[str, str, str], Done]
"""By account, host and token, in the order in which they came."""


class MotoDynamoDb:
    """Never raises: what moto fails at is logged and answered as InternalServerError.

    A transaction that comes again with its token is not done again, which moto would do: clients repeat what was not
    answered.
    """

    def __init__(self, clock: Clock, tokens: Tokens) -> None:
        self._clock = clock
        self._done = tokens

    def answer(
        self, method: str, target: str, headers: Iterable[tuple[str, str]], body: Readable, length_bytes: int
    ) -> MotoAnswer:
        given = dict(headers)
        if not given.get("x-amz-target", "").endswith(".TransactWriteItems"):
            return _answer(method, target, given, body, length_bytes)
        content = body.read(length_bytes)
        body.seek(0)
        token = json.loads(content).get("ClientRequestToken")
        if not token:
            return _answer(method, target, given, body, length_bytes)
        return self._answer_once((given["x-moto-account-id"], given["host"], token), content, given, body)

    def _answer_once(
        self, key: tuple[str, str, str], content: bytes, headers: dict[str, str], body: Readable
    ) -> MotoAnswer:
        now = self._clock.now().timestamp()
        body_hash = hashlib.sha256(content).digest()
        done = self._done.get(key)
        if done is not None and now - done.at_seconds < TOKEN_SECONDS:
            return done.answer if done.body_hash == body_hash else MotoAnswer(400, _JSON, _MISMATCH, len(_MISMATCH))
        answer = _answer("POST", "/", headers, body, len(content))
        if answer.status == 200:
            self._done.pop(key, None)
            self._done[key] = Done(body_hash, answer, now)
            if len(self._done) > _TOKENS_REMEMBERED:
                self._done.popitem(last=False)
        return answer


def _answer(method: str, target: str, headers: dict[str, str], body: Readable, length_bytes: int) -> MotoAnswer:
    try:
        request = moto_request.Request(_environ(method, target, headers, body, length_bytes))
        url = f"http://{headers['host']}{target}"
        handler = DynamoDBStreamsHandler if headers["x-amz-target"].startswith(STREAMS) else DynamoHandler
        status, _, content = handler.dispatch(request, url, dict(request.headers))
    except HTTPException as refusal:
        status, content = refusal.code or 500, refusal.description or ""
    except Exception as failure:
        reason = lack(failure)
        if reason is not None:
            log.error("%s was not done: %s", headers.get("x-amz-target"), reason)
            return unavailable(reason)
        log.exception("%s failed in moto", headers.get("x-amz-target"))
        status, content = 500, _INTERNAL_ERROR
    encoded = content.encode() if isinstance(content, str) else bytes(content or b"")
    return MotoAnswer(int(status), _JSON, encoded, len(encoded))


def _environ(method: str, target: str, headers: dict[str, str], body: Readable, length_bytes: int) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "RAW_URI": target,
        "PATH_INFO": target,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": body,
        "wsgi.errors": None,
        "CONTENT_LENGTH": str(length_bytes),
        "CONTENT_TYPE": headers["content-type"],
        "HTTP_AUTHORIZATION": "decided",
    }
    for name in ("host", "x-amz-target", "x-moto-account-id"):
        environ[f"HTTP_{name.replace('-', '_').upper()}"] = headers[name]
    return environ
