"""Those who may answer a question, in order. Source: Route 53 Developer Guide, "Resolver" and its autodefined rules;
that a private zone comes before an internal name of the same domain is unconfirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from skywalk.dns.known_names import PublicNames, ViewNames, host_address
from skywalk.dns.message import (
    AAAA,
    ANY,
    NOERROR,
    PTR,
    SOA,
    A,
    Answer,
    Question,
    Record,
    empty,
    no_such_name,
    soa_record,
)
from skywalk.dns.zones import RecordSet, Zone, chased, renamed
from skywalk.values.addresses import Address, Network
from skywalk.values.dns_names import lies_in

INTERNAL_TTL_SECONDS = 60
ENDPOINT_DOMAIN = "vpce.amazonaws.com"

Turn = Callable[[str, int], int]
"""Which of a name's addresses, of so many, is at the front now: they take turns."""


Follow = Callable[[Question], Answer]
"""The whole chain's answer to another question: what an alias leads to."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and all there is to answer it from."""

    question: Question
    names: ViewNames | None
    public: PublicNames
    turn: Turn
    follow: Follow


Handler = Callable[[Asked], Answer | None]
"""Answers what it is responsible for; None hands on to the next."""


def private_zones(asked: Asked) -> Answer | None:
    """The most specific of the VPC's private zones, whatever the public knows of its names."""
    name = asked.question.name
    zone = asked.names.find_zone(name) if asked.names is not None else None
    if zone is None:
        return None
    sets = zone.sets_of(name)
    if sets is None:
        return zone.no_such_name()
    if asked.question.type == ANY:
        records = tuple(record for one in sets.values() for record in _set_records(asked, zone, one))
    else:
        found = chased(sets, asked.question.type)
        records = _set_records(asked, zone, found) if found is not None else ()
    return Answer(NOERROR, records) if records else zone.empty()


def internal_names(asked: Asked) -> Answer | None:
    """The VPC's hosts, and everything else inside its internal domain."""
    if asked.names is None:
        return None
    name = asked.question.name
    domain = asked.names.view.domain
    addresses = asked.names.hosts.get(name)
    if addresses is not None:
        zone = domain if name.endswith("." + domain) else name
        return _addresses(asked, name, addresses, INTERNAL_TTL_SECONDS, zone)
    if name == domain:
        return _zone_apex(asked.question, domain)
    if name.endswith("." + domain):
        return empty(domain) if name in asked.names.branches else no_such_name(domain)
    return None


def reverse_names(asked: Asked) -> Answer | None:
    """Addresses of the VPC's networks and of the private ranges, for which nobody else is asked."""
    name = asked.question.name
    if asked.names is None or not name.endswith(".arpa"):
        return None
    host = asked.names.pointers.get(name)
    if host is not None and asked.question.type in (PTR, ANY):
        return Answer(NOERROR, (Record(name, PTR, INTERNAL_TTL_SECONDS, host),))
    zone = _reverse_zone(name, asked.names.view.networks)
    if zone is None:
        return None
    if host is not None:
        return empty(zone)
    if name == zone:
        return _zone_apex(asked.question, zone)
    return no_such_name(zone) if _is_whole_address(name) else empty(zone)


def localhost(asked: Asked) -> Answer | None:
    """`localhost` and names below it are the asker itself (RFC 6761 §6.3)."""
    name = asked.question.name
    if name == _LOCALHOST or name.endswith("." + _LOCALHOST):
        return _addresses(asked, _LOCALHOST, _LOOPBACK, INTERNAL_TTL_SECONDS, _LOCALHOST)
    if name in _LOOPBACK_POINTERS:
        if asked.question.type not in (PTR, ANY):
            return empty(name)
        return Answer(NOERROR, (Record(name, PTR, INTERNAL_TTL_SECONDS, _LOCALHOST),))
    return None


def public_hosts(asked: Asked) -> Answer | None:
    """Instances' public host names, which lead to their public addresses; nothing else is in their domains."""
    name = asked.question.name
    hosts = asked.public.find_hosts(name)
    if hosts is None:
        return None
    if name == hosts.domain:
        return _zone_apex(asked.question, hosts.domain)
    address = host_address(hosts, name)
    if address is None:
        return no_such_name(hosts.domain)
    return _addresses(asked, name, (address,), hosts.ttl_seconds, hosts.domain)


