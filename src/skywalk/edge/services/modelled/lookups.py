"""The full ARN of what a request names by less: a key by its alias, a secret without the end of its ARN, a stack by one
of its change sets, a work group by a query that is kept in it.

The backend is asked in the caller's name, and only about the caller's own: another account's is to be named in full.
What is not there keeps the ARN that the name makes; a change set that is not there is asked about by its stack alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from skywalk.edge.authorize import Check
from skywalk.edge.services.modelled.resource_policies.answering import texts_of
from skywalk.values.arn import parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from skywalk.edge.services.modelled.access import Wanted
    from skywalk.edge.services.modelled.call import ModelledCall

_ALIAS = re.compile(r"(?:arn:[^:]*:kms:[^:]*:[^:]*:)?alias/.+")
_OPERATIONS = {
    "key": ("DescribeKey", "KeyId", ("KeyMetadata", "Arn")),
    "named query": ("GetNamedQuery", "NamedQueryId", ("NamedQuery", "WorkGroup")),
    "secret": ("DescribeSecret", "SecretId", ("ARN",)),
}
_STACK = "stack"


async def with_full_arns(call: ModelledCall, wanted: Iterable[Wanted]) -> list[Check]:
    """Raises AwsError."""
    checks: list[Check] = []
    for one in wanted:
        full = await _full_arn(call, one) if _is_to_be_looked_up(call, one) else None
        if full is not None or one.lookup != _STACK or not checks:
            checks.append(Check(one.action, full or _of_alias(one.resource), one.keys))
    return checks


def _is_to_be_looked_up(call: ModelledCall, wanted: Wanted) -> bool:
    arn = parse_arn(wanted.resource)
    if wanted.lookup is None or arn is None or arn.account_id != call.asker.account_id:
        return False
    return wanted.lookup != "key" or _ALIAS.fullmatch(wanted.name) is not None


async def _full_arn(call: ModelledCall, wanted: Wanted) -> str | None:
    if wanted.lookup == _STACK:
        return await _stack_of_change_set(call)
    operation, parameter, path = _OPERATIONS[wanted.lookup or ""]
    await call.find_backend()
    found: Any = await call.ask_for(operation, {parameter: wanted.name})
    for part in path:
        found = _member(found, part)
    if not isinstance(found, str):
        return None
    return found if found.startswith("arn:") else wanted.resource.removesuffix("*") + found


async def _stack_of_change_set(call: ModelledCall) -> str | None:
    """Whatever stack the request names beside it: change sets have ARNs, and a backend may go by them alone."""
    given = call.understood.parameters
    named = {name: given[name] for name in ("ChangeSetName", "StackName") if given.get(name) is not None}
    await call.find_backend()
    answer = await call.ask_for_answer("DescribeChangeSet", named)
    found = texts_of(answer, "StackId") if answer.status == 200 else []
    return found[0] if found else None


def _member(value: Mapping[str, Any] | None, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _of_alias(arn: str) -> str:
    """An alias that nobody has is no key."""
    return arn.replace(":key/alias/", ":alias/", 1)
