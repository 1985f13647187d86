"""Review a policy document: everything that is to be pointed out, in the document's order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from skywalk.policy.acceptance import check_not_principal
from skywalk.policy.document import DEFAULT_VERSION, parse_policy
from skywalk.policy.endpoint_rules import check_endpoint_rules
from skywalk.policy.errors import PolicyError
from skywalk.policy.json_text import parse_json
from skywalk.policy.review import actions, condition_keys, lock_outs, principals, versions
from skywalk.policy.review.kind import ReviewedKind, guessed_kind
from skywalk.policy.review.remark import Remark, error
from skywalk.policy.review.subject import Subject

_OF_ONE: tuple[Callable[[Subject], Iterator[Remark]], ...] = (
    principals.principals_at_gateway_endpoints,
    principals.allowed_to_everyone,
    actions.unknown_actions,
    actions.resources_that_never_match,
    versions.variables_as_text,
    condition_keys.unknown_keys,
    condition_keys.keys_of_other_actions,
    condition_keys.keys_not_through_endpoints,
    condition_keys.values_that_never_match,
    condition_keys.set_operators,
    condition_keys.contradictions,
)
_OF_ALL: tuple[Callable[[Sequence[Subject]], Iterator[Remark]], ...] = (
    lock_outs.nothing_is_allowed,
    lock_outs.everybody_is_denied,
    lock_outs.denied_altogether,
    lock_outs.other_ways_are_denied,
    lock_outs.endpoint_traffic_is_denied,
)


def review(text: str, kind: ReviewedKind | None = None) -> list[Remark]:
    """All remarks about a document; a document that is refused has one, with what is wrong and where.

    Without `kind` it is guessed from the document.
    """
    try:
        document = parse_json(text)
        kind = kind or guessed_kind(document)
        policy = parse_policy(text, kind.policy_kind)
        check_not_principal(policy)
        if kind.is_of_endpoint:
            check_endpoint_rules(policy)
    except PolicyError as refusal:
        return [error(refusal.place, "refused", refusal.problem)]
    subjects = _subjects(document, kind)
    found = [remark for subject in subjects for look in _OF_ONE for remark in look(subject)]
    found += [remark for look in _OF_ALL for remark in look(subjects)]
    return sorted(dict.fromkeys(found), key=lambda remark: _order(remark, subjects))


def _subjects(document: dict[str, object], kind: ReviewedKind) -> list[Subject]:
    listed = document["Statement"]
    version = str(document.get("Version", DEFAULT_VERSION))
    if isinstance(listed, dict):
        return [Subject("Statement", listed, kind, version)]
    assert isinstance(listed, list)
    return [Subject(f"Statement[{index}]", one, kind, version) for index, one in enumerate(listed)]


def _order(remark: Remark, subjects: Sequence[Subject]) -> int:
    """By statement; within one, in the order in which they were found. What is about the whole comes first."""
    places = [subject.place for subject in subjects]
    statement = remark.place.partition(".")[0]
    return places.index(statement) if statement in places else -1
