"""Which actions on which resources an operation asks for: the tables `access.json`, of the services with an embedded
backend, and `access_of_others.json`, and what reads them.

By service, `prefix` is that of its actions where it is not the signing name, and `actions` has the operations whose
action has another name. A row of `resources` speaks of the `operations` it lists, or of any. All rows that list an
operation and whose parameter is given count; where none is, those without a parameter, or else those that speak of any.
What a row says:

- `parameter`: where the resource's name or ARN is; `Names[]` for each of a list, `Table.Name` of a structure; `none`
  where no row is to speak of it;
- `when`: other parameters that must have these values, or one of a list of them, where null is none; `unless`: that
  must not;
- `read`: how a name is found in the value, one of `readings`;
- `arn`: what follows account and region in the ARN of a name, `{value}` or another parameter filled in (`{Table/Name}`
  of a structure); an ARN that is given stays as it is, and without `arn` nothing else is taken; `*`: the action has no
  resource;
- `account`: the parameter that says whose it is; `owner`, `region`, `service`: where they are not the caller's, the
  request's and the action's;
- `action`: where it is not the operation's, with a prefix where that is another's;
- `form`: the regular expression of what follows region and account in an ARN that is given;
- `qualifier`: a parameter that follows the name after a colon;
- `lookup`: which backend's answer has the full ARN of a name (`lookups`).

`by` is `path` where method and path are action and resource (API Gateway). What no row speaks of is worked out
(`general_access`). A role that is handed over needs iam:PassRole besides. The `-fips` variants are as the services.
Source: Service Authorization Reference, the services' pages, for what tags of something new need their API references.
Unconfirmed: what CloudFormation and CloudWatch Logs ask for where a name alone is given, what the tags of a new log
group or parameter need, the actions of the batches and second versions of other services' operations, and whatever is
asked for on `*` here that has a resource there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.general_access import EVERYTHING, Place, passed_roles, path_of, resources_of
from skywalk.edge.services.modelled.readings import MAY_BE_UNREADABLE, OF_ARNS, READINGS
from skywalk.edge.services.modelled.request_keys import request_keys
from skywalk.policy.authorization_reference import action_entry
from skywalk.policy.context import NO_KEYS
from skywalk.policy.keys.names import PASSED_TO_SERVICE
from skywalk.values.arn import Arn, parse_arn

if TYPE_CHECKING:
    from skywalk.edge.services.modelled.protocols.understood import Understood
    from skywalk.edge.services.modelled.service_models import Operation
    from skywalk.policy.context import Context

_FILE = Path(__file__).with_name("access.json")
_FILE_OF_OTHERS = Path(__file__).with_name("access_of_others.json")
NO_RESOURCE = EVERYTHING
HANDING_OVER = "iam:PassRole"
_FIPS = "-fips"
_NONE = "none"
_ACCOUNT = re.compile("[0-9]{12}", re.ASCII)


class NameNotUsable(Exception):
    """A name or an ARN that means no resource of the service in this region; the text is the name."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose names are meant where no ARN says it."""

    account_id: str
    region: str
    partition: str = "aws"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An action on a resource; `lookup` and `name` where the backend must be asked for the ARN first. `keys` are
    condition keys of this one alone."""

    action: str
    resource: str
    lookup: str | None = None
    name: str = ""
    keys: Context = field(default_factory=lambda: NO_KEYS, compare=False)


def wanted(service: str, signing_name: str, understood: Understood, asker: Asker) -> tuple[Wanted, ...]:
    """All that must be allowed; none twice. Raises NameNotUsable."""
    own = (_with_keys(one, understood, asker) for one in _own(service, signing_name, understood, asker))
    found = (*own, *_passed(service, signing_name, understood, asker))
    return tuple({one: one for one in found}.values())


def _with_keys(one: Wanted, understood: Understood, asker: Asker) -> Wanted:
    prefix, _, action = one.action.partition(":")
    keys = request_keys(prefix, action, understood.parameters, asker.account_id)
    return replace(one, keys=keys) if keys else one


def action_of(service: str, signing_name: str, operation: Operation) -> tuple[str, str]:
    """Prefix and name of an operation's action: its own name, the table's, or its method."""
    own = operation.method if is_by_path(service, operation.name) else operation.name
    return prefix_of(service, signing_name), _row_of(service).get("actions", {}).get(operation.name, own)


def prefix_of(service: str, signing_name: str) -> str:
    """That of a service's actions."""
    found: str = _row_of(service).get("prefix", signing_name)
    return found


