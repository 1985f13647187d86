from __future__ import annotations

import pytest

from skywalk.policy.evaluate import Decision
from skywalk.policy.principal import session_principal
from skywalk.policy.wording import refusal_text

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
        (Decision(False, "resource_policy", True, 0, True), "with an explicit deny in a role trust policy"),
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
