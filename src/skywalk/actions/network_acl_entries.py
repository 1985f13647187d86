"""The entries of network ACLs: create, replace, delete. An IPv6 entry is stored and matches nothing.

Source: API Reference, CreateNetworkAclEntry; texts from answers quoted in public reports. Unconfirmed: the end of the
text for an entry that is not there, and the texts for numbers and actions that cannot be, for a missing or a second
network, for ports, and for the code of ICMP.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING

from skywalk.actions.cidr_blocks import parse_block, parse_ipv4_block
from skywalk.actions.existing import NETWORK_ACL, existing
from skywalk.resources.network_acl import DEFAULT_RULE_NUMBER, NetworkAcl, NetworkAclEntry
from skywalk.values.errors import AwsError, invalid_parameter_value, missing_parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

    Request = ec2.CreateNetworkAclEntryRequest | ec2.ReplaceNetworkAclEntryRequest

_NUMBERS: Mapping[str, str] = {"all": "-1", "icmp": "1", "tcp": "6", "udp": "17", "icmpv6": "58"}
"""Protocols by the names that requests may have for them."""

_WITH_PORTS = ("6", "17")
_ICMP = ("1", "58")


def create_network_acl_entry(call: Call, request: ec2.CreateNetworkAclEntryRequest) -> None:
    """Raises NetworkAclEntryAlreadyExists."""
    acl = existing(call, NETWORK_ACL, request["NetworkAclId"])
    entry = _parse_entry(request)
    if _entry(acl, entry.rule_number, entry.is_egress) is not None:
        raise AwsError(
            "NetworkAclEntryAlreadyExists", f"The network acl entry identified by {entry.rule_number} already exists."
        )
    call.tx.put(replace(acl, entries=(*acl.entries, entry)))


def replace_network_acl_entry(call: Call, request: ec2.ReplaceNetworkAclEntryRequest) -> None:
    """Raises InvalidNetworkAclEntry.NotFound."""
    acl = existing(call, NETWORK_ACL, request["NetworkAclId"])
    entry = _parse_entry(request)
    former = _existing_entry(acl, entry.rule_number, entry.is_egress)
    call.tx.put(replace(acl, entries=tuple(entry if one is former else one for one in acl.entries)))


def delete_network_acl_entry(call: Call, request: ec2.DeleteNetworkAclEntryRequest) -> None:
    """Raises InvalidNetworkAclEntry.NotFound."""
    acl = existing(call, NETWORK_ACL, request["NetworkAclId"])
    former = _existing_entry(acl, _parse_number(request["RuleNumber"]), request["Egress"])
    call.tx.put(replace(acl, entries=tuple(one for one in acl.entries if one is not former)))


def _entry(acl: NetworkAcl, rule_number: int, is_egress: bool) -> NetworkAclEntry | None:
    return next(
        (one for one in acl.entries if one.rule_number == rule_number and one.is_egress is is_egress),
        None,
    )


def _existing_entry(acl: NetworkAcl, rule_number: int, is_egress: bool) -> NetworkAclEntry:
    found = _entry(acl, rule_number, is_egress)
    if found is None:
        direction = "egress" if is_egress else "ingress"
        raise AwsError(
            "InvalidNetworkAclEntry.NotFound", f"no {direction} entry with number {rule_number} in network acl {acl.id}"
        )
    return found


def _parse_entry(request: Request) -> NetworkAclEntry:
    ipv4_network, ipv6_network = _parse_networks(request)
    entry = NetworkAclEntry(
        rule_number=_parse_number(request["RuleNumber"]),
        is_egress=request["Egress"],
        protocol=_parse_protocol(request["Protocol"]),
        is_allow=_parse_action(request["RuleAction"]),
        ipv4_network=ipv4_network,
        ipv6_network=ipv6_network,
    )
    if entry.protocol in _WITH_PORTS:
        return _with_ports(entry, request.get("PortRange") or {})
    if entry.protocol in _ICMP:
        return _with_icmp(entry, request.get("IcmpTypeCode") or {})
    return entry  # EC2 ignores ports here


def _parse_number(number: int) -> int:
    """32767 is the last entry's, which nobody can change."""
    if not 1 <= number < DEFAULT_RULE_NUMBER:
        raise invalid_parameter_value(
            f"Value ({number}) for parameter ruleNumber is invalid. "
            f"The rule number must be between 1 and {DEFAULT_RULE_NUMBER - 1}."
        )
    return number


def _parse_action(text: str) -> bool:
    if text not in ("allow", "deny"):
        raise invalid_parameter_value(f"Value ({text}) for parameter ruleAction is invalid. Unknown action.")
    return text == "allow"


def _parse_protocol(text: str) -> str:
    protocol = _NUMBERS.get(text.lower(), text)
    if protocol == "-1":
        return protocol
    if protocol.isascii() and protocol.isdigit() and int(protocol) <= 255:
        return str(int(protocol))
    raise invalid_parameter_value(f"Invalid value '{text}' for IP protocol. Unknown protocol.")


def _parse_networks(request: Request) -> tuple[IPv4Network | None, IPv6Network | None]:
    given = [name for name in ("CidrBlock", "Ipv6CidrBlock") if name in request]
    if len(given) != 1:
        code = "InvalidParameterCombination" if given else "MissingParameter"
        raise AwsError(code, "The request must contain exactly one of cidrBlock, ipv6CidrBlock")
    if "CidrBlock" in request:
        return parse_ipv4_block(request["CidrBlock"], "cidrBlock"), None
    text = request["Ipv6CidrBlock"]
    network = parse_block(text)
    if not isinstance(network, IPv6Network):
        raise invalid_parameter_value(
            f"Value ({text}) for parameter ipv6CidrBlock is invalid. This is not a valid CIDR block."
        )
    return None, network


def _with_ports(entry: NetworkAclEntry, ports: ec2.PortRange) -> NetworkAclEntry:
    if "From" not in ports:
        raise missing_parameter("portRange.from")
    if "To" not in ports:
        raise missing_parameter("portRange.to")
    first, last = ports["From"], ports["To"]
    if not 0 <= first <= last <= 65535:
        raise invalid_parameter_value(f"Invalid TCP/UDP port range ({first}:{last})")
    return replace(entry, from_port=first, to_port=last)


def _with_icmp(entry: NetworkAclEntry, icmp: ec2.IcmpTypeCode) -> NetworkAclEntry:
    if "Type" not in icmp:
        raise missing_parameter("icmpTypeCode.type")
    if "Code" not in icmp:
        raise missing_parameter("icmpTypeCode.code")
    for name, number in (("type", icmp["Type"]), ("code", icmp["Code"])):
        if not -1 <= number <= 255:
            raise invalid_parameter_value(f"ICMP {name} ({number}) out of range")
    return replace(entry, icmp_type=icmp["Type"], icmp_code=icmp["Code"])
