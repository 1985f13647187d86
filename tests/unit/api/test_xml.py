"""Answers: what is serialized is what botocore parses; what does not fit the operation is never left out silently."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any
from xml.etree import ElementTree

import pytest
from botocore.handlers import json_decode_policies

from skywalk.api.forms import USES_BEFORE_GENERATED
from skywalk.api.model import ServiceModel, ShapeError
from skywalk.api.xml import _Compiler, escape, serialize
from skywalk.values.constant import constant
from skywalk.values.template import Filled, template
from support.wire_examples import (
    AWKWARD_TEXT,
    POLICY_TEXT,
    example,
    operation_model,
    read_by_botocore,
    served_operations,
)

REQUEST_ID = "59dbff89-35bd-4eac-99ed-be587EXAMPLE"


def round_trip(service: str, operation: str, result: dict[str, Any]) -> dict[str, Any]:
    parsed = read_by_botocore(service, operation, serialize(service, operation, result, REQUEST_ID))
    metadata = parsed.pop("ResponseMetadata")
    assert metadata["RequestId"] == REQUEST_ID
    json_decode_policies(parsed, operation_model(service, operation))
    return parsed


@pytest.mark.parametrize(("service", "operation"), served_operations())
def test_botocore_reads_what_is_written(service: str, operation: str) -> None:
    result = example(operation_model(service, operation).output_shape)
    # boto3 hands IAM's policies to its caller decoded, so they have to be policies.
    expected = json.loads(json.dumps(result, default=str))
    for holder in _policy_holders(result):
        holder.update(dict.fromkeys(_policies_in(holder), POLICY_TEXT))
    for holder in _policy_holders(expected):
        holder.update(dict.fromkeys(_policies_in(holder), json.loads(POLICY_TEXT)))
    assert json.loads(json.dumps(round_trip(service, operation, result), default=str)) == expected


def _policies_in(value: dict[str, Any]) -> list[str]:
    """IAM's, which stand beside a name or a version; those of EC2 are plain texts."""
    documents = ("AssumeRolePolicyDocument", "Document", "PolicyDocument")
    is_of_iam = not value.keys().isdisjoint({"RoleName", "PolicyName", "VersionId"})
    return [name for name in value if name in documents and is_of_iam]


def _policy_holders(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [holder for item in value for holder in _policy_holders(item)]
    if isinstance(value, dict):
        inside = [holder for item in value.values() for holder in _policy_holders(item)]
        return [value, *inside] if _policies_in(value) else inside
    return []


@pytest.mark.parametrize(("service", "operation"), served_operations())
def test_empty_results(service: str, operation: str) -> None:
    assert round_trip(service, operation, {}) == {}


def test_ec2_document() -> None:
    result = {"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "RouteTableIds": ["rtb-1", "rtb-2"], "SubnetIds": []}]}
    assert serialize("ec2", "DescribeVpcEndpoints", result, REQUEST_ID).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<DescribeVpcEndpointsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
        f"<requestId>{REQUEST_ID}</requestId><vpcEndpointSet><item><vpcEndpointId>vpce-1</vpcEndpointId>"
        "<routeTableIdSet><item>rtb-1</item><item>rtb-2</item></routeTableIdSet><subnetIdSet></subnetIdSet>"
        "</item></vpcEndpointSet></DescribeVpcEndpointsResponse>"
    )


def test_ec2_operation_without_output_returns_true() -> None:
    assert (
        serialize("ec2", "DeleteVpc", {}, "r")
        .decode()
        .endswith("<requestId>r</requestId><return>true</return></DeleteVpcResponse>")
    )


def test_query_documents() -> None:
    moment = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    role = {"RoleName": "app", "CreateDate": moment, "AssumeRolePolicyDocument": '{"a b": "/~"}'}
    assert serialize("iam", "GetRole", {"Role": role}, "r").decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role>'
        "<RoleName>app</RoleName><CreateDate>2026-02-03T04:05:06.000Z</CreateDate>"
        "<AssumeRolePolicyDocument>%7B%22a%20b%22%3A%20%22%2F~%22%7D</AssumeRolePolicyDocument></Role></GetRoleResult>"
        "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetRoleResponse>"
    )
    assert serialize("iam", "DeleteRole", {}, "r").decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<DeleteRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
        "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DeleteRoleResponse>"
    )
    sts = serialize("sts", "GetCallerIdentity", {}, "r")
    assert b'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"' in sts


