"""S3's host names at interface endpoints."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from skywalk.edge.arrival import Arrival
from skywalk.edge.services.s3.host_names import served_names
from support import edge_rows as rows
from support.edge_in_process import Answer, in_process_edge

OWN = f"{rows.S3_INTERFACE_ID}-abcdefgh.s3.us-east-1.vpce.amazonaws.com"
ZONAL = OWN.replace("abcdefgh", "abcdefgh-us-east-1a")
AT_INTERFACE = Arrival(True, rows.S3_INTERFACE_ID, rows.VPC_ID, "s3", rows.REGION, is_interface=True)


def ask(method: str, target: str, host: str, *put: Any, headers: dict[str, str] | None = None) -> tuple[Answer, str]:
    """The answer, and what the backend was asked for."""

    async def story() -> tuple[Answer, str]:
        async with in_process_edge(AT_INTERFACE) as edge:
            edge.put(rows.s3_interface(), *put)
            answer = await edge.ask(method, target, headers=headers, host=host)
            return answer, " ".join(seen.target for seen in edge.backend.seen)

    return asyncio.run(story())


@pytest.mark.parametrize(
    ("host", "target"),
    [
        (f"bucket.{OWN}", "/documents/k"),
        (f"documents.bucket.{OWN}", "/k"),
        (f"bucket.{ZONAL}", "/documents/k"),
        (f"documents.bucket.{ZONAL}", "/k"),
        ("s3.us-east-1.amazonaws.com", "/documents/k"),
        ("documents.s3.us-east-1.amazonaws.com", "/k"),
    ],
)
def test_a_bucket_has_these_names(host: str, target: str) -> None:
    answer, asked_for = ask("GET", target, host)
    assert (answer.status, asked_for) == (200, "/documents/k")


@pytest.mark.parametrize(
    ("host", "status", "code"),
    [
        ("s3.amazonaws.com", 400, "InvalidURI"),
        ("documents.s3.amazonaws.com", 400, "InvalidURI"),
        ("s3-us-east-1.amazonaws.com", 400, "InvalidURI"),
        ("s3.dualstack.us-east-1.amazonaws.com", 400, "InvalidURI"),
        ("documents.s3-website-us-east-1.amazonaws.com", 400, "InvalidURI"),
        ("s3-fips.us-east-1.amazonaws.com", 400, "InvalidURI"),
        (OWN, 400, "InvalidURI"),
        (f"documents.{OWN}", 400, "InvalidURI"),
        (f"reports-123456789012.accesspoint.{OWN}", 501, "NotImplemented"),
        (f"accesspoint.{OWN}", 501, "NotImplemented"),
        (f"123456789012.control.{OWN}", 501, "NotImplemented"),
        ("123456789012.s3-control.us-east-1.amazonaws.com", 501, "NotImplemented"),
        ("reports-123456789012.s3-accesspoint.us-east-1.amazonaws.com", 501, "NotImplemented"),
    ],
)
def test_these_names_are_refused(host: str, status: int, code: str) -> None:
    answer, asked_for = ask("GET", "/documents/k", host)
    assert (answer.status, answer.code, asked_for) == (status, code, "")


def test_a_copy_from_another_region_is_refused() -> None:
    far = rows.bucket("far", region="eu-west-1")
    headers = {"x-amz-copy-source": "/far/k"}
    answer, asked_for = ask("PUT", "/documents/k", f"bucket.{OWN}", far, headers=headers)
    assert (answer.status, answer.code, asked_for) == (400, "InvalidRequest", "")
    near = rows.bucket("near")
    answer, _ = ask("PUT", "/documents/k", f"bucket.{OWN}", near, headers={"x-amz-copy-source": "/near/k"})
    assert answer.status == 200


def test_names_of_an_endpoint_and_of_the_service() -> None:
    assert served_names((f"*.{OWN}", f"*.{ZONAL}"), True) == (f"bucket.{OWN}", f"bucket.{ZONAL}")
    assert served_names(rows.S3.names, True) == ("s3.us-east-1.amazonaws.com",)
    assert served_names(rows.S3.names, False) == ("s3.us-east-1.amazonaws.com", "s3.amazonaws.com")
    assert served_names(("s3-control.eu-west-1.amazonaws.com", "s3.eu-west-1.amazonaws.com"), False) == (
        "s3.eu-west-1.amazonaws.com",
    )
