"""The policies of cases, compiled once for each text of a field.

`scps` and `rcps` are a list of policies (one level), or a list of such lists, from the organization's root to the
account. RCPFullAWSAccess cannot be detached: it is understood at every level of `rcps` that allows nothing itself.
Source: AWS Organizations User Guide, "RCP evaluation".
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from skywalk.policy.cases.errors import CaseError
from skywalk.policy.cases.fields import parse_json
from skywalk.policy.compiled import AccessRequest, CompiledPolicy, compile_policy
from skywalk.policy.document import Effect, PolicyKind, parse_policy
from skywalk.policy.errors import PolicyError
from skywalk.policy.evaluate import Layers

FIELDS_REMEMBERED = 1024
POLICY_FIELDS = (
    *("endpoint_policy", "identity_policies", "resource_policy", "permission_boundary", "session_policies"),
    *("scps", "rcps"),
)
_KINDS = {"endpoint_policy": PolicyKind.ENDPOINT, "resource_policy": PolicyKind.RESOURCE, "rcps": PolicyKind.RESOURCE}
_FULL_AWS_ACCESS = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'


class CompiledFields:
    """What the fields of cases mean; those that no case has had for long are forgotten."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, PolicyKind, bool, str], Any] = OrderedDict()

    def layers(self, fields: Mapping[str, str], request: AccessRequest, *, is_of_interface: bool = False) -> Layers:
        """Of the texts of a case's fields. `is_of_interface`: the endpoint is an interface endpoint. Raises CaseError
        with the field and the place in it."""
        trust = _is_assumption(request)
        found: dict[str, Any] = {}
        for field in POLICY_FIELDS:
            text = fields.get(field)
            if text is not None:
                kind = PolicyKind.TRUST if trust and field == "resource_policy" else _KINDS.get(field)
                found[field] = self._meaning(field, kind or PolicyKind.IDENTITY, text, is_of_interface)
        present = {field: meaning for field, meaning in found.items() if meaning is not None}
        # A key has a policy; where a case leaves it out it is the default one, which leaves it to the account.
        of_key = _is_of_a_key(request) and "resource_policy" in present
        return Layers(**present, resource_must_allow=trust or of_key)

    def _meaning(self, field: str, kind: PolicyKind, text: str, is_of_interface: bool) -> Any:
        key = (field, kind, is_of_interface, text)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        meaning = self._known[key] = _read(field, kind, parse_json(text), is_of_interface)
        if len(self._known) > FIELDS_REMEMBERED:
            self._known.popitem(last=False)
        return meaning


def _read(field: str, kind: PolicyKind, value: Any, is_of_interface: bool) -> Any:
    """A policy, several, or levels of several; None for a field that is null."""
    if value is None:
        return None
    if field in ("scps", "rcps"):
        return _levels(_list(value, field), field, kind)
    if field in ("identity_policies", "session_policies"):
        return tuple(_compiled(one, kind, f"{field}[{at}]") for at, one in enumerate(_list(value, field)))
    return _compiled(value, kind, field, is_of_interface=is_of_interface)


def _compiled(value: Any, kind: PolicyKind, field: str, *, is_of_interface: bool = False) -> CompiledPolicy:
    """A policy that is an object, or its text."""
    if not isinstance(value, (dict, str)):
        raise CaseError(field, "must be a policy: an object, or its text")
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    try:
        return compile_policy(parse_policy(text, kind), is_of_interface=is_of_interface)
    except PolicyError as error:
        raise CaseError(field, str(error)) from None


def _levels(listed: list[Any], field: str, kind: PolicyKind) -> tuple[tuple[CompiledPolicy, ...], ...]:
    named = [(f"{field}[{at}]", one) for at, one in enumerate(listed)]
    if listed and not any(isinstance(one, list) for one in listed):
        named = [(field, listed)]
    levels = []
    for name, level in named:
        if not isinstance(level, list):
            raise CaseError(name, "must be a list of policies, as the other levels are")
        compiled = tuple(_compiled(one, kind, f"{name}[{at}]") for at, one in enumerate(level))
        if field == "rcps" and not any(map(_allows_something, compiled)):
            compiled += (_compiled(_FULL_AWS_ACCESS, kind, field),)
        levels.append(compiled)
    return tuple(levels)


def _allows_something(policy: CompiledPolicy) -> bool:
    return any(statement.effect is Effect.ALLOW for statement in policy.policy.statements)


def _list(value: Any, field: str) -> list[Any]:
    if not isinstance(value, list):
        raise CaseError(field, "must be a list")
    return value


def _is_assumption(request: AccessRequest) -> bool:
    return request.action.lower().startswith("sts:") and ":role/" in request.resource


def _is_of_a_key(request: AccessRequest) -> bool:
    return request.action.lower().startswith("kms:") and ":key/" in request.resource
