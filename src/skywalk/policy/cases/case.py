"""Read a policy case: its request, and the policies that apply, each compiled once however many cases name it.

`scps` and `rcps` are a list of policies (one level), or a list of such lists, from the organization's root to the
account. RCPFullAWSAccess cannot be detached: it is understood at every level of `rcps` that allows nothing itself.
Source: AWS Organizations User Guide, "RCP evaluation".
"""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any, NamedTuple, NoReturn

from skywalk.policy.cases.caller import caller_keys, read_caller
from skywalk.policy.cases.errors import CaseError
from skywalk.policy.compiled import AccessRequest, CompiledPolicy, compile_policy
from skywalk.policy.document import Effect, PolicyKind, parse_policy
from skywalk.policy.errors import PolicyError, shown
from skywalk.policy.evaluate import Layers
from skywalk.policy.keys.names import RESOURCE_ACCOUNT

POLICIES_REMEMBERED = 1024

_FIELDS = (
    *("endpoint_policy", "identity_policies", "resource_policy", "permission_boundary", "session_policies"),
    *("scps", "rcps", "request"),
)
_OF_A_POLICY = ("polic", "boundar", "scp", "rcp")
"""A field whose name holds one of these and is none of a case's would be a policy that is silently not applied."""
_REQUEST_FIELDS = ("action", "resource", "principal", "resource_account", "context")
_FULL_AWS_ACCESS = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'
_ARN_FIELDS = 6


class Case(NamedTuple):
    request: AccessRequest
    layers: Layers


class CompiledPolicies:
    """Policies of cases by their text; those not asked for in a long time are forgotten."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, PolicyKind], CompiledPolicy] = OrderedDict()

    def of(self, value: Any, kind: PolicyKind, field: str) -> CompiledPolicy:
        """The policy of a field: an object, or its text. Raises CaseError with the field and the place in it."""
        if not isinstance(value, (dict, str)):
            raise CaseError(field, "must be a policy: an object, or its text")
        text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        known = self._known.get((text, kind))
        if known is None:
            try:
                known = compile_policy(parse_policy(text, kind))
            except PolicyError as error:
                raise CaseError(field, str(error)) from None
            self._known[text, kind] = known
            if len(self._known) > POLICIES_REMEMBERED:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end((text, kind))
        return known


def parse_case(text: str, policies: CompiledPolicies) -> Case:
    """The case that one line states. Raises CaseError."""
    try:
        return _read(_parse_json(text), policies)
    except RecursionError:
        raise CaseError("", "the case is nested too deeply") from None


def _parse_json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except ValueError as error:
        raise CaseError("", f"not JSON: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise CaseError("", f"{shown(next(name for name in names if names.count(name) > 1))} is twice in one object")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise CaseError("", f"not JSON: {name}")


def _read(case: Any, policies: CompiledPolicies) -> Case:
    if not isinstance(case, dict):
        raise CaseError("", "a case is a JSON object")
    for name in case:
        if name not in _FIELDS and any(part in name.lower() for part in _OF_A_POLICY):
            raise CaseError(name[:80], "no such field of a case")
    request = _read_request(case.get("request"))
    return Case(request, _read_layers(case, request, policies))


def _read_request(value: Any) -> AccessRequest:
    if not isinstance(value, dict):
        raise CaseError("request", "missing" if value is None else "must be an object")
    unknown = sorted(value.keys() - set(_REQUEST_FIELDS))
    if unknown:
        raise CaseError(f"request.{unknown[0][:80]}", "no such field")
    if "principal" not in value:
        raise CaseError("request.principal", "missing; null for anonymous callers")
    action, resource = _text(value, "action"), _text(value, "resource", "*")
    given = read_context(value.get("context"))
    caller = read_caller(value["principal"], given)
    owner = _text(value, "resource_account", _account_of(resource) or caller.account_id)
    derived = caller_keys(caller)
    if owner:
        derived[RESOURCE_ACCOUNT] = owner
    context = {key: one for key, one in {**derived, **given}.items() if one is not None}
    return AccessRequest(action, resource, caller, owner, context)


def _text(request: dict[str, Any], name: str, default: str | None = None) -> str:
    value = request.get(name, default)
    if value is None:
        raise CaseError(f"request.{name}", "missing")
    if not isinstance(value, str):
        raise CaseError(f"request.{name}", "must be a string")
    return value


def _account_of(arn: str) -> str:
    fields = arn.split(":", _ARN_FIELDS - 1)
    return fields[4] if len(fields) == _ARN_FIELDS and fields[0] == "arn" else ""


def read_context(value: Any) -> Any:
    """Keys, lower-cased, with their values as texts; None for a key that is null, and so absent. Raises CaseError."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise CaseError("request.context", "must be an object")
    context: dict[str, str | tuple[str, ...] | None] = {}
    for name, one in value.items():
        field, key = f"request.context.{name[:80]}", name.lower()
        if key in context:
            raise CaseError(field, "the key is there twice, in another case")
        if isinstance(one, list):
            context[key] = tuple(_value(each, field) for each in one)
        else:
            context[key] = None if one is None else _value(one, field)
    return context


