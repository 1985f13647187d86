"""Records: what was noted of a request, read again from the lines that a writer has made of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from skywalk.policy.compiled import AccessRequest
from skywalk.policy.keys.names import CURRENT_TIME, EPOCH_TIME
from skywalk.policy.principal import Principal, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.policy.context import Context

ALLOWED, DENIED, UNDECIDED = "allowed", "denied", "undecided"
"""Verdicts; undecided: refused before any policy was asked, as where a signature is wrong."""

_PRINCIPAL_FIELDS = frozenset(field.name for field in fields(Principal))


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, as `policy.evaluate.Decision` has it."""

    allowed: bool
    by: str
    explicit: bool
    statement: str | int | None = None


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """One check. `by_endpoint`: whether an endpoint policy took part; `otherwise`: what all other policies say, where
    the endpoint's refused."""

    request: AccessRequest
    decided: Decided
    by_endpoint: bool
    otherwise: Decided | None

    @property
    def others_allow(self) -> bool:
        """Whether all policies but the endpoint's do."""
        return self.decided.allowed if self.otherwise is None else self.otherwise.allowed


@dataclass(frozen=True, slots=True)
class Record:
    """One request. `time` is in milliseconds since 1970; `event_id` is nobody else's. `is_interface`: of an interface
    endpoint, else of a gateway endpoint. `questions` are checks that were refused together. `principal` is None where
    nobody had proven who they are."""

    vpc_endpoint_id: str
    time: int
    event_id: str
    request_id: str
    owner_account_id: str
    service: str
    region: str
    is_interface: bool
    operation: str
    user_agent: str
    source: str
    principal: Principal | None
    context: Context
    questions: tuple[tuple[CheckRecord, ...], ...]
    error: tuple[str, str] | None

    @property
    def deciding(self) -> CheckRecord | None:
        """The first check that was refused; where none was, the first of all."""
        checks = [check for question in self.questions for check in question]
        refused = (check for check in checks if not check.decided.allowed)
        return next(refused, next(iter(checks), None))

    @property
    def verdict(self) -> str:
        deciding = self.deciding
        if deciding is None:
            return UNDECIDED
        # A role's trust policy refuses after all others have allowed the call.
        is_refused = self.error is not None and self.error[0].startswith("AccessDenied")
        return DENIED if is_refused or not deciding.decided.allowed else ALLOWED


def read_record(vpc_endpoint_id: str, shared: Mapping[str, Any], own: Mapping[str, Any]) -> Record:
    """Raises ValueError, KeyError, TypeError, AttributeError for what no writer has written."""
    principal = _principal(shared["principal"]) if "principal" in shared else None
    context = _context({**shared.get("context", {}), **own.get("context", {})})
    if "at" in own:
        context[CURRENT_TIME], context[EPOCH_TIME] = own["at"]
    questions: tuple[tuple[CheckRecord, ...], ...] = ()
    if principal is not None and "check" in shared:
        told = {**shared["check"], "resource": own["resource"]}
        questions = ((_check(told, principal, context),),)
    elif principal is not None:
        questions = tuple(
            tuple(_check(told, principal, context) for told in question) for question in own.get("questions", ())
        )
    error = own.get("error")
    return Record(
        vpc_endpoint_id=vpc_endpoint_id,
        time=int(own["time"]),
        event_id=_event_id(shared["id"], own["n"]),
        request_id=own.get("request", ""),
        owner_account_id=shared["owner"],
        service=shared["service"],
        region=shared["region"],
        is_interface=shared.get("interface", False),
        operation=shared["operation"],
        user_agent=shared["agent"],
        source=shared["source"],
        principal=principal,
        context=context,
        questions=questions,
        error=None if error is None else (str(error[0]), str(error[1])),
    )


def _event_id(drawn: str, number: int) -> str:
    return f"{drawn[:8]}-{drawn[8:12]}-{drawn[12:16]}-{drawn[16:20]}-{number:012x}"


def _principal(told: Mapping[str, Any]) -> Principal:
    known = {name: value for name, value in told.items() if name in _PRINCIPAL_FIELDS}
    return Principal(**{**known, "kind": PrincipalKind(told["kind"])})


def _context(told: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}


def _check(told: Mapping[str, Any], principal: Principal, context: Context) -> CheckRecord:
    account, keys = told["resourceAccount"], {**context, **_context(told.get("keys", {}))}
    return CheckRecord(
        AccessRequest(told["action"], told["resource"], principal, account, keys),
        _decided(told),
        told.get("endpointPolicy", True),
        _decided(told["otherwise"]) if "otherwise" in told else None,
    )


def _decided(told: Mapping[str, Any]) -> Decided:
    return Decided(told["allowed"], told["by"], told["explicit"], told.get("statement"))
