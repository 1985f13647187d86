"""Which VPCs see a private zone: associations, and authorizations between accounts.

An association is made by the owner of the VPC; where the zone is another account's, that account must have authorized
it. Source: Route 53 API Reference; texts from answers quoted in public reports, those of LimitsExceeded and
VPCAssociationAuthorizationNotFound are unconfirmed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.hosted_zones import (
    MAX_VPCS,
    PREFIX,
    invalid_vpc_id,
    no_such_hosted_zone,
    own_vpc,
    own_zone,
    show_vpc,
)
from skywalk.actions.zone_changes import submit_change
from skywalk.actions.zone_conflicts import check_no_conflict
from skywalk.actions.zone_pages import page_size, paged
from skywalk.resources.hosted_zone import HostedZone, ZoneVpc
from skywalk.resources.vpc import Vpc
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    from skywalk.actions.call import Call
    from skywalk.actions.shapes import route53

    T = TypeVar("T")

_MOST_AUTHORIZATIONS_SHOWN = 50
_MAX_AUTHORIZATIONS = 1000


def associate_vpc_with_hosted_zone(
    call: Call, request: route53.AssociateVPCWithHostedZoneRequest
) -> route53.AssociateVPCWithHostedZoneResponse:
    """Raises NoSuchHostedZone, NotAuthorizedException, InvalidVPCId, ConflictingDomainExists, LimitsExceeded. A VPC
    that is associated already stays so."""
    zone = _any_zone(call, request["HostedZoneId"])
    vpc = _vpc_to_associate(call, zone, request["VPC"])
    wished = ZoneVpc(vpc_id=vpc.id, region=vpc.scope.region)
    if wished in zone.vpcs:
        return {"ChangeInfo": submit_change(call, [], request.get("Comment", ""))}
    check_no_conflict(call, vpc, zone.name)
    if len(zone.vpcs) >= MAX_VPCS:
        raise AwsError("LimitsExceeded", f"Limits Exceeded: MAX_VPCS_ASSOCIATED_BY_ZONE: {MAX_VPCS}")
    call.tx.put(replace(zone, vpcs=(*zone.vpcs, wished)))
    return {"ChangeInfo": submit_change(call, [vpc.id], request.get("Comment", ""))}


def disassociate_vpc_from_hosted_zone(
    call: Call, request: route53.DisassociateVPCFromHostedZoneRequest
) -> route53.DisassociateVPCFromHostedZoneResponse:
    """By the owner of the zone or of the VPC, which may be gone. Raises NoSuchHostedZone, InvalidVPCId,
    VPCAssociationNotFound, LastVPCAssociation."""
    zone, wished = _any_zone(call, request["HostedZoneId"]), _named(request["VPC"])
    vpc = call.tx.get(Vpc, wished.vpc_id)
    if zone.scope != call.global_scope and (vpc is None or vpc.scope.account_id != call.caller.account_id):
        raise no_such_hosted_zone(zone.id)
    if vpc is None and wished not in zone.vpcs:
        raise invalid_vpc_id(request["VPC"])
    if wished not in zone.vpcs:
        raise AwsError(
            "VPCAssociationNotFound",
            f"The VPC: {wished.vpc_id} with region {wished.region} is not associated with the hosted zone {zone.id}.",
            404,
        )
    if len(zone.vpcs) == 1:
        raise AwsError("LastVPCAssociation", f"Cannot remove the last VPC association for the hosted zone: {zone.id}")
    call.tx.put(replace(zone, vpcs=tuple(one for one in zone.vpcs if one != wished)))
    return {"ChangeInfo": submit_change(call, [wished.vpc_id], request.get("Comment", ""))}


def create_vpc_association_authorization(
    call: Call, request: route53.CreateVPCAssociationAuthorizationRequest
) -> route53.CreateVPCAssociationAuthorizationResponse:
    """Raises NoSuchHostedZone, InvalidVPCId, TooManyVPCAssociationAuthorizations."""
    zone, named = own_zone(call, request["HostedZoneId"]), request["VPC"]
    if call.tx.get(Vpc, named.get("VPCId", "")) is None:
        raise invalid_vpc_id(named)
    if len(zone.authorized) >= _MAX_AUTHORIZATIONS:
        text = f"Limits Exceeded: MAX_VPC_ASSOCIATION_AUTHORIZATIONS_BY_ZONE: {_MAX_AUTHORIZATIONS}"
        raise AwsError("TooManyVPCAssociationAuthorizations", text)
    call.tx.put(replace(zone, authorized=tuple(sorted({*zone.authorized, _named(named)}))))
    return {"HostedZoneId": PREFIX + zone.id, "VPC": show_vpc(_named(named))}


def delete_vpc_association_authorization(
    call: Call, request: route53.DeleteVPCAssociationAuthorizationRequest
) -> route53.DeleteVPCAssociationAuthorizationResponse:
    """An association that was made by it stays. Raises NoSuchHostedZone, InvalidVPCId,
    VPCAssociationAuthorizationNotFound."""
    zone, wished = own_zone(call, request["HostedZoneId"]), _named(request["VPC"])
    if wished not in zone.authorized:
        if call.tx.get(Vpc, wished.vpc_id) is None:
            raise invalid_vpc_id(request["VPC"])
        text = f"The VPC: {wished.vpc_id} has not been authorized to associate with the hosted zone {zone.id}."
        raise AwsError("VPCAssociationAuthorizationNotFound", text, 404)
    call.tx.put(replace(zone, authorized=tuple(one for one in zone.authorized if one != wished)))
    return {}


def list_vpc_association_authorizations(
    call: Call, request: route53.ListVPCAssociationAuthorizationsRequest
) -> route53.ListVPCAssociationAuthorizationsResponse:
    """Raises NoSuchHostedZone, InvalidInput, InvalidPaginationToken."""
    zone = own_zone(call, request["HostedZoneId"])
    size = page_size(request.get("MaxResults"), _MOST_AUTHORIZATIONS_SHOWN)
    ids = [one.vpc_id for one in zone.authorized]
    shown, token = _token_page(zone.authorized, ids, size, request.get("NextToken"))
    result: route53.ListVPCAssociationAuthorizationsResponse = {
        "HostedZoneId": PREFIX + zone.id,
        "VPCs": [show_vpc(one) for one in shown],
    }
    if token is not None:
        result["NextToken"] = token
    return result


def list_hosted_zones_by_vpc(
    call: Call, request: route53.ListHostedZonesByVPCRequest
) -> route53.ListHostedZonesByVPCResponse:
    """Zones of any account that the caller's VPC sees. Raises InvalidInput, InvalidPaginationToken."""
    named: route53.VPC = {"VPCId": request["VPCId"], "VPCRegion": request["VPCRegion"]}
    try:
        vpc = own_vpc(call, named)
    except AwsError as refused:
        raise AwsError("InvalidInput", refused.message) from None
    size, zones = page_size(request.get("MaxItems")), call.tx.referring(HostedZone, vpc.id)
    shown, token = _token_page(zones, [zone.id for zone in zones], size, request.get("NextToken"))
    result: route53.ListHostedZonesByVPCResponse = {
        "HostedZoneSummaries": [
            {
                "HostedZoneId": zone.id,
                "Name": zone.shown_name,
                "Owner": {"OwningAccount": zone.scope.account_id},
            }
            for zone in shown
        ],
        "MaxItems": str(size),
    }
    if token is not None:
        result["NextToken"] = token
    return result


