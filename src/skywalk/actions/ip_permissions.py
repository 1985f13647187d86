"""IP permissions: how requests and answers write security group rules.

One permission is a protocol with ports and any number of peers; what is stored is one rule per peer.
Source: API Reference, IpPermission; texts from answers quoted in public reports. Unconfirmed texts: those for ICMP,
for ICMPv6 from a network of IPv4, and for a permission without a peer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING, Any, cast

from skywalk.actions.cidr_blocks import parse_rule_block
from skywalk.actions.existing import PREFIX_LIST
from skywalk.actions.prefix_lists import existing_prefix_list, prefix_list_id_of
from skywalk.actions.security_group_peers import PeerGroup, find_peer_group, named_group_id, show_peer
from skywalk.resources.security_group import SecurityGroup, SecurityGroupRule
from skywalk.values.addresses import network_text
from skywalk.values.constant import constant
from skywalk.values.errors import AwsError, invalid_parameter_value
from skywalk.values.template import template

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.views import Sight

    _Described = ec2.IpRange | ec2.Ipv6Range | ec2.UserIdGroupPair | ec2.PrefixListId

ALL = "-1"
_NAMES = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": ALL}
"""How EC2 shows protocols that it was given by number; all other numbers stay numbers."""

_WITH_PORTS = ("tcp", "udp")
_ICMP = ("icmp", "icmpv6")
_SHOWN_WITH_PORTS = frozenset((*_WITH_PORTS, *_ICMP))
_DESCRIPTION = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_DESCRIPTION_SET = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"


@dataclass(frozen=True, slots=True)
class Traffic:
    """Protocol and ports as a rule stores them."""

    protocol: str
    from_port: int
    to_port: int


def parse_permissions(
    call: Call,
    group: SecurityGroup,
    permissions: Iterable[ec2.IpPermission],
    *,
    is_egress: bool,
    peers_exist: bool = True,
) -> list[SecurityGroupRule]:
    """The rules, still without ids, that a request adds to `group` or takes from it; none of them twice.

    `peers_exist` is whether groups and prefix lists that it names must be there: rules outlive groups across a peering
    connection.
    """
    rules: dict[SecurityGroupRule, SecurityGroupRule] = {}
    for permission in permissions:
        traffic = _parse_traffic(permission)
        for rule in _rules(call, group, permission, traffic, is_egress=is_egress, peers_exist=peers_exist):
            if rule_key(rule) in rules:
                raise invalid_parameter_value("The same permission must not appear multiple times")
            rules[rule_key(rule)] = rule
    return list(rules.values())


def rule_key(rule: SecurityGroupRule) -> SecurityGroupRule:
    """What two rules must have in common to be the same to AWS: all but id, description and tags."""
    return SecurityGroupRule(
        rule_id="",
        is_egress=rule.is_egress,
        protocol=rule.protocol,
        from_port=rule.from_port,
        to_port=rule.to_port,
        ipv4_network=rule.ipv4_network,
        ipv6_network=rule.ipv6_network,
        referenced_group_id=rule.referenced_group_id,
        prefix_list_id=rule.prefix_list_id,
    )


def _parse_traffic(permission: ec2.IpPermission) -> Traffic:
    if "IpProtocol" not in permission:
        raise AwsError("MissingParameter", "The request must contain the parameter ipProtocol")
    protocol = _parse_protocol(permission["IpProtocol"])
    from_port, to_port = permission.get("FromPort"), permission.get("ToPort")
    if protocol in _WITH_PORTS:
        return _parse_ports(protocol, from_port, to_port)
    if protocol in _ICMP:
        return _parse_icmp(protocol, from_port, to_port)
    return Traffic(protocol, -1, -1)  # EC2 ignores ports here


def _parse_protocol(text: str) -> str:
    protocol = _NAMES.get(text.lower(), text.lower())
    if protocol in (*_WITH_PORTS, *_ICMP, ALL):
        return protocol
    if protocol.isascii() and protocol.isdigit() and int(protocol) <= 255:
        return _NAMES.get(str(int(protocol)), str(int(protocol)))
    raise invalid_parameter_value(f"Invalid value '{text}' for IP protocol. Unknown protocol.")


def _parse_ports(protocol: str, from_port: int | None, to_port: int | None) -> Traffic:
    if from_port is None or to_port is None:
        raise invalid_parameter_value("Invalid value for portRange. Must specify both from and to ports with TCP/UDP.")
    for port in (from_port, to_port):
        if not 0 <= port <= 65535:
            raise AwsError("InvalidPermission.Malformed", f"TCP/UDP port ({port}) out of range")
    if from_port > to_port:
        raise AwsError("InvalidPermission.Malformed", f"Invalid TCP/UDP port range ({from_port}:{to_port})")
    return Traffic(protocol, from_port, to_port)


def _parse_icmp(protocol: str, icmp_type: int | None, code: int | None) -> Traffic:
    """Type and code. IPv6's may be left out."""
    if protocol == "icmpv6" and icmp_type is None and code is None:
        return Traffic(protocol, -1, -1)
    if icmp_type is None or code is None:
        raise invalid_parameter_value("Invalid value for portRange. Must specify both from and to ports with ICMP.")
    for name, number in (("type", icmp_type), ("code", code)):
        if not -1 <= number <= 255:
            raise AwsError("InvalidPermission.Malformed", f"ICMP {name} ({number}) out of range")
    if icmp_type == -1 and code != -1:
        raise AwsError("InvalidPermission.Malformed", "ICMP code must be -1 if the ICMP type is -1")
    return Traffic(protocol, icmp_type, code)


