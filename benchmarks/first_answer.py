"""Asking for the first answer of EC2: a signed DescribeVpcs, made once and sent until there is somebody to answer."""

from __future__ import annotations

import http.client
from collections.abc import Mapping

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

_BODY = b"Action=DescribeVpcs&Version=2016-11-15"


def signed_headers(port: int, keys: Mapping[str, str]) -> dict[str, str]:
    """`keys` as the environment names them."""
    url = f"http://127.0.0.1:{port}/"
    request = AWSRequest("POST", url, data=_BODY, headers={"Content-Type": "application/x-www-form-urlencoded"})
    credentials = Credentials(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"])
    SigV4Auth(credentials, "ec2", "us-east-1").add_auth(request)
    return dict(request.headers.items())


def answers(port: int, headers: Mapping[str, str]) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", "/", _BODY, dict(headers))
        answer = connection.getresponse()
        return answer.status == 200 and b"DescribeVpcsResponse" in answer.read()
    except OSError:
        return False
    finally:
        connection.close()
