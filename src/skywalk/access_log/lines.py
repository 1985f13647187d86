"""How an entry is written: what many requests share, once for a file, and one short line for each request.

    {"is":0,"owner":"123456789012","service":"s3",…,"principal":{…},"context":{…},"check":{…}}
    {"as":0,"time":1767225600000,"n":1,"resource":"arn:aws:s3:::documents/a.txt"}

Writing everything in every line would cost a tenth of what the edge does for a small request, and eight times the room.
`record` puts both together again. No signature, session token or body is written; a referer loses its query string,
which may be a presigned URL's.
"""

from __future__ import annotations

import json
from enum import Enum
from itertools import count
from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING, Any, NamedTuple

from skywalk.policy.keys import names
from skywalk.policy.keys.names import CURRENT_TIME, EPOCH_TIME, REFERER, VPC_SOURCE_IP
from skywalk.policy.principal import Principal

if TYPE_CHECKING:
    from skywalk.access_log.entry import Checked, Entry
    from skywalk.policy.compiled import AccessRequest
    from skywalk.policy.context import Context
    from skywalk.policy.evaluate import Decision
    from skywalk.values.chance import Chance

_SHARED_REMEMBERED = 1024
_SHARED_NAMES = frozenset(
    {
        names.EC2_INSTANCE_SOURCE_PRIVATE_IPV4,
        names.EC2_INSTANCE_SOURCE_VPC,
        names.EC2_ROLE_DELIVERY,
        names.EC2_SOURCE_INSTANCE_ARN,
        names.MULTI_FACTOR_AUTH_PRESENT,
        names.PRINCIPAL_ACCOUNT,
        names.PRINCIPAL_ARN,
        names.PRINCIPAL_IS_AWS_SERVICE,
        names.PRINCIPAL_ORG_ID,
        names.PRINCIPAL_ORG_PATHS,
        names.PRINCIPAL_TYPE,
        names.REQUESTED_REGION,
        names.RESOURCE_ACCOUNT,
        names.RESOURCE_ORG_ID,
        names.RESOURCE_ORG_PATHS,
        names.SECURE_TRANSPORT,
        names.SOURCE_IDENTITY,
        names.SOURCE_VPC,
        names.SOURCE_VPCE,
        names.SOURCE_VPC_ARN,
        names.TOKEN_ISSUE_TIME,
        names.USER_AGENT,
        names.USER_ID,
        names.USER_NAME,
        names.VIA_AWS_SERVICE,
        names.VPCE_ACCOUNT,
        names.VPCE_ORG_ID,
        names.VPCE_ORG_PATHS,
        names.VPC_SOURCE_IP,
        "s3:authtype",
        "s3:signatureversion",
        "s3:tlsversion",
    }
)
"""Condition keys that requests of one caller have in common; all others are told for each request."""
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Line(NamedTuple):
    """Members of two JSON objects, without their braces. `shared` is one object for equal texts, mostly."""

    shared: str
    own: str


class _Shared(NamedTuple):
    """What is remembered of requests that have much in common. `kept`: objects whose ids are in its key."""

    context: Context
    text: str
    kept: tuple[object, ...]


