"""Whose request is it: the service that a request on the API's port is for."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from skywalk.http1.request import RequestHead

OWN_SERVICES = frozenset(("ec2", "iam", "sts", "elasticloadbalancing"))
"""What skywalk serves itself, and refuses in part rather than pass on."""

_SCOPE = re.compile(r"Credential=[^/,\s]+/[^/,\s]*/[^/,\s]*/([^/,\s]+)/aws4_request")
_HOST = re.compile(r"(ec2|iam|sts|elasticloadbalancing)(?:\.[a-z0-9-]+)?\.amazonaws\.com")
S3 = "s3"


def service_of(head: RequestHead) -> str:
    """The service named by the signature's scope, else by the host; S3 takes unsigned requests, and so gets the rest."""
    found = _SCOPE.search(head.get("authorization") or "")
    if found is not None:
        return found.group(1)
    credential = dict(parse_qsl(head.query)).get("X-Amz-Credential", "") if "X-Amz-Credential" in head.query else ""
    if credential.count("/") >= 4:
        return credential.split("/")[-2]
    host = _HOST.fullmatch(head.host)
    return host.group(1) if host is not None else S3
