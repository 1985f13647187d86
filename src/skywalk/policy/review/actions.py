"""Actions that AWS does not have, and pairs of action and resource that never come together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from skywalk.policy.review.arn_formats import may_meet
from skywalk.policy.review.reference import is_service, matching_actions
from skywalk.policy.review.remark import Remark, error

if TYPE_CHECKING:
    from skywalk.policy.review.reference import ActionFacts
    from skywalk.policy.review.subject import Subject, Text

_EVERYTHING = "*"


def unknown_actions(subject: Subject) -> Iterator[Remark]:
    """A name that no service has; under NotAction it excepts nothing."""
    for action, place in subject.actions:
        if action == _EVERYTHING:
            continue
        prefix, _, name = action.partition(":")
        if not is_service(prefix):
            yield error(place, "unknown-service", f"AWS has no service whose actions begin with {prefix}:")
        elif not matching_actions(action):
            yield error(place, "unknown-action", f"{prefix} has no action {name}")


def resources_that_never_match(subject: Subject) -> Iterator[Remark]:
    """Each resource against all actions of the statement, and each action against all its resources."""
    if subject.resource_element == "NotResource" or subject.action_element == "NotAction":
        return
    actions = [(action, matching_actions(action.text)) for action in subject.actions if action.text != _EVERYTHING]
    if not subject.resources or len(actions) < len(subject.actions) or not all(facts for _, facts in actions):
        return
    everything = [facts for _, found in actions for facts in found]
    useless = [one for one in subject.resources if not any(_fits(one, facts) for facts in everything)]
    for resource in useless:
        text = f"none of the statement's actions is ever asked on {resource.text}: {_asked_on(everything)}"
        yield error(resource.place, "resource-never-matches", text)
    if len(useless) < len(subject.resources):
        yield from _actions_without_resource(subject, actions)


def _actions_without_resource(
    subject: Subject, actions: list[tuple[Text, tuple[ActionFacts, ...]]]
) -> Iterator[Remark]:
    for action, found in actions:
        if any(_fits(resource, facts) for resource in subject.resources for facts in found):
            continue
        yield error(
            action.place,
            "action-never-matches",
            f"{action.text} is never asked on the statement's resources: {_asked_on(found)}",
        )


def _fits(resource: Text, facts: ActionFacts) -> bool:
    if not facts.formats:
        return resource.text == _EVERYTHING
    return resource.text == _EVERYTHING or any(may_meet(resource.text, one) for one in facts.formats)


def _asked_on(found: list[ActionFacts] | tuple[ActionFacts, ...]) -> str:
    formats = sorted({one for facts in found for one in facts.formats}, key=lambda one: (len(one), one))
    shown = [*formats, *(["*"] if any(not facts.formats for facts in found) else [])]
    more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
    return f"they are asked on {', '.join(shown[:3])}{more}"
