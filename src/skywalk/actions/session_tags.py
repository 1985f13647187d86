"""What AssumeRole is given to say of the session: tags, those of them that go on through a chain, a source identity.

A session's transitive tags and its source identity are those of every session that it makes in turn, and cannot be set
anew. Source: IAM User Guide, "Pass session tags in AWS STS" and "Monitor and control actions taken with assumed roles".
Unconfirmed: the codes and texts of refusals except that of a transitive tag, and that tags that a session only inherits
need `sts:TagSession` as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skywalk.policy.keys.names import REQUEST_TAG, STS_SOURCE_IDENTITY, TAG_KEYS, TRANSITIVE_TAG_KEYS
from skywalk.values.errors import AwsError
from skywalk.values.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skywalk.actions.shapes import sts
    from skywalk.identity.caller import Caller

MAX_SESSION_TAGS = 50
"""Inherited ones included. Source: IAM User Guide, "IAM and AWS STS quotas"."""
TAG_SESSION, SET_SOURCE_IDENTITY = "sts:TagSession", "sts:SetSourceIdentity"


@dataclass(frozen=True, slots=True)
class SessionAttributes:
    """What a new session will say: `tags` are all of its tags, by key, `passed` those of the request."""

    tags: tuple[Tag, ...]
    passed: tuple[Tag, ...]
    transitive_keys: tuple[str, ...]
    passed_transitive_keys: tuple[str, ...]
    source_identity: str | None

    @property
    def size(self) -> int:
        """In characters, as the token's quota counts them."""
        return sum(len(tag.key) + len(tag.value) for tag in self.tags)

    def permissions(self) -> Iterator[str]:
        """The actions that the caller needs on the role, beside AssumeRole."""
        if self.tags:
            yield TAG_SESSION
        if self.source_identity is not None:
            yield SET_SOURCE_IDENTITY

    def context(self) -> dict[str, str | tuple[str, ...]]:
        """The condition keys of the call."""
        context: dict[str, str | tuple[str, ...]] = {
            f"{REQUEST_TAG}{tag.key.lower()}": tag.value for tag in self.passed
        }
        if self.passed:
            context[TAG_KEYS] = tuple(tag.key for tag in self.passed)
        if self.passed_transitive_keys:
            context[TRANSITIVE_TAG_KEYS] = self.passed_transitive_keys
        if self.source_identity is not None:
            context[STS_SOURCE_IDENTITY] = self.source_identity
        return context


def session_attributes(caller: Caller, request: sts.AssumeRoleRequest) -> SessionAttributes:
    """Of the session that `caller` asks for. Raises InvalidParameterValue, AccessDenied."""
    passed = tuple(Tag(tag["Key"], tag["Value"]) for tag in request.get("Tags", []))
    transitive = tuple(request.get("TransitiveTagKeys", []))
    inherited = tuple(tag for tag in caller.session_tags if tag.key in caller.transitive_tag_keys)
    _check_tags(passed, transitive, inherited)
    return SessionAttributes(
        tags=tuple(sorted((*inherited, *passed))),
        passed=passed,
        transitive_keys=tuple(sorted((*caller.transitive_tag_keys, *_as_in_tags(transitive, passed)))),
        passed_transitive_keys=transitive,
        source_identity=_source_identity(caller, request),
    )


def _check_tags(passed: tuple[Tag, ...], transitive: tuple[str, ...], inherited: tuple[Tag, ...]) -> None:
    keys = [tag.key.lower() for tag in passed]
    if any(key.startswith("aws:") for key in keys):
        raise _invalid("Tag keys that start with aws: are reserved for AWS use.")
    if len(set(keys)) < len(keys):
        raise _invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if not {key.lower() for key in transitive} <= set(keys):
        raise _invalid("The specified transitive tag key must be included in the requested tags.")
    if {tag.key.lower() for tag in inherited} & set(keys):
        raise _invalid(
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from "
            "the calling session."
        )
    if len(inherited) + len(passed) > MAX_SESSION_TAGS:
        raise _invalid(f"The session would have more than {MAX_SESSION_TAGS} tags.")


def _as_in_tags(keys: tuple[str, ...], tags: tuple[Tag, ...]) -> Iterator[str]:
    """Keys in the case in which the tags have them, each once."""
    wanted = {key.lower() for key in keys}
    return (tag.key for tag in tags if tag.key.lower() in wanted)


def _source_identity(caller: Caller, request: sts.AssumeRoleRequest) -> str | None:
    given, present = request.get("SourceIdentity"), caller.source_identity
    if given is not None and present is not None and given != present:
        raise AwsError("AccessDenied", "The source identity of a session cannot be changed.", 403)
    return present if given is None else given


def _invalid(text: str) -> AwsError:
    return AwsError("InvalidParameterValue", text)
