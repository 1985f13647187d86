"""The tables as they are loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

from skywalk.api.model import (
    UNBOUNDED,
    Bounds,
    List,
    Map,
    Member,
    Scalar,
    ServiceModel,
    ShapeError,
    Structure,
    load_service,
)
from support.wire_examples import served


@pytest.mark.parametrize("service", ["ec2", "iam", "sts"])
def test_tables_have_the_listed_operations(service: str) -> None:
    model = load_service(service)
    assert model.version == served()[service]["version"]
    assert sorted(model.operations) == sorted(served()[service]["operations"])
    assert model.name == service


def test_tables_are_loaded_once() -> None:
    assert load_service("sts") is load_service("sts")
    model = load_service("sts")
    assert model.input_shape("AssumeRoleRequest") is model.input_shape("AssumeRoleRequest")


@pytest.mark.parametrize("name", ["s3", "", "../ec2", "operations", "ec2.json"])
def test_unknown_services(name: str) -> None:
    with pytest.raises(ShapeError) as caught:
        load_service(name)
    assert str(caught.value) == f"no codec table for service {name!r}"


def test_shapes_of_requests_and_answers_have_their_own_names() -> None:
    model = load_service("ec2")
    operation = model.operation("DescribeVpcs")
    assert (operation.input, operation.output, operation.wrapper) == ("DescribeVpcsRequest", "DescribeVpcsResult", None)
    request, result = model.input_shape("DescribeVpcsRequest"), model.output_shape("DescribeVpcsResult")
    assert isinstance(request, Structure)
    assert request.by_wire_name["Filter"] == Member("Filters", "Filter", "FilterList")
    assert isinstance(result, Structure)
    assert result.members["Vpcs"] == Member("Vpcs", "vpcSet", "VpcList")
    assert model.input_shape("FilterList") == List("Filter", None, UNBOUNDED)
    assert model.output_shape("VpcList") == List("Vpc", "item", UNBOUNDED)
    assert model.input_shape("DateTime") == Scalar("timestamp", UNBOUNDED)


def test_bounds_of_query_requests() -> None:
    model = load_service("iam")
    name = model.input_shape("roleNameType")
    assert name == Scalar("string", Bounds(1, 64, r"[\w+=,.@-]+"))
    request = model.input_shape("CreateRoleRequest")
    assert isinstance(request, Structure)
    assert request.required == ("RoleName", "AssumeRolePolicyDocument")
    assert model.output_shape("policyDocumentType") == Scalar("percent_encoded", UNBOUNDED)


def test_maps() -> None:
    entry = {"k": ["Key", "key"], "v": ["Value", "value"], "i": "entry"}
    table = {"protocol": "query", "version": "1", "namespace": "u", "operations": {}, "in": {"M": entry}, "out": {}}
    expected = Map(Member("key", "key", "Key"), Member("value", "value", "Value"), "entry")
    assert ServiceModel("x", table).input_shape("M") == expected


def test_botocore_is_never_imported() -> None:
    program = (
        "import sys; from skywalk.api import fault, query, xml; from skywalk.values.errors import AwsError;"
        "query.parse_request('sts', [('Action', 'GetCallerIdentity'), ('Version', '2011-06-15')]);"
        "xml.serialize('ec2', 'DeleteVpc', {}, 'r'); fault.fault_body('iam', AwsError('a', 'b'), 'r');"
        "sys.exit(any(name.split('.')[0] in ('botocore', 'boto3') or 'actions' in name for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
