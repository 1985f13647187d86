"""How a modelled service answers: a backend's answer as the client's protocol has it, and refusals in its form."""

from __future__ import annotations

import json
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.protocols.cbor import encode
from skywalk.edge.services.modelled.protocols.cbor_protocol import (
    CONTENT_TYPE,
    PROTOCOL_HEADER,
    PROTOCOL_VALUE,
    to_cbor,
)
from skywalk.edge.services.modelled.protocols.forms import render_error
from skywalk.edge.services.modelled.protocols.understand import usual_protocol
from skywalk.edge.services.modelled.protocols.xml_results import render_result
from skywalk.edge.services.modelled.service_models import CBOR, JSON
from skywalk.edge.unreadable import before_the_head
from skywalk.edge.verdicts import note_refusal, note_request_id
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.services.modelled.protocols.understood import Understood
    from skywalk.edge.services.modelled.service_models import ServiceModel
    from skywalk.http1.exchange import Exchange
    from skywalk.values.chance import Chance
    from skywalk.values.clock import Clock

Headers = list[tuple[str, str]]

_FIRST_REFUSAL, _MISTAKE, _FIRST_FAILURE = 300, 400, 500
_RETURNED = frozenset({"content-type", "location", "smithy-protocol", "x-amzn-errortype", "x-amzn-query-error"})
_RETURNED_PREFIXES = ("x-amz-", "x-amzn-")
_NOT_RETURNED = frozenset({"x-amzn-requestid", "x-amz-crc32"})


class Answers:
    """Makes answers; one for each service and process."""

    def __init__(self, clock: Clock, chance: Chance) -> None:
        self._clock = clock
        self._chance = chance

    def request_id(self) -> str:
        digits = self._chance.hex(32)
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def refuse(
        self, exchange: Exchange, error: AwsError, protocol: str, model: ServiceModel | None, request_id: str
    ) -> None:
        """Answers with an error, if the client is still there to be answered."""
        if exchange.started or exchange.lost:
            exchange.abort()
            return
        note_refusal(exchange, error)
        status, headers, body = render_error(error, protocol, model, request_id)
        self.respond(exchange, status, headers, body, request_id)

    def render_head_refusal(self, status: int, reason: str, model: ServiceModel | None) -> tuple[Headers, bytes]:
        """For a request whose head could not be read: in the service's usual protocol."""
        protocol, request_id = JSON if model is None else usual_protocol(model), self.request_id()
        _, headers, body = render_error(before_the_head(status, reason), protocol, model, request_id)
        return [*self._own_headers(request_id), *headers], body

    def respond(self, exchange: Exchange, status: int, headers: Headers, body: bytes, request_id: str) -> None:
        note_request_id(exchange, request_id)
        exchange.respond(status, [*self._own_headers(request_id), *headers], body)

    def _own_headers(self, request_id: str) -> Headers:
        return [("date", format_datetime(self._clock.now(), usegmt=True)), ("x-amzn-requestid", request_id)]


def returned_headers(understood: Understood, headers: Mapping[str, str]) -> Headers:
    """Those of a backend's answer that are the service's, or the operation's."""
    output = understood.operation.output
    told = () if output is None else output.members.items()
    own = {(one.wire_name or name).lower() for name, one in told if one.location == "header"}
    return [
        (name, value)
        for name, value in headers.items()
        if name in _RETURNED or name in own or (name.startswith(_RETURNED_PREFIXES) and name not in _NOT_RETURNED)
    ]


def in_own_protocol(understood: Understood, status: int, headers: Headers) -> tuple[int, Headers]:
    """Of an answer that needs no translation: status and type as services of JSON have them, who know of clients'
    mistakes but one status."""
    if understood.protocol != JSON:
        return status, headers
    version = understood.model.json_version
    kind = ("content-type", f"application/x-amz-json-{version}")
    is_mistake = _FIRST_REFUSAL <= status < _FIRST_FAILURE and version == "1.1"
    return _MISTAKE if is_mistake else status, [kind, *((name, value) for name, value in headers if name != kind[0])]


def translated(
    understood: Understood, status: int, headers: Headers, body: bytes, request_id: str
) -> tuple[int, Headers, bytes]:
    """What was answered in JSON, in the protocol that the client speaks. Raises ValueError where it is no JSON."""
    answer = json.loads(body) if body else {}
    if status >= _FIRST_REFUSAL:
        return _translated_error(understood, status, dict(headers), answer, request_id)
    if understood.protocol == CBOR:
        output = understood.operation.output
        content = encode({} if output is None else to_cbor(output, answer))
        return status, [("content-type", CONTENT_TYPE), (PROTOCOL_HEADER, PROTOCOL_VALUE)], content
    content = render_result(understood.model, understood.operation, answer, request_id)
    return status, [("content-type", "text/xml")], content


def _translated_error(
    understood: Understood, status: int, headers: dict[str, str], answer: Mapping[str, Any], request_id: str
) -> tuple[int, Headers, bytes]:
    message = answer.get("message") or answer.get("Message") or ""
    code = str(answer.get("__type") or headers.get("x-amzn-errortype") or "InternalFailure").rpartition("#")[2]
    query_code, _, _ = headers.get("x-amzn-query-error", "").partition(";")
    if understood.protocol == CBOR:
        told = [("x-amzn-query-error", headers["x-amzn-query-error"])] if query_code else []
        _, own, _ = render_error(AwsError(code, message, status), CBOR, None, request_id)
        kind = f"com.amazonaws.{understood.model.folder}#{code}"
        return (
            status,
            [*told, *own],
            encode({**_known_members(understood, code, answer), "__type": kind, "message": message}),
        )
    return render_error(
        AwsError(query_code or code, message, status), understood.protocol, understood.model, request_id
    )


def _known_members(understood: Understood, code: str, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    shape = understood.model.error_shape(code)
    if shape is None:
        return {}
    members: Mapping[str, Any] = to_cbor(shape, dict(answer))
    return members