def _rules(
    call: Call,
    group: SecurityGroup,
    permission: ec2.IpPermission,
    traffic: Traffic,
    *,
    is_egress: bool,
    peers_exist: bool,
) -> Iterator[SecurityGroupRule]:
    def rule(peer: _Described, **of_peer: Any) -> SecurityGroupRule:
        return SecurityGroupRule(
            rule_id="",
            is_egress=is_egress,
            protocol=traffic.protocol,
            from_port=traffic.from_port,
            to_port=traffic.to_port,
            description=check_description(peer.get("Description")),
            **of_peer,
        )

    ipv4, ipv6 = permission.get("IpRanges") or [], permission.get("Ipv6Ranges") or []
    pairs, lists = permission.get("UserIdGroupPairs") or [], permission.get("PrefixListIds") or []
    if not (ipv4 or ipv6 or pairs or lists):
        raise AwsError(
            "MissingParameter",
            "The request must contain one of ipRanges, ipv6Ranges, groups or prefixListIds for each permission",
        )
    for ipv4_range in ipv4:
        if traffic.protocol == "icmpv6":
            raise invalid_parameter_value(
                f"CIDR block {ipv4_range.get('CidrIp', '')} is of IPv4, which has no protocol icmpv6."
            )
        yield rule(ipv4_range, ipv4_network=parse_ipv4_peer(ipv4_range.get("CidrIp", "")))
    for ipv6_range in ipv6:
        yield rule(ipv6_range, ipv6_network=parse_ipv6_peer(ipv6_range.get("CidrIpv6", "")))
    for pair in pairs:
        yield rule(pair, **_of_group(_peer_group(call, group, pair, peers_exist)))
    for one in lists:
        yield rule(one, prefix_list_id=_prefix_list_id(call, one.get("PrefixListId", ""), peers_exist))


def _peer_group(call: Call, group: SecurityGroup, pair: ec2.UserIdGroupPair, exists: bool) -> PeerGroup:
    if exists:
        return find_peer_group(call, group, pair)
    return PeerGroup(named_group_id(call, pair), pair.get("UserId", group.scope.account_id))


def _of_group(peer: PeerGroup) -> dict[str, Any]:
    """What of a rule names a group."""
    return {
        "referenced_group_id": peer.group_id,
        "referenced_owner_id": peer.owner_id,
        "peering_connection_id": peer.peering_connection_id,
    }


def _prefix_list_id(call: Call, prefix_list_id: str, exists: bool) -> str:
    if exists:
        return prefix_list_id_of(existing_prefix_list(call, prefix_list_id))
    PREFIX_LIST.ids.check(prefix_list_id)
    return prefix_list_id


def parse_ipv4_peer(text: str) -> IPv4Network:
    network = parse_rule_block(text)
    if not isinstance(network, IPv4Network):
        raise invalid_parameter_value(f"CIDR block {text} is malformed")
    return network


def parse_ipv6_peer(text: str) -> IPv6Network:
    network = parse_rule_block(text)
    if isinstance(network, IPv4Network):
        raise invalid_parameter_value(f"CIDR block {text} is malformed")
    return network


def check_description(description: str | None) -> str | None:
    if description and not _DESCRIPTION.fullmatch(description):
        raise invalid_parameter_value(
            "Invalid rule description. Valid descriptions are strings less than 256 characters "
            f"from the following set:  {_DESCRIPTION_SET}"
        )
    return description or None


