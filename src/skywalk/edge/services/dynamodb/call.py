"""One DynamoDB request on its way: what each step has found out."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from skywalk.backends.backend import BackendRequest
from skywalk.edge.services.dynamodb import errors
from skywalk.edge.services.dynamodb.answers import JSON
from skywalk.edge.services.dynamodb.json_body import render_body
from skywalk.edge.services.dynamodb.operations import TARGET_PREFIX
from skywalk.http1.upstream import ConnectFailed, UpstreamError
from skywalk.values.errors import SkywalkError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.arrival import Arrival
    from skywalk.edge.backend_directory import OpenBackend
    from skywalk.edge.callers import VerifiedCaller
    from skywalk.edge.service import Surroundings
    from skywalk.edge.services.dynamodb.authorize import DynamoDbAuthorization
    from skywalk.edge.services.dynamodb.request import DynamoDbRequest
    from skywalk.http1.exchange import Exchange
    from skywalk.http1.request import RequestHead

log = logging.getLogger(__name__)

SERVICE = "dynamodb"
_FIRST_SERVER_ERROR = 500
_PLACE_IN_LIST = re.compile(r".+\[[0-9]+\]", re.DOTALL)
ANSWER_LIMIT_BYTES = 64 << 20
"""Four times what a BatchGetItem may return, which JSON makes longer."""


@dataclass(frozen=True, slots=True)
class BackendAnswer:
    status: int
    body: bytes


@dataclass(slots=True)
class DynamoDbCall:
    """Filled in from top to bottom."""

    around: Surroundings
    arrival: Arrival
    head: RequestHead
    exchange: Exchange
    region: str
    caller: VerifiedCaller = field(init=False)
    request: DynamoDbRequest = field(init=False)
    authorization: DynamoDbAuthorization = field(init=False)
    backend: OpenBackend = field(init=False)

    async def find_backend(self) -> None:
        """Starts it, if need be. Raises AwsError."""
        try:
            self.backend = await self.around.backends.get(SERVICE)
        except SkywalkError as error:
            log.warning("the backend of %s cannot be had: %s", SERVICE, error)
            raise errors.service_unavailable() from None

    async def ask(self, operation: str, body: Mapping[str, Any]) -> BackendAnswer:
        """The backend's answer to an operation in the owner's name. Raises AwsError."""
        if self.backend.backend.is_embedded:
            _check_selected(body)
        content = render_body(body)
        headers = (("x-amz-target", TARGET_PREFIX + operation), ("content-type", JSON))
        request = BackendRequest(
            "POST", "/", headers, self.request.account_id, self.request.region, len(content), content
        )
        try:
            head, answered = await self.around.backends.ask(
                SERVICE, self.backend, request, content, limit_bytes=ANSWER_LIMIT_BYTES
            )
        except ConnectFailed:
            raise errors.service_unavailable() from None
        except UpstreamError as error:
            log.warning("the backend did not answer: %s", error)
            raise errors.internal_server_error() from None
        if head.status >= _FIRST_SERVER_ERROR:
            log.warning("the backend failed at %s with status %d", operation, head.status)
            raise errors.internal_server_error()
        return BackendAnswer(head.status, answered)

    def check_daemon(self) -> None:
        """Raises AwsError where what is about to be changed could not be told to anybody."""
        if not self.around.reporter.connected:
            raise errors.service_unavailable()

    async def report(self, subject: str, arn: str, **data: Any) -> None:
        """Returns when everybody knows. Raises AwsError."""
        try:
            await self.around.reporter.report(subject, {"arn": arn, **data})
        except SkywalkError as error:
            log.error("%s of %s is done, but the daemon does not know: %s", self.request.operation, arn, error)
            raise errors.service_unavailable(str(error)) from None


def _check_selected(body: Mapping[str, Any]) -> None:
    """moto takes the name `secret[0]` for a place in the list `secret`, of which no policy was told. Raises AwsError
    ValidationException."""
    batch = body.get("RequestItems") or {}
    for part in (body, *(one for one in batch.values() if isinstance(one, dict))):
        names = part.get("ExpressionAttributeNames") or {}
        if part.get("ProjectionExpression") and any(map(_PLACE_IN_LIST.fullmatch, names.values())):
            raise errors.not_supported("Selecting an attribute whose name ends in brackets")