def public_names(asked: Asked) -> Answer | None:
    """The services' public names."""
    found = asked.public.find(asked.question.name)
    if found is None:
        return None
    zone = found.name.removeprefix("*.")
    return _addresses(asked, found.name, found.addresses, found.ttl_seconds, zone)


def endpoint_domain(asked: Asked) -> Answer | None:
    """Names of endpoints are the region's alone: those that no endpoint has do not exist."""
    name = asked.question.name
    if not lies_in(name, ENDPOINT_DOMAIN):
        return None
    exists = name == ENDPOINT_DOMAIN or asked.public.find(f"*.{name}") is not None
    return empty(ENDPOINT_DOMAIN) if exists else no_such_name(ENDPOINT_DOMAIN)


CHAIN: tuple[Handler, ...] = (
    private_zones,  # what the VPC's owner says of a name goes before everything else
    internal_names,  # before the public: an instance's public host name resolves to its private address inside its VPC
    reverse_names,
    localhost,  # behind the reverse names, whose index is the quicker look
    public_hosts,  # from here on what is known to everybody; no wildcard covers a name of an instance
    public_names,
    endpoint_domain,  # behind them: the endpoints' names are public
)

_LOCALHOST = "localhost"
_LOOPBACK: tuple[Address, ...] = (IPv4Address("127.0.0.1"), IPv6Address("::1"))
_LOOPBACK_POINTERS = frozenset(address.reverse_pointer for address in _LOOPBACK)

_PRIVATE_RANGES: tuple[Network, ...] = tuple(
    ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")
)


def _set_records(asked: Asked, zone: Zone, found: RecordSet) -> tuple[Record, ...]:
    name = asked.question.name
    if found.alias is not None:
        answered = asked.follow(Question(found.alias, found.type))
        return renamed(answered.records, name, found.type)
    records = found.records(name)
    if len(records) > 1 and found.type in (A, AAAA):
        start = asked.turn(f"{found.owner} {zone.name}", len(records))
        records = records[start:] + records[:start]
    return records


def _addresses(asked: Asked, owner: str, addresses: tuple[Address, ...], ttl_seconds: int, zone: str) -> Answer:
    question = asked.question
    chosen = [address for address in addresses if question.type in (_type_of(address), ANY)]
    if not chosen:
        return empty(zone)
    if len(chosen) > 1:
        start = asked.turn(owner, len(chosen))
        chosen = chosen[start:] + chosen[:start]
    return Answer(NOERROR, tuple(Record(question.name, _type_of(address), ttl_seconds, address) for address in chosen))


def _type_of(address: Address) -> int:
    return A if address.version == 4 else AAAA


def _zone_apex(question: Question, zone: str) -> Answer:
    return Answer(NOERROR, (soa_record(zone),)) if question.type in (SOA, ANY) else empty(zone)


def _reverse_zone(name: str, networks: Iterable[Network]) -> str | None:
    """The reverse zone that holds `name`, or None where it is not one of the VPC's or the private ranges'."""
    asked = _reversed_network(name)
    if asked is None:
        return None
    bits_per_label = 8 if asked.version == 4 else 4
    for network in (*_PRIVATE_RANGES, *networks):
        if network.version != asked.version or not network.overlaps(asked):
            continue
        # Zones are cut at labels: 10.1.16.0/20 has the zones 16.1.10 … 31.1.10, 10.1.2.0/28 lies in 2.1.10.
        labels = min(-(-network.prefixlen // bits_per_label), network.max_prefixlen // bits_per_label - 1)
        if asked.prefixlen >= labels * bits_per_label:
            return ".".join(name.split(".")[-labels - 2 :])
    return None


def _reversed_network(name: str) -> Network | None:
    """`0.10.in-addr.arpa` → 10.0.0.0/16; None for what is no reverse name."""
    labels = name.split(".")[::-1][1:]
    try:
        if labels[0] == "in-addr" and 2 <= len(labels) <= 5:
            octets = labels[1:] + ["0"] * (5 - len(labels))
            return IPv4Network(f"{'.'.join(octets)}/{8 * (len(labels) - 1)}")
        if labels[0] == "ip6" and 2 <= len(labels) <= 33 and all(len(label) == 1 for label in labels[1:]):
            packed = bytes.fromhex("".join(labels[1:]).ljust(32, "0"))
            return IPv6Network((packed, 4 * (len(labels) - 1)))
    except ValueError:
        pass
    return None


def _is_whole_address(name: str) -> bool:
    network = _reversed_network(name)
    return network is None or network.prefixlen == network.max_prefixlen
