from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from skywalk.policy.compiled import MEMO_ACTIONS, NEUTRAL, AccessRequest, CompiledPolicy, compile_policy
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.principal import user_principal
from support import plain_policy
from support.random_cases import random_case
from support.random_policies import Pool
from support.work import calls_of

USER = user_principal("123456789012", "ana")


def compiled(*statements: dict[str, Any]) -> CompiledPolicy:
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return compile_policy(parse_policy(text, PolicyKind.IDENTITY))


def statement(resource: str | list[str], effect: str = "Allow", action: str = "s3:GetObject") -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource}


def deciding(policy: CompiledPolicy, resource: str, action: str = "s3:GetObject") -> tuple[int | None, int | None]:
    """The indexes of the statements that deny and allow."""
    verdict = policy.verdict(AccessRequest(action, resource, USER, USER.account_id, {}))
    denied, allowed = verdict.denied_by, verdict.allowed_by
    return denied.index if denied else None, allowed.index if allowed else None


def test_many_literal_buckets_are_indexed_and_the_first_statement_decides() -> None:
    buckets = [statement([f"arn:aws:s3:::b{number}", f"arn:aws:s3:::b{number}/*"]) for number in range(20)]
    policy = compiled(*buckets, statement("arn:aws:s3:::b*/shared"), *buckets)
    assert deciding(policy, "arn:aws:s3:::b7/k") == (None, 7)
    assert deciding(policy, "arn:aws:s3:::b7/shared") == (None, 7)
    assert deciding(policy, "arn:aws:s3:::b99/shared") == (None, 20)
    assert deciding(policy, "arn:aws:s3:::b99/k") == (None, None)
    assert deciding(policy, "arn:aws:s3:::b7x") == (None, None)


def test_general_statements_before_an_indexed_one_decide_first() -> None:
    literal = [statement(f"arn:aws:s3:::b{number}/*") for number in range(12)]
    policy = compiled(statement("arn:aws:s3:::*"), *literal)
    assert deciding(policy, "arn:aws:s3:::b3/k") == (None, 0)


def test_denies_are_indexed_too() -> None:
    denies = [statement(f"arn:aws:s3:::b{number}/secret/*", "Deny") for number in range(12)]
    policy = compiled(statement("*"), *denies)
    assert deciding(policy, "arn:aws:s3:::b11/secret/x") == (12, None)
    assert deciding(policy, "arn:aws:s3:::b11/open") == (None, 0)
    assert deciding(policy, "arn:aws:s3:::b12/secret/x") == (None, 0)


def test_actions_fold_case_and_resources_do_not() -> None:
    policy = compiled(statement("arn:aws:s3:::Bank/*", action="S3:gET*"))
    assert deciding(policy, "arn:aws:s3:::Bank/k") == (None, 0)
    assert deciding(policy, "arn:aws:s3:::bank/k") == (None, None)
    assert deciding(policy, "arn:aws:s3:::Bank/k", "s3:PutObject") == (None, None)


def test_all_but_the_named_actions_and_resources() -> None:
    all_but = {"Effect": "Allow", "NotAction": ["s3:get*", "iam:*"], "NotResource": "arn:aws:s3:::own/*"}
    policy = compiled(*(statement(f"arn:aws:s3:::b{number}") for number in range(12)), all_but)
    assert deciding(policy, "arn:aws:s3:::b3/k", "s3:PutObject") == (None, 12)
    assert deciding(policy, "arn:aws:s3:::b3/k", "sqs:SendMessage") == (None, 12)
    assert deciding(policy, "arn:aws:s3:::own/k", "s3:PutObject") == (None, None)
    assert deciding(policy, "arn:aws:s3:::b3/k", "s3:GetObject") == (None, None)
    assert deciding(policy, "arn:aws:s3:::b3", "s3:GetObject") == (None, 3)
    assert deciding(policy, "arn:aws:s3:::b3", "iam:GetUser") == (None, None)


def test_made_up_actions_do_not_fill_the_memory() -> None:
    policy = compiled(statement("*", action="s3:*"))
    for number in range(3 * MEMO_ACTIONS):
        assert deciding(policy, "arn:aws:s3:::b", f"s3:Action{number}") == (None, 0)
    assert len(policy._by_action) <= MEMO_ACTIONS


def test_no_statement_is_neutral() -> None:
    policy = compiled(statement("arn:aws:s3:::b"))
    assert policy.verdict(AccessRequest("s3:GetObject", "arn:aws:s3:::c", USER, USER.account_id, {})) is NEUTRAL


