"""DescribeAccountAttributes, and what clients still ask about ClassicLink, which is no more.

Source: API Reference; the values are AWS's defaults. Unconfirmed: the text for an attribute that is none, and that
nobody has VPCs to show for ClassicLink.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from skywalk.actions.default_vpcs import default_vpc
from skywalk.actions.describe import matching, page
from skywalk.actions.existing import VPC, all_existing
from skywalk.values.errors import invalid_parameter_value

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2


def _default_vpc_id(call: Call) -> str:
    vpc = default_vpc(call)
    return "none" if vpc is None else vpc.id


_ATTRIBUTES: Mapping[str, Callable[[Call], str]] = {
    "supported-platforms": lambda call: "VPC",
    "vpc-max-security-groups-per-interface": lambda call: "5",
    "max-elastic-ips": lambda call: "5",
    "max-instances": lambda call: "20",
    "vpc-max-elastic-ips": lambda call: "5",
    "default-vpc": _default_vpc_id,
}


def describe_account_attributes(
    call: Call, request: ec2.DescribeAccountAttributesRequest
) -> ec2.DescribeAccountAttributesResult:
    names = list(dict.fromkeys(request.get("AttributeNames") or _ATTRIBUTES))
    for name in names:
        if name not in _ATTRIBUTES:
            raise invalid_parameter_value(f"Value ({name}) for parameter attributeName is invalid. Unknown attribute.")
    return {
        "AccountAttributes": [
            {"AttributeName": name, "AttributeValues": [{"AttributeValue": _ATTRIBUTES[name](call)}]} for name in names
        ]
    }


def describe_vpc_classic_link(
    call: Call, request: ec2.DescribeVpcClassicLinkRequest
) -> ec2.DescribeVpcClassicLinkResult:
    all_existing(call, VPC, request.get("VpcIds") or [])
    names = {"is-classic-link-enabled": lambda vpc: (), "vpc-id": lambda vpc: ()}
    matching([], request.get("Filters"), names, lambda vpc: ())
    return {"Vpcs": []}


def describe_vpc_classic_link_dns_support(
    call: Call, request: ec2.DescribeVpcClassicLinkDnsSupportRequest
) -> ec2.DescribeVpcClassicLinkDnsSupportResult:
    all_existing(call, VPC, request.get("VpcIds") or [])
    page([], request.get("MaxResults"), request.get("NextToken"), limits=(5, 255))
    return {"Vpcs": []}
