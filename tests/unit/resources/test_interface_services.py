"""The catalogue of services with interface endpoints."""

from __future__ import annotations

import importlib
import re
from collections import Counter

import pytest

from skywalk.resources.interface_services import (
    InterfaceService,
    interface_services,
    reversed_labels,
    services_in_public_only,
    usual_names,
)
from skywalk.resources.regions import REGION_NAMES


def service(short: str) -> InterfaceService:
    return next(one for one in interface_services() if one.service == short)


def test_there_are_all_that_the_guide_lists() -> None:
    assert len(interface_services()) == 453
    assert len({one.service for one in interface_services()}) == 453


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("com.amazonaws.{region}.sqs", ("sqs.{region}.amazonaws.com",)),
        ("com.amazonaws.{region}.ecr.api", ("api.ecr.{region}.amazonaws.com",)),
        ("aws.api.{region}.freetier", ("freetier.{region}.api.aws",)),
        (
            "aws.sagemaker.{region}.notebook",
            ("notebook.{region}.sagemaker.aws", "*.notebook.{region}.sagemaker.aws"),
        ),
    ],
)
def test_usual_names(name: str, names: tuple[str, ...]) -> None:
    assert usual_names(name) == names


@pytest.mark.parametrize(
    ("short", "names"),
    [
        (
            "kinesis-streams",
            (
                "kinesis.{region}.amazonaws.com",
                "*.control-kinesis.{region}.amazonaws.com",
                "*.data-kinesis.{region}.amazonaws.com",
            ),
        ),
        ("eks-auth", ("eks-auth.{region}.api.aws",)),
        ("kinesis-firehose", ("firehose.{region}.amazonaws.com",)),
        ("kms-fips", ("kms-fips.{region}.amazonaws.com",)),
        ("dynamodb-streams", ("streams.dynamodb.{region}.amazonaws.com", "*.streams-ddb.{region}.amazonaws.com")),
        ("execute-api", ("*.execute-api.{region}.amazonaws.com",)),
        ("iam", ("iam.amazonaws.com",)),
        ("sagemaker.api", ("api.sagemaker.{region}.amazonaws.com",)),
    ],
)
def test_names(short: str, names: tuple[str, ...]) -> None:
    assert service(short).names == names


def test_no_name_is_two_services() -> None:
    services = (*interface_services(), *services_in_public_only())
    names = Counter(name for one in services for name in (*one.names, *one.legacy_names))
    assert [name for name, count in names.items() if count > 1] == []


def test_legacy_names_are_those_that_version_1_of_the_command_line_calls() -> None:
    legacy = {one.service: one.legacy_names for one in interface_services() if one.legacy_names}
    assert legacy == {
        "elasticmapreduce": ("{region}.elasticmapreduce.amazonaws.com",),
        "rds": ("rds.amazonaws.com",),
        "sqs": ("{region}.queue.amazonaws.com", "queue.amazonaws.com"),
    }
    # By its name: it has no types.
    ssl_common_names = importlib.import_module("awscli.customizations.overridesslcommonname").SSL_COMMON_NAMES
    without_endpoints = {"health"}
    for service, called in ssl_common_names.items():
        regions = called.keys() & set(REGION_NAMES)
        known = {
            name.format(region=region)
            for one in interface_services()
            for region in regions
            for name in (*one.names, *one.legacy_names)
        }
        assert service in without_endpoints or {called[region] for region in regions} <= known, service


def test_names_are_host_names() -> None:
    form = re.compile(
        r"(\*\.)?([a-z0-9-]+\.|\{region\}\.)+(amazonaws\.com|api\.aws|sagemaker\.aws|awsapprunner\.com|amazon\.com)"
    )
    for one in interface_services():
        assert one.names
        assert all(form.fullmatch(name) for name in one.names), one.names


def test_what_is_special() -> None:
    assert not service("dynamodb").has_private_names
    assert service("dynamodb").names == ("dynamodb.{region}.amazonaws.com",)
    assert not service("dynamodb-streams").has_private_names
    assert service("monitoring").has_private_names
    assert not service("transfer.server").supports_policy
    assert service("transfer.server").ports == (21, 22)
    assert service("sqs").ports == (80, 443)
    assert service("kms").ports == (443,)
    assert service("iam").only_region == "us-east-1"
    assert service("aws.api.route53globalresolver").only_region == "us-east-2"
    assert service("aws.api.route53globalresolver").name == "aws.api.{region}.route53globalresolver"
    assert service("sqs").is_confirmed
    assert not service("highlander").is_confirmed


def test_services_without_endpoints() -> None:
    assert [one.service for one in services_in_public_only()] == ["route53resolver"]


def test_labels_the_other_way_round() -> None:
    assert reversed_labels("a.b.c") == "c.b.a"
