"""Network ACLs, and which one a subnet is in. Their entries change in `network_acl_entries`.

Source: API Reference and VPC User Guide, "Network ACLs"; texts from answers quoted in public reports. Unconfirmed: the
text for an ACL of another VPC than the subnet's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, cast

from skywalk.actions.dependencies import check_network_acl_is_free
from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.existing import NETWORK_ACL, VPC, IdFamily, existing, named_or_all
from skywalk.actions.idempotency import made_before, remember
from skywalk.actions.tag_specifications import show_tags, specified_tags
from skywalk.resources.network_acl import DEFAULT_RULE_NUMBER, NetworkAcl, NetworkAclAssociation, NetworkAclEntry
from skywalk.values.addresses import network_text
from skywalk.values.constant import constant
from skywalk.values.errors import invalid_parameter_value
from skywalk.values.template import template

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.views import Sight

_IDS = IdFamily("aclassoc", "InvalidAssociationID.Malformed", "InvalidAssociationID.NotFound", "association ID")
_REFERENCES = ("association.association-id", "association.subnet-id")
"""Filters that the index of references answers."""

_NAMES = {"6": "tcp", "17": "udp", "1": "icmp"}
"""Protocols that filters may name."""

_LAST = tuple(
    NetworkAclEntry(
        rule_number=DEFAULT_RULE_NUMBER,
        is_egress=is_egress,
        protocol="-1",
        is_allow=False,
        ipv4_network=IPv4Network("0.0.0.0/0"),
    )
    for is_egress in (True, False)
)
"""The entries `*`, which every ACL has and nobody can change."""


def create_network_acl(call: Call, request: ec2.CreateNetworkAclRequest) -> ec2.CreateNetworkAclResult:
    """An ACL that lets nothing through."""
    before = made_before(call, "CreateNetworkAcl", request)
    if before is not None:
        return _created(existing(call, NETWORK_ACL, before[0]), request)
    acl = NetworkAcl(
        vpc_id=existing(call, VPC, request["VpcId"]).id,
        id=call.mint("acl"),
        scope=call.scope,
        tags=specified_tags(request.get("TagSpecifications"), NETWORK_ACL.resource_type),
    )
    call.tx.put(acl)
    remember(call, "CreateNetworkAcl", request, [acl.id])
    return _created(acl, request)


def _created(acl: NetworkAcl, request: ec2.CreateNetworkAclRequest) -> ec2.CreateNetworkAclResult:
    result: ec2.CreateNetworkAclResult = {"NetworkAcl": _show(acl)}
    if "ClientToken" in request:
        result["ClientToken"] = request["ClientToken"]
    return result


def describe_network_acls(call: Call, request: ec2.DescribeNetworkAclsRequest) -> ec2.DescribeNetworkAclsResult:
    found = named_or_all(call, NETWORK_ACL, request.get("NetworkAclIds"), request.get("Filters"), _REFERENCES)
    found = matching(found, request.get("Filters"), _FILTERS, lambda acl: acl.tags)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeNetworkAclsResult = {"NetworkAcls": call.views(_view, shown)}
    if token is not None:
        result["NextToken"] = token
    return result


def _all_entries(acl: NetworkAcl) -> list[NetworkAclEntry]:
    """In the order of answers: what goes out before what comes in, each by number."""
    return sorted((*acl.entries, *_LAST), key=_order)


def _order(entry: NetworkAclEntry) -> int:
    return entry.rule_number - (DEFAULT_RULE_NUMBER + 1 if entry.is_egress else 0)


def _of_entries(read: Callable[[NetworkAclEntry], Iterable[object]]) -> FilterValues[NetworkAcl]:
    def values(acl: NetworkAcl) -> Iterable[str]:
        return [str(value) for entry in _all_entries(acl) for value in read(entry) if value is not None]

    return values


_FILTERS: Mapping[str, FilterValues[NetworkAcl]] = {
    "association.association-id": lambda acl: [one.association_id for one in acl.associations],
    "association.network-acl-id": lambda acl: [acl.id for _ in acl.associations],
    "association.subnet-id": lambda acl: [one.subnet_id for one in acl.associations],
    "default": lambda acl: [str(acl.is_default).lower()],
    "entry.cidr": _of_entries(lambda entry: [entry.ipv4_network]),
    "entry.egress": _of_entries(lambda entry: [str(entry.is_egress).lower()]),
    "entry.icmp.code": _of_entries(lambda entry: [entry.icmp_code]),
    "entry.icmp.type": _of_entries(lambda entry: [entry.icmp_type]),
    "entry.ipv6-cidr": _of_entries(lambda entry: [entry.ipv6_network]),
    "entry.port-range.from": _of_entries(lambda entry: [entry.from_port]),
    "entry.port-range.to": _of_entries(lambda entry: [entry.to_port]),
    "entry.protocol": _of_entries(lambda entry: [entry.protocol, _NAMES.get(entry.protocol)]),
    "entry.rule-action": _of_entries(lambda entry: ["allow" if entry.is_allow else "deny"]),
    "entry.rule-number": _of_entries(lambda entry: [entry.rule_number]),
    "network-acl-id": lambda acl: [acl.id],
    "owner-id": lambda acl: [acl.scope.account_id],
    "vpc-id": lambda acl: [acl.vpc_id],
}


def _view(_: Sight, acl: NetworkAcl) -> ec2.NetworkAcl:
    return _show(acl)


def _show(acl: NetworkAcl) -> ec2.NetworkAcl:
    return _acl(
        (acl.is_default, len(acl.associations)),
        acl.id,
        acl.vpc_id,
        acl.scope.account_id,
        [_show_entry(entry) for entry in _all_entries(acl)],
        show_tags(acl.tags),
        *[one.association_id for one in acl.associations],
        *[one.subnet_id for one in acl.associations],
    )


@template
def _acl(
    alike: tuple[bool, int],
    acl_id: str,
    vpc_id: str,
    owner_id: str,
    entries: list[ec2.NetworkAclEntry],
    tags: list[ec2.Tag],
    *associations: str,
) -> ec2.NetworkAcl:
    """`associations` are their ids and then their subnets."""
    is_default, count = alike
    return {
        "NetworkAclId": acl_id,
        "VpcId": vpc_id,
        "OwnerId": owner_id,
        "IsDefault": is_default,
        "Entries": entries,
        "Associations": [
            {"NetworkAclAssociationId": association_id, "NetworkAclId": acl_id, "SubnetId": subnet_id}
            for association_id, subnet_id in zip(associations[:count], associations[count:], strict=True)
        ],
        "Tags": tags,
    }


def _show_entry(entry: NetworkAclEntry) -> ec2.NetworkAclEntry:
    ipv4, ipv6 = entry.ipv4_network, entry.ipv6_network
    return _entry(
        entry.rule_number,
        entry.is_egress,
        entry.protocol,
        entry.is_allow,
        None if ipv4 is None else network_text(ipv4),
        None if ipv6 is None else network_text(ipv6),
        entry.from_port,
        entry.to_port,
        entry.icmp_type,
        entry.icmp_code,
    )


@lru_cache(maxsize=4096)
def _entry(
    rule_number: int,
    is_egress: bool,
    protocol: str,
    is_allow: bool,
    ipv4_network: str | None,
    ipv6_network: str | None,
    from_port: int | None,
    to_port: int | None,
    icmp_type: int | None,
    icmp_code: int | None,
) -> ec2.NetworkAclEntry:
    """Many ACLs have the same entries. Remembered by texts: comparing networks takes longer than showing one."""
    shown: ec2.NetworkAclEntry = {
        "RuleNumber": rule_number,
        "Egress": is_egress,
        "Protocol": protocol,
        "RuleAction": "allow" if is_allow else "deny",
    }
    if ipv4_network is not None:
        shown["CidrBlock"] = ipv4_network
    if ipv6_network is not None:
        shown["Ipv6CidrBlock"] = ipv6_network
    if from_port is not None and to_port is not None:
        shown["PortRange"] = {"From": from_port, "To": to_port}
    if icmp_type is not None and icmp_code is not None:
        shown["IcmpTypeCode"] = {"Type": icmp_type, "Code": icmp_code}
    return cast("ec2.NetworkAclEntry", constant(shown))


def delete_network_acl(call: Call, request: ec2.DeleteNetworkAclRequest) -> None:
    acl = existing(call, NETWORK_ACL, request["NetworkAclId"])
    if acl.is_default:
        raise invalid_parameter_value(f"cannot delete default network ACL {acl.id}")
    check_network_acl_is_free(acl)
    call.tx.remove(acl.id)


def replace_network_acl_association(
    call: Call, request: ec2.ReplaceNetworkAclAssociationRequest
) -> ec2.ReplaceNetworkAclAssociationResult:
    """Puts a subnet into another ACL; the association has a new id."""
    former, association = _existing_association(call, request["AssociationId"])
    acl = existing(call, NETWORK_ACL, request["NetworkAclId"])
    if acl.vpc_id != former.vpc_id:
        raise invalid_parameter_value(
            f"network acl {acl.id} and subnet {association.subnet_id} belong to different networks"
        )
    kept = tuple(one for one in former.associations if one != association)
    call.tx.put(replace(former, associations=kept))
    acl = existing(call, NETWORK_ACL, acl.id)  # it may be the former one, which has just lost the association
    new = NetworkAclAssociation(association_id=call.mint("aclassoc"), subnet_id=association.subnet_id)
    call.tx.put(replace(acl, associations=(*acl.associations, new)))
    return {"NewAssociationId": new.association_id}


def _existing_association(call: Call, association_id: str) -> tuple[NetworkAcl, NetworkAclAssociation]:
    _IDS.check(association_id)
    for acl in call.tx.referring(NetworkAcl, association_id):
        if acl.scope == call.scope:
            return acl, next(one for one in acl.associations if one.association_id == association_id)
    raise _IDS.not_found(association_id)