def test_members_that_are_none_are_left_out() -> None:
    assert round_trip("ec2", "CreateVpc", {"Vpc": {"VpcId": "vpc-1", "CidrBlock": None}}) == {"Vpc": {"VpcId": "vpc-1"}}
    assert round_trip("ec2", "CreateVpc", {"Vpc": None}) == {}


def test_times_of_other_zones_are_told_in_utc() -> None:
    moment = datetime(2026, 2, 3, 4, 5, 6, 789999, tzinfo=timezone(timedelta(hours=2)))
    body = serialize("ec2", "CreateVpcEndpoint", {"VpcEndpoint": {"CreationTimestamp": moment}}, "r")
    assert b"<creationTimestamp>2026-02-03T02:05:06.789Z</creationTimestamp>" in body


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<item>&amp;]]></item>", "<item>&amp;]]></item>"),
        ("a\tb\nc\r\nd\re", "a\tb\nc\r\nd\re"),
        ("nul\x00 bell\x07 escape\x1b", "nul\ufffd bell\ufffd escape\ufffd"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("\ufffe\uffff", "\ufffd\ufffd"),
        ("\x7f\x85\u2028😀", "\x7f\x85\u2028😀"),
        (AWKWARD_TEXT, AWKWARD_TEXT),
        ("", ""),
    ],
)
def test_any_text_is_carried_or_replaced(text: str, read: str) -> None:
    tags = [{"Key": "k", "Value": text, "ResourceId": text}]
    assert round_trip("ec2", "DescribeTags", {"Tags": tags})["Tags"] == [
        {"Key": "k", "Value": read, "ResourceId": read}
    ]
    assert round_trip("ec2", "DescribeVpcEndpointServices", {"ServiceNames": [text]}) == {"ServiceNames": [read]}
    assert escape(read) == escape(text)


def test_enums_of_texts_are_texts() -> None:
    class State(StrEnum):
        AVAILABLE = "a<b"

    assert round_trip("ec2", "CreateVpc", {"Vpc": {"State": State.AVAILABLE}}) == {"Vpc": {"State": "a<b"}}


