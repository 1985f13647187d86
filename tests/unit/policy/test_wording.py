from __future__ import annotations

import pytest

from skywalk.policy.evaluate import Decision
from skywalk.policy.principal import session_principal
from skywalk.policy.wording import refusal_text, shown_action, shown_resource

CALLER = session_principal("123456789012", "app", "i-0123456789abcdef0")


@pytest.mark.parametrize(
    ("decision", "ending"),
    [
        (
            Decision(False, "endpoint_policy", False),
            "because no VPC endpoint policy allows the s3:PutObject action",
        ),
        (Decision(False, "endpoint_policy", True, 0), "with an explicit deny in a VPC endpoint policy"),
        (
            Decision(False, "identity_policies", False),
            "because no identity-based policy allows the s3:PutObject action",
        ),
        (Decision(False, "identity_policies", True, 0), "with an explicit deny in an identity-based policy"),
        (
            Decision(False, "resource_policy", False),
            "because no resource-based policy allows the s3:PutObject action",
        ),
        (Decision(False, "resource_policy", True, "x"), "with an explicit deny in a resource-based policy"),
        (Decision(False, "session_policies", False), "because no session policy allows the s3:PutObject action"),
        (Decision(False, "session_policies", True, 1), "with an explicit deny in a session policy"),
        (
            Decision(False, "permission_boundary", False),
            "because no permissions boundary allows the s3:PutObject action",
        ),
        (Decision(False, "permission_boundary", True, 0), "with an explicit deny in a permissions boundary"),
        (Decision(False, "scps", False), "because no service control policy allows the s3:PutObject action"),
        (Decision(False, "scps", True, 0), "with an explicit deny in a service control policy"),
        (Decision(False, "rcps", False), "because no resource control policy allows the s3:PutObject action"),
        (Decision(False, "rcps", True, 0), "with an explicit deny in a resource control policy"),
        (
            Decision(False, "resource_policy", False, None, True),
            "because no role trust policy allows the s3:PutObject action",
        ),
        (Decision(False, "resource_policy", True, 0, True), "with an explicit deny in the role trust policy"),
    ],
)
def test_every_layer(decision: Decision, ending: str) -> None:
    assert refusal_text(decision, CALLER, "s3:PutObject", '"arn:aws:s3:::bank/my_file.txt"') == (
        "User: arn:aws:sts::123456789012:assumed-role/app/i-0123456789abcdef0 is not authorized to perform: "
        f's3:PutObject on resource: "arn:aws:s3:::bank/my_file.txt" {ending}'
    )


def test_the_resource_may_be_left_out() -> None:
    text = refusal_text(Decision(False, "identity_policies", False), CALLER, "s3:ListAllMyBuckets", None)
    assert text.endswith(
        "is not authorized to perform: s3:ListAllMyBuckets "
        "because no identity-based policy allows the s3:ListAllMyBuckets action"
    )


@pytest.mark.parametrize(
    ("action", "shown"),
    [("sqs:SendMessage", "sqs:sendmessage"), ("sns:Publish", "SNS:Publish"), ("kms:Decrypt", "kms:Decrypt")],
)
def test_actions_are_written_as_their_services_write_them(action: str, shown: str) -> None:
    assert shown_action(action) == shown
    text = refusal_text(Decision(False, "endpoint_policy", False), CALLER, action, "arn")
    assert text.endswith(f"perform: {shown} on resource: arn because no VPC endpoint policy allows the {shown} action")


@pytest.mark.parametrize(
    ("action", "shown"),
    [
        ("sqs:ListQueues", "arn:aws:sqs:eu-west-1:123456789012:"),
        ("sns:ListTopics", "arn:aws:sns:eu-west-1:123456789012:*"),
        ("dynamodb:ListTables", "arn:aws:dynamodb:eu-west-1:123456789012:table/*"),
        ("logs:DescribeLogGroups", "arn:aws:logs:eu-west-1:123456789012:log-group::log-stream:"),
        ("kms:ListKeys", "*"),
        ("lambda:ListFunctions", "*"),
        ("cloudwatch:PutMetricData", None),
        ("secretsmanager:ListSecrets", None),
    ],
)
def test_what_stands_for_no_resource(action: str, shown: str | None) -> None:
    assert shown_resource(action, "*", "eu-west-1", "123456789012") == shown
    assert shown_resource(action, "arn:x", "eu-west-1", "123456789012") == "arn:x"
