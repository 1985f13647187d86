from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from skywalk.edge.services.modelled.resource_policies import documents
from skywalk.edge.services.modelled.resource_policies.documents import Words, accept, check_principals, made
from skywalk.edge.state import EdgeState
from skywalk.feed.rows import RowChange
from skywalk.values.errors import AwsError
from support import edge_rows as rows

ARN = f"arn:aws:sqs:us-east-1:{rows.ACCOUNT}:jobs"
APP, GONE = f"arn:aws:iam::{rows.ACCOUNT}:role/app", f"arn:aws:iam::{rows.ACCOUNT}:role/gone"


@pytest.fixture
def call() -> Any:
    state = EdgeState()
    state.apply(RowChange((rows.ACCESS_KEY, rows.role("app", role_id="AROAAPP")), (), False))
    return SimpleNamespace(around=SimpleNamespace(state=state))


def policy(principal: Any = "*", **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sqs:*", "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def refusal(call: Any, document: Any, words: Words) -> str:
    with pytest.raises(AwsError) as caught:
        accept(call, document if isinstance(document, str) else json.dumps(document), ARN, words)
    return str(caught.value)


def test_whom_it_names_goes_with_it(call: Any) -> None:
    text = json.dumps(policy({"AWS": APP}))
    accepted = accept(call, text, ARN, documents.QUEUE)
    assert (accepted.text, accepted.principals) == (text, {APP: "AROAAPP"})


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (documents.QUEUE, "InvalidAttributeValue"),
        (documents.TOPIC, "InvalidParameter"),
        (documents.KEY, "MalformedPolicyDocumentException"),
        (documents.SECRET, "MalformedPolicyDocumentException"),
        (documents.FUNCTION, "InvalidParameterValueException"),
    ],
)
def test_each_service_has_its_words(call: Any, words: Words, code: str) -> None:
    for document in ("", "[]", policy({"AWS": GONE}), policy(Effect="Perhaps"), policy(Principal=[])):
        assert refusal(call, document, words).startswith(f"{code}: ")
    assert GONE in refusal(call, policy({"AWS": GONE}), words)
    long = policy(Sid="x" * words.longest_bytes)
    assert f"more than {words.longest_bytes} bytes" in refusal(call, long, words)


def test_it_speaks_of_its_own_resource(call: Any) -> None:
    for own in (ARN, "*", f"arn:aws:sqs:*:{rows.ACCOUNT}:*"):
        accept(call, json.dumps(policy(Resource=own)), ARN, documents.QUEUE)
    another = policy(Resource=f"{ARN}2")
    assert f"cannot speak of {ARN}2" in refusal(call, another, documents.QUEUE)
    accept(call, json.dumps(another), ARN, documents.KEY)


def test_conditions(call: Any) -> None:
    """Those that can never be met here are taken, as those of services that act for the account."""
    for key in ("aws:SourceOwner", "aws:SourceArn", "aws:NoSuchKey"):
        accept(call, json.dumps(policy(Condition={"StringEquals": {key: "x"}})), ARN, documents.QUEUE)


def test_what_is_added_to_may_name_who_is_gone(call: Any) -> None:
    kept = policy({"AWS": [APP, "AROAGONEGONEGONEGONE1"]})
    assert made(call, kept, ARN, documents.QUEUE).principals == {APP: "AROAAPP"}
    with pytest.raises(AwsError, match=GONE):
        check_principals(call, policy({"AWS": GONE})["Statement"][0], documents.QUEUE)
    check_principals(call, kept["Statement"][0] | {"Principal": {"AWS": APP}}, documents.QUEUE)
    with pytest.raises(AwsError, match="InvalidAttributeValue"):
        check_principals(call, {"Effect": "Allow"}, documents.QUEUE)


def test_as_long_as_each_service_takes_it(call: Any) -> None:
    for words, longest in ((documents.QUEUE, 8192), (documents.TOPIC, 30_720), (documents.KEY, 32_768)):
        text = json.dumps(policy())
        assert accept(call, text.ljust(longest), ARN, words).text == text.ljust(longest)
        assert f"more than {longest} bytes" in refusal(call, text.ljust(longest + 1), words)