def duplicate_permission(rule: SecurityGroupRule) -> AwsError:
    return AwsError("InvalidPermission.Duplicate", f'the specified rule "{_as_text(rule)}" already exists')


def _as_text(rule: SecurityGroupRule) -> str:
    peer = rule.ipv4_network or rule.ipv6_network or rule.referenced_group_id or rule.prefix_list_id
    if rule.protocol in _WITH_PORTS:
        traffic = f"{rule.protocol.upper()}, from port: {rule.from_port}, to port: {rule.to_port}"
    elif rule.protocol in _ICMP:
        traffic = f"{rule.protocol.upper()}, type: {_or_all(rule.from_port)}, code: {_or_all(rule.to_port)}"
    else:
        traffic = "ALL" if rule.protocol == ALL else rule.protocol
    return f"peer: {peer}, {traffic}, ALLOW"


def _or_all(number: int) -> str:
    return "ALL" if number == -1 else str(number)


def has_ports(rule: SecurityGroupRule) -> bool:
    """Whether a permission shows ports (or type and code) for the rule's protocol."""
    return rule.protocol in _SHOWN_WITH_PORTS


def show_permissions(sight: Sight, group: SecurityGroup, rules: Sequence[SecurityGroupRule]) -> list[ec2.IpPermission]:
    """The rules of one direction, peers of equal traffic together."""
    by_traffic: dict[tuple[str, int, int], list[SecurityGroupRule]] = {}
    for rule in rules:
        by_traffic.setdefault((rule.protocol, rule.from_port, rule.to_port), []).append(rule)
    return [_show_permission(sight, group, alike) for alike in by_traffic.values()]


def _show_permission(sight: Sight, group: SecurityGroup, rules: Sequence[SecurityGroupRule]) -> ec2.IpPermission:
    """Of rules for the same traffic."""
    rule = rules[0]
    traffic = (rule.protocol, rule.from_port, rule.to_port) if has_ports(rule) else (rule.protocol, None, None)
    pairs = [show_peer(sight, group, one) for one in rules if one.referenced_group_id is not None]
    if len(pairs) == len(rules):
        return _permission_of_groups(traffic, pairs)
    if len(rules) == 1:
        return _lone_permission(traffic, _peer(rule))
    return _permission(traffic, [_peer(one) for one in rules if one.referenced_group_id is None], pairs)


_Peer = tuple[str, str, str | None]
"""The permission's member for such peers, the network or prefix list, and the description."""


def _peer(rule: SecurityGroupRule) -> _Peer:
    if rule.ipv4_network is not None:
        return "IpRanges", network_text(rule.ipv4_network), rule.description
    if rule.ipv6_network is not None:
        return "Ipv6Ranges", network_text(rule.ipv6_network), rule.description
    return "PrefixListIds", rule.prefix_list_id or "", rule.description


@template
def _permission_of_groups(
    traffic: tuple[str, int | None, int | None], pairs: list[ec2.UserIdGroupPair]
) -> ec2.IpPermission:
    return _permission(traffic, [], pairs)


@lru_cache(maxsize=4096)
def _lone_permission(traffic: tuple[str, int | None, int | None], peer: _Peer) -> ec2.IpPermission:
    """Many groups have the same."""
    return cast("ec2.IpPermission", constant(_permission(traffic, [peer], [])))


def _permission(
    traffic: tuple[str, int | None, int | None], peers: Sequence[_Peer], pairs: list[ec2.UserIdGroupPair]
) -> ec2.IpPermission:
    protocol, from_port, to_port = traffic
    shown: ec2.IpPermission = {
        "IpProtocol": protocol,
        "IpRanges": [_range("CidrIp", peer) for peer in peers if peer[0] == "IpRanges"],
        "Ipv6Ranges": [_range("CidrIpv6", peer) for peer in peers if peer[0] == "Ipv6Ranges"],
        "UserIdGroupPairs": pairs,
        "PrefixListIds": [_range("PrefixListId", peer) for peer in peers if peer[0] == "PrefixListIds"],
    }
    if from_port is not None and to_port is not None:
        shown["FromPort"] = from_port
        shown["ToPort"] = to_port
    return shown


def _range(name: str, peer: _Peer) -> Any:
    _, text, description = peer
    return {name: text} if description is None else {name: text, "Description": description}
