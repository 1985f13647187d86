"""Whose request is it: by the signature's scope, by a presigned URL's, by the host; everything else is S3's."""

from __future__ import annotations

import pytest

from skywalk.api.route import service_of, service_of_host
from skywalk.http1.request import RequestHead

LOOPBACK = "127.0.0.1"


def head(*, host: str = LOOPBACK, query: str = "", authorization: str | None = None) -> RequestHead:
    headers = [("host", host)]
    if authorization is not None:
        headers.append(("authorization", authorization))
    found = RequestHead("GET", "/", "1.1", headers)
    found.path, found.query, found.host = "/", query, host
    return found


def signature(service: str, region: str = "us-east-1") -> str:
    scope = f"AKIAIOSFODNN7EXAMPLE/20260101/{region}/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature={'0' * 64}"


def presigned(service: str) -> str:
    scope = f"AKIAIOSFODNN7EXAMPLE%2F20260101%2Fus-east-1%2F{service}%2Faws4_request"
    return f"Action=GetCallerIdentity&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}&X-Amz-Signature=0"


@pytest.mark.parametrize("service", ["ec2", "iam", "sts", "elasticloadbalancing", "s3", "sqs", "dynamodb"])
def test_the_scope_of_the_signature_says_it(service: str) -> None:
    assert service_of(head(authorization=signature(service))) == service
    assert service_of(head(query=presigned(service))) == service


def test_the_scope_comes_before_the_host() -> None:
    assert service_of(head(host="ec2.us-east-1.amazonaws.com", authorization=signature("sts"))) == "sts"
    assert service_of(head(host="s3.us-east-1.amazonaws.com", query=presigned("sts"))) == "sts"


def test_a_header_comes_before_a_presigned_query() -> None:
    assert service_of(head(authorization=signature("ec2"), query=presigned("sts"))) == "ec2"


@pytest.mark.parametrize("order", ["Signature={0}, Credential={1}, SignedHeaders=host", "Credential={1},Signature={0}"])
def test_fields_stand_in_any_order(order: str) -> None:
    credential = "AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/iam/aws4_request"
    assert service_of(head(authorization=f"AWS4-HMAC-SHA256 {order.format('0' * 64, credential)}")) == "iam"


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("ec2.us-east-1.amazonaws.com", "ec2"),
        ("ec2.amazonaws.com", "ec2"),
        ("iam.amazonaws.com", "iam"),
        ("sts.eu-central-1.amazonaws.com", "sts"),
        ("elasticloadbalancing.us-east-1.amazonaws.com", "elasticloadbalancing"),
        ("s3.us-east-1.amazonaws.com", "s3"),
        ("ec2.s3.us-east-1.amazonaws.com", "s3"),
        ("sts.us-east-1.amazonaws.com.evil.example", "s3"),
        ("my-sts.us-east-1.amazonaws.com", "s3"),
        ("documents", "s3"),
        (LOOPBACK, "s3"),
    ],
)
def test_without_a_signature_the_host_says_it(host: str, service: str) -> None:
    assert service_of(head(host=host)) == service


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer abc", "AWS AKIAIOSFODNN7EXAMPLE:c2ln", "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/ec2"],
)
def test_what_is_no_signature_is_judged_by_the_host(authorization: str) -> None:
    assert service_of(head(authorization=authorization)) == "s3"
    assert service_of(head(host="ec2.us-east-1.amazonaws.com", authorization=authorization)) == "ec2"


@pytest.mark.parametrize("query", ["X-Amz-Credential", "X-Amz-Credential=", "X-Amz-Credential=a%2Fb", "prefix=%2F%2F"])
def test_a_malformed_credential_is_judged_by_the_host(query: str) -> None:
    assert service_of(head(query=query)) == "s3"
    assert service_of(head(host="sts.amazonaws.com", query=query)) == "sts"


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("ec2.us-east-1.amazonaws.com", "ec2"),
        ("iam.amazonaws.com", "iam"),
        ("s3.us-east-1.amazonaws.com", None),
        ("ec2.us-east-1.amazonaws.com.example.com", None),
        ("127.0.0.1", None),
    ],
)
def test_a_host_is_one_of_our_own_services_or_none(host: str, service: str | None) -> None:
    assert service_of_host(host) == service
