"""Interface endpoints of a home, for tests of the actions that make and change them."""

from __future__ import annotations

from typing import Any

from skywalk.actions.network_interfaces import describe_network_interfaces
from skywalk.actions.vpc_endpoints import create_vpc_endpoint, describe_vpc_endpoints, modify_vpc_endpoint
from skywalk.actions.vpcs import modify_vpc_attribute
from support.launching import Home

SQS = "com.amazonaws.us-east-1.sqs"
S3 = "com.amazonaws.us-east-1.s3"


def with_host_names(home: Home) -> Home:
    """The VPC may have private DNS."""
    home.ec2(modify_vpc_attribute, VpcId=home.vpc_id, EnableDnsHostnames={"Value": True})
    return home


def create(home: Home, *subnet_ids: str, **request: Any) -> dict[str, Any]:
    return dict(home.ec2(create_vpc_endpoint, **whole(home, *subnet_ids, **request))["VpcEndpoint"])


def whole(home: Home, *subnet_ids: str, **request: Any) -> dict[str, Any]:
    found = {
        "VpcId": home.vpc_id,
        "VpcEndpointType": "Interface",
        "ServiceName": SQS,
        "SubnetIds": list(subnet_ids),
        **request,
    }
    return {name: value for name, value in found.items() if value is not None}


def refusal(home: Home, *subnet_ids: str, **request: Any) -> tuple[str, str]:
    return home.ec2.refusal(create_vpc_endpoint, **whole(home, *subnet_ids, **request))


def modify(home: Home, endpoint_id: str, **request: Any) -> dict[str, Any]:
    """The endpoint afterwards."""
    assert home.ec2(modify_vpc_endpoint, VpcEndpointId=endpoint_id, **request) == {"Return": True}
    return endpoint(home, endpoint_id)


def modify_refusal(home: Home, endpoint_id: str, **request: Any) -> tuple[str, str]:
    return home.ec2.refusal(modify_vpc_endpoint, VpcEndpointId=endpoint_id, **request)


def endpoint(home: Home, endpoint_id: str) -> dict[str, Any]:
    return dict(home.ec2(describe_vpc_endpoints, VpcEndpointIds=[endpoint_id])["VpcEndpoints"][0])


def interfaces(home: Home, shown: dict[str, Any]) -> list[dict[str, Any]]:
    """The endpoint's network interfaces, in their order."""
    ids = shown["NetworkInterfaceIds"]
    found = (home.ec2(describe_network_interfaces, NetworkInterfaceIds=[one])["NetworkInterfaces"][0] for one in ids)
    return [dict(one) for one in found]
