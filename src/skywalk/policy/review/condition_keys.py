"""Condition keys that nobody sets, that this kind of request does not have, and values that a key never has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from skywalk.policy.authorization_reference import actions_like, has_actions
from skywalk.policy.conditions.operators import OPERATORS, Quantity
from skywalk.policy.keys.known import global_name, service_has, services_with
from skywalk.policy.match import has_wildcard
from skywalk.policy.review.key_values import FORMS, IS_MULTIVALUED, NOT_THROUGH_ENDPOINTS, OUTDATED
from skywalk.policy.review.remark import Remark, error, warning

if TYPE_CHECKING:
    from skywalk.policy.review.subject import ConditionTest, Subject

_TEXT_OPERATORS = frozenset({"StringEquals", "StringEqualsIgnoreCase"})
_VARIABLE = re.compile(r"\$\{")
_PLACEHOLDER = re.compile(r"\$\{|<")


def unknown_keys(subject: Subject) -> Iterator[Remark]:
    for test in subject.conditions:
        key = test.key.lower()
        prefix = key.partition(":")[0]
        # Identity providers have keys of their own.
        if key in OUTDATED:
            continue
        is_known = global_name(key) is not None or services_with(key) or not (prefix == "aws" or has_actions(prefix))
        if not is_known:
            yield error(test.place, "unknown-key", f"AWS has no condition key {test.key}: {_when_absent(test)}")


def keys_of_other_actions(subject: Subject) -> Iterator[Remark]:
    """A service's key that none of the statement's actions has."""
    if subject.action_element == "NotAction" or any(action.text == "*" for action in subject.actions):
        return
    entries = [one for action in subject.actions for one in actions_like(action.text)]
    for test in subject.conditions:
        lower = test.key.lower()
        if global_name(lower) is not None or not service_has(lower.partition(":")[0], lower) or not entries:
            continue
        without = [one.name for one in entries if not _is_in(lower, _families(one.keys))]
        if len(without) == len(entries):
            text = f"no action of the statement has the key {test.key}: {_when_absent(test)}"
            yield error(test.place, "key-of-other-actions", text)
        elif without and not _has_wildcard_action(subject):
            named = ", ".join(without[:3])
            yield warning(test.place, "key-of-other-actions", f"{named} have no key {test.key}: {_when_absent(test)}")


def keys_not_through_endpoints(subject: Subject) -> Iterator[Remark]:
    if not subject.kind.is_of_endpoint:
        return
    for test in subject.conditions:
        if test.key.lower() in NOT_THROUGH_ENDPOINTS:
            text = f"requests through an endpoint have no {test.key} (aws:VpcSourceIp is the caller's address)"
            yield error(test.place, "key-absent-at-endpoints", f"{text}: {_when_absent(test)}")


def values_that_never_match(subject: Subject) -> Iterator[Remark]:
    for test in subject.conditions:
        operator = OPERATORS[test.operator]
        for value in test.values:
            if operator.comparison in _TEXT_OPERATORS and has_wildcard(value) and not _VARIABLE.search(value):
                text = f"{test.operator} takes {value} as it is, wildcards and all; StringLike has wildcards"
                yield warning(test.place, "wildcard-taken-literally", text)
            elif (problem := _malformed(test, value)) is not None and operator.comparison != "Null":
                yield error(test.place, "value-never-matches", f"{value} {problem}: no request has this value")


def set_operators(subject: Subject) -> Iterator[Remark]:
    """ForAllValues holds of an absent key; keys with several values need a set operator."""
    for test in subject.conditions:
        operator, lower = OPERATORS[test.operator], test.key.lower()
        if operator.comparison == "Null":
            continue
        is_multivalued = _is_in(lower, IS_MULTIVALUED)
        if operator.quantity is Quantity.ALL and subject.allows and not _asks_for_presence(subject, lower):
            text = (
                f'ForAllValues holds where {test.key} is absent too; {{"Null": {{"{test.key}": "false"}}}} asks for it'
            )
            yield warning(test.place, "holds-when-absent", text)
        if operator.quantity is not Quantity.PLAIN and not is_multivalued and global_name(lower) is not None:
            text = f"{test.key} has one value: {operator.quantity.value[:-1]} is for keys with several"
            yield warning(test.place, "set-operator-on-single-value", text)
        if operator.quantity is Quantity.PLAIN and is_multivalued:
            text = f"{test.key} has several values: say ForAnyValue or ForAllValues"
            yield warning(test.place, "several-values", text)


def contradictions(subject: Subject) -> Iterator[Remark]:
    """A key that must be absent and have a value."""
    absent = {
        test.key.lower()
        for test in subject.conditions
        if test.operator == "Null" and {value.lower() for value in test.values} == {"true"}
    }
    for test in subject.conditions:
        operator = OPERATORS[test.operator]
        needs_value = operator.comparison != "Null" and not (operator.negated or operator.if_exists)
        if test.key.lower() in absent and needs_value and operator.quantity is not Quantity.ALL:
            text = f"{test.key} must be absent by Null and have a value by {test.operator}: the statement never matches"
            yield error(test.place, "contradiction", text)


def _is_in(key: str, known: frozenset[str]) -> bool:
    """Itself, or as one of a family that ends in a slash or the like (`aws:resourcetag/`)."""
    return key in known or any(key.startswith(one) for one in known if one and not one[-1].isalnum())


@lru_cache(maxsize=4096)
def _families(keys: frozenset[str]) -> frozenset[str]:
    return frozenset(map(_family, keys))


def _family(key: str) -> str:
    """`aws:ResourceTag/${TagKey}` → `aws:resourcetag/`."""
    return _PLACEHOLDER.split(key, maxsplit=1)[0].lower()


def _when_absent(test: ConditionTest) -> str:
    operator = OPERATORS[test.operator]
    if operator.comparison == "Null":
        return "Null is asked of a key that is never there"
    holds = operator.negated or operator.if_exists or operator.quantity is Quantity.ALL
    if holds and operator.quantity is not Quantity.ANY:
        return "the condition always holds"
    return "the statement never matches"


def _malformed(test: ConditionTest, value: str) -> str | None:
    form = FORMS.get(test.key.lower())
    if form is None or _VARIABLE.search(value) or has_wildcard(value):
        return None
    pattern, what = form
    return None if pattern.fullmatch(value) else f"is not {what}"


def _asks_for_presence(subject: Subject, key: str) -> bool:
    return any(
        test.operator == "Null" and test.key.lower() == key and {value.lower() for value in test.values} == {"false"}
        for test in subject.conditions
    )


def _has_wildcard_action(subject: Subject) -> bool:
    return any(has_wildcard(action.text) for action in subject.actions)
