from __future__ import annotations

from skywalk.policy.document import PolicyKind
from skywalk.policy.review.kind import ReviewedKind, guessed_kind


def test_what_a_document_has_tells_what_it_is_for() -> None:
    identity = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    assert guessed_kind({"Statement": identity}) is ReviewedKind.IDENTITY
    assert guessed_kind({"Statement": [identity, {**identity, "Principal": "*"}]}) is ReviewedKind.ENDPOINT
    assert guessed_kind({"Statement": [{**identity, "NotPrincipal": "*"}]}) is ReviewedKind.ENDPOINT
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    assert guessed_kind({"Statement": [trust]}) is ReviewedKind.TRUST
    assert guessed_kind({"Statement": 7}) is guessed_kind([]) is ReviewedKind.IDENTITY


def test_both_types_of_endpoints_have_the_same_policies() -> None:
    assert ReviewedKind.GATEWAY.policy_kind is ReviewedKind.ENDPOINT.policy_kind is PolicyKind.ENDPOINT
    assert ReviewedKind.INTERFACE.policy_kind is PolicyKind.ENDPOINT
    assert ReviewedKind.TRUST.policy_kind is PolicyKind.TRUST