def _any_zone(call: Call, zone_id: str) -> HostedZone:
    zone = call.tx.get(HostedZone, zone_id.removeprefix(PREFIX))
    if zone is None:
        raise no_such_hosted_zone(zone_id.removeprefix(PREFIX))
    return zone


def _vpc_to_associate(call: Call, zone: HostedZone, named: route53.VPC) -> Vpc:
    """The caller's own; with another account's zone one that is authorized."""
    vpc = call.tx.get(Vpc, named.get("VPCId", ""))
    owns_zone = zone.scope == call.global_scope
    is_others = vpc is not None and vpc.scope.account_id != call.caller.account_id
    if (owns_zone and is_others) or (not owns_zone and _named(named) not in zone.authorized):
        text = f"The VPC: {named.get('VPCId', '')} has not authorized to associate with your hosted zone."
        raise AwsError("NotAuthorizedException", text, 401)
    return own_vpc(call, named)


def _named(vpc: route53.VPC) -> ZoneVpc:
    return ZoneVpc(vpc_id=vpc.get("VPCId", ""), region=vpc.get("VPCRegion", ""))


def _token_page(found: Sequence[T], ids: Sequence[str], size: int, token: str | None) -> tuple[Sequence[T], str | None]:
    """A page; the token is the id that the next one begins with. Raises InvalidPaginationToken."""
    if token is not None and token not in ids:
        raise AwsError("InvalidPaginationToken", "The value of nexttoken is not valid.")
    start = ids.index(token) if token is not None else 0
    shown, _ = paged(found, start, size)
    return shown, ids[start + size] if start + size < len(ids) else None
