"""Requests that are broken: an AWS-shaped error, nothing stored, and the next good request is answered."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from typing import Any

import pytest

from support.wire_region import FORM, WireRegion

CREATE = b"Action=CreateVpc&Version=2016-11-15&CidrBlock=10.0.0.0%2F16"


@pytest.fixture(autouse=True)
def nothing_stored_and_still_alive(wire: WireRegion, ec2: Any) -> Iterator[None]:
    # The first call of an account makes its default VPC.
    vpcs, before = ec2.describe_vpcs()["Vpcs"], wire.store.revision
    yield
    assert wire.store.revision == before
    assert ec2.describe_vpcs()["Vpcs"] == vpcs


def read(answer: bytes) -> tuple[int, str]:
    """Status and error code of an answer that must be an error in EC2's, IAM's or STS's form."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split()[1])
    document = ElementTree.fromstring(body)
    code = next(element.text for element in document.iter() if element.tag.rpartition("}")[2] == "Code")
    message = next(element.text for element in document.iter() if element.tag.rpartition("}")[2] == "Message")
    assert message
    assert b"Traceback" not in body
    return status, str(code)


@pytest.mark.parametrize(
    ("message", "status"),
    [
        (b"GARBAGE\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", 431),
        (b"GET /" + b"y" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"POST / HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(300)) + b"\r\n", 431),
        (b"POST / HTTP/1.1\r\nHost: a\r\nno colon here\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: ec2.us-east-1.amazonaws.com\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ],
)
def test_what_is_no_http(wire: WireRegion, message: bytes, status: int) -> None:
    assert read(wire.send(message))[0] == status


def test_a_body_that_is_too_long(wire: WireRegion) -> None:
    assert read(wire.send(wire.signed(b"Action=" + b"a" * (1 << 20)))) == (413, "RequestEntityTooLarge")


def test_a_body_that_ends_early_stores_nothing(wire: WireRegion) -> None:
    assert not wire.send(wire.signed(CREATE)[:-5]).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "MissingAction"),
        (b"\xff\xfe\x00", 400, None),
        (b"Action=CreateVpc&Version=2016-11-15&CidrBlock=%FF%FE", 400, None),
        (b"Action=MakeCoffee&Version=2016-11-15", 400, "InvalidAction"),
        (b"Action=CreateVpc&Version=1999-01-01&CidrBlock=10.0.0.0/16", 400, None),
        (CREATE + b"&Colour=blue", 400, "UnknownParameter"),
        (CREATE + b"&CidrBlock=10.1.0.0%2F16", 400, None),
        (CREATE + b"&DryRun=maybe", 400, "InvalidParameterValue"),
        (CREATE + b"&TagSpecification.1.Tag.x.Key=a", 400, None),
        (CREATE + b"&TagSpecification.99999999999999999999.ResourceType=vpc", 400, None),
        (CREATE.replace(b"10.0.0.0", b"10.0.0.256"), 400, "InvalidParameterValue"),
        (b"Action=DescribeVpcs&Version=2016-11-15&MaxResults=many", 400, "InvalidParameterValue"),
        (b"Action=DescribeVpcs&Version=2016-11-15&VpcId.1=%3Cb%3E%26", 400, "InvalidVpcID.Malformed"),
        (b"Action=CreateVpnGateway&Version=2016-11-15&Type=ipsec.1", 400, "InvalidAction"),
    ],
)
def test_what_is_no_request_of_ec2(wire: WireRegion, body: bytes, status: int, code: str | None) -> None:
    found = read(wire.send(wire.signed(body)))
    assert found[0] == status
    assert code is None or found[1] == code
    assert re.fullmatch(r"[A-Za-z.]+", found[1])


@pytest.mark.parametrize(
    ("service", "body", "code"),
    [
        ("iam", b"Action=CreateLoginProfile&Version=2010-05-08&UserName=a", "InvalidAction"),
        ("iam", b"Action=CreateRole&Version=2010-05-08&RoleName=a", "ValidationError"),
        ("sts", b"Action=GetFederationToken&Version=2011-06-15&Name=a", "InvalidAction"),
        ("elasticloadbalancing", b"Action=DescribeLoadBalancers&Version=2015-12-01", "InvalidAction"),
    ],
)
def test_what_other_services_of_ours_do_not_serve(wire: WireRegion, service: str, body: bytes, code: str) -> None:
    assert read(wire.send(wire.signed(body, service))) == (400, code)


def test_wrong_signatures(wire: WireRegion) -> None:
    good = wire.signed(CREATE)
    tampered = good.replace(b"10.0.0.0", b"10.9.0.0")
    assert read(wire.send(tampered)) == (403, "SignatureDoesNotMatch")
    unknown_key = good.replace(wire.account().access_key_id.encode(), b"AKIAIOSFODNN7EXAMPLE")
    assert read(wire.send(unknown_key)) == (401, "AuthFailure")
    unsigned = b"POST / HTTP/1.1\r\nHost: ec2.us-east-1.amazonaws.com\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
    assert read(wire.send(unsigned % (FORM.encode(), len(CREATE)) + CREATE))[1] in {
        "MissingAuthenticationToken",
        "AuthFailure",
    }
    skewed = re.sub(rb"(X-Amz-Date: |Credential=[^/]+/)\d{8}", rb"\g<1>20200101", good)
    assert read(wire.send(skewed))[1] == "RequestExpired"
    broken = re.sub(rb"Signature=[0-9a-f]+", b"Signature=", good)
    assert read(wire.send(broken)) == (400, "IncompleteSignature")
    for header in (b"AWS4-HMAC-SHA256", b"AWS4-HMAC-SHA256 Credential=a/b/c/ec2/aws4_request", b"Bearer x", b"\xff"):
        start, _, rest = good.partition(b"Authorization: ")
        changed = start + b"Authorization: " + header + rest[rest.index(b"\r\n") :]
        # Without a scope that names a service of ours it is a matter for S3.
        assert int(wire.send(changed).split()[1]) in {400, 401, 403, 501}