@pytest.mark.parametrize(
    ("operation", "result", "message"),
    [
        ("CreateVpc", {"Vqc": {}}, "CreateVpcResult has no member 'Vqc'"),
        ("CreateVpc", {"Vpc": {"vpcId": "vpc-1"}}, "Vpc has no member 'vpcId'"),
        ("CreateVpc", {"Vpc": {"Nothing": None}}, "Vpc has no member 'Nothing'"),
        ("CreateVpc", {"Vpc": "vpc-1"}, "'vpc-1' is no Vpc"),
        ("CreateVpc", {"Vpc": {"VpcId": 7}}, "7 is no text"),
        ("CreateVpc", {"Vpc": {"Tags": {"a": "b"}}}, "{'a': 'b'} is no TagList"),
        ("CreateVpc", {"Vpc": {"Tags": "ab"}}, "'ab' is no TagList"),
        ("CreateVpc", {"Vpc": {"IsDefault": "true"}}, "'true' is neither true nor false"),
        ("CreateVpc", {"Vpc": {"IsDefault": 1}}, "1 is neither true nor false"),
        ("CreateSubnet", {"Subnet": {"AvailableIpAddressCount": True}}, "True is no integer"),
        ("CreateSubnet", {"Subnet": {"AvailableIpAddressCount": "5"}}, "'5' is no integer"),
        ("DescribeVpcEndpointServices", {"ServiceNames": [None]}, "None is no text"),
        ("CreateVpcEndpoint", {"VpcEndpoint": {"CreationTimestamp": "now"}}, "'now' is no time with a zone"),
        ("DeleteVpc", {"Return": True}, "DeleteVpc has no output, so not Return"),
        ("CreateUnicorn", {}, "ec2 has no operation CreateUnicorn in its table"),
    ],
)
def test_results_that_do_not_fit_are_errors(operation: str, result: dict[str, Any], message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        serialize("ec2", operation, result, "r")
    assert str(caught.value) == message


def test_times_without_a_zone_are_errors() -> None:
    naive = datetime(2026, 1, 1)
    with pytest.raises(ShapeError, match="no time with a zone"):
        serialize("ec2", "CreateVpcEndpoint", {"VpcEndpoint": {"CreationTimestamp": naive}}, "r")


# Forms that the served operations do not use yet, but that the tables can hold.
TABLE: dict[str, Any] = {
    "protocol": "query",
    "version": "1",
    "namespace": "urn:x/",
    "operations": {},
    "in": {},
    "out": {
        "Text": {"s": "string"},
        "Float": {"s": "float"},
        "Blob": {"s": "blob"},
        "Flat": {"l": "Text"},
        "Map": {"k": ["Text", "key"], "v": ["Float", "value"], "i": "entry"},
        "FlatMap": {"k": ["Text", "Name"], "v": ["Text", "Value"]},
        "Node": {"m": {"Children": ["Nodes", "Children"], "Name": ["Text", "Name"]}},
        "Nodes": {"l": "Node", "i": "member"},
    },
}


@pytest.mark.parametrize(
    ("shape", "value", "text"),
    [
        ("Flat", ["a", "b"], "<x>a</x><x>b</x>"),
        ("Flat", [], ""),
        ("Blob", b"\x00\xff", "<x>AP8=</x>"),
        ("Float", -0.5, "<x>-0.5</x>"),
        ("Float", 3, "<x>3</x>"),
        ("Map", {"a": 1.5}, "<x><entry><key>a</key><value>1.5</value></entry></x>"),
        ("FlatMap", {"a": "b", "c": "d"}, "<x><Name>a</Name><Value>b</Value></x><x><Name>c</Name><Value>d</Value></x>"),
        (
            "Node",
            {"Children": [{"Name": "leaf", "Children": []}]},
            "<x><Children><member><Name>leaf</Name><Children></Children></member></Children></x>",
        ),
    ],
)
def test_other_forms(shape: str, value: Any, text: str) -> None:
    write = _Compiler(ServiceModel("x", TABLE)).writer(shape, "x")
    assert (write(value, []), write(value, None)) == (text, text)


@pytest.mark.parametrize(
    ("shape", "value", "message"),
    [
        ("Float", float("nan"), "nan is no finite number"),
        ("Float", True, "True is no finite number"),
        ("Blob", "AP8=", "'AP8=' is no bytes"),
        ("Map", ["a"], "['a'] is no Map"),
    ],
)
def test_other_forms_check_their_values(shape: str, value: Any, message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        _Compiler(ServiceModel("x", TABLE)).writer(shape, "x")(value, [])
    assert str(caught.value) == message


def test_long_answers_are_well_formed() -> None:
    endpoints = [
        {"VpcEndpointId": f"vpce-{number}", "Tags": [{"Key": "Name", "Value": f"<{number}>"}]} for number in range(1000)
    ]
    root = ElementTree.fromstring(serialize("ec2", "DescribeVpcEndpoints", {"VpcEndpoints": endpoints}, "r"))
    values = root.findall(".//{http://ec2.amazonaws.com/doc/2016-11-15/}value")
    assert [value.text for value in values] == [f"<{number}>" for number in range(1000)]


# --- constants -----------------------------------------------------------------------------------------------------


def test_a_constant_is_written_like_any_dict_and_once() -> None:
    state = constant({"Code": 16, "Name": "run & <go>"})
    plain = {"InstanceStatuses": [{"InstanceState": dict(state)}, {"InstanceState": dict(state)}]}
    kept = {"InstanceStatuses": [{"InstanceState": state}, {"InstanceState": state}]}
    expected = serialize("ec2", "DescribeInstanceStatus", plain, "r")
    assert b"<name>run &amp; &lt;go&gt;</name>" in expected
    assert serialize("ec2", "DescribeInstanceStatus", kept, "r") == expected
    assert list(state.written.values()) == [
        "<instanceState><code>16</code><name>run &amp; &lt;go&gt;</name></instanceState>"
    ]
    assert serialize("ec2", "DescribeInstanceStatus", kept, "r") == expected


def test_a_constant_is_kept_for_each_place_that_it_stands_at() -> None:
    state = constant({"Code": 16, "Name": "running"})
    change = {"StoppingInstances": [{"CurrentState": state, "PreviousState": state}]}
    answer = serialize("ec2", "StopInstances", change, "r")
    assert b"<currentState><code>16</code>" in answer
    assert b"<previousState><code>16</code>" in answer


@template
def status(alike: tuple[str, int], code: int, details: list[Any], event: str) -> dict[str, Any]:
    name, days = alike
    return {
        "InstanceState": {"Code": code, "Name": name},
        "InstanceStatus": {"Details": [{"Name": "reachability", "Status": event}, {"Status": event}]},
        "SystemStatus": {"Details": details},
        "Operator": None,
        "Events": [{"Code": name, "Description": event, "NotBefore": datetime(2026, 1, days, tzinfo=UTC)}],
    }


VALUES: list[tuple[Any, ...]] = [
    (("running", 1), 16, [], "none"),
    (("R&D", 1), 16, [{"Name": "a<b", "Status": "x"}], "none"),
    (("running", 2), 48, [constant({"Name": "a<b"})], "to & fro"),
    (("running", 2), None, None, None),
    (("running", 2), 48, (), "é"),
]


@pytest.mark.parametrize("order", [VALUES, VALUES[::-1]])
def test_a_filled_template_is_written_as_its_dict(order: list[tuple[Any, ...]]) -> None:
    for filled in [status(*values) for values in order * (USES_BEFORE_GENERATED + 1)]:
        assert isinstance(filled, Filled)
        in_answers = [
            serialize("ec2", "DescribeInstanceStatus", {"InstanceStatuses": [one]}, "r")
            for one in (filled, filled.members)
        ]
        assert in_answers[0] == in_answers[1]


def test_a_template_with_a_value_that_does_not_fit_is_an_error_every_time() -> None:
    code: Any = "16"
    for _ in range(2 * USES_BEFORE_GENERATED):
        wrong = status(("a", 3), code, [], "b")
        with pytest.raises(ShapeError, match="'16' is no integer"):
            serialize("ec2", "DescribeInstanceStatus", {"InstanceStatuses": [wrong]}, "r")


def test_a_template_is_written_once_where_that_is_to_be_kept() -> None:
    kept, one_time = status(("running", 1), 16, [], "none"), status(("running", 1), 16, [], "none")
    assert isinstance(kept, Filled)
    kept.written = {}
    answer = {"InstanceStatuses": [kept, one_time]}
    first = serialize("ec2", "DescribeInstanceStatus", answer, "r")
    [text] = kept.written.values()
    assert first.decode().count(text) == 2
    assert serialize("ec2", "DescribeInstanceStatus", answer, "r") == first


def test_a_constant_that_does_not_fit_is_no_less_an_error() -> None:
    with pytest.raises(ShapeError, match="has no member 'Colour'"):
        serialize("ec2", "StopInstances", {"StoppingInstances": [constant({"Colour": "red"})]}, "r")