def request(resource: str, action: str = "s3:GetObject", **context: str) -> AccessRequest:
    keys = {name.replace("_", ":", 1): value for name, value in context.items()}
    return AccessRequest(action, resource, USER, USER.account_id, keys)


def allows(policy: CompiledPolicy, asked: AccessRequest) -> bool:
    return policy.verdict(asked).allowed_by is not None


def test_variables_in_resources() -> None:
    policy = compiled(statement(["arn:aws:s3:::bank/home/${aws:username}/*", "arn:aws:s3:::bank/shared"]))
    assert allows(policy, request("arn:aws:s3:::bank/home/ana/k", aws_username="ana"))
    assert not allows(policy, request("arn:aws:s3:::bank/home/ana/k", aws_username="bob"))
    # a wildcard in a value is plain text
    assert not allows(policy, request("arn:aws:s3:::bank/home/ana/k", aws_username="*"))
    assert allows(policy, request("arn:aws:s3:::bank/home/*/k", aws_username="*"))
    # without a value the statement is about nothing, whatever else it lists
    assert not allows(policy, request("arn:aws:s3:::bank/shared"))
    assert allows(policy, request("arn:aws:s3:::bank/shared", aws_username="ana"))


def test_a_denial_without_its_variable_denies_nothing() -> None:
    all_but_own = {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::bank/${aws:username}/*"}
    policy = compiled(statement("*"), all_but_own)
    assert not allows(policy, request("arn:aws:s3:::bank/bob/k", aws_username="ana"))
    assert allows(policy, request("arn:aws:s3:::bank/ana/k", aws_username="ana"))
    assert allows(policy, request("arn:aws:s3:::bank/bob/k"))


def test_variables_in_conditions() -> None:
    same = {"StringEquals": {"aws:ResourceTag/team": ["all", "${aws:PrincipalTag/team}"]}}
    policy = compiled({**statement("*"), "Condition": same})
    assert allows(policy, request("*", **{"aws_resourcetag/team": "red", "aws_principaltag/team": "red"}))
    assert not allows(policy, request("*", **{"aws_resourcetag/team": "red", "aws_principaltag/team": "blue"}))
    assert allows(policy, request("*", **{"aws_resourcetag/team": "all", "aws_principaltag/team": "blue"}))
    assert not allows(policy, request("*", **{"aws_resourcetag/team": "all"}))


def test_the_older_version_takes_variables_as_text() -> None:
    text = json.dumps({"Statement": statement("arn:aws:s3:::b/${aws:username}")})
    policy = compile_policy(parse_policy(text, PolicyKind.IDENTITY))
    assert allows(policy, request("arn:aws:s3:::b/${aws:username}", aws_username="ana"))
    assert not allows(policy, request("arn:aws:s3:::b/ana", aws_username="ana"))
    assert policy.keys_named_for("s3:GetObject") == frozenset()


def test_incomplete_arns() -> None:
    policy = compiled(statement("arn:aws:sqs", action="*"))
    assert allows(policy, request("arn:aws:sqs:eu-west-1:123456789012:q"))
    assert not allows(policy, request("arn:aws:sns:eu-west-1:123456789012:t"))


def test_which_keys_a_policy_names_for_an_action() -> None:
    policy = compiled(
        {**statement("arn:aws:s3:::b/${aws:UserName}/${*}"), "Condition": {"Bool": {"AWS:SecureTransport": "true"}}},
        {**statement("*"), "Condition": {"StringLike": {"s3:ExistingObjectTag/a": "${s3:Prefix, 'x'}"}}},
        {**statement("*", action="s3:Put*"), "Condition": {"StringEquals": {"s3:x-amz-acl": "private"}}},
    )
    read = {"aws:username", "aws:securetransport", "s3:existingobjecttag/a", "s3:prefix"}
    assert policy.keys_named_for("s3:GetObject") == read
    assert policy.keys_named_for("S3:putobject") == {"s3:x-amz-acl"}
    assert policy.keys_named_for("s3:ListBucket") == frozenset()


SHAPES: list[tuple[Callable[[int], dict[str, Any]], str]] = [
    (lambda number: statement(f"arn:aws:s3:::bucket-{number}-*/*"), "arn:aws:s3:::bucket-{}-x/k"),
    (lambda number: statement(f"arn:aws:s3:::*-logs-{number}/*"), "arn:aws:s3:::old-logs-{}/k"),
    (lambda number: statement(f"arn:aws:sqs:*:*:team{number}-*"), "arn:aws:sqs:eu-west-1:123456789012:team{}-in"),
    (lambda number: statement([f"arn:aws:s3:::b{number}", f"arn:aws:s3:::b{number}/*"]), "arn:aws:s3:::b{}/k"),
    (lambda number: statement(f"arn:aws:s3:::bank/${{aws:username}}/{number}/*"), "arn:aws:s3:::bank/ana/{}/k"),
    (
        lambda number: {**statement("*"), "Condition": {"StringEquals": {"aws:sourcevpce": f"vpce-{number}"}}},
        "arn:aws:s3:::vpce-{}",
    ),
]


