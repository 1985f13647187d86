"""The names that are one interface endpoint's alone."""

from __future__ import annotations

import pytest

from skywalk.edge.arrival import Arrival
from skywalk.edge.own_names import (
    find_certificate_names,
    is_of_one_endpoint,
    is_own_name,
    own_certificate_names,
)
from skywalk.edge.state import EdgeState
from skywalk.feed.rows import RowChange
from support import edge_rows as rows

SQS_NAME = f"{rows.SQS_ENDPOINT_ID}-abcdefgh.sqs.us-east-1.vpce.amazonaws.com"
S3_BASE = f"{rows.S3_INTERFACE_ID}-abcdefgh.s3.us-east-1.vpce.amazonaws.com"

AT_S3 = ("s3", rows.REGION)


@pytest.mark.parametrize(
    ("names", "host", "is_own"),
    [
        ((SQS_NAME,), SQS_NAME, True),
        ((SQS_NAME,), f"x.{SQS_NAME}", False),
        ((SQS_NAME,), SQS_NAME.replace("abcdefgh", "abcdefgi"), False),
        ((f"*.{S3_BASE}",), f"bucket.{S3_BASE}", True),
        ((f"*.{S3_BASE}",), f"my.own.bucket.{S3_BASE}", True),
        ((f"*.{S3_BASE}",), S3_BASE, False),
        ((f"*.{S3_BASE}",), f"x{S3_BASE}", False),
        ((), "sqs.us-east-1.amazonaws.com", False),
    ],
)
def test_own_names(names: tuple[str, ...], host: str, is_own: bool) -> None:
    assert is_own_name(names, host) is is_own


def test_the_certificate_of_a_name_is_its_endpoint_s() -> None:
    state = EdgeState()
    row = rows.s3_interface()
    state.apply(RowChange((row, rows.sqs_interface(), rows.endpoint()), (), True))
    names = row.certificate_names
    assert own_certificate_names(state.endpoints, AT_S3, f"bucket.{S3_BASE}") == names
    assert own_certificate_names(state.endpoints, AT_S3, f"documents.bucket.{S3_BASE}") == names
    assert own_certificate_names(state.endpoints, AT_S3, S3_BASE) is None
    assert own_certificate_names(state.endpoints, AT_S3, S3_BASE.replace("abcdefgh", "abcdefgi")) is None
    assert own_certificate_names(state.endpoints, AT_S3, f"bucket.{S3_BASE}".replace("vpce-0", "vpce-9")) is None
    assert (
        own_certificate_names(state.endpoints, AT_S3, f"{rows.ENDPOINT_ID}-a.s3.us-east-1.vpce.amazonaws.com") is None
    )
    assert own_certificate_names(state.endpoints, AT_S3, "s3.us-east-1.amazonaws.com") is None
    assert own_certificate_names(state.endpoints, AT_S3, SQS_NAME) is None
    assert own_certificate_names(state.endpoints, ("s3", "eu-west-1"), f"bucket.{S3_BASE}") is None


def test_certificates_that_no_door_holds_from_the_start() -> None:
    state = EdgeState()
    state.apply(RowChange((rows.s3_interface(), rows.CATALOGUE, rows.STS), (), True))
    public, interface = Arrival(True), Arrival(True, "vpce-1", "vpc-1", "s3", rows.REGION, is_interface=True)
    gateway = Arrival(True, "vpce-1", "vpc-1", "s3", rows.REGION)
    monitoring, image = "monitoring.us-east-1.amazonaws.com", "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    assert find_certificate_names(state, public, monitoring) == (monitoring,)
    assert find_certificate_names(state, public, image) == ("*.dkr.ecr.us-east-1.amazonaws.com",)
    assert find_certificate_names(state, public, "rds.amazonaws.com") == ("rds.amazonaws.com",)
    assert find_certificate_names(state, public, "rds.us-east-1.amazonaws.com") == ("rds.us-east-1.amazonaws.com",)
    assert find_certificate_names(state, public, "monitoring.mars-1.amazonaws.com") is None
    assert find_certificate_names(state, public, f"bucket.{S3_BASE}") is None
    assert find_certificate_names(state, interface, f"bucket.{S3_BASE}") == rows.s3_interface().certificate_names
    assert find_certificate_names(state, interface, monitoring) is None
    assert find_certificate_names(state, gateway, monitoring) is None
    assert find_certificate_names(state, gateway, f"bucket.{S3_BASE}") is None


def test_which_certificates_are_for_all_endpoints_of_a_service() -> None:
    assert is_of_one_endpoint(rows.s3_interface().certificate_names)
    assert not is_of_one_endpoint(rows.sqs_interface().certificate_names)
