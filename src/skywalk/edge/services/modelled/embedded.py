"""What the embedded backend does of a service, and what it would only pretend: the tables in `embedded_operations`.

Of each service, `served` are the operations that are answered, `pretended` those of moto's that are refused, by the
reason. `rules` speak of parameters: `absent`, `one of` some `values` or none, `only` one of them, `own account`,
`own arn`, `role` for one that is there, `topic`, `queue`, and of documents in them (`documents`). An operation that is
in neither is not there.
"""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.documents import check_no_deny, check_template
from skywalk.edge.services.modelled.refusals import not_embedded, not_implemented
from skywalk.values.arn import parse_arn
from skywalk.values.embedded_services import embedded_services
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from skywalk.edge.services.modelled.access import Asker
    from skywalk.edge.services.modelled.protocols.understood import Understood

_ONLY = "only"
"""The one rule that a parameter breaks which is not there."""
_ROLE = "role"
_NO_ROLE = "The role defined for the function cannot be assumed by Lambda."
_OF_SECRETS = "/aws/reference/secretsmanager"
"""A parameter of Systems Manager below it is a secret."""
_FOLDER = Path(__file__).with_name("embedded_operations")


@dataclass(frozen=True, slots=True)
class Embedded:
    """One service of the embedded backend."""

    moto_name: str
    served: frozenset[str]
    pretended: Mapping[str, str]
    rules: tuple[Mapping[str, Any], ...]


@cache
def embedded_service(service: str) -> Embedded:
    """Raises KeyError where there is none."""
    row: Mapping[str, Any] = json.loads((_FOLDER / f"{service}.json").read_bytes())
    pretended = {operation: reason for reason, operations in row["pretended"].items() for operation in operations}
    moto_name = embedded_services()[service]
    return Embedded(moto_name, frozenset(row["served"]), pretended, tuple(row["rules"]))


def check_embedded(service: str, understood: Understood, asker: Asker, roles: Container[str]) -> None:
    """`roles`: the ARNs of those there are. Raises AwsError for what the embedded backend does not do, or would only
    pretend."""
    embedded, operation = embedded_service(service), understood.operation.name
    if operation in embedded.pretended:
        raise not_embedded(service, operation, embedded.pretended[operation])
    if operation not in embedded.served:
        raise not_implemented(service, operation)
    for rule in embedded.rules:
        if operation in rule["operations"] and _is_about(rule, understood.parameters):
            for value in _values(rule["parameter"], understood.parameters):
                _check(rule, value, service, operation, asker, roles)


def _check(
    rule: Mapping[str, Any], value: Any, service: str, operation: str, asker: Asker, roles: Container[str]
) -> None:
    """Raises AwsError."""
    if rule["rule"] == _ROLE and value is not None and value not in roles:
        raise AwsError("InvalidParameterValueException", _NO_ROLE, 400)
    problem = None if value is None and rule["rule"] != _ONLY else _RULES[rule["rule"]](rule, value, asker)
    if problem is not None:
        raise not_embedded(service, f"{operation} with {rule['parameter']}", problem)


def _is_about(rule: Mapping[str, Any], parameters: Mapping[str, Any]) -> bool:
    return all(parameters.get(name) == value for name, value in rule.get("when", {}).items())


def _values(path: str, parameters: Mapping[str, Any]) -> list[Any]:
    """What is there, None for what is not: `Targets[].Arn` is of each of a list."""
    found: list[Any] = [parameters]
    for part in path.split("."):
        name = part.removesuffix("[]")
        inner = [one.get(name) if isinstance(one, dict) else None for one in found]
        found = [each for one in inner for each in one or ()] if part != name else inner
    return [None if one in ([], {}, "") else one for one in found]


# Each gives the reason for which a value is not taken, or None.


def _absent(rule: Mapping[str, Any], _value: Any, _asker: Asker) -> str | None:
    return str(rule["reason"])


def _one_of(rule: Mapping[str, Any], value: Any, _asker: Asker) -> str | None:
    return None if value in rule["values"] else str(rule["reason"])


def _own_arn(rule: Mapping[str, Any], value: Any, asker: Asker) -> str | None:
    arn = parse_arn(value)
    is_own = arn is not None and (arn.account_id, arn.region) == (asker.account_id, asker.region)
    return None if is_own else str(rule["reason"])


def _own_account(rule: Mapping[str, Any], value: Any, asker: Asker) -> str | None:
    return None if value == asker.account_id else str(rule["reason"])


def _topic(rule: Mapping[str, Any], value: Any, _asker: Asker) -> str | None:
    arn = parse_arn(value)
    return None if arn is None or "/" not in arn.resource else str(rule["reason"])


def _queue(rule: Mapping[str, Any], value: Any, _asker: Asker) -> str | None:
    arn = parse_arn(value)
    return None if arn is not None and arn.service == "sqs" else str(rule["reason"])


def _no_deny(_rule: Mapping[str, Any], value: Any, _asker: Asker) -> str | None:
    return check_no_deny(value)


def _no_secret(rule: Mapping[str, Any], value: Any, _asker: Asker) -> str | None:
    """moto would answer with the secret, on which nobody has decided."""
    return str(rule["reason"]) if str(value).startswith(_OF_SECRETS) else None


def _template(_rule: Mapping[str, Any], value: Any, asker: Asker) -> str | None:
    return check_template(value, asker.region, asker.account_id)


_RULES: Mapping[str, Callable[[Mapping[str, Any], Any, Asker], str | None]] = {
    "absent": _absent,
    "no deny": _no_deny,
    "no secret": _no_secret,
    "one of": _one_of,
    _ONLY: _one_of,
    "own account": _own_account,
    "own arn": _own_arn,
    "queue": _queue,
    _ROLE: lambda _rule, _value, _asker: None,
    "template": _template,
    "topic": _topic,
}
