"""Permissions of Route 53's calls: one check for the zone or change that a request names, `*` where it names none.

Associating a VPC needs `ec2:DescribeVpcs` too. Source: Service Authorization Reference, "Actions, resources, and
condition keys for Amazon Route 53" and "… Route 53 Resolver"; Route 53 Developer Guide, "Amazon Route 53 API
permissions", and "Using IAM policy conditions for fine-grained access control" (the forms of the keys' values).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from skywalk.api.permissions.check import EVERYTHING, Check, Keys, request_tag_keys
from skywalk.api.permissions.ec2 import ec2_checks
from skywalk.api.permissions.ec2_lookup import Ec2Lookup
from skywalk.policy.context import tag_context
from skywalk.policy.keys.names import RECORD_ACTIONS, RECORD_NAMES, RECORD_TYPES, RESOURCE_TAG, ROUTE53_VPCS
from skywalk.resources.resolver_endpoint import ResolverEndpoint
from skywalk.values.dns_names import read_name, show_name
from skywalk.values.scope import Scope

if TYPE_CHECKING:
    from skywalk.resources.store import Store

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
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)
"""The reference's "dependent actions" of CreateResolverEndpoint, besides CreateNetworkInterface."""


def route53_checks(action: str, request: Mapping[str, Any], account_id: str) -> list[Check]:
    name = f"route53:{action}"
    keys = _record_keys(request) if action == "ChangeResourceRecordSets" else _vpc_keys(request)
    checks = [Check(name, arn, arn, account_id, keys) for arn in _arns(action, request) or [EVERYTHING]]
    if action in _WITH_VPC:
        checks.append(Check("ec2:DescribeVpcs", EVERYTHING, None, account_id))
    return checks


def resolver_checks(action: str, request: Mapping[str, Any], region: str, account_id: str, store: Store) -> list[Check]:
    """Of Route 53 Resolver's calls."""
    name = f"route53resolver:{action}"
    arn, endpoint_id = request.get("ResourceArn"), request.get("ResolverEndpointId")
    if endpoint_id is not None or action == "CreateResolverEndpoint":
        arn = f"arn:aws:route53resolver:{region}:{account_id}:resolver-endpoint/{endpoint_id or EVERYTHING}"
    tags = request.get("Tags") or [{"Key": key} for key in request.get("TagKeys") or ()]
    found = store.owned(ResolverEndpoint, Scope(account_id, region), _bare(arn)) if arn else None
    keys = {**request_tag_keys(tags), **tag_context(found.tags if found else (), RESOURCE_TAG)}
    checks = [Check(name, arn or EVERYTHING, arn or EVERYTHING, account_id, keys)]
    if action == "CreateResolverEndpoint":
        lookup = Ec2Lookup(store, Scope(account_id, region))
        for one in _interfaces(request, lookup):
            checks += [] if one in checks else [one]
        checks += [Check(one, EVERYTHING, None, account_id) for one in _FOR_NEW_ENDPOINTS]
    return checks


def _interfaces(request: Mapping[str, Any], lookup: Ec2Lookup) -> Iterator[Check]:
    """What the interfaces of a new endpoint need."""
    for address in request.get("IpAddresses", ()):
        interface = {"SubnetId": address["SubnetId"], "Groups": request["SecurityGroupIds"]}
        yield from ec2_checks("CreateNetworkInterface", interface, lookup.region, lookup.scope.account_id, lookup)


def _vpc_keys(request: Mapping[str, Any]) -> Keys:
    """Of a request that names a VPC, in an object of its own or by two members."""
    named = request.get("VPC") or request
    vpc_id, region = named.get("VPCId"), named.get("VPCRegion")
    return {ROUTE53_VPCS: f"VPCId={vpc_id.lower()},VPCRegion={(region or '').lower()}"} if vpc_id else {}


def _record_keys(request: Mapping[str, Any]) -> Keys:
    changes = request["ChangeBatch"]["Changes"]
    records = [one["ResourceRecordSet"] for one in changes]
    return {
        RECORD_ACTIONS: _distinct(one["Action"] for one in changes),
        RECORD_NAMES: _distinct(_normalized(one["Name"]) for one in records),
        RECORD_TYPES: _distinct(one["Type"] for one in records),
    }


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _normalized(name: str) -> str:
    """What is no domain name is refused by the action: it stays as it is."""
    try:
        return show_name(read_name(name)).removesuffix(".")
    except ValueError:
        return name.lower().removesuffix(".")


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
