"""Requests: what botocore writes is read back unchanged, and hostile parameters are refused in AWS's words."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from skywalk.api.model import ServiceModel
from skywalk.api.query import MAX_PARAMETERS, parse_form, parse_request
from skywalk.values.errors import AwsError
from support.wire_examples import example, operation_model, served_operations, written_by_botocore

EC2 = "2016-11-15"
IAM = "2010-05-08"
STS = "2011-06-15"
ROLE = {"RoleName": "app", "AssumeRolePolicyDocument": "{}"}


def ec2(action: str, *params: tuple[str, str]) -> dict[str, Any]:
    return parse_request("ec2", [("Action", action), ("Version", EC2), *params])[1]


def iam(action: str, **params: str) -> dict[str, Any]:
    return parse_request("iam", [("Action", action), ("Version", IAM), *params.items()])[1]


def refusal(service: str, *params: tuple[str, str]) -> tuple[str, str]:
    with pytest.raises(AwsError) as caught:
        parse_request(service, list(params))
    assert caught.value.status == 400
    return caught.value.code, caught.value.message


def ec2_refusal(action: str, *params: tuple[str, str]) -> tuple[str, str]:
    return refusal("ec2", ("Action", action), ("Version", EC2), *params)


def iam_refusal(action: str, **params: str) -> tuple[str, str]:
    return refusal("iam", ("Action", action), ("Version", IAM), *params.items())


@pytest.mark.parametrize(("service", "operation"), served_operations())
def test_reads_what_botocore_writes(service: str, operation: str) -> None:
    request = example(operation_model(service, operation).input_shape)
    params = written_by_botocore(service, operation, request)
    random.Random(operation).shuffle(params)
    assert parse_request(service, parse_form(urlencode(params).encode())) == (operation, request)


@pytest.mark.parametrize(("service", "operation"), served_operations())
def test_reads_the_smallest_request(service: str, operation: str) -> None:
    shape = operation_model(service, operation).input_shape
    required = shape.required_members if shape is not None else []
    request = {name: value for name, value in example(shape).items() if name in required}
    params = written_by_botocore(service, operation, request)
    assert parse_request(service, params) == (operation, request)


def test_ec2_lists_keep_numeric_order_over_gaps() -> None:
    request = ec2(
        "DescribeVpcs",
        ("Filter.10.Name", "tag:Name"),
        ("Filter.10.Value.30", "c"),
        ("Filter.10.Value.4", "b"),
        ("Filter.10.Value.1", "a"),
        ("Filter.9.Name", "state"),
    )
    assert request == {"Filters": [{"Name": "state"}, {"Name": "tag:Name", "Values": ["a", "b", "c"]}]}


def test_ec2_nested_names() -> None:
    request = ec2(
        "CreateVpc",
        ("CidrBlock", "10.0.0.0/16"),
        ("TagSpecification.1.ResourceType", "vpc"),
        ("TagSpecification.1.Tag.1.Key", "Name"),
        ("TagSpecification.1.Tag.1.Value", ""),
        ("DryRun", "false"),
    )
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": ""}]}]
    assert request == {"CidrBlock": "10.0.0.0/16", "TagSpecifications": tags, "DryRun": False}


def test_query_protocol_lists_and_empty_lists() -> None:
    params = {"Tags.member.2.Key": "b", "Tags.member.2.Value": "2", "Tags.member.1.Key": "a", "Tags.member.1.Value": ""}
    request = iam("CreateRole", **ROLE, **params)
    assert request["Tags"] == [{"Key": "a", "Value": ""}, {"Key": "b", "Value": "2"}]
    assert iam("CreateRole", **ROLE, Tags="")["Tags"] == []


def test_parameters_of_a_query_string_signature_are_skipped() -> None:
    params = [("Action", "GetCallerIdentity"), ("Version", STS), ("X-Amz-Algorithm", "AWS4-HMAC-SHA256")]
    assert parse_request("sts", [*params, ("X-Amz-Signature", "0" * 64)]) == ("GetCallerIdentity", {})


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-03T04:05:06Z", datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("2026-02-03T04:05:06.789Z", datetime(2026, 2, 3, 4, 5, 6, 789000, tzinfo=UTC)),
        ("2026-02-03T04:05:06+02:00", datetime(2026, 2, 3, 2, 5, 6, tzinfo=UTC)),
        ("2026-02-03T04:05:06", datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("2026-02-03", datetime(2026, 2, 3, tzinfo=UTC)),
    ],
)
def test_timestamps(text: str, moment: datetime) -> None:
    key = "InstanceMarketOptions.SpotOptions.ValidUntil"
    request = ec2("RunInstances", ("MinCount", "1"), ("MaxCount", "1"), (key, text))
    assert request["InstanceMarketOptions"] == {"SpotOptions": {"ValidUntil": moment}}


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("MinCount", "abc", "an integer"),
        ("MinCount", "", "an integer"),
        ("MinCount", "1.5", "an integer"),
        ("MinCount", " 1", "an integer"),
        ("MinCount", "1_000", "an integer"),
        ("MinCount", "٣", "an integer"),
        ("MinCount", "2147483648", "an integer"),
        ("MinCount", "-2147483649", "an integer"),
        ("MinCount", "9" * 5000, "an integer"),
        ("DryRun", "True", "true or false"),
        ("DryRun", "1", "true or false"),
        ("DryRun", "", "true or false"),
        ("InstanceMarketOptions.SpotOptions.ValidUntil", "yesterday", "a timestamp in ISO 8601 format"),
        ("InstanceMarketOptions.SpotOptions.ValidUntil", "2026-13-01T00:00:00Z", "a timestamp in ISO 8601 format"),
        ("InstanceMarketOptions.SpotOptions.ValidUntil", "0001-01-01T00:00:00+23:59", "a timestamp in ISO 8601 format"),
        ("InstanceMarketOptions.SpotOptions.ValidUntil", "2026-W01-1", "a timestamp in ISO 8601 format"),
        ("ImageId", "ami-\x00", "characters that XML can carry"),
        ("ImageId", "ami-\ud800", "characters that XML can carry"),
    ],
)
def test_ec2_refuses_wrong_types(key: str, value: str, expected: str) -> None:
    code, message = ec2_refusal("RunInstances", (key, value))
    shown = value if len(value) < 255 else value[:255] + "…"
    assert code == "InvalidParameterValue"
    assert message == f"Value ({shown}) for parameter {key} is invalid. Expected {expected}."


def test_integers_at_their_limits() -> None:
    assert ec2("RunInstances", ("MinCount", "-2147483648"), ("MaxCount", "2147483647")) == {
        "MinCount": -2147483648,
        "MaxCount": 2147483647,
    }


@pytest.mark.parametrize(
    "key",
    [
        "",
        ".",
        "..",
        "A.B.C",
        "filter.1.Name",
        "Filter",
        "Filter.Name",
        "Filter.0.Name",
        "Filter.-1.Name",
        "Filter.+1.Name",
        "Filter.01.Name",
        "Filter.1",
        "Filter.1.",
        "Filter.1.Nome",
        "Filter.1.Name.1",
        "Filter.1.Value.x",
        "Filter.1.Value.1.1",
        "Filter.1.Value.member.1",
        "Filter.¹.Name",
        "Filter.9999999999.Name",
        "DryRun.1",
        "VpcIds.1",
        "Version.1",
        "Vpc\x00Id.1",
        "A" + ".A" * 25,
    ],
)
def test_ec2_refuses_unknown_parameters(key: str) -> None:
    params = [("Action", "DescribeVpcs"), (key, "x")]
    if not key.startswith("Version"):
        params.append(("Version", EC2))
    assert refusal("ec2", *params) == ("UnknownParameter", f"The parameter {key} is not recognized")


def test_a_long_name_is_not_echoed_whole() -> None:
    _, message = ec2_refusal("DescribeVpcs", ("A." * 100_000, "x"))
    assert len(message) < 400


@pytest.mark.parametrize(
    "params",
    [
        [("VpcId.1", "vpc-1"), ("VpcId.1", "vpc-2")],
        [("DryRun", "true"), ("DryRun", "true")],
        [("Filter", ""), ("Filter.1.Name", "state")],
        [("Filter.1.Name", "state"), ("Filter", "")],
        [("Action", "DescribeSubnets")],
        [("Version", EC2)],
    ],
)
def test_ec2_refuses_parameters_given_twice(params: list[tuple[str, str]]) -> None:
    code, message = ec2_refusal("DescribeVpcs", *params)
    assert code == "MalformedQueryString"
    assert "another" in message
    assert params[-1][0] in message


def test_ec2_names_the_first_missing_parameter() -> None:
    missing = "MissingParameter"
    assert ec2_refusal("DeleteVpc") == (missing, "The request must contain the parameter VpcId")
    assert ec2_refusal("DeleteVpc", ("VpcId", "")) == (missing, "The request must contain the parameter VpcId")
    assert ec2_refusal("CreateTags", ("Tag.1.Key", "a")) == (
        missing,
        "The request must contain the parameter ResourceId",
    )


def test_ec2_actions_and_versions() -> None:
    assert ec2_refusal("CreateUnicorn") == (
        "InvalidAction",
        "The action CreateUnicorn is not valid for this web service.",
    )
    assert refusal("ec2", ("Version", EC2))[0] == "MissingAction"
    assert refusal("ec2", ("Action", ""), ("Version", EC2))[0] == "MissingAction"
    assert refusal("ec2") == ("MissingAction", "The request is missing an action or a required parameter.")
    assert refusal("ec2", ("Action", "DescribeVpcs"), ("Version", "2010-01-01")) == (
        "NoSuchVersion",
        "The requested version (2010-01-01) of service AmazonEC2 does not exist",
    )
    assert refusal("ec2", ("Action", "DescribeVpcs")) == (
        "MissingParameter",
        "The request must contain the parameter Version",
    )


def test_query_actions_and_versions() -> None:
    assert iam_refusal("CreateLoginProfile") == (
        "InvalidAction",
        "Could not find operation CreateLoginProfile for version 2010-05-08",
    )
    assert refusal("sts", ("Action", "GetCallerIdentity"), ("Version", "2000-01-01")) == (
        "InvalidAction",
        "Could not find operation GetCallerIdentity for version 2000-01-01",
    )
    assert refusal("sts", ("Action", "GetCallerIdentity")) == (
        "InvalidAction",
        "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED",
    )
    assert refusal("sts", ("Version", STS))[0] == "MissingAction"


def test_query_refusals() -> None:
    assert iam_refusal("GetRole", RoleName="a", Colour="red") == (
        "ValidationError",
        "The parameter Colour is not recognized",
    )
    assert refusal("sts", ("Action", "GetCallerIdentity"), ("Version", STS), ("A.B", "c")) == (
        "ValidationError",
        "The parameter A.B is not recognized",
    )
    assert iam_refusal("ListRoles", MaxItems="many") == (
        "ValidationError",
        "Value (many) for parameter MaxItems is invalid. Expected an integer.",
    )
    assert iam_refusal("CreateRole", **ROLE, **{"Tags.1.Key": "a"}) == (
        "ValidationError",
        "The parameter Tags.1.Key is not recognized",
    )
    assert iam_refusal("CreateRole", **ROLE, **{"Tags.member": "a"}) == (
        "ValidationError",
        "The parameter Tags.member is not recognized",
    )
    code, message = refusal("iam", ("Action", "GetRole"), ("Version", IAM), ("RoleName", "a"), ("RoleName", "b"))
    assert (code, "RoleName" in message) == ("MalformedInput", True)


def test_query_constraints_are_checked() -> None:
    assert iam_refusal("GetRole") == (
        "ValidationError",
        "1 validation error detected: Value null at 'roleName' failed to satisfy constraint: Member must not be null",
    )


def test_too_many_parameters() -> None:
    params = [("Action", "DescribeVpcs"), ("Version", EC2)]
    params += [(f"VpcId.{number}", "vpc-1") for number in range(1, MAX_PARAMETERS)]
    assert refusal("ec2", *params) == ("MalformedQueryString", "The request has more than 10000 parameters")
    assert len(ec2("DescribeVpcs", *params[2:-1])["VpcIds"]) == MAX_PARAMETERS - 2


def test_ten_thousand_wild_parameters_are_refused_quickly() -> None:
    chance = random.Random(7)
    pieces = ["Filter", "1", "Name", "Value", "", "99999999999999999999", "é", "Tag"]
    params = [(".".join(chance.choices(pieces, k=chance.randrange(1, 30))), "x") for _ in range(9_000)]
    start = time.process_time()
    code, _ = ec2_refusal("DescribeVpcs", *params)
    assert code in {"UnknownParameter", "MalformedQueryString"}
    assert time.process_time() - start < 2


def test_random_parameters_are_read_or_refused() -> None:
    chance = random.Random(11)
    pieces = ["Filter", "TagSpecification", "VpcId", "1", "2", "Name", "Value", "Tag", "Key", "", "member", "-3"]
    outcomes = Counter[str]()
    for _ in range(5_000):
        key = ".".join(chance.choices(pieces, k=chance.randrange(1, 5)))
        try:
            outcomes[next(iter(ec2("DescribeVpcs", (key, chance.choice(pieces)))))] += 1
        except AwsError as refused:
            outcomes[refused.code] += 1
    assert outcomes.keys() == {"UnknownParameter", "Filters", "VpcIds"}


MAP_TABLE: dict[str, Any] = {
    "protocol": "query",
    "version": "1",
    "namespace": "urn:x/",
    "operations": {"Put": {"in": "PutRequest"}, "Ping": {}},
    "in": {
        "PutRequest": {"m": {"ByName": ["Map", "ByName"], "Flat": ["FlatMap", "Flat"], "Items": ["Items", "Item"]}},
        "Text": {"s": "string"},
        "Number": {"s": "integer"},
        "Map": {"k": ["Text", "key"], "v": ["Number", "value"], "i": "entry"},
        "FlatMap": {"k": ["Text", "Name"], "v": ["Number", "Value"]},
        "Items": {"l": "Number"},
    },
    "out": {},
}


@pytest.fixture
def service_with_maps(monkeypatch: pytest.MonkeyPatch) -> str:
    model = ServiceModel("x", MAP_TABLE)
    monkeypatch.setattr("skywalk.api.query.load_service", lambda _: model)
    return "x"


def test_maps_and_flat_lists(service_with_maps: str) -> None:
    params = [("Action", "Put"), ("Version", "1"), ("Item.2", "5"), ("Item.1", "4")]
    params += [("ByName.entry.1.key", "a"), ("ByName.entry.1.value", "1"), ("Flat.1.Value", "2"), ("Flat.1.Name", "b")]
    assert parse_request(service_with_maps, params)[1] == {"ByName": {"a": 1}, "Flat": {"b": 2}, "Items": [4, 5]}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"ByName.1.key": "a"}, "ValidationError"),
        ({"ByName.entry.1": "a"}, "ValidationError"),
        ({"ByName.entry.1.key": "a"}, "ValidationError"),
        ({"Flat.1.Name": "a", "Flat.1.Value": "x"}, "ValidationError"),
        ({"Flat.1.Name": "a", "Flat.1.Value": "1", "Flat.2.Name": "a", "Flat.2.Value": "2"}, "MalformedInput"),
    ],
)
def test_broken_maps(service_with_maps: str, params: dict[str, str], code: str) -> None:
    assert refusal(service_with_maps, ("Action", "Put"), ("Version", "1"), *params.items())[0] == code


def test_operation_without_parameters(service_with_maps: str) -> None:
    params = [("Action", "Ping"), ("Version", "1")]
    assert parse_request(service_with_maps, params) == ("Ping", {})
    assert refusal(service_with_maps, *params, ("A.B", "x")) == (
        "ValidationError",
        "The parameter A.B is not recognized",
    )


def test_form_is_decoded() -> None:
    assert parse_form(b"Action=A+B&Empty=&Bare&Name=%C3%BC%26%3D") == [
        ("Action", "A B"),
        ("Empty", ""),
        ("Bare", ""),
        ("Name", "ü&="),
    ]
    assert parse_form(b"") == []
    assert parse_form(b"&&&") == []


@pytest.mark.parametrize("body", [b"Action=%ff%fe", b"%c3=1", b"Action=\xff", b"a=1&" * (MAX_PARAMETERS + 1)])
def test_form_that_is_no_text_is_refused(body: bytes) -> None:
    with pytest.raises(AwsError) as caught:
        parse_form(body)
    assert str(caught.value) == "MalformedQueryString: The query string contains a syntax error."
