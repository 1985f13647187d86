"""Each service's requests, answers and refusals in its own form."""

from __future__ import annotations

import json

from skywalk.api.protocols import read_request, write_answer, write_refusal
from skywalk.http1.request import RequestHead
from skywalk.values.errors import AwsError

XML, JSON = ("Content-Type", "text/xml;charset=UTF-8"), ("Content-Type", "application/x-amz-json-1.1")


def head(method: str, target: str, *headers: tuple[str, str]) -> RequestHead:
    return RequestHead(method, target, "1.1", [("host", "127.0.0.1"), *headers])


def test_requests_are_read_by_form_by_path_and_by_header() -> None:
    form = b"Action=GetCallerIdentity&Version=2011-06-15"
    assert read_request("sts", head("POST", "/"), form) == ("GetCallerIdentity", {})
    assert read_request("sts", head("GET", "/?" + form.decode()), b"") == ("GetCallerIdentity", {})
    assert read_request("route53", head("GET", "/2013-04-01/change/C1"), b"") == ("GetChange", {"Id": "C1"})
    target = ("x-amz-target", "Route53Resolver.GetResolverEndpoint")
    asked = {"ResolverEndpointId": "rslvr-in-1"}
    read = read_request("route53resolver", head("POST", "/", target), json.dumps(asked).encode())
    assert read == ("GetResolverEndpoint", asked)


def test_answers() -> None:
    status, headers, body = write_answer("sts", "GetCallerIdentity", {"Account": "1"}, "r")
    assert (status, headers) == (200, [XML])
    assert b"<RequestId>r</RequestId>" in body
    status, headers, body = write_answer("route53", "CreateHostedZone", {"Location": "there"}, "r")
    assert (status, headers) == (201, [XML, ("Location", "there")])
    assert write_answer("route53resolver", "TagResource", {}, "r") == (200, [JSON], b"{}")


def test_refusals() -> None:
    error = AwsError("NoSuchHostedZone", "a & b", 404)
    status, headers, body = write_refusal("route53", error, "r")
    assert (status, headers) == (404, [XML])
    assert body.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ErrorResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/">'
        "<Error><Type>Sender</Type><Code>NoSuchHostedZone</Code><Message>a &amp; b</Message></Error>"
        "<RequestId>r</RequestId></ErrorResponse>"
    )
    status, headers, body = write_refusal("route53resolver", error, "r")
    assert (status, headers) == (404, [JSON, ("x-amzn-ErrorType", "NoSuchHostedZone")])
    assert json.loads(body) == {"__type": "NoSuchHostedZone", "message": "a & b"}