def is_by_path(service: str, operation: str) -> bool:
    """Whether method and path are its action and resource: newer operations have actions of their own there, too."""
    return _row_of(service).get("by") == "path" and action_entry(service, operation) is None


def is_told(service: str, operation: Operation) -> bool:
    """Whether a table says what an operation is about."""
    table = _row_of(service)
    rows, members = table.get("resources", ()), operation.input.members if operation.input is not None else {}
    of_any = (row["parameter"] for row in rows if "operations" not in row and "parameter" in row)
    return (
        operation.name in table.get("actions", {})
        or _is_said(rows, operation.name)
        or any(parameter in members for parameter in of_any)
    )


def _own(service: str, signing_name: str, understood: Understood, asker: Asker) -> list[Wanted]:
    table, operation, parameters = _row_of(service), understood.operation, understood.parameters
    prefix, action = action_of(service, signing_name, operation)
    place = _place(asker)
    if is_by_path(service, operation.name):
        return [Wanted(f"{prefix}:{action}", path_of(prefix, understood, place))]
    rows = list(_rows(table.get("resources", ()), operation.name, parameters))
    found = [one for row in rows for one in _of_row(row, prefix, action, parameters, asker)]
    if found or _is_said(table.get("resources", ()), operation.name):
        return found or [Wanted(f"{prefix}:{action}", NO_RESOURCE)]
    return [Wanted(f"{prefix}:{action}", resource) for resource in resources_of(prefix, action, understood, place)]


def _place(asker: Asker) -> Place:
    return Place(asker.partition, asker.region, asker.account_id)


def _passed(service: str, signing_name: str, understood: Understood, asker: Asker) -> Iterator[Wanted]:
    prefix, action = action_of(service, signing_name, understood.operation)
    for role, principal in passed_roles(prefix, action, understood.parameters, _place(asker)):
        yield Wanted(HANDING_OVER, role, keys={PASSED_TO_SERVICE: principal})


def _row_of(service: str) -> Mapping[str, Any]:
    found = _table().get(service) or _table().get(service.removesuffix(_FIPS))
    return {} if found is None else found


@cache
def _table() -> Mapping[str, Any]:
    return {**json.loads(_FILE_OF_OTHERS.read_bytes()), **_checked_table()}


@cache
def _checked_table() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = json.loads(_FILE.read_bytes())
    return loaded


def checked_services() -> frozenset[str]:
    """Those whose operations were looked at one by one."""
    return frozenset(_checked_table())


def _is_said(rows: Any, operation: str) -> bool:
    """Whether the table speaks of an operation by its name: it may say that nothing is named."""
    return any(operation in row.get("operations", ()) for row in rows)


