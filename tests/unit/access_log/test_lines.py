"""What is written of a request can be read again, and holds no secret."""

from __future__ import annotations

import json

from skywalk.access_log.lines import Line, Lines
from skywalk.access_log.record import Record, read_record
from skywalk.policy.principal import ANONYMOUS
from skywalk.values.chance import SeededChance
from skywalk.values.errors import AwsError
from support.access_log import (
    ACCOUNT,
    CONTEXT,
    DENIED_BY_ENDPOINT,
    ENDPOINT,
    ENDPOINT_ID,
    NOT_ALLOWED,
    SESSION,
    Answering,
    Head,
    check,
    entry,
)


def read(line: Line) -> Record:
    return read_record(ENDPOINT_ID, json.loads(f"{{{line.shared}}}"), json.loads(f"{{{line.own}}}"))


def test_a_request_with_one_check() -> None:
    line = Lines(SeededChance()).line(entry(), 1_767_225_600.25)
    record = read(line)
    assert (record.vpc_endpoint_id, record.owner_account_id, record.service) == (ENDPOINT_ID, ACCOUNT, "s3")
    assert (record.time, record.region, record.operation) == (1_767_225_600_250, "us-east-1", "GetObject")
    assert (record.user_agent, record.source) == ("Boto3/1.43", "10.0.1.5")
    assert (record.principal, record.is_interface) == (SESSION, False)
    ((asked,),) = record.questions
    assert asked.request == check().request
    assert (asked.decided.allowed, asked.decided.by, asked.decided.statement) == (True, "identity_policies", "Docs")
    assert len(line.own) < 200


def test_the_type_of_the_endpoint() -> None:
    line = Lines(SeededChance()).line(entry(endpoint=ENDPOINT._replace(is_interface=True)), 0.0)
    assert read(line).is_interface
    assert not read(line._replace(shared=line.shared.replace('"interface":true,', ""))).is_interface, "nothing is told"


def test_requests_of_one_caller_share_all_but_their_own() -> None:
    lines = Lines(SeededChance())
    first = lines.line(entry(), 0.0)
    again = lines.line(entry([check(resource="b", keys={"aws:currenttime": "2026-01-01T00:00:01Z"})]), 1.0)
    assert again.shared is first.shared
    assert again.own != first.own
    elsewhere = lines.line(entry([check(keys={"aws:vpcsourceip": "10.0.1.6"})]), 2.0)
    assert elsewhere.shared != first.shared
    assert read(elsewhere).event_id != read(first).event_id


def test_several_questions_with_keys_of_their_own() -> None:
    questions = (
        [check(), check("s3:GetObjectTagging", decision=NOT_ALLOWED, keys={"s3:existingobjecttag/a": "b"})],
        [check(keys={"s3:prefix": ""}, decision=DENIED_BY_ENDPOINT, otherwise=NOT_ALLOWED)],
    )
    record = read(Lines(SeededChance()).line(entry(*questions, operation="CopyObject"), 0.0))
    assert [[one.request for one in question] for question in record.questions] == [
        [one.request for one in question] for question in questions
    ]
    assert record.questions[1][0].otherwise is not None
    assert record.questions[1][0].otherwise.by == "identity_policies"
    assert record.verdict == "denied"
    assert record.deciding == record.questions[0][1]


def test_keys_with_several_values_and_strange_names() -> None:
    keys: dict[str, str | tuple[str, ...]] = {"aws:tagkeys": ("a", "b"), "aws:principaltag/ü\u2028": '"\\\n'}
    request = check(resource='arn:aws:s3:::documents/"\n\u2028\ud83d').request
    asked = check(resource=request.resource)._replace(request=request._replace(context={**request.context, **keys}))
    line = Lines(SeededChance()).line(entry([asked]), 0.0)
    assert (line.shared + line.own).isascii()
    assert "\n" not in line.shared + line.own
    ((found,),) = read(line).questions
    assert found.request == asked.request


def test_an_error_before_anybody_was_proven() -> None:
    made = entry()
    made.questions, made.principal, made.context = [], None, {}
    made.error, made.source = AwsError("SignatureDoesNotMatch", "Wrong.", 403), "10.0.1.7"
    record = read(Lines(SeededChance()).line(made, 0.0))
    assert (record.principal, record.questions, record.verdict) == (None, (), "undecided")
    assert (record.error, record.source) == (("SignatureDoesNotMatch", "Wrong."), "10.0.1.7")


def test_an_anonymous_caller() -> None:
    record = read(Lines(SeededChance()).line(entry([check(principal=ANONYMOUS)]), 0.0))
    assert record.principal == ANONYMOUS


def test_a_referer_s_query_is_left_out() -> None:
    referer = "https://example.com/page?X-Amz-Signature=0123"
    made = entry([check(keys={"aws:referer": referer})], answering=Answering(head=Head({"referer": referer})))
    line = Lines(SeededChance()).line(made, 0.0)
    assert "0123" not in (line.shared + line.own).replace("i-0123", "")
    assert read(line).context["aws:referer"] == "https://example.com/page"
    several = Lines(SeededChance()).line(entry([check(), check(keys={"aws:referer": referer})]), 0.0)
    assert "X-Amz-Signature" not in several.own


def test_what_is_remembered_is_bounded() -> None:
    lines = Lines(SeededChance())
    for number in range(3000):
        lines.line(entry(operation=f"Operation{number}"), 0.0)
    assert len(lines._shared) <= 1024
    assert CONTEXT["aws:sourcevpce"] == ENDPOINT_ID
