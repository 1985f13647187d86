"""Whether a Resource pattern and an ARN format have an ARN in common.

A format is as the Service Authorization Reference writes it: `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`.
A placeholder stands for any text that is not empty; some names hold no slash. In doubt the answer is yes.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

_FIELDS = 6
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
_WITHOUT_SLASH = frozenset(
    {"AccessPointName", "BucketName", "FunctionName", "KeyId", "QueueName", "TableName", "TopicName"}
)
# Tokens of a format: a character, or one of these, with those without a slash in front.
_ONE, _MANY = ("no / one", "any one"), ("no / many", "any many")


@lru_cache(maxsize=100_000)
def may_meet(pattern: str, arn_format: str) -> bool:
    """Whether there is an ARN of this format that the pattern matches."""
    fields = _PLACEHOLDER.sub("*", pattern).split(":", _FIELDS - 1)
    wanted = arn_format.split(":", _FIELDS - 1)
    if len(fields) < _FIELDS or len(wanted) < _FIELDS:
        return True
    return all(_meet(field, _tokens(one)) for field, one in zip(fields, wanted, strict=True))


@cache
def _tokens(text: str) -> tuple[str, ...]:
    tokens: list[str] = []
    # Every second part is what stood in a placeholder's braces.
    for index, part in enumerate(_PLACEHOLDER.split(text)):
        if index % 2:
            is_any = part not in _WITHOUT_SLASH
            tokens += [_ONE[is_any], _MANY[is_any]]
        else:
            tokens += part
    return tuple(tokens)


def _meet(pattern: str, tokens: tuple[str, ...]) -> bool:
    """Follows all places in the format that the pattern's characters so far can have led to."""
    places = _with_skipped({0}, tokens)
    for character in pattern:
        if character == "*":
            places = set(range(min(places), len(tokens) + 1))
        else:
            places = _with_skipped({place for one in places for place in _step(one, character, tokens)}, tokens)
        if not places:
            return False
    return len(tokens) in places


def _step(place: int, character: str, tokens: tuple[str, ...]) -> tuple[int, ...]:
    if place == len(tokens):
        return ()
    token = tokens[place]
    if token in _MANY:
        return (place,) if _admits(token, character) else ()
    fits = _admits(token, character) if token in _ONE else character in (token, "?")
    return (place + 1,) if fits else ()


def _admits(token: str, character: str) -> bool:
    return character != "/" or token.startswith("any")


def _with_skipped(places: set[int], tokens: tuple[str, ...]) -> set[int]:
    """What stands for many characters may stand for none."""
    return places | {place + 1 for place in places if place < len(tokens) and tokens[place] in _MANY}
