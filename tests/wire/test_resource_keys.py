"""Policies that ask for what a resource is like: its tags, and a key's kind and aliases; stock clients and the embedded
backend."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.modelled_region import ModelledRegion, modelled_region

SQS = {"team": "blue"}
LISTED = [{"Key": "team", "Value": "blue"}]


@pytest.fixture(scope="module")
def region() -> Iterator[ModelledRegion]:
    with modelled_region() as running:
        yield running


def when(key: str, value: str, operator: str = "StringEquals") -> str:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: {key: value}}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def may(call: Callable[[], Any]) -> bool:
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("AccessDenied", "AccessDeniedException"):
            raise
        return False
    return True


def queue(region: ModelledRegion) -> tuple[str, str, dict[str, Any]]:
    url = region.client("sqs").create_queue(QueueName="tagged", tags=SQS)["QueueUrl"]
    return "sqs", "get_queue_attributes", {"QueueUrl": url}


def secret(region: ModelledRegion) -> tuple[str, str, dict[str, Any]]:
    region.client("secretsmanager").create_secret(Name="tagged", SecretString="x", Tags=LISTED)
    return "secretsmanager", "get_secret_value", {"SecretId": "tagged"}


def parameter(region: ModelledRegion) -> tuple[str, str, dict[str, Any]]:
    region.client("ssm").put_parameter(Name="/a/tagged", Value="x", Type="String", Tags=LISTED)
    return "ssm", "get_parameter", {"Name": "/a/tagged"}


def group(region: ModelledRegion) -> tuple[str, str, dict[str, Any]]:
    region.client("logs").create_log_group(logGroupName="tagged", tags=SQS)
    return "logs", "describe_log_streams", {"logGroupName": "tagged"}


def repository(region: ModelledRegion) -> tuple[str, str, dict[str, Any]]:
    region.client("ecr").create_repository(repositoryName="tagged", tags=LISTED)
    return "ecr", "describe_images", {"repositoryName": "tagged"}


def key(region: ModelledRegion) -> tuple[str, str, dict[str, Any]]:
    made = region.client("kms").create_key(Tags=[{"TagKey": "team", "TagValue": "blue"}])["KeyMetadata"]
    return "kms", "encrypt", {"KeyId": made["KeyId"], "Plaintext": b"x"}


def alarm(region: ModelledRegion) -> tuple[str, str, dict[str, Any]]:
    region.client("cloudwatch").put_metric_alarm(
        AlarmName="tagged",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        MetricName="m",
        Namespace="n",
        Period=60,
        Statistic="Sum",
        Threshold=1,
        Tags=LISTED,
    )
    return "cloudwatch", "describe_alarms", {"AlarmNames": ["tagged"]}


@pytest.mark.parametrize("make", [queue, secret, parameter, group, repository, key, alarm])
def test_a_resource_by_its_tag(region: ModelledRegion, make: Callable[..., tuple[str, str, dict[str, Any]]]) -> None:
    service, operation, parameters = make(region)
    for value in ("blue", "red"):
        user = region.user(service, when("aws:ResourceTag/team", value))
        assert may(lambda: getattr(user, operation)(**parameters)) is (value == "blue"), value  # noqa: B023 (at once)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (secret, "secretsmanager:ResourceTag/team"),
        (parameter, "ssm:resourceTag/team"),
        (repository, "ecr:ResourceTag/team"),
    ],
)
def test_by_the_service_s_own_name_of_it(region: ModelledRegion, make: Callable[..., Any], name: str) -> None:
    service = {secret: "secretsmanager", parameter: "ssm", repository: "ecr"}[make]
    calls = {
        "secretsmanager": lambda user: user.describe_secret(SecretId="tagged"),
        "ssm": lambda user: user.get_parameter(Name="/a/tagged"),
        "ecr": lambda user: user.describe_images(repositoryName="tagged"),
    }
    assert may(lambda: calls[service](region.user(service, when(name, "blue"))))
    assert not may(lambda: calls[service](region.user(service, when(name, "red"))))


def test_a_key_by_its_kind_and_its_aliases(region: ModelledRegion) -> None:
    kms = region.client("kms")
    made = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/known", TargetKeyId=made)
    for name, value in (
        ("kms:KeySpec", "SYMMETRIC_DEFAULT"),
        ("kms:KeyUsage", "ENCRYPT_DECRYPT"),
        ("kms:KeyOrigin", "AWS_KMS"),
        ("kms:MultiRegion", "false"),
    ):
        # Both are called at once, before the loop goes on.
        assert may(lambda: region.user("kms", when(name, value)).encrypt(KeyId=made, Plaintext=b"x")), name  # noqa: B023
        assert not may(lambda: region.user("kms", when(name, "other")).encrypt(KeyId=made, Plaintext=b"x"))  # noqa: B023
    aliases = "ForAnyValue:StringEquals"
    known = region.user("kms", when("kms:ResourceAliases", "alias/known", aliases))
    assert may(lambda: known.encrypt(KeyId=made, Plaintext=b"x"))
    other = region.user("kms", when("kms:ResourceAliases", "alias/other", aliases))
    assert not may(lambda: other.encrypt(KeyId=made, Plaintext=b"x"))


def test_a_resource_that_is_not_there_has_no_tags(region: ModelledRegion) -> None:
    user = region.user("secretsmanager", when("aws:ResourceTag/team", "blue"))
    assert not may(lambda: user.get_secret_value(SecretId="none"))
