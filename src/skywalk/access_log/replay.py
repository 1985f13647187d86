"""Asks another endpoint policy what the recorded requests of an endpoint were, and tells which verdicts would change.

All other policies count as they did: a request that one of them refused stays refused. Whom an account as principal
means is told by the type of the endpoint. Condition keys are those of the
request, its time among them. What was never asked, because something before it was refused, cannot be known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from skywalk.access_log.record import ALLOWED, DENIED
from skywalk.policy.compiled import compile_policy
from skywalk.policy.evaluate import ENDPOINT_POLICY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skywalk.access_log.record import CheckRecord, Record
    from skywalk.policy.compiled import CompiledPolicy, Verdict
    from skywalk.policy.document import Policy


class Change(NamedTuple):
    """A verdict that would change. `by` is the layer that decides then, `statement` the Sid or index of its statement,
    None where it is that no statement allows."""

    was: str
    would_be: str
    principal: str
    action: str
    resource: str
    by: str
    statement: str | int | None


@dataclass(slots=True)
class Seen:
    """How often, and when last, in milliseconds since 1970."""

    times: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class Replay:
    """`asked` questions were asked by way of the endpoint; `changes` are those that would be decided otherwise, the
    most frequent first."""

    asked: int
    changes: tuple[tuple[Change, Seen], ...]


def replay(records: Iterable[Record], policy: Policy) -> Replay:
    """`records` are of one endpoint, `policy` is the one that it could have."""
    by_type = {is_interface: compile_policy(policy, is_of_interface=is_interface) for is_interface in (False, True)}
    asked = 0
    found: dict[Change, Seen] = {}
    for record in records:
        for question in record.questions:
            if not all(check.by_endpoint for check in question):
                continue
            asked += 1
            change = _change(question, by_type[record.is_interface])
            if change is not None:
                seen = found.setdefault(change, Seen())
                seen.times += 1
                seen.last = max(seen.last, record.time)
    return Replay(asked, tuple(sorted(found.items(), key=lambda each: (-each[1].times, each[0][:5]))))


def _change(question: tuple[CheckRecord, ...], policy: CompiledPolicy) -> Change | None:
    """What would become of checks that are refused together, if it is not what was."""
    refused = next((check for check in question if not check.decided.allowed), None)
    was = ALLOWED if refused is None else DENIED
    if not all(check.others_allow for check in question):
        return None
    verdicts = [(check, policy.verdict(check.request)) for check in question]
    refusing = next(((check, one) for check, one in verdicts if not _allows(one)), None)
    would_be = ALLOWED if refusing is None else DENIED
    if was == would_be:
        return None
    if refusing is not None:
        check, verdict = refusing
        statement = verdict.denied_by
    else:
        check, verdict = next(each for each in verdicts if each[0] is refused)
        statement = verdict.allowed_by
    asked = check.request
    name = None if statement is None else (statement.sid or statement.index)
    return Change(was, would_be, asked.principal.arn, asked.action, asked.resource, ENDPOINT_POLICY, name)


def _allows(verdict: Verdict) -> bool:
    return verdict.denied_by is None and verdict.allowed_by is not None