def _value(value: Any, field: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise CaseError(field, "must be a string, a number, a Boolean, or a list of these")


def _read_layers(case: dict[str, Any], request: AccessRequest, policies: CompiledPolicies) -> Layers:
    def one(field: str, kind: PolicyKind) -> CompiledPolicy | None:
        value = case.get(field)
        return None if value is None else policies.of(value, kind, field)

    def several(field: str) -> tuple[CompiledPolicy, ...]:
        listed = _list(case, field)
        return tuple(policies.of(each, PolicyKind.IDENTITY, f"{field}[{at}]") for at, each in enumerate(listed))

    trust = _is_assumption(request)
    # A key has a policy; where a case leaves it out, it is the default one, which leaves it to the account's policies.
    of_key = _is_of_a_key(request) and case.get("resource_policy") is not None
    return Layers(
        one("endpoint_policy", PolicyKind.ENDPOINT),
        several("identity_policies"),
        one("resource_policy", PolicyKind.TRUST if trust else PolicyKind.RESOURCE),
        several("session_policies"),
        one("permission_boundary", PolicyKind.IDENTITY),
        _levels(case, "scps", PolicyKind.IDENTITY, policies),
        _levels(case, "rcps", PolicyKind.RESOURCE, policies),
        resource_must_allow=trust or of_key,
    )


def _is_assumption(request: AccessRequest) -> bool:
    return request.action.lower().startswith("sts:") and ":role/" in request.resource


def _is_of_a_key(request: AccessRequest) -> bool:
    return request.action.lower().startswith("kms:") and ":key/" in request.resource


def _levels(
    case: dict[str, Any], field: str, kind: PolicyKind, policies: CompiledPolicies
) -> tuple[tuple[CompiledPolicy, ...], ...]:
    listed = _list(case, field)
    named = [(f"{field}[{at}]", one) for at, one in enumerate(listed)]
    if listed and not any(isinstance(one, list) for one in listed):
        named = [(field, listed)]
    levels = []
    for name, level in named:
        if not isinstance(level, list):
            raise CaseError(name, "must be a list of policies, as the other levels are")
        compiled = tuple(policies.of(one, kind, f"{name}[{at}]") for at, one in enumerate(level))
        if field == "rcps" and not any(map(_allows_something, compiled)):
            compiled += (policies.of(_FULL_AWS_ACCESS, kind, field),)
        levels.append(compiled)
    return tuple(levels)


def _allows_something(policy: CompiledPolicy) -> bool:
    return any(statement.effect is Effect.ALLOW for statement in policy.policy.statements)


def _list(case: dict[str, Any], field: str) -> list[Any]:
    value = case.get(field)
    if value is None:
        return []
    if not isinstance(value, list):
        raise CaseError(field, "must be a list")
    return value