@pytest.mark.parametrize(("shape", "resource"), SHAPES)
def test_a_decision_does_not_cost_more_for_statements_that_cannot_match(
    shape: Callable[[int], dict[str, Any]], resource: str
) -> None:
    def work(statements: int) -> int:
        policy = compiled(*(shape(number) for number in range(100, 100 + statements)))
        wanted = resource.format(99 + statements)
        asked = request(wanted, aws_username="ana", aws_sourcevpce=wanted.rpartition(":")[2])
        assert allows(policy, asked)
        return calls_of(lambda: policy.verdict(asked))

    few, many = work(20), work(900)
    assert many <= 1.5 * few
    assert many < 80


def test_statements_about_other_actions_cost_nothing() -> None:
    policy = compiled(*(statement("*", action=f"s3:Do{number}*") for number in range(1000)))
    asked = request("arn:aws:s3:::b", "s3:Do999x")
    assert allows(policy, asked)
    assert calls_of(lambda: policy.verdict(asked)) < 20


LONG_KEY = "arn:aws:s3:::b/" + "a" * 1024


@pytest.mark.parametrize(
    ("resources", "most_calls"),
    [
        # 20,480 characters of each
        (["arn:aws:s3:::b/" + "*" * 20_000], 100),
        (["arn:aws:s3:::b/" + "*a" * 10_000], 100),
        (["arn:aws:s3:::b/" + "*a" * 500 + "*b"], 600),
        (["arn:aws:s3:::b/" + "?*" * 10_000], 100),
        ([f"arn:aws:s3:::b/*{number}b" for number in range(900)], 400),
        ([f"arn:aws:s3:::b/*?{number}" for number in range(900)], 400),
        (["arn:aws:s3:::b/" + "${aws:useragent}" * 1200], 10_000),
        (["arn:aws:s3:::b/*" + "${aws:username}?*" * 1000 + "b"], 40_000),
    ],
)
def test_hostile_resources_cost_little(resources: list[str], most_calls: int) -> None:
    policy = compiled(statement(resources))
    asked = request(LONG_KEY, aws_username="a", aws_useragent="a" * 16_000)
    expected = allows(policy, asked)
    assert expected is resources[0].endswith("/" + "*" * 20_000)
    assert calls_of(lambda: policy.verdict(asked)) < most_calls


def test_the_first_decision_is_in_proportion_to_the_document() -> None:
    def work(statements: int) -> int:
        listed = [statement(f"arn:aws:s3:::*x{number}x{'*y' * 5}/*") for number in range(statements)]
        text = json.dumps({"Version": "2012-10-17", "Statement": listed})
        asked = request(LONG_KEY)
        return calls_of(lambda: compile_policy(parse_policy(text, PolicyKind.IDENTITY)).verdict(asked))

    assert work(1200) < 2.5 * work(600)


@pytest.mark.parametrize("kind", [PolicyKind.ENDPOINT, PolicyKind.IDENTITY, PolicyKind.RESOURCE])
def test_agrees_with_the_plain_evaluator_on_random_cases(kind: PolicyKind) -> None:
    chance = random.Random(f"one policy {kind.value}")
    pool = Pool(chance, kind, size=500)
    said: Counter[str] = Counter()
    for _ in range(7000):
        case, caller = random_case(chance)
        drawn = pool.draw()
        assert drawn is not None
        document, policy = drawn
        asked = AccessRequest(case["action"], case["resource"], caller, case["resource_account"], case["context"])
        denied, allowed, delegated = policy.verdict(asked)
        how, statement = plain_policy.verdict(document, kind.value, case)
        expected = {"deny": denied, "direct": allowed, "delegated": delegated}.get(how)
        assert sum(one is not None for one in (denied, allowed, delegated)) == (how != "none"), (document, case)
        if how != "none":
            assert expected is not None, (document, case)
            assert (expected.sid or expected.index) == statement, (document, case)
        said[how] += 1
    assert min(said["deny"], said["direct"], said["none"]) > 500
    assert kind is not PolicyKind.RESOURCE or said["delegated"] > 100
