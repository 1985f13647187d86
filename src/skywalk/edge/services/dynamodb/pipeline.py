"""What happens to a DynamoDB request, in order. Every step may refuse (AwsError); the last one serves.

The body is held whole: it is at most 16 MiB, its hash is part of the signature, and its tables decide.
"""

from __future__ import annotations

from collections.abc import Awaitable
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from skywalk.edge.authorize import endpoint_policy_of
from skywalk.edge.services.dynamodb import errors
from skywalk.edge.services.dynamodb.answers import Answers
from skywalk.edge.services.dynamodb.authorize import DynamoDbAuthorization
from skywalk.edge.services.dynamodb.call import SERVICE, DynamoDbCall
from skywalk.edge.services.dynamodb.combinations import check_combinations
from skywalk.edge.services.dynamodb.decision import decide
from skywalk.edge.services.dynamodb.expressions import check_expressions
from skywalk.edge.services.dynamodb.json_body import parse_body
from skywalk.edge.services.dynamodb.mapping import find_operation, map_request
from skywalk.edge.services.dynamodb.serve import serve
from skywalk.edge.services.dynamodb.tables import Account
from skywalk.edge.services.dynamodb.validation import check_model, without_nulls
from skywalk.edge.verdicts import note_operation
from skywalk.http1.body import Body, BodyAborted, BodyTooLarge
from skywalk.identity.sigv4 import SignedRequest
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.edge.arrival import Arrival
    from skywalk.edge.service import Surroundings
    from skywalk.edge.services.dynamodb.operations import Operation
    from skywalk.http1.exchange import Exchange
    from skywalk.http1.request import RequestHead

MAXIMUM_BODY_BYTES = 16 << 20
"""Source: DynamoDB API Reference, BatchWriteItem: "up to 16 MB of data"."""

_HEALTH_PATHS = ("/", "/ping")


class DynamoDbPipeline:
    """DynamoDB, as it is served to every arrival."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._answers = Answers(around.clock, around.chance)

    def handle(
        self, arrival: Arrival, region: str, names: tuple[str, ...], head: RequestHead, body: Body, exchange: Exchange
    ) -> Awaitable[None] | None:
        """`region` is that of the service that the request was sent to."""
        if head.method == "GET" and head.path in _HEALTH_PATHS:
            # AWS tells everybody, whatever policies say, that somebody is there.
            self._answers.respond(exchange, 200, f"healthy: {head.host} ".encode(), "text/plain")
            return None
        return self._answer(DynamoDbCall(self._around, arrival, head, exchange, region), body)

    def refuse_misdirected(self, exchange: Exchange) -> None:
        self._answers.refuse(exchange, errors.unknown_operation())

    def refuse_unavailable(self, exchange: Exchange, reason: str) -> None:
        self._answers.refuse(exchange, errors.service_unavailable(reason))

    def render_head_refusal(self, status: int, reason: str) -> tuple[list[tuple[str, str]], bytes]:
        return self._answers.render_head_refusal(status, reason)

    async def _answer(self, call: DynamoDbCall, body: Body) -> None:
        try:
            operation = understand(call)
            note_operation(call.exchange, operation.name)
            content = await _read(body)
            verify(call, content)
            authorize(call, operation, content)
            await decide(call)
            answer = await serve(call, operation)
        except AwsError as error:
            self._answers.refuse(call.exchange, error)
            return
        if call.exchange.lost:
            call.exchange.abort()
            return
        self._answers.respond(call.exchange, answer.status, answer.body)


def understand(call: DynamoDbCall) -> Operation:
    """First, and before a body is read: what is asked."""
    if call.head.method != "POST" or call.head.path != "/":
        raise errors.unknown_operation()
    return find_operation(call.head.fields.get("x-amz-target"))


def verify(call: DynamoDbCall, content: bytes) -> None:
    """Before anything is looked up, and before the body is more than bytes: who asks."""
    head = call.head
    verifier = call.around.verifier
    region = None if call.arrival.is_outside else call.region
    signed = SignedRequest(head.method, head.path, head.query, head.headers)
    verified = verifier.verify(signed, SERVICE, region, sha256(content).hexdigest())
    call.caller = verifier.find(verified.caller, SERVICE)
    if call.arrival.is_outside:
        call.region = verified.region


def authorize(call: DynamoDbCall, operation: Operation, content: bytes) -> None:
    """What is asked for, and by which policies it will be decided."""
    principal = call.caller.principal
    body = _checked(operation, content)
    call.request = map_request(operation, body, Account(call.region, principal.account_id))
    state = call.around.state
    context = call.arrival.context(call.caller, call.exchange, call.region, call.around.times)
    policy = endpoint_policy_of(state, call.arrival)
    call.authorization = DynamoDbAuthorization(state, call.caller, context, policy, entry=call.exchange.noted)


def _checked(operation: Operation, content: bytes) -> dict[str, Any]:
    """What can be said of a request without knowing its tables comes before all that is said of them."""
    body = parse_body(content)
    check_model(operation.name, body)
    check_combinations(operation.name, body)
    check_expressions(operation.name, body)
    return without_nulls(body) if b"null" in content else body


async def _read(body: Body) -> bytes:
    try:
        return await body.read_all(MAXIMUM_BODY_BYTES)
    except BodyTooLarge:
        raise errors.request_too_large() from None
    except BodyAborted:
        raise errors.body_broken() from None
