"""Internet gateways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.dependencies import check_internet_gateway_is_free, check_no_mapped_addresses
from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.existing import INTERNET_GATEWAY, VPC, existing, named_or_all
from skywalk.actions.route_table_associations import forget_gateway
from skywalk.actions.tag_specifications import show_tags, specified_tags
from skywalk.resources.internet_gateway import InternetGateway
from skywalk.values.errors import AwsError, invalid_parameter_value

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.views import Sight


def create_internet_gateway(call: Call, request: ec2.CreateInternetGatewayRequest) -> ec2.CreateInternetGatewayResult:
    gateway = InternetGateway(
        id=call.mint("igw"),
        scope=call.scope,
        tags=specified_tags(request.get("TagSpecifications"), INTERNET_GATEWAY.resource_type),
    )
    call.tx.put(gateway)
    return {"InternetGateway": _show(gateway)}


def describe_internet_gateways(
    call: Call, request: ec2.DescribeInternetGatewaysRequest
) -> ec2.DescribeInternetGatewaysResult:
    found = named_or_all(call, INTERNET_GATEWAY, request.get("InternetGatewayIds"), request.get("Filters"))
    found = matching(found, request.get("Filters"), _FILTERS, lambda gateway: gateway.tags)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeInternetGatewaysResult = {"InternetGateways": call.views(_view, shown)}
    if token is not None:
        result["NextToken"] = token
    return result


_FILTERS: Mapping[str, FilterValues[InternetGateway]] = {
    "attachment.state": lambda gateway: [] if gateway.vpc_id is None else ["available"],
    "attachment.vpc-id": lambda gateway: [] if gateway.vpc_id is None else [gateway.vpc_id],
    "internet-gateway-id": lambda gateway: [gateway.id],
    "owner-id": lambda gateway: [gateway.scope.account_id],
}


def _view(_: Sight, gateway: InternetGateway) -> ec2.InternetGateway:
    return _show(gateway)


def _show(gateway: InternetGateway) -> ec2.InternetGateway:
    return {
        "InternetGatewayId": gateway.id,
        "OwnerId": gateway.scope.account_id,
        # An attached gateway's state is `available`, unlike that of other attachments (API Reference).
        "Attachments": [] if gateway.vpc_id is None else [{"State": "available", "VpcId": gateway.vpc_id}],
        "Tags": show_tags(gateway.tags),
    }


def attach_internet_gateway(call: Call, request: ec2.AttachInternetGatewayRequest) -> None:
    """A gateway has one VPC and a VPC one gateway."""
    gateway = existing(call, INTERNET_GATEWAY, request["InternetGatewayId"])
    vpc = existing(call, VPC, request["VpcId"])
    if gateway.vpc_id is not None:
        raise AwsError(
            "Resource.AlreadyAssociated",
            f"resource {gateway.id} is already attached to network {gateway.vpc_id}",
        )
    if call.tx.of_vpc(InternetGateway, vpc.id):
        raise invalid_parameter_value(f"Network {vpc.id} already has an internet gateway attached")
    call.tx.put(replace(gateway, vpc_id=vpc.id))


def detach_internet_gateway(call: Call, request: ec2.DetachInternetGatewayRequest) -> None:
    """Routes to it stay, as blackholes; its own route table is no longer its (unconfirmed)."""
    gateway = existing(call, INTERNET_GATEWAY, request["InternetGatewayId"])
    vpc = existing(call, VPC, request["VpcId"])
    if gateway.vpc_id != vpc.id:
        raise AwsError("Gateway.NotAttached", f"resource {gateway.id} is not attached to network {vpc.id}")
    check_no_mapped_addresses(call, vpc)
    forget_gateway(call, gateway.id)
    call.tx.put(replace(gateway, vpc_id=None))


def delete_internet_gateway(call: Call, request: ec2.DeleteInternetGatewayRequest) -> None:
    gateway = existing(call, INTERNET_GATEWAY, request["InternetGatewayId"])
    check_internet_gateway_is_free(gateway)
    call.tx.remove(gateway.id)
