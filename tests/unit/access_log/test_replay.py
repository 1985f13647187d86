"""Another endpoint policy, asked what the recorded requests were."""

from __future__ import annotations

import json
from typing import Any

from skywalk.access_log.entry import Checked, Entry
from skywalk.access_log.lines import Lines
from skywalk.access_log.record import Record, read_record
from skywalk.access_log.replay import Change, Replay, Seen, replay
from skywalk.policy.document import Policy, PolicyKind, parse_policy
from skywalk.values.chance import SeededChance
from support.access_log import (
    ACCOUNT,
    ALLOWED,
    DENIED_BY_ENDPOINT,
    ENDPOINT,
    ENDPOINT_ID,
    NOT_ALLOWED,
    NOT_BY_ENDPOINT,
    SESSION,
    check,
    entry,
)

ANYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
LINES = Lines(SeededChance())


def policy(*statements: dict[str, Any]) -> Policy:
    return parse_policy(json.dumps({"Statement": statements}), PolicyKind.ENDPOINT)


def record(made: Entry, seconds: float = 0.0) -> Record:
    line = LINES.line(made, seconds)
    return read_record(ENDPOINT_ID, json.loads(f"{{{line.shared}}}"), json.loads(f"{{{line.own}}}"))


def asked(*questions: list[Checked]) -> Record:
    return record(entry(*questions))


def change(was: str, would_be: str, statement: str | int | None, action: str = "s3:GetObject") -> Change:
    return Change(was, would_be, SESSION.arn, action, "arn:aws:s3:::documents/a.txt", "endpoint_policy", statement)


def test_nothing_changes() -> None:
    assert replay([asked([check()])], policy(ANYTHING)) == Replay(1, ())


def test_what_would_be_refused() -> None:
    only_lists = policy({**ANYTHING, "Action": "s3:ListBucket"})
    assert replay([asked([check()])], only_lists).changes == ((change("allowed", "denied", None), Seen(1, 0)),)
    denies = policy(ANYTHING, {**ANYTHING, "Sid": "NoGet", "Effect": "Deny", "Action": "s3:GetObject"})
    assert replay([asked([check()])], denies).changes[0][0] == change("allowed", "denied", "NoGet")


def test_what_would_be_allowed() -> None:
    refused = asked([check(decision=NOT_BY_ENDPOINT, otherwise=ALLOWED)])
    assert replay([refused], policy(ANYTHING)).changes == ((change("denied", "allowed", 0), Seen(1, 0)),)


def test_what_another_policy_refuses_stays_refused() -> None:
    records = [
        asked([check(decision=NOT_ALLOWED)]),
        asked([check(decision=NOT_BY_ENDPOINT, otherwise=NOT_ALLOWED)]),
        asked([check(decision=NOT_BY_ENDPOINT, otherwise=ALLOWED), check("s3:PutObject", decision=NOT_ALLOWED)]),
    ]
    assert replay(records, policy(ANYTHING)) == Replay(3, ())
    assert replay(records, policy({**ANYTHING, "Effect": "Deny"})) == Replay(3, ())


def test_checks_that_are_refused_together_change_together() -> None:
    copy = asked([check(decision=DENIED_BY_ENDPOINT, otherwise=ALLOWED), check("s3:PutObject")])
    no_puts = policy({**ANYTHING, "Action": "s3:GetObject"})
    assert replay([copy], no_puts).changes == (), "the source may be read now, and the copy not be written"
    told = replay([asked([check(), check("s3:PutObject")])], no_puts).changes
    assert told[0][0] == change("allowed", "denied", None, "s3:PutObject")
    assert replay([copy], policy(ANYTHING)).changes[0][0] == change("denied", "allowed", 0)


def test_questions_of_one_request_change_each_for_itself() -> None:
    deleted = asked([check("s3:DeleteObject", "arn:aws:s3:::d/a")], [check("s3:DeleteObject", "arn:aws:s3:::d/b")])
    told = replay([deleted], policy({**ANYTHING, "Resource": "arn:aws:s3:::d/a"}))
    assert told.asked == 2
    assert [each.resource for each, _ in told.changes] == ["arn:aws:s3:::d/b"]


def test_equal_changes_are_counted_and_the_most_frequent_come_first() -> None:
    times = [3.0, 9.0, 6.0]
    records = [record(entry([check()]), seconds) for seconds in times]
    records.insert(0, record(entry([check("s3:PutObject")]), 5.0))
    told = replay(records, policy({**ANYTHING, "Action": "s3:ListBucket"})).changes
    assert [(each.action, seen.times, seen.last) for each, seen in told] == [
        ("s3:GetObject", 3, 9000),
        ("s3:PutObject", 1, 5000),
    ]


def test_condition_keys_are_the_request_s() -> None:
    of_address = {**ANYTHING, "Condition": {"IpAddress": {"aws:VpcSourceIp": "10.0.1.0/24"}}}
    records = [asked([check()]), asked([check(keys={"aws:vpcsourceip": "10.0.2.9"})])]
    assert [seen.times for _, seen in replay(records, policy(of_address)).changes] == [1]


def test_what_no_endpoint_policy_was_asked_for_is_left_out() -> None:
    made = asked([check(by_endpoint=False)])
    assert replay([made], policy({**ANYTHING, "Effect": "Deny"})) == Replay(0, ())


def test_an_account_is_everybody_of_it_at_an_interface_endpoint_and_its_root_at_a_gateway_endpoint() -> None:
    to_account = policy({**ANYTHING, "Principal": {"AWS": ACCOUNT}})
    at_gateway, at_interface = (
        record(entry(endpoint=ENDPOINT._replace(is_interface=is_interface))) for is_interface in (False, True)
    )
    assert replay([at_gateway], to_account).changes == ((change("allowed", "denied", None), Seen(1, 0)),)
    assert replay([at_interface], to_account) == Replay(1, ())
