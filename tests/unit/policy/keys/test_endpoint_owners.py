from __future__ import annotations

from skywalk.policy.keys.endpoint_owners import _VPCE_ACCOUNT, tells_endpoint_owner, tells_vpc_arn
from skywalk.resources.endpoint_services import endpoint_services


def test_services_are_those_of_the_catalogue() -> None:
    known = {one.service.partition(".")[0] for one in endpoint_services("us-east-1")}
    assert known >= _VPCE_ACCOUNT


def test_which_services_tell() -> None:
    for service in ("s3", "kms", "ecr.api", "ecr.dkr", "lambda"):
        assert tells_vpc_arn(service), service
        assert tells_endpoint_owner(service), service
    assert tells_endpoint_owner("dynamodb")
    assert not tells_vpc_arn("dynamodb")
    for service in ("sqs", "sns", "ec2", "sts", ""):
        assert not tells_vpc_arn(service), service
        assert not tells_endpoint_owner(service), service
