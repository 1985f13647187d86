"""ClientToken: the same call again does nothing twice.

Source: EC2 API Reference, "Ensuring idempotency": the same token with other parameters is refused; a token is
remembered for a day.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from skywalk.resources.idempotency_token import IdempotencyToken
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call

MAX_TOKEN_LENGTH = 64
_OTHER_PARAMETERS_ELSEWHERE = (
    "The client token you have provided is associated with a request that had different parameters."
)
_OTHER_PARAMETERS = {
    "RunInstances": "Arguments on this idempotent request are inconsistent with arguments used in previous request(s)."
}
"""Of public reports."""

_NOT_PART_OF_THE_CALL = ("ClientToken", "DryRun")


def made_before(call: Call, action: str, request: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The ids that an earlier call with this token made; None if there was none, or no token.

    Raises IdempotentParameterMismatch, InvalidParameterValue for a token that is too long.
    """
    token = request.get("ClientToken")
    if not token:
        return None
    if len(token) > MAX_TOKEN_LENGTH:
        raise AwsError("InvalidParameterValue", f"Client token exceeds the maximum length of {MAX_TOKEN_LENGTH}")
    found = call.tx.get(IdempotencyToken, _token_id(call, action, token))
    if found is None:
        return None
    if found.fingerprint != _fingerprint(request):
        raise AwsError(
            "IdempotentParameterMismatch",
            _OTHER_PARAMETERS.get(action, _OTHER_PARAMETERS_ELSEWHERE),
        )
    return found.resource_ids


def remember(call: Call, action: str, request: Mapping[str, Any], resource_ids: Sequence[str]) -> None:
    """Notes what a call with a token has made."""
    token = request.get("ClientToken")
    if token:
        call.tx.put(
            IdempotencyToken(
                id=_token_id(call, action, token),
                scope=call.scope,
                fingerprint=_fingerprint(request),
                resource_ids=tuple(resource_ids),
                created_at=call.clock.now(),
            )
        )


def _token_id(call: Call, action: str, token: str) -> str:
    return f"token {action} {call.scope.account_id} {call.scope.region} {token}"


def _fingerprint(request: Mapping[str, Any]) -> str:
    parameters = {name: value for name, value in request.items() if name not in _NOT_PART_OF_THE_CALL}
    return hashlib.sha256(json.dumps(parameters, sort_keys=True, default=str).encode()).hexdigest()
