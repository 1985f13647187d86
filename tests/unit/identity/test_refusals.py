from __future__ import annotations

import pytest

from skywalk.identity.refusals import Family, Refusal, family_of, refuse

NAMES = ("algorithm", "reason", "timestamp", "limit", "now", "expires", "scope_date", "date")
VALUES = dict.fromkeys((*NAMES, "region", "expected", "service", "names"), "…")
BODIES = {Refusal.BODY_HASH_MISSING, Refusal.BODY_HASH_INVALID, Refusal.DECODED_LENGTH_MISSING}


@pytest.mark.parametrize("family", list(Family))
def test_every_refusal_has_words(family: Family) -> None:
    for refusal in Refusal:
        if family is Family.S3 or refusal not in BODIES:
            error = refuse(family, refusal, **VALUES)
            assert error.code
            assert "{" not in error.message
            assert error.status in (400, 401, 403, 411)


def test_families() -> None:
    assert [family_of(service) for service in ("s3", "ec2", "iam", "sts", "elasticloadbalancing")] == [
        Family.S3,
        Family.EC2,
        Family.QUERY,
        Family.QUERY,
        Family.QUERY,
    ]
