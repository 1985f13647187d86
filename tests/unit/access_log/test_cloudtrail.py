"""Records as CloudTrail's network activity events."""

from __future__ import annotations

import json

import pytest

from skywalk.access_log.cloudtrail import event, user_identity
from skywalk.access_log.entry import Entry
from skywalk.access_log.lines import Lines
from skywalk.access_log.record import Record, read_record
from skywalk.policy.principal import ANONYMOUS, root_principal, service_principal, user_principal
from skywalk.values.chance import SeededChance
from skywalk.values.errors import AwsError
from support.access_log import (
    ACCOUNT,
    ALLOWED,
    DENIED_BY_ENDPOINT,
    ENDPOINT_ID,
    NOT_ALLOWED,
    SESSION,
    check,
    entry,
)


def record_of(made: Entry) -> Record:
    line = Lines(SeededChance()).line(made, 1_767_225_600.25)
    return read_record(ENDPOINT_ID, json.loads(f"{{{line.shared}}}"), json.loads(f"{{{line.own}}}"))


def test_an_allowed_request() -> None:
    told = event(record_of(entry()))
    additional = told.pop("additionalEventData")
    drawn = told.pop("eventID")
    assert [len(part) for part in drawn.split("-")] == [8, 4, 4, 4, 12]
    assert told == {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-0123",
            "accountId": ACCOUNT,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "arn": f"arn:aws:iam::{ACCOUNT}:role/app",
                    "accountId": ACCOUNT,
                    "userName": "app",
                }
            },
        },
        "eventTime": "2026-01-01T00:00:00Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "10.0.1.5",
        "userAgent": "Boto3/1.43",
        "eventType": "AwsVpceEvent",
        "resources": [{"ARN": "arn:aws:s3:::documents/a.txt", "accountId": ACCOUNT}],
        "recipientAccountId": ACCOUNT,
        "vpcEndpointId": ENDPOINT_ID,
        "vpcEndpointAccountId": ACCOUNT,
        "eventCategory": "NetworkActivity",
    }
    assert (additional["time"], additional["verdict"]) == ("2026-01-01T00:00:00.250Z", "allowed")
    assert (additional["by"], additional["statement"]) == ("identity_policies", "Docs")
    assert additional["context"]["aws:sourcevpce"] == ENDPOINT_ID


def test_what_the_endpoint_policy_refused() -> None:
    made = entry([check("s3:PutObject", decision=DENIED_BY_ENDPOINT, otherwise=ALLOWED)], operation="")
    made.error = AwsError("AccessDenied", "User: … is not authorized", 403)
    told = event(record_of(made))
    assert (told["errorCode"], told["errorMessage"]) == ("VpceAccessDenied", "User: … is not authorized")
    assert told["eventName"] == "PutObject"
    (asked,) = told["additionalEventData"]["questions"][0]
    assert (asked["verdict"], asked["otherwise"]["verdict"]) == ("denied", "allowed")


@pytest.mark.parametrize(
    ("error", "verdict", "code"),
    [
        (None, "denied", "AccessDenied"),
        (AwsError("AccessDeniedException", "No.", 400), "denied", "AccessDeniedException"),
    ],
)
def test_what_another_policy_refused(error: AwsError | None, verdict: str, code: str) -> None:
    made = entry([check()], [check(resource="b", decision=NOT_ALLOWED)])
    made.error = error
    told = event(record_of(made))
    assert (told["additionalEventData"]["verdict"], told["errorCode"]) == (verdict, code)


def test_what_failed_after_all_policies_had_allowed_it() -> None:
    made = entry()
    made.error = AwsError("NoSuchBucket", "None.", 404)
    told = event(record_of(made))
    assert (told["additionalEventData"]["verdict"], told["errorCode"]) == ("allowed", "NoSuchBucket")
    made.error = AwsError("AccessDenied", "By a role's trust policy.", 403)
    assert event(record_of(made))["additionalEventData"]["verdict"] == "denied"


def test_who_asks() -> None:
    assert user_identity(None) == {"type": "Unknown"}
    assert user_identity(ANONYMOUS) == {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}
    assert user_identity(root_principal(ACCOUNT))["type"] == "Root"
    user = user_identity(user_principal(ACCOUNT, "alice", "/staff/"))
    assert (user["type"], user["userName"]) == ("IAMUser", "alice")
    assert user_identity(service_principal("sns.amazonaws.com"))["invokedBy"] == "sns.amazonaws.com"
    assert user_identity(SESSION)["sessionContext"]["sessionIssuer"]["userName"] == "app"
