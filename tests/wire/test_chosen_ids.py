"""Written examples run verbatim: boto3 with `_custom_id_` tags through the whole pipeline."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.wire_region import WireRegion

S3 = "com.amazonaws.us-east-1.s3"


def chosen(resource_type: str, resource_id: str, **tags: str) -> list[dict[str, Any]]:
    named = {"_custom_id_": resource_id, **tags}
    return [{"ResourceType": resource_type, "Tags": [{"Key": key, "Value": value} for key, value in named.items()]}]


def test_an_example_of_the_documentation_runs_as_it_is_written(wire: WireRegion, ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=chosen("vpc", "vpc-1a2b3c4d", Name="bank"))["Vpc"]
    assert (vpc["VpcId"], vpc["Tags"]) == ("vpc-1a2b3c4d", [{"Key": "Name", "Value": "bank"}])
    table = ec2.create_route_table(VpcId="vpc-1a2b3c4d", TagSpecifications=chosen("route-table", "rtb-11aa22bb"))
    assert table["RouteTable"]["RouteTableId"] == "rtb-11aa22bb"
    endpoint = ec2.create_vpc_endpoint(
        VpcId="vpc-1a2b3c4d",
        ServiceName=S3,
        RouteTableIds=["rtb-11aa22bb"],
        TagSpecifications=chosen("vpc-endpoint", "vpce-1a2b3c4d5e6f70819"),
    )["VpcEndpoint"]
    assert (endpoint["VpcEndpointId"], endpoint["Tags"]) == ("vpce-1a2b3c4d5e6f70819", [])
    assert ec2.describe_tags(Filters=[{"Name": "key", "Values": ["_custom_id_"]}])["Tags"] == []


def test_what_cannot_be_is_refused_and_nothing_is_stored(wire: WireRegion, ec2: Any) -> None:
    ec2.create_vpc(CidrBlock="10.8.0.0/16", TagSpecifications=chosen("vpc", "vpc-00000008"))
    before = wire.store.revision
    for specification, code, message in (
        (chosen("vpc", "vpc-00000008"), "InvalidParameterValue", "The id 'vpc-00000008' is in use already."),
        (chosen("vpc", "vpc-8"), "InvalidVpcID.Malformed", 'Invalid id: "vpc-8" (expecting "vpc-...")'),
        (
            chosen("subnet", "subnet-00000008"),
            "InvalidParameterValue",
            "The id 'subnet-00000008' is not of a resource that this operation creates.",
        ),
    ):
        with pytest.raises(ClientError) as refused:
            ec2.create_vpc(CidrBlock="10.8.0.0/16", TagSpecifications=specification)
        error = refused.value.response["Error"]
        assert (error["Code"], error["Message"]) == (code, message)
    with pytest.raises(ClientError) as refused:
        ec2.create_tags(Resources=["vpc-00000008"], Tags=[{"Key": "_custom_id_", "Value": "vpc-00000009"}])
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        "InvalidParameterValue",
        "The tag _custom_id_ chooses an id when a resource is created, and only then.",
    )
    assert wire.store.revision == before
