"""Permissions of Route 53's calls: one check for the zone or change that a request names, `*` where it names none.

Associating a VPC needs `ec2:DescribeVpcs` too. Source: Service Authorization Reference, "Actions, resources, and
condition keys for Amazon Route 53" and "… Route 53 Resolver"; Route 53 Developer Guide, "Amazon Route 53 API
permissions".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skywalk.api.permissions.check import EVERYTHING, Check

_WITH_VPC = frozenset({"AssociateVPCWithHostedZone", "CreateHostedZone", "DisassociateVPCFromHostedZone"})
_ZONE_MEMBERS: Mapping[str, str] = {
    "ChangeTagsForResource": "ResourceId",
    "DeleteHostedZone": "Id",
    "GetHostedZone": "Id",
    "ListTagsForResource": "ResourceId",
    "UpdateHostedZoneComment": "Id",
}
"""Where a zone's id is in requests that do not call it HostedZoneId."""
_FOR_NEW_ENDPOINTS = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)
"""The reference's "dependent actions" of CreateResolverEndpoint."""


def route53_checks(action: str, request: Mapping[str, Any], account_id: str) -> list[Check]:
    name = f"route53:{action}"
    checks = [Check(name, arn, arn, account_id) for arn in _arns(action, request)]
    if not checks:
        checks = [Check(name, EVERYTHING, EVERYTHING, account_id)]
    if action in _WITH_VPC:
        checks.append(Check("ec2:DescribeVpcs", EVERYTHING, None, account_id))
    return checks


def resolver_checks(action: str, request: Mapping[str, Any], region: str, account_id: str) -> list[Check]:
    """Of Route 53 Resolver's calls."""
    name = f"route53resolver:{action}"
    arn = request.get("ResourceArn")
    if "ResolverEndpointId" in request:
        arn = f"arn:aws:route53resolver:{region}:{account_id}:resolver-endpoint/{request['ResolverEndpointId']}"
    checks = [Check(name, arn or EVERYTHING, arn or EVERYTHING, account_id)]
    if action == "CreateResolverEndpoint":
        checks += [Check(one, EVERYTHING, None, account_id) for one in _FOR_NEW_ENDPOINTS]
    return checks


def _arns(action: str, request: Mapping[str, Any]) -> list[str]:
    if action == "GetChange":
        return [f"arn:aws:route53:::change/{_bare(request['Id'])}"]
    kind = request.get("ResourceType", "hostedzone")
    if action == "ListTagsForResources":
        return [f"arn:aws:route53:::{kind}/{_bare(one)}" for one in request["ResourceIds"]]
    zone_id = request.get(_ZONE_MEMBERS.get(action, "HostedZoneId"))
    if zone_id is None or action.startswith("ListHostedZones"):
        return []
    return [f"arn:aws:route53:::{kind}/{_bare(zone_id)}"]


def _bare(resource_id: str) -> str:
    """`/hostedzone/Z1` → `Z1`."""
    return resource_id.rpartition("/")[2]
