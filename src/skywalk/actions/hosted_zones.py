"""Route 53's private hosted zones.

Public zones are refused: nobody outside could ask for their names. Source: Route 53 API Reference; texts from answers
quoted in public reports. Unconfirmed: the texts of InvalidVPCId, InvalidDomainName and of limits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.record_set_order import sort_key
from skywalk.actions.unsupported import refuse_parameters
from skywalk.actions.zone_changes import ID_DIGITS, submit_change
from skywalk.actions.zone_conflicts import check_no_conflict
from skywalk.actions.zone_pages import page_size, paged
from skywalk.resources.hosted_zone import NAME_SERVERS, HostedZone, RecordSet, ZoneVpc, record_set_id
from skywalk.resources.vpc import Vpc
from skywalk.values.chance import UPPER_AND_DIGITS
from skywalk.values.dns_names import read_name
from skywalk.values.errors import AwsError, unsupported_operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skywalk.actions.call import Call
    from skywalk.actions.shapes import route53

PREFIX = "/hostedzone/"
_LOCATION = "https://route53.amazonaws.com/2013-04-01/hostedzone/"
_SOA = f"{NAME_SERVERS[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
_SOA_TTL_SECONDS, _NS_TTL_SECONDS = 900, 172800
MAX_ZONES, MAX_RECORD_SETS, MAX_VPCS = 500, 10_000, 300
"""Source: Route 53 Developer Guide, "Quotas"; AWS's defaults."""


def create_hosted_zone(call: Call, request: route53.CreateHostedZoneRequest) -> route53.CreateHostedZoneResponse:
    """Raises HostedZoneAlreadyExists, InvalidDomainName, InvalidVPCId, ConflictingDomainExists, TooManyHostedZones."""
    refuse_parameters(request, ("DelegationSetId",))
    config: route53.HostedZoneConfig = request.get("HostedZoneConfig", {})
    if "VPC" not in request:
        raise unsupported_operation("Public hosted zones are not supported: name a VPC for a private one.")
    zones, reference = call.tx.of_owner(HostedZone, call.global_scope), request["CallerReference"]
    if any(zone.caller_reference == reference for zone in zones):
        text = "A hosted zone has already been created with the specified caller reference."
        raise AwsError("HostedZoneAlreadyExists", text, 409)
    if len(zones) >= MAX_ZONES:
        raise AwsError("TooManyHostedZones", f"Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER: {MAX_ZONES}")
    name, vpc = domain_name(request["Name"]), own_vpc(call, request["VPC"])
    check_no_conflict(call, vpc, name)
    zone = HostedZone(
        id=f"Z{call.chance.text(UPPER_AND_DIGITS, ID_DIGITS)}",
        scope=call.global_scope,
        name=name,
        caller_reference=reference,
        comment=config.get("Comment", ""),
        created_at=call.clock.now(),
        vpcs=(ZoneVpc(vpc_id=vpc.id, region=vpc.scope.region),),
    )
    call.tx.put(zone)
    _put_apex(call, zone)
    return {
        "HostedZone": show_zone(call, zone),
        "ChangeInfo": submit_change(call, [vpc.id]),
        "VPC": show_vpc(zone.vpcs[0]),
        "Location": _LOCATION + zone.id,
    }


def get_hosted_zone(call: Call, request: route53.GetHostedZoneRequest) -> route53.GetHostedZoneResponse:
    """Raises NoSuchHostedZone."""
    zone = own_zone(call, request["Id"])
    return {"HostedZone": show_zone(call, zone), "VPCs": [show_vpc(vpc) for vpc in zone.vpcs]}


def list_hosted_zones(call: Call, request: route53.ListHostedZonesRequest) -> route53.ListHostedZonesResponse:
    """Oldest first; the marker is the id of a page's first zone. Raises InvalidInput."""
    refuse_parameters(request, ("DelegationSetId",))
    zones, size = call.tx.of_owner(HostedZone, call.global_scope), page_size(request.get("MaxItems"))
    marker = request.get("Marker", "").removeprefix(PREFIX)
    start = next((place for place, zone in enumerate(zones) if zone.id == marker), None) if marker else 0
    if start is None:
        raise AwsError("InvalidInput", f"The specified marker is not valid: {marker}")
    shown, following = paged(zones, start, size)
    result: route53.ListHostedZonesResponse = {
        "HostedZones": [show_zone(call, zone) for zone in shown],
        "IsTruncated": following is not None,
        "MaxItems": str(size),
    }
    if marker:
        result["Marker"] = marker
    if following is not None:
        result["NextMarker"] = following.id
    return result


def list_hosted_zones_by_name(
    call: Call, request: route53.ListHostedZonesByNameRequest
) -> route53.ListHostedZonesByNameResponse:
    """By name with its labels reversed, beginning with a name and a zone's id. Raises InvalidInput,
    InvalidDomainName."""
    size, first_id = page_size(request.get("MaxItems")), request.get("HostedZoneId", "").removeprefix(PREFIX)
    if first_id and not request.get("DNSName"):
        raise AwsError("InvalidInput", "The request must name a DNSName together with a HostedZoneId.")
    first = sort_key(domain_name(request["DNSName"])) if request.get("DNSName") else ""
    zones = sorted(call.tx.of_owner(HostedZone, call.global_scope), key=_place)
    start = next((at for at, zone in enumerate(zones) if _place(zone) >= (first, first_id)), len(zones))
    shown, following = paged(zones, start, size)
    result: route53.ListHostedZonesByNameResponse = {
        "HostedZones": [show_zone(call, zone) for zone in shown],
        "IsTruncated": following is not None,
        "MaxItems": str(size),
    }
    if request.get("DNSName"):
        result["DNSName"] = request["DNSName"]
    if first_id:
        result["HostedZoneId"] = first_id
    if following is not None:
        result["NextDNSName"] = following.shown_name
        result["NextHostedZoneId"] = following.id
    return result