class Lines:
    """Makes lines of entries; `chance` makes their ids this process's own."""

    def __init__(self, chance: Chance) -> None:
        self._id = chance.hex(20)
        self._next_number = count(1).__next__
        self._shared: dict[tuple[object, ...], _Shared] = {}

    def line(self, entry: Entry, received: float) -> Line:
        """`received` is in seconds since 1970."""
        questions = entry.questions
        one, context = None, entry.context
        own = f'"time":{int(received * 1000)},"n":{self._next_number()}'
        if len(questions) == 1 and len(questions[0]) == 1:  # as most
            one = questions[0][0]
            context = one.request.context
            own = f'{own},"resource":{quoted(one.request.resource)}'
        elif questions:
            own = f'{own},"questions":[{",".join(_encoded_question(one, context) for one in questions)}]'
        shared = dict(context)
        if CURRENT_TIME in shared and EPOCH_TIME in shared:
            own = f'{own},"at":["{shared.pop(CURRENT_TIME)}","{shared.pop(EPOCH_TIME)}"]'
        if own_names := shared.keys() - _SHARED_NAMES:
            if REFERER in own_names:
                shared[REFERER] = str(shared[REFERER]).partition("?")[0]
            keys = [f"{quoted(name)}:{_encoded(shared.pop(name))}" for name in own_names]
            own = f'{own},"context":{{{",".join(keys)}}}'
        if entry.error is not None:
            own = f'{own},"error":{_encode([entry.error.code, entry.error.message])}'
        if entry.request_id:
            own = f'{own},"request":"{entry.request_id}"'
        return Line(self._shared_text(entry, shared, one), own)

    def _shared_text(self, entry: Entry, context: Context, one: Checked | None) -> str:
        # Principals and decisions are the same objects from request to request, and hashing them takes longer.
        agent = entry.answering.head.fields.get("user-agent", "")
        key: tuple[object, ...] = (entry.endpoint, entry.operation, agent, entry.source, id(entry.principal))
        if one is not None:
            key = (key, one.request.action, one.by_endpoint, id(one.decision), id(one.otherwise))
        known = self._shared.get(key)
        if known is None or known.context != context:
            if len(self._shared) >= _SHARED_REMEMBERED:
                self._shared.clear()
            text = self._encode_shared(entry, context, one, agent)
            known = self._shared[key] = _Shared(context, text, (entry.principal, one))
        return known.text

    def _encode_shared(self, entry: Entry, context: Context, one: Checked | None, agent: str) -> str:
        told: dict[str, Any] = {
            "id": self._id,
            "owner": entry.endpoint.owner_account_id,
            "service": entry.endpoint.service,
            "region": entry.endpoint.region,
            "interface": entry.endpoint.is_interface,
            "operation": entry.operation,
            "agent": agent,
            "source": entry.source or context.get(VPC_SOURCE_IP, ""),
        }
        if entry.principal is not None:
            told |= {"principal": _fields(entry.principal), "context": dict(context)}
        if one is not None:
            told["check"] = _check_fields(one)
        return _encode(told)[1:-1]


def _encoded(value: str | tuple[str, ...]) -> str:
    return quoted(value) if isinstance(value, str) else _encode(value)


def _encoded_question(question: list[Checked], context: Context) -> str:
    return _encode([_check_fields(one) | _further_fields(one.request, context) for one in question])


def _further_fields(request: AccessRequest, context: Context) -> dict[str, Any]:
    """What the only check of a request has elsewhere: its resource, and the keys that are its own."""
    keys = {name: value for name, value in request.context.items() if context.get(name) != value}
    if REFERER in keys:
        keys[REFERER] = str(keys[REFERER]).partition("?")[0]
    return {"resource": request.resource, "keys": keys}


def _check_fields(one: Checked) -> dict[str, Any]:
    asked = one.request
    fields = {"action": asked.action, "resourceAccount": asked.resource_account, **_decision_fields(one.decision)}
    if one.otherwise is not None:
        fields["otherwise"] = _decision_fields(one.otherwise)
    if not one.by_endpoint:
        fields["endpointPolicy"] = False
    return fields


def _decision_fields(decision: Decision) -> dict[str, Any]:
    fields: dict[str, Any] = {"allowed": decision.allowed, "by": decision.by, "explicit": decision.explicit}
    if decision.statement is not None:
        fields["statement"] = decision.statement
    return fields


def _fields(principal: Principal) -> dict[str, Any]:
    values = {name: getattr(principal, name) for name in Principal.__dataclass_fields__}
    told = {name: value.value if isinstance(value, Enum) else value for name, value in values.items()}
    return {name: value for name, value in told.items() if value is not None}
