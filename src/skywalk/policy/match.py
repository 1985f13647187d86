"""Wildcards: `*` is any run of characters, `?` exactly one; line breaks are characters like any other.

A pattern costs at most (length of text × length of pattern) steps: each part between two `*` is looked for once,
leftmost, and never again (an atomic group, where there is a `?`), so that `*a*a*a*b` cannot backtrack.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from skywalk.policy.text_index import TextIndex, pattern_features

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Matcher = Callable[[str], bool]

INDEX_FROM_PATTERNS = 8
"""Patterns with wildcards are indexed above this number."""

_WILDCARD = re.compile(r"[*?]")
_ARN_FIELDS = 6


def complete_arn(pattern: str) -> str:
    """An incomplete ARN (`arn:aws:sqs`) has `*` in the fields that it lacks; `*` is every ARN as it is.

    Source: IAM User Guide, "Identify AWS resources with Amazon Resource Names", wildcards in ARNs.
    """
    missing = _ARN_FIELDS - 1 - pattern.count(":")
    return pattern if pattern == "*" else pattern + ":*" * missing


def crosses_fields(pattern: str) -> bool:
    """Whether a Resource pattern is matched as a whole: it has no wildcard before the fifth colon but a `*` at the end
    of a field, which goes on over colons.

    Source: IAM User Guide, "IAM JSON policy elements: Resource", wildcards in resource ARNs. Unconfirmed: that patterns
    with other wildcards there are matched field by field, as those of conditions are.
    """
    return not any(has_wildcard(field.rstrip("*")) for field in pattern.split(":", _ARN_FIELDS - 1)[:-1])


def has_wildcard(pattern: str) -> bool:
    return _WILDCARD.search(pattern) is not None


def literal_heads(patterns: Iterable[str]) -> tuple[str, ...]:
    """What every match of one of `patterns` starts with, the fewest texts: for `str.startswith`, which is a fast no."""
    heads: list[str] = []
    for head in sorted({_WILDCARD.split(pattern, maxsplit=1)[0] for pattern in patterns}):
        if not (heads and head.startswith(heads[-1])):
            heads.append(head)
    return tuple(heads)


def glob_matcher(pattern: str) -> Matcher:
    """Whether a text, whole, is what `pattern` says; case-sensitive."""
    return any_of_globs((pattern,))


def any_of_globs(patterns: Iterable[str]) -> Matcher:
    """Whether a text is what one of `patterns` says: equality and prefixes first, real patterns last."""
    literals: set[str] = set()
    prefixes: list[str] = []
    globs: list[str] = []
    for pattern in patterns:
        if not has_wildcard(pattern):
            literals.add(pattern)
        elif pattern.endswith("*") and not has_wildcard(pattern.rstrip("*")):
            prefixes.append(pattern.rstrip("*"))
        else:
            globs.append(pattern)
    if len(prefixes) + len(globs) > INDEX_FROM_PATTERNS and "" not in prefixes:
        return _first_hit(frozenset(literals), (), (_indexed((*globs, *(f"{prefix}*" for prefix in prefixes))),))
    return _first_hit(frozenset(literals), tuple(prefixes), tuple(map(_pattern_matcher, globs)))


def _indexed(patterns: tuple[str, ...]) -> Matcher:
    """Asks only those that may match."""
    choices = pattern_features(patterns)
    index = TextIndex((choice.feature, at) for at, choice in enumerate(choices) if choice is not None)
    matchers = tuple(map(_pattern_matcher, patterns))
    general = tuple(matchers[at] for at, choice in enumerate(choices) if choice is None)

    def matches(text: str) -> bool:
        if any(matchers[at](text) for hit in index.find(text) for at in hit):
            return True
        return any(matcher(text) for matcher in general)

    return matches


def any_of_arns(patterns: Iterable[str]) -> Matcher:
    """Whether an ARN is what one of a condition's `patterns` (`*`, or six fields) says.

    A wildcard stands for characters of its own field only; the last field may hold colons.
    Source: IAM User Guide, "IAM JSON policy elements: Condition operators", ARN condition operators.
    """
    whole: list[str] = []
    by_field: list[Matcher] = []
    for pattern in patterns:
        fields = pattern.split(":", _ARN_FIELDS - 1)
        if len(fields) < _ARN_FIELDS or not any(map(has_wildcard, fields[:-1])):
            whole.append(pattern)
        else:
            by_field.append(_by_field(tuple(map(glob_matcher, fields))))
    if not by_field:
        return any_of_globs(whole)
    first = any_of_globs(whole)
    return lambda text: first(text) or any(matches(text) for matches in by_field)


def any_of_resources(patterns: Iterable[str]) -> Matcher:
    """Whether an ARN is what one of a statement's resources (complete) says."""
    whole: list[str] = []
    by_field: list[str] = []
    for pattern in patterns:
        (whole if crosses_fields(pattern) else by_field).append(pattern)
    first = any_of_globs(whole)
    if not by_field:
        return first
    second = any_of_arns(by_field)
    return lambda text: first(text) or second(text)


def _first_hit(literals: frozenset[str], prefixes: tuple[str, ...], globs: tuple[Matcher, ...]) -> Matcher:
    """Closures made for what is there: this runs for every statement of every request."""
    if "" in prefixes:
        return lambda _text: True
    if not globs and not prefixes:
        if len(literals) == 1:
            return next(iter(literals)).__eq__
        return literals.__contains__
    if not globs:
        return lambda text: text in literals or text.startswith(prefixes)
    if len(globs) == 1 and not literals and not prefixes:
        return globs[0]
    return lambda text: text in literals or text.startswith(prefixes) or any(glob(text) for glob in globs)


def _pattern_matcher(pattern: str) -> Matcher:
    return _matcher_of_characters(pattern) if "?" in pattern else _matcher_of_parts(re.split(r"\*+", pattern))


def _matcher_of_parts(parts: list[str]) -> Matcher:
    """Of a pattern with `*` alone: as fast as a regular expression, which takes long to compile."""
    first, *inner, last = parts
    middle = tuple(inner)
    shortest, start, end = sum(map(len, parts)), len(first), len(last)

    def matches(text: str) -> bool:
        if len(text) < shortest or not text.startswith(first) or not text.endswith(last):
            return False
        at, stop = start, len(text) - end
        for part in middle:
            at = text.find(part, at, stop)
            if at < 0:
                return False
            at += len(part)
        return True

    return matches


def _matcher_of_characters(pattern: str) -> Matcher:
    """Of a pattern with `?`."""
    first, *middle, last = re.split(r"\*+", pattern) if "*" in pattern else (pattern, "")
    shortest = len(pattern) - pattern.count("*")
    expression = _expression(first) + "".join(f"(?>.*?{_expression(part)})" for part in middle)
    if "*" in pattern:
        expression += ".*" + _expression(last)
    # Compiled at first use: a policy may hold many patterns that no request ever gets to.
    compiled: list[Callable[[str], object]] = []

    def matches(text: str) -> bool:
        # A pattern longer than the text cannot match: this bounds the work by the text's length squared.
        if len(text) < shortest:
            return False
        if not compiled:
            compiled.append(re.compile(expression, re.DOTALL).fullmatch)
        return compiled[0](text) is not None

    return matches


def _expression(part: str) -> str:
    return "".join("." if character == "?" else re.escape(character) for character in part)


def _by_field(fields: tuple[Matcher, ...]) -> Matcher:
    def matches(text: str) -> bool:
        values = text.split(":", _ARN_FIELDS - 1)
        return len(values) == _ARN_FIELDS and all(field(value) for field, value in zip(fields, values, strict=True))

    return matches
