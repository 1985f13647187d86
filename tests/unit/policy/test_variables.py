from __future__ import annotations

import random

import pytest

from skywalk.policy.conditions.operators import predicate_with_variables
from skywalk.policy.context import Context
from skywalk.policy.errors import PolicyError
from skywalk.policy.variables import (
    Template,
    Wildcard,
    as_text,
    check_variables,
    fits_fields,
    fits_glob,
    has_variables,
    longer_than,
    variable_keys,
    with_wildcards,
)
from support import plain_conditions

CONTEXT: Context = {
    "aws:username": "ana",
    "aws:principaltag/team": "a*b",
    "aws:principaltag/dp:exclude": "yes",
    "aws:tagkeys": ("one",),
    "s3:prefix": "",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", ("plain",)),
        ("${aws:username}", ("ana",)),
        ("home/${AWS:UserName}/*", ("home/ana/", Wildcard.ANY)),
        ("${aws:PrincipalTag/team}?", ("a*b", Wildcard.ONE)),
        ("${aws:PrincipalTag/dp:exclude}", ("yes",)),
        ("${aws:PrincipalTag/other, 'x y'}", ("x y",)),
        ("${aws:username,'x'}", ("ana",)),
        ("${aws:userid, ''}", ()),
        ("${aws:userid}", None),
        ("${aws:TagKeys}", None),
        ("${aws:TagKeys, '*'}", ("*",)),
        ("a${s3:prefix}b", ("ab",)),
        ("${*}${?}${$}{aws:username}", ("*?${aws:username}",)),
        ("**", (Wildcard.ANY, Wildcard.ANY)),
    ],
)
def test_resolved(text: str, expected: tuple[str | Wildcard, ...] | None) -> None:
    check_variables(text, "here")
    found = Template(text).resolved(CONTEXT, 100)
    assert found == expected or (expected == () and found == ("",))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x${aws:username", "without closing brace"),
        ("${${aws:username}}", "without closing brace"),
        ("${}", "empty policy variable"),
        ("${ }", "empty policy variable"),
        ("${username}", "no such policy variable: '${username}'"),
        ("${aws:user name}", "no such policy variable"),
        ("${ aws:username}", "no such policy variable"),
        ("${aws:*}", "no such policy variable"),
        ("${**}", "no such policy variable"),
        ("${aws:username, x}", "stands in single quotes"),
        ("${aws:username, 'x}", "stands in single quotes"),
        ("${aws:username,}", "stands in single quotes"),
        ("${aws:username, 'a','b'}", "stands in single quotes"),
    ],
)
def test_what_is_no_variable(text: str, problem: str) -> None:
    with pytest.raises(PolicyError, match="here: ") as error:
        check_variables(text, "here")
    assert problem in str(error.value)


def test_only_the_newer_version_has_them() -> None:
    assert has_variables("a${b", "2012-10-17")
    assert not has_variables("a${b", "2008-10-17")
    assert not has_variables("a$b", "2012-10-17")


def test_which_keys_they_ask_for() -> None:
    assert list(variable_keys("${aws:UserName}${*}${s3:Prefix, 'x'}")) == ["aws:username", "s3:prefix"]


def test_what_is_put_in_may_be_anything_for_an_index() -> None:
    assert with_wildcards("home/${aws:username}/${*}") == "home/*/*"


def test_patterns_longer_than_any_text_are_not_put_together() -> None:
    template = Template("${aws:username}" * 1000)
    assert template.resolved(CONTEXT, 2999) == longer_than(2999)
    assert template.resolved(CONTEXT, 3000) == ("ana" * 1000,)
    assert Template("${aws:username}${aws:userid}").resolved(CONTEXT, 0) is None
    for text in ("", "\0", "\0\0", "\ud800", "arn:aws:s3:::b"):
        assert not fits_glob(longer_than(len(text)), text)
        assert not fits_fields(longer_than(len(text)), text)
        assert as_text(longer_than(len(text))) != text


def test_no_character_fits_a_pattern_that_is_too_long() -> None:
    holds = predicate_with_variables("StringEquals", "k", (), ("${aws:username}" * 9,))
    assert not any(holds({**CONTEXT, "k": text}) for text in ("\ud800", "\0", "\0" * 4))


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        (("arn:aws:iam::", "123456789012", ":user/", Wildcard.ANY), "arn:aws:iam::123456789012:user/a:b", True),
        (("arn:aws:iam::", Wildcard.ANY, ":user/a"), "arn:aws:iam::1:2:user/a", False),
        (("arn:aws:iam::1:user/a*",), "arn:aws:iam::1:user/ab", False),
        (("arn:aws:iam::1:user/a*",), "arn:aws:iam::1:user/a*", True),
        ((Wildcard.ANY,), "anything", True),
        (("*",), "anything", False),
        (("arn:aws",), "arn:aws", False),
    ],
)
def test_fields(pattern: tuple[str | Wildcard, ...], arn: str, expected: bool) -> None:
    assert fits_fields(pattern, arn) is expected


def test_globs_agree_with_the_plain_matcher() -> None:
    chance = random.Random(11)
    for _ in range(5000):
        pattern = "".join(chance.choices(["a", "b", "*", "?", "${k:x}", "${*}", "${k:y, 'a'}"], k=chance.randint(0, 7)))
        context = {"k:x": "".join(chance.choices("ab*?", k=chance.randint(0, 3)))}
        text = "".join(chance.choices("ab*?\n", k=chance.randint(0, 9)))
        resolved = Template(pattern).resolved(context, len(text))
        tokens = plain_conditions.as_tokens(pattern, context)
        assert resolved is not None
        assert tokens is not None
        assert fits_glob(resolved, text) is plain_conditions.fits(tokens, text), (pattern, context, text)
        if resolved != longer_than(len(text)):
            assert as_text(resolved) == "".join(character for character, _ in tokens)
