"""The head of a request as boto3 sends it, for whoever wants to send it many times."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.session import Session

from support import edge_rows as rows


class _NoBody:
    def read(self, *_: Any) -> bytes:
        return b""

    def stream(self, *_: Any, **__: Any) -> list[bytes]:
        return []


def get_object_head(host: str, bucket: str, key: str) -> tuple[str, dict[str, str]]:
    """The target and the headers of a GetObject, path-style, signed just now; good for the quarter of an hour that
    AWS allows clocks to differ."""
    session = Session()
    session.set_credentials(rows.KEY_ID, rows.SECRET)
    client = session.create_client(
        "s3",
        region_name=rows.REGION,
        endpoint_url=f"https://{host}",
        config=Config(s3={"addressing_style": "path"}),
    )
    sent: list[AWSPreparedRequest] = []

    def instead_of_sending(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        sent.append(request)
        return AWSResponse(request.url, 200, {}, _NoBody())

    client.meta.events.register("before-send.s3", instead_of_sending)
    client.get_object(Bucket=bucket, Key=key)
    headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in sent[0].headers.items()}
    # http.client adds these two when it sends.
    return urlsplit(sent[0].url).path, {"Host": host, "Accept-Encoding": "identity", **headers}