def _rows(rows: Any, operation: str, parameters: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    listed = [row for row in rows if operation in row.get("operations", ())]
    given = [row for row in listed if "parameter" in row and _is_given(row, parameters)]
    found = given or [row for row in listed if "parameter" not in row and _is_of_this_case(row, parameters)]
    if found or any(row.get("parameter") == _NONE for row in listed):
        yield from found
    else:
        yield from (row for row in rows if "operations" not in row and _is_given(row, parameters))


def _is_given(row: Mapping[str, Any], parameters: Mapping[str, Any]) -> bool:
    return _is_of_this_case(row, parameters) and any(True for _ in _values(row, parameters))


def _is_of_this_case(row: Mapping[str, Any], parameters: Mapping[str, Any]) -> bool:
    holds = all(_is_one_of(parameters.get(name), value) for name, value in row.get("when", {}).items())
    return holds and not any(_is_one_of(parameters.get(name), value) for name, value in row.get("unless", {}).items())


def _is_one_of(value: Any, said: Any) -> bool:
    return value in said if isinstance(said, list) else value == said


def _values(row: Mapping[str, Any], parameters: Mapping[str, Any]) -> Iterator[str]:
    found: list[Any] = [parameters]
    for part in row["parameter"].split("."):
        inner = [one.get(part.removesuffix("[]")) for one in found if isinstance(one, dict)]
        is_list = part.endswith("[]")
        found = [item for one in inner if isinstance(one, list) for item in one] if is_list else inner
    yield from (one for one in found if isinstance(one, str) and one)


def _of_row(
    row: Mapping[str, Any], prefix: str, action: str, parameters: Mapping[str, Any], asker: Asker
) -> Iterator[Wanted]:
    own = row.get("action", action)
    full_action, lookup = own if ":" in own else f"{prefix}:{own}", row.get("lookup")
    for value in _values(row, parameters) if "parameter" in row else ("",):
        resource = _arn(row, value, prefix, parameters, asker)
        yield Wanted(full_action, resource, lookup, value if lookup else "")


def _arn(row: Mapping[str, Any], value: str, prefix: str, parameters: Mapping[str, Any], asker: Asker) -> str:
    """Raises NameNotUsable."""
    if row.get("arn") == NO_RESOURCE:
        return NO_RESOURCE
    qualifier = parameters.get(row.get("qualifier", ""))
    rest = f":{qualifier}" if qualifier else ""
    how = row.get("read", "")
    if value.startswith("arn:") and how not in OF_ARNS:
        _check_arn(value, row, prefix, asker)
        return value + rest
    if "parameter" in row and "arn" not in row:
        raise NameNotUsable(value)
    reading = READINGS.get(how, _as_given)(value, asker)
    if reading is None:
        if how in MAY_BE_UNREADABLE:
            return NO_RESOURCE
        raise NameNotUsable(value)
    name, account_id = reading
    filled: str = row["arn"].format_map(_Filled(parameters, name))
    return _beginning(row, prefix, parameters, asker, account_id) + filled + rest


def _check_arn(value: str, row: Mapping[str, Any], prefix: str, asker: Asker) -> None:
    """A backend may look at an ARN's end alone: the rest must be what is decided on, and nothing of it may be missing.

    Raises NameNotUsable."""
    arn = parse_arn(value)
    service, _, _ = row.get("action", prefix).rpartition(":")
    is_usable = (
        arn is not None
        and arn.partition == asker.partition
        and arn.service == (service or prefix)
        and arn.region == ("" if _is_of_no_region(arn) else row.get("region", asker.region))
        and (_ACCOUNT.fullmatch(arn.account_id) is not None or row.get("owner") == arn.account_id)
        and re.fullmatch(row.get("form", ".+"), arn.resource) is not None
    )
    if not is_usable:
        raise NameNotUsable(value)


def _is_of_no_region(arn: Arn) -> bool:
    return arn.service == "iam" or (arn.service == "cloudwatch" and arn.resource.startswith("dashboard/"))


def _as_given(value: str, _asker: Asker) -> tuple[str, None]:
    return value, None


def _beginning(
    row: Mapping[str, Any], prefix: str, parameters: Mapping[str, Any], asker: Asker, account_id: str | None
) -> str:
    owner = row.get("owner", account_id or _given_account(row, parameters) or asker.account_id)
    service, region = row.get("service", prefix), row.get("region", asker.region)
    return f"arn:{asker.partition}:{service}:{region}:{owner}:"


def _given_account(row: Mapping[str, Any], parameters: Mapping[str, Any]) -> str | None:
    """Raises NameNotUsable for what is no account: it would be a part of the name to policies alone."""
    given: str | None = parameters.get(row.get("account", ""))
    if given and _ACCOUNT.fullmatch(given) is None:
        raise NameNotUsable(given)
    return given


class _Filled(dict[str, str]):
    """Parameters by name, empty where they are not given."""

    def __init__(self, parameters: Mapping[str, Any], value: str) -> None:
        structures = ((name, one) for name, one in parameters.items() if isinstance(one, dict))
        inner = {f"{name}/{key}": one for name, of in structures for key, one in of.items()}
        plain = {name: str(one) for name, one in {**parameters, **inner}.items() if isinstance(one, str | int)}
        super().__init__(plain)
        self["value"] = value

    def __missing__(self, _name: str) -> str:
        return ""
