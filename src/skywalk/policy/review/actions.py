"""Actions that AWS does not have, and pairs of action and resource that never come together."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from skywalk.policy.authorization_reference import actions_like, has_actions
from skywalk.policy.review.arn_formats import may_meet
from skywalk.policy.review.remark import Remark, error, warning

if TYPE_CHECKING:
    from skywalk.policy.authorization_reference import ActionEntry
    from skywalk.policy.review.subject import Subject, Text

_EVERYTHING = "*"
_OPERATIONS = {
    "s3:copyobject": "s3:GetObject and s3:PutObject",
    "s3:deleteobjects": "s3:DeleteObject",
    "s3:headbucket": "s3:ListBucket",
    "s3:headobject": "s3:GetObject",
    "s3:listbuckets": "s3:ListAllMyBuckets",
    "s3:listobjects": "s3:ListBucket",
    "s3:listobjectsv2": "s3:ListBucket",
    "s3:uploadpart": "s3:PutObject",
}
"""Operations of S3 that are often written as actions, lower-cased, and what they need. Source: S3 User Guide, "Required
permissions for Amazon S3 API operations"."""


def unknown_actions(subject: Subject) -> Iterator[Remark]:
    """A name that no service has; under NotAction it excepts nothing."""
    for action, place in subject.actions:
        if action == _EVERYTHING:
            continue
        prefix, _, name = action.partition(":")
        if not has_actions(prefix):
            yield error(place, "unknown-service", f"AWS has no service whose actions begin with {prefix}:")
        elif not actions_like(action):
            needed = _OPERATIONS.get(action.lower())
            hint = f"; the operation needs {needed}" if needed else ""
            yield error(place, "unknown-action", f"{prefix} has no action {name}{hint}")


def resources_that_never_match(subject: Subject) -> Iterator[Remark]:
    """Each resource against all actions of the statement, and each action against all its resources."""
    if subject.resource_element == "NotResource" or subject.action_element == "NotAction":
        return
    actions = [(action, actions_like(action.text)) for action in subject.actions if action.text != _EVERYTHING]
    if not subject.resources or len(actions) < len(subject.actions) or not all(entry for _, entry in actions):
        return
    everything = [entry for _, found in actions for entry in found]
    useless = [one for one in subject.resources if not any(_fits(one, entry) for entry in everything)]
    for resource in useless:
        text = f"none of the statement's actions is ever asked on {resource.text}: {_asked_on(everything)}"
        # Beside others that do match it does no harm: AWS's own examples list a bucket with its objects.
        say = error if len(useless) == len(subject.resources) else warning
        yield say(resource.place, "resource-never-matches", text)
    if len(useless) < len(subject.resources):
        yield from _actions_without_resource(subject, actions)


def _actions_without_resource(
    subject: Subject, actions: list[tuple[Text, tuple[ActionEntry, ...]]]
) -> Iterator[Remark]:
    for action, found in actions:
        if any(_fits(resource, entry) for resource in subject.resources for entry in found):
            continue
        yield error(
            action.place,
            "action-never-matches",
            f"{action.text} is never asked on the statement's resources: {_asked_on(found)}",
        )


@lru_cache(maxsize=4096)
def _formats(entry: ActionEntry) -> tuple[str, ...]:
    return tuple(kind.arn for kind in (*entry.required, *entry.optional))


def _fits(resource: Text, entry: ActionEntry) -> bool:
    if not _formats(entry):
        return resource.text == _EVERYTHING
    return resource.text == _EVERYTHING or any(may_meet(resource.text, one) for one in _formats(entry))


def _asked_on(found: list[ActionEntry] | tuple[ActionEntry, ...]) -> str:
    formats = sorted({one for entry in found for one in _formats(entry)}, key=lambda one: (len(one), one))
    shown = [*formats, *(["*"] if any(not _formats(entry) for entry in found) else [])]
    more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
    return f"they are asked on {', '.join(shown[:3])}{more}"
