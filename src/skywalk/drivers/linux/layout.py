"""What a plan becomes on this machine, as values: namespaces, rows, rulesets. Wanted and observed share the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from skywalk.drivers.linux.rtnetlink import RouteKind
from skywalk.drivers.linux.ruleset import Ruleset
from skywalk.values.addresses import Address, Network
from skywalk.values.changed_part import exchanged

ROUTER: Final = "router"
ENDPOINTS: Final = "endpoints"
INTERNET: Final = "internet"
"""Names of namespaces; those of instances and NAT gateways are their ids. `INTERNET` is the region's, all others are
one VPC's."""


def is_nat_gateway(namespace: str) -> bool:
    return namespace.startswith("nat-")


def is_confined(namespace: str) -> bool:
    """Whether others than skywalk run in it."""
    return namespace not in {ROUTER, ENDPOINTS, INTERNET} and not is_nat_gateway(namespace)


LOOPBACK: Final = "lo"


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """A pair of links, both up. The first end is the router's; `alias`, the full id, is that of both ends."""

    namespace: str
    device: str
    mac: str
    peer_namespace: str
    peer_device: str
    peer_mac: str
    alias: str

    @property
    def ends(self) -> tuple[tuple[str, str], tuple[str, str]]:
        return (self.namespace, self.device), (self.peer_namespace, self.peer_device)


@dataclass(frozen=True, slots=True, order=True)
class PeeringLink:
    """This router's end of a pair of links whose other end is in the router of another VPC. Both ends have one name.

    Whichever router comes first makes the pair; each has its own end up, with the peering's id as alias. Either takes
    the pair away. Of the other router nothing can be seen from here, so that it does not count in comparisons.
    """

    namespace: str
    device: str
    mac: str
    alias: str
    peer_vpc_id: str = field(default="", compare=False)
    peer_mac: str = field(default="", compare=False)

    @property
    def ends(self) -> tuple[tuple[str, str]]:
        return ((self.namespace, self.device),)


@dataclass(frozen=True, slots=True, order=True)
class Loopback:
    """That `lo` is up, without which nothing is local in a namespace."""

    namespace: str


@dataclass(frozen=True, slots=True, order=True)
class LinkAddress:
    """`metric` is that of the route to its network: of several devices in one network the least one's counts."""

    namespace: str
    device: str
    address: Address
    prefix_length: int
    metric: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Neighbour:
    """A neighbour's MAC, known for good: nobody has to ask for it and nobody can answer falsely."""

    namespace: str
    device: str
    address: Address
    mac: str


@dataclass(frozen=True, slots=True)
class KernelRoute:
    namespace: str
    table: int
    destination: Network
    kind: RouteKind
    device: str | None = None
    gateway: Address | None = None
    metric: int = 0


@dataclass(frozen=True, slots=True, order=True)
class KernelRule:
    """Packets with this mark (0: all) and this source (None: any) look into this table."""

    namespace: str
    priority: int
    mark: int
    table: int
    source: Address | None = None


@dataclass(frozen=True, slots=True, order=True)
class LackingRule:
    """A rule that every namespace has by itself, and this one has not any more. No plan wants that; to remove it is to
    put the rule back."""

    namespace: str
    priority: int
    table: int


@dataclass(frozen=True, slots=True)
class LackingRoute:
    """A route that the kernel makes by itself with an address, the `source`, and that is not there any more. No plan
    wants that; to remove it is to put the route back."""

    namespace: str
    device: str
    destination: Network
    kind: RouteKind
    source: Address
    metric: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Setting:
    """A file below /proc/sys/net of a namespace; `device` is the link whose setting it is, if it is one's."""

    namespace: str
    path: str
    value: str
    device: str | None = None


Row = (
    Loopback
    | Link
    | PeeringLink
    | LinkAddress
    | Neighbour
    | KernelRoute
    | KernelRule
    | LackingRule
    | LackingRoute
    | Setting
)


@dataclass(frozen=True, slots=True)
class Layout:
    """`namespaces` and `rows` map to the id of the resource that caused them. `foreign_tables` are tables of nftables
    beside our rulesets, by namespace: family and name. No plan wants any."""

    namespaces: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[Row, str] = field(default_factory=dict)
    rulesets: Mapping[str, Ruleset] = field(default_factory=dict)
    foreign_tables: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)


def difference(have: Layout, want: Layout) -> tuple[list[Row], list[Row]]:
    """The rows that only one of two layouts has, in their order. Rows are many and dear to hash: nearly all of those
    that were laid out from plan to plan are the same objects in the same order."""
    old, new = exchanged(tuple(have.rows), tuple(want.rows))
    return [row for row in old if row not in want.rows], [row for row in new if row not in have.rows]


def render_row(row: Row) -> str:
    """A row as one line of text: `router route 10.0.1.10/32 dev p-… table 10`."""
    match row:
        case Loopback():
            return f"{row.namespace} loopback up"
        case Link():
            return (
                f"{row.namespace} link {row.device} {row.mac} to {row.peer_namespace} {row.peer_device} "
                f"{row.peer_mac} alias {row.alias}"
            )
        case PeeringLink():
            return f"{row.namespace} peering {row.device} {row.mac} alias {row.alias}"
        case LinkAddress():
            metric = f" metric {row.metric}" if row.metric else ""
            return f"{row.namespace} address {row.address}/{row.prefix_length} dev {row.device}{metric}"
        case Neighbour():
            return f"{row.namespace} neighbour {row.address} {row.mac} dev {row.device}"
        case KernelRoute():
            return f"{row.namespace} route {_render_route(row)}"
        case KernelRule():
            mark = f" mark {row.mark}" if row.mark else ""
            source = f" from {row.source}" if row.source else ""
            return f"{row.namespace} rule {row.priority}{mark}{source} table {row.table}"
        case LackingRule():
            return f"{row.namespace} lacks rule {row.priority} table {row.table}"
        case LackingRoute():
            kind = "" if row.kind is RouteKind.UNICAST else f"{row.kind.name.lower()} "
            return f"{row.namespace} lacks route {kind}{row.destination} dev {row.device} from {row.source}"
        case Setting():
            return f"{row.namespace} setting {row.path} = {row.value}"


def _render_route(row: KernelRoute) -> str:
    kind = "" if row.kind is RouteKind.UNICAST else f"{row.kind.name.lower()} "
    gateway = f" via {row.gateway}" if row.gateway else ""
    device = f" dev {row.device}" if row.device else ""
    metric = f" metric {row.metric}" if row.metric else ""
    return f"{kind}{row.destination}{gateway}{device}{metric} table {row.table}"
