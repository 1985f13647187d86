"""Read a policy case: its request, and the policies that apply."""

from __future__ import annotations

from typing import Any, NamedTuple

from skywalk.policy.cases.caller import caller_keys, read_caller
from skywalk.policy.cases.errors import CaseError
from skywalk.policy.cases.fields import FieldTexts, parse_json
from skywalk.policy.cases.layers import POLICY_FIELDS, CompiledFields
from skywalk.policy.compiled import AccessRequest
from skywalk.policy.evaluate import Layers
from skywalk.policy.keys.names import RESOURCE_ACCOUNT

_OF_A_POLICY = ("polic", "boundar", "scp", "rcp")
"""A field whose name holds one of these and is none of a case's would be a policy that is silently not applied."""
_REQUEST_FIELDS = ("action", "resource", "principal", "resource_account", "context", "endpoint_type")
_ENDPOINT_TYPES = ("Gateway", "Interface")
_ARN_FIELDS = 6


class Case(NamedTuple):
    request: AccessRequest
    layers: Layers


class CaseReader:
    """Reads cases, each policy once however many of them have it."""

    def __init__(self) -> None:
        self._texts = FieldTexts(POLICY_FIELDS)
        self._compiled = CompiledFields()

    def read(self, text: str) -> Case:
        """The case that one line states. Raises CaseError."""
        try:
            return self._read(text)
        except RecursionError:
            raise CaseError("", "the case is nested too deeply") from None

    def _read(self, text: str) -> Case:
        fields = self._texts.split(text)
        for name in fields:
            if name not in POLICY_FIELDS and any(part in name.lower() for part in _OF_A_POLICY):
                raise CaseError(name[:80], "no such field of a case")
        asked = parse_json(fields.get("request", "null"))
        request = _read_request(asked)
        return Case(request, self._compiled.layers(fields, request, is_of_interface=_is_of_interface(asked)))


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


def _is_of_interface(asked: dict[str, Any]) -> bool:
    """Whether the endpoint is told to be an interface endpoint; else it is taken for a gateway endpoint where the
    action's service has such."""
    value = asked.get("endpoint_type")
    if value is not None and value not in _ENDPOINT_TYPES:
        raise CaseError("request.endpoint_type", f"must be {' or '.join(_ENDPOINT_TYPES)}")
    return bool(value == "Interface")


def _text(request: dict[str, Any], name: str, default: str | None = None) -> str:
    value = request.get(name)
    if value is None:
        value = default
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
