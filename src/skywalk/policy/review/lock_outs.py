"""Statements that shut out more people than their author may think of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from skywalk.policy.conditions.operators import OPERATORS, Quantity
from skywalk.policy.review.key_values import NOT_THROUGH_ENDPOINTS
from skywalk.policy.review.kind import ReviewedKind
from skywalk.policy.review.remark import Remark, error, warning

if TYPE_CHECKING:
    from skywalk.policy.review.subject import ConditionTest, Subject

_EVERYONE = "*"
_OF_THE_WAY = frozenset({"aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip", "aws:sourceip"})
"""Keys that tell how a request comes: whoever manages the resource comes another way."""
_OF_THE_CALLER = ("aws:principal", "aws:userid", "aws:username", "aws:viaawsservice", "aws:calledvia")


def nothing_is_allowed(subjects: Sequence[Subject]) -> Iterator[Remark]:
    """An endpoint policy caps: what it does not allow does not pass."""
    if subjects and subjects[0].kind.is_of_endpoint and not any(subject.allows for subject in subjects):
        yield error("Statement", "nothing-allowed", "no statement allows anything: nothing passes the endpoint")


def denied_altogether(subjects: Sequence[Subject]) -> Iterator[Remark]:
    """A Deny without condition that covers what an Allow gives."""
    denials = [one for one in subjects if not one.allows and not one.conditions and _is_for_everyone(one)]
    for subject in subjects:
        if not subject.allows:
            continue
        for denial in denials:
            if _covers(denial, subject):
                text = f"{denial.place} denies all of this, to everybody and in any case"
                yield error(subject.place, "denied-altogether", text)
                break


def everybody_is_denied(subjects: Sequence[Subject]) -> Iterator[Remark]:
    for subject in subjects:
        if subject.allows or subject.conditions or not _is_for_everyone(subject):
            continue
        if _is_wide(subject):
            text = "denies everything to everybody, those who would mend the policy among them"
            yield error(subject.place, "lock-out", text)


def other_ways_are_denied(subjects: Sequence[Subject]) -> Iterator[Remark]:
    """The data perimeter's Deny, which hits administrators and services as well unless they are excepted.

    Source: S3 User Guide, "Controlling access from VPC endpoints with bucket policies": it can shut out its author.
    """
    for subject in subjects:
        if subject.allows or not _is_for_everyone(subject) or subject.kind is not ReviewedKind.RESOURCE:
            continue
        ways = [test for test in subject.conditions if test.key.lower() in _OF_THE_WAY and _holds_when_absent(test)]
        excepts_somebody = any(test.key.lower().startswith(_OF_THE_CALLER) for test in subject.conditions)
        if ways and not excepts_somebody and _includes_policy_actions(subject):
            text = (
                f"denies by {ways[0].key} whoever comes another way, who would mend the policy among them; AWS services"
                " that act for you come another way too"
            )
            yield warning(subject.place, "lock-out", text)


def endpoint_traffic_is_denied(subjects: Sequence[Subject]) -> Iterator[Remark]:
    """A negated operator holds where the key is absent, as aws:SourceIp is through endpoints."""
    for subject in subjects:
        if subject.allows:
            continue
        keys = {test.key.lower() for test in subject.conditions}
        for test in subject.conditions:
            is_about_addresses = test.key.lower() in NOT_THROUGH_ENDPOINTS and OPERATORS[test.operator].negated
            if is_about_addresses and not keys & {"aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpce"}:
                text = f"{test.operator} holds where {test.key} is absent: all requests through endpoints are denied"
                yield warning(test.place, "denies-endpoints", text)


def _is_for_everyone(subject: Subject) -> bool:
    if subject.kind is ReviewedKind.IDENTITY:
        return True
    return any(principal.text == _EVERYONE for principal in subject.principals)


def _is_wide(subject: Subject) -> bool:
    wide_actions = subject.action_element == "Action" and any(_is_all(action.text) for action in subject.actions)
    wide_resources = subject.resource_element == "Resource" and (
        not subject.resources or any(one.text == "*" for one in subject.resources)
    )
    return wide_actions and wide_resources


def _is_all(action: str) -> bool:
    return action == "*" or action.endswith(":*")


def _includes_policy_actions(subject: Subject) -> bool:
    """Whether the actions may be those by which the policy itself is changed."""
    return subject.action_element == "NotAction" or any(
        _is_all(action.text) or "policy" in action.text.lower() for action in subject.actions
    )


def _holds_when_absent(test: ConditionTest) -> bool:
    operator = OPERATORS[test.operator]
    return operator.negated or operator.if_exists or operator.quantity is Quantity.ALL


def _covers(denial: Subject, subject: Subject) -> bool:
    """By text alone: the same patterns, or wider ones that end in `*`."""
    if "Not" in denial.action_element + denial.resource_element + subject.action_element + subject.resource_element:
        return False
    actions = _all_within([one.text.lower() for one in subject.actions], [one.text.lower() for one in denial.actions])
    resources = _all_within([one.text for one in subject.resources], [one.text for one in denial.resources])
    return actions and resources


def _all_within(narrow: Iterable[str], wide: Sequence[str]) -> bool:
    return all(any(_is_within(one, other) for other in wide) for one in narrow)


def _is_within(narrow: str, wide: str) -> bool:
    head = wide[:-1]
    return narrow == wide or (wide.endswith("*") and "*" not in head and "?" not in head and narrow.startswith(head))
