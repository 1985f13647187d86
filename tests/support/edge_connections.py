"""A client in an edge region that asks again and again on one connection."""

from __future__ import annotations

import subprocess
import sys

from support.edge_region import EdgeRegion

CUT = ("ConnectionResetError", "SSLEOFError")
"""What Python says of a reset, without TLS and with it."""

READER = """
import boto3, sys, http.client, ssl, os, json
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
host = "s3.us-east-1.amazonaws.com"
keys = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
scheme = sys.argv[1]
context = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
if scheme == "https":
    connection = http.client.HTTPSConnection(host, context=context, timeout=60)
else:
    connection = http.client.HTTPConnection(host, timeout=60)
connection.auto_open = 0
connection.connect()
for line in sys.stdin:
    request = AWSRequest("GET", f"{scheme}://{host}/documents?location")
    S3SigV4Auth(keys, "s3", "us-east-1").add_auth(request)
    try:
        connection.request("GET", "/documents?location", headers=dict(request.headers))
        answer = connection.getresponse()
        answer.read()
        print(answer.status, flush=True)
    except Exception as error:
        print(type(error).__name__, flush=True)
"""


class OpenConnection:
    """A client that asks again and again on one connection."""

    def __init__(self, region: EdgeRegion, scheme: str = "https") -> None:
        self._process = subprocess.Popen(
            ["ip", "netns", "exec", region.namespaces.client, sys.executable, "-c", READER, scheme],
            env=region.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print("", file=self._process.stdin, flush=True)
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        self._process.communicate(timeout=60)
