from __future__ import annotations

import json
from typing import Any

from skywalk.policy.compiled import MEMO_ACTIONS, NEUTRAL, AccessRequest, CompiledPolicy, compile_policy
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.principal import user_principal

USER = user_principal("123456789012", "ana")


def compiled(*statements: dict[str, Any]) -> CompiledPolicy:
    return compile_policy(parse_policy(json.dumps({"Statement": statements}), PolicyKind.IDENTITY))


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
