"""IP permissions: how requests and answers write security group rules.

One permission is a protocol with ports and any number of peers; what is stored is one rule per peer.
Source: API Reference, IpPermission; texts from answers quoted in public reports. Unconfirmed texts: those for ICMP
and for a permission without a peer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING

from skywalk.actions.cidr_blocks import parse_rule_block
from skywalk.actions.existing import SECURITY_GROUP
from skywalk.actions.prefix_lists import existing_prefix_list
from skywalk.resources.security_group import SecurityGroup, SecurityGroupRule
from skywalk.values.errors import AwsError, invalid_parameter_value

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

ALL = "-1"
_NAMES = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": ALL}
"""How EC2 shows protocols that it was given by number; all other numbers stay numbers."""

_WITH_PORTS = ("tcp", "udp")
_ICMP = ("icmp", "icmpv6")
_DESCRIPTION = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_DESCRIPTION_SET = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"


@dataclass(frozen=True, slots=True)
class Traffic:
    """Protocol and ports as a rule stores them."""

    protocol: str
    from_port: int
    to_port: int


def parse_permissions(
    call: Call, group: SecurityGroup, permissions: Iterable[ec2.IpPermission], *, is_egress: bool
) -> list[SecurityGroupRule]:
    """The rules, still without ids, that a request adds to `group` or takes from it; none of them twice."""
    rules: dict[SecurityGroupRule, SecurityGroupRule] = {}
    for permission in permissions:
        traffic = _parse_traffic(permission)
        for rule in _rules(call, group, permission, traffic, is_egress):
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
    call: Call, group: SecurityGroup, permission: ec2.IpPermission, traffic: Traffic, is_egress: bool
) -> Iterator[SecurityGroupRule]:
    def rule(
        description: str | None,
        ipv4_network: IPv4Network | None = None,
        ipv6_network: IPv6Network | None = None,
        referenced_group_id: str | None = None,
        prefix_list_id: str | None = None,
    ) -> SecurityGroupRule:
        return SecurityGroupRule(
            rule_id="",
            is_egress=is_egress,
            protocol=traffic.protocol,
            from_port=traffic.from_port,
            to_port=traffic.to_port,
            ipv4_network=ipv4_network,
            ipv6_network=ipv6_network,
            referenced_group_id=referenced_group_id,
            prefix_list_id=prefix_list_id,
            description=_check_description(description),
        )

    ipv4, ipv6 = permission.get("IpRanges") or [], permission.get("Ipv6Ranges") or []
    pairs, lists = permission.get("UserIdGroupPairs") or [], permission.get("PrefixListIds") or []
    if not (ipv4 or ipv6 or pairs or lists):
        raise AwsError(
            "MissingParameter",
            "The request must contain one of ipRanges, ipv6Ranges, groups or prefixListIds for each permission",
        )
    for ipv4_range in ipv4:
        yield rule(ipv4_range.get("Description"), ipv4_network=_ipv4(ipv4_range.get("CidrIp", "")))
    for ipv6_range in ipv6:
        yield rule(ipv6_range.get("Description"), ipv6_network=_ipv6(ipv6_range.get("CidrIpv6", "")))
    for pair in pairs:
        yield rule(pair.get("Description"), referenced_group_id=_referenced_group(call, group, pair).id)
    for one in lists:
        found = existing_prefix_list(call, one.get("PrefixListId", ""))
        yield rule(one.get("Description"), prefix_list_id=found.prefix_list_id)


def _ipv4(text: str) -> IPv4Network:
    network = parse_rule_block(text)
    if not isinstance(network, IPv4Network):
        raise invalid_parameter_value(f"CIDR block {text} is malformed")
    return network


def _ipv6(text: str) -> IPv6Network:
    network = parse_rule_block(text)
    if isinstance(network, IPv4Network):
        raise invalid_parameter_value(f"CIDR block {text} is malformed")
    return network


def _check_description(description: str | None) -> str | None:
    if description and not _DESCRIPTION.fullmatch(description):
        raise invalid_parameter_value(
            "Invalid rule description. Valid descriptions are strings less than 256 characters "
            f"from the following set:  {_DESCRIPTION_SET}"
        )
    return description or None


def _referenced_group(call: Call, group: SecurityGroup, pair: ec2.UserIdGroupPair) -> SecurityGroup:
    """The group that a rule names: of this account and this VPC, as there is no peering."""
    if "VpcPeeringConnectionId" in pair:
        raise AwsError(
            "InvalidVpcPeeringConnectionID.NotFound",
            f"The vpcPeeringConnection ID '{pair['VpcPeeringConnectionId']}' does not exist",
        )
    if "GroupId" not in pair:
        return group_by_name(call, group.vpc_id, pair.get("GroupName", ""))
    group_id = pair["GroupId"]
    SECURITY_GROUP.ids.check(group_id)
    found = call.tx.owned(SecurityGroup, call.scope, group_id)
    if found is None or pair.get("UserId", call.caller.account_id) != call.caller.account_id:
        raise SECURITY_GROUP.ids.not_found(group_id)
    if found.vpc_id != group.vpc_id:
        raise AwsError("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")
    return found


def group_by_name(call: Call, vpc_id: str, name: str) -> SecurityGroup:
    """A name means one group within a VPC. Raises InvalidGroup.NotFound."""
    for group in call.tx.of_vpc(SecurityGroup, vpc_id):
        if group.name == name:
            return group
    raise SECURITY_GROUP.ids.not_found(name)


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
    return rule.protocol in (*_WITH_PORTS, *_ICMP)


def show_permissions(group: SecurityGroup, rules: Sequence[SecurityGroupRule]) -> list[ec2.IpPermission]:
    """The rules of one direction, peers of equal traffic together."""
    shown: dict[Traffic, ec2.IpPermission] = {}
    for rule in rules:
        traffic = Traffic(rule.protocol, rule.from_port, rule.to_port)
        _show_peer(shown.setdefault(traffic, _show_traffic(rule)), group, rule)
    return list(shown.values())


def _show_traffic(rule: SecurityGroupRule) -> ec2.IpPermission:
    shown: ec2.IpPermission = {
        "IpProtocol": rule.protocol,
        "IpRanges": [],
        "Ipv6Ranges": [],
        "UserIdGroupPairs": [],
        "PrefixListIds": [],
    }
    if has_ports(rule):
        shown["FromPort"] = rule.from_port
        shown["ToPort"] = rule.to_port
    return shown


def _show_peer(permission: ec2.IpPermission, group: SecurityGroup, rule: SecurityGroupRule) -> None:
    if rule.ipv4_network is not None:
        ipv4_range: ec2.IpRange = {"CidrIp": str(rule.ipv4_network)}
        _describe(ipv4_range, rule)
        permission["IpRanges"].append(ipv4_range)
    elif rule.ipv6_network is not None:
        ipv6_range: ec2.Ipv6Range = {"CidrIpv6": str(rule.ipv6_network)}
        _describe(ipv6_range, rule)
        permission["Ipv6Ranges"].append(ipv6_range)
    elif rule.referenced_group_id is not None:
        pair: ec2.UserIdGroupPair = {"GroupId": rule.referenced_group_id, "UserId": group.scope.account_id}
        _describe(pair, rule)
        permission["UserIdGroupPairs"].append(pair)
    elif rule.prefix_list_id is not None:
        of_list: ec2.PrefixListId = {"PrefixListId": rule.prefix_list_id}
        _describe(of_list, rule)
        permission["PrefixListIds"].append(of_list)


def _describe(
    peer: ec2.IpRange | ec2.Ipv6Range | ec2.UserIdGroupPair | ec2.PrefixListId, rule: SecurityGroupRule
) -> None:
    if rule.description is not None:
        peer["Description"] = rule.description
