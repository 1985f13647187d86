"""Whose request is it: the service that a request on the API's port is for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from skywalk.http1.request import RequestHead

OWN_SERVICES: Mapping[str, str] = {
    "ec2": "ec2",
    "elasticloadbalancing": "elbv2",
    "iam": "iam",
    "route53": "route53",
    "route53resolver": "route53resolver",
    "sts": "sts",
}
"""What skywalk serves itself, and refuses in part rather than pass on: signing name → name of its codec tables."""

_SCOPE = re.compile(r"Credential=[^/,\s]+/[^/,\s]*/[^/,\s]*/([^/,\s]+)/aws4_request")
_HOST = re.compile(r"(ec2|elasticloadbalancing|iam|route53|route53resolver|sts)(?:\.[a-z0-9-]+)?\.amazonaws\.com")
S3 = "s3"


def service_of(head: RequestHead) -> str:
    """The signing name of the signature's scope, else of the host; S3 takes unsigned requests, so it gets the rest."""
    found = _SCOPE.search(head.get("authorization") or "")
    if found is not None:
        return found.group(1)
    credential = dict(parse_qsl(head.query)).get("X-Amz-Credential", "") if "X-Amz-Credential" in head.query else ""
    if credential.count("/") >= 4:
        return credential.split("/")[-2]
    return service_of_host(head.host) or S3


def service_of_host(host: str) -> str | None:
    """The signing name of one of skywalk's own services by its public host name; None for any other host."""
    found = _HOST.fullmatch(host)
    return found.group(1) if found is not None else None