def get_hosted_zone_count(call: Call, request: route53.GetHostedZoneCountRequest) -> route53.GetHostedZoneCountResponse:
    del request
    return {"HostedZoneCount": len(call.tx.of_owner(HostedZone, call.global_scope))}


def get_hosted_zone_limit(call: Call, request: route53.GetHostedZoneLimitRequest) -> route53.GetHostedZoneLimitResponse:
    """Raises NoSuchHostedZone."""
    zone, kind = own_zone(call, request["HostedZoneId"]), request["Type"]
    if kind == "MAX_RRSETS_BY_ZONE":
        return {"Limit": {"Type": kind, "Value": MAX_RECORD_SETS}, "Count": record_set_count(call, zone)}
    return {"Limit": {"Type": kind, "Value": MAX_VPCS}, "Count": len(zone.vpcs)}


def get_dnssec(call: Call, request: route53.GetDNSSECRequest) -> route53.GetDNSSECResponse:
    """Private zones are never signed. Raises NoSuchHostedZone, InvalidArgument."""
    own_zone(call, request["HostedZoneId"])
    raise AwsError("InvalidArgument", "Operation is unsupported for private hosted zones")


def update_hosted_zone_comment(
    call: Call, request: route53.UpdateHostedZoneCommentRequest
) -> route53.UpdateHostedZoneCommentResponse:
    """Raises NoSuchHostedZone."""
    zone = replace(own_zone(call, request["Id"]), comment=request.get("Comment", ""))
    call.tx.put(zone)
    return {"HostedZone": show_zone(call, zone)}


def delete_hosted_zone(call: Call, request: route53.DeleteHostedZoneRequest) -> route53.DeleteHostedZoneResponse:
    """Raises NoSuchHostedZone, HostedZoneNotEmpty."""
    zone = own_zone(call, request["Id"])
    records = call.tx.referring(RecordSet, zone.id)
    if any(not is_apex_record(zone, record) for record in records):
        text = "The specified hosted zone contains non-required resource record sets and so cannot be deleted."
        raise AwsError("HostedZoneNotEmpty", text)
    for record in records:
        call.tx.remove(record.id)
    call.tx.remove(zone.id)
    return {"ChangeInfo": submit_change(call, (vpc.vpc_id for vpc in zone.vpcs))}


def own_zone(call: Call, zone_id: str) -> HostedZone:
    """The caller's zone of this id. Raises NoSuchHostedZone."""
    bare = zone_id.removeprefix(PREFIX)
    zone = call.tx.owned(HostedZone, call.global_scope, bare)
    if zone is None:
        raise no_such_hosted_zone(bare)
    return zone


def no_such_hosted_zone(zone_id: str) -> AwsError:
    return AwsError("NoSuchHostedZone", f"No hosted zone found with ID: {zone_id}", 404)


def own_vpc(call: Call, named: route53.VPC) -> Vpc:
    """The caller's VPC that a request names. Raises InvalidVPCId."""
    vpc = call.tx.get(Vpc, named.get("VPCId", ""))
    if vpc is None or vpc.scope.account_id != call.caller.account_id or vpc.scope.region != named.get("VPCRegion"):
        raise invalid_vpc_id(named)
    return vpc


def invalid_vpc_id(named: route53.VPC) -> AwsError:
    text = f"The VPC: {named.get('VPCId', '')} in region {named.get('VPCRegion', '')} is not valid."
    return AwsError("InvalidVPCId", text)


def domain_name(text: str) -> str:
    """A zone's name in the kept form. Raises InvalidDomainName."""
    try:
        name = read_name(text)
    except ValueError as error:
        raise AwsError("InvalidDomainName", f"{text}: {error}") from None
    if not name or name.startswith("*"):
        raise AwsError("InvalidDomainName", f"{text}: is not a valid domain name for a hosted zone")
    return name


def is_apex_record(zone: HostedZone, record: RecordSet) -> bool:
    """Whether it is one of the two record sets that every zone has."""
    return record.name == zone.name and record.type in ("NS", "SOA")


def record_set_count(call: Call, zone: HostedZone) -> int:
    return len(call.tx.referring(RecordSet, zone.id))


def show_vpc(vpc: ZoneVpc) -> route53.VPC:
    return {"VPCRegion": vpc.region, "VPCId": vpc.vpc_id}


def show_zone(call: Call, zone: HostedZone) -> route53.HostedZone:
    config: route53.HostedZoneConfig = {"PrivateZone": True}
    if zone.comment:
        config = {"Comment": zone.comment, **config}
    return {
        "Id": PREFIX + zone.id,
        "Name": zone.shown_name,
        "CallerReference": zone.caller_reference,
        "Config": config,
        "ResourceRecordSetCount": record_set_count(call, zone),
    }


def _put_apex(call: Call, zone: HostedZone) -> None:
    apex: Sequence[tuple[str, int, tuple[str, ...]]] = (
        ("NS", _NS_TTL_SECONDS, tuple(f"{server}." for server in NAME_SERVERS)),
        ("SOA", _SOA_TTL_SECONDS, (_SOA,)),
    )
    for type_, ttl_seconds, values in apex:
        call.tx.put(
            RecordSet(
                id=record_set_id(zone.id, zone.name, type_),
                scope=zone.scope,
                hosted_zone_id=zone.id,
                name=zone.name,
                type=type_,
                ttl_seconds=ttl_seconds,
                values=values,
            )
        )


def _place(zone: HostedZone) -> tuple[str, str]:
    return sort_key(zone.name), zone.id
