"""Names as the chain looks them up: indexes over one VPC's view and over the public names."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address

from skywalk.dns.zones import Zone, Zones
from skywalk.plan.name_views import NameView, PublicHosts, PublicName
from skywalk.plan.public_catalogue import PublicCatalogue, PublicCatalogues
from skywalk.values.addresses import Address


class ViewNames:
    """One VPC's view, by name and by address. Made afresh when the view changes, but for its zones where they are kept
    apart from it. `is_inbound`: as its inbound resolver endpoints see it, not its instances."""

    __slots__ = ("_is_inbound", "branches", "hosts", "pointers", "view", "zones")

    def __init__(self, view: NameView, zones: Zones | None = None, *, is_inbound: bool = False) -> None:
        self.view = view
        self.zones = Zones(view.zones) if zones is None else zones
        self._is_inbound = is_inbound
        self.hosts: dict[str, tuple[Address, ...]] = {host.name: host.addresses for host in view.hosts}
        self.pointers = _pointers(view)
        """Reverse name (`5.0.0.10.in-addr.arpa`) → host name."""
        self.branches = frozenset(_branches(view))
        """Names inside the domain that have no records but names below them: they exist."""

    def find_zone(self, name: str) -> Zone | None:
        """The most specific private zone that a name lies in."""
        return self.zones.find(name, is_inbound=self._is_inbound)

    def has(self, name: str) -> bool:
        """Whether this very name is one of the VPC's, outside of its zones; their own names are."""
        return name in self.hosts or name in self.branches or name == self.view.domain or self.zones.has(name)


class PublicNames:
    """The names that everybody can resolve: the services', where `*.` in front of one covers every name below, however
    deep; and the instances', by the domain that they are in."""

    def __init__(self, names: Iterable[PublicName] = (), hosts: Iterable[PublicHosts] = ()) -> None:
        self._names = {name.name: name for name in names}
        self._hosts = {row.domain: row for row in hosts}
        self._catalogues = PublicCatalogues()
        self.changes = 0
        """How often something has changed: answers made before are to be made anew."""

    def put(self, name: PublicName) -> None:
        self.changes += 1
        self._names[name.name] = name

    def remove(self, name: str) -> None:
        self.changes += 1
        self._names.pop(name, None)

    def put_hosts(self, hosts: PublicHosts) -> None:
        self.changes += 1
        self._hosts[hosts.domain] = hosts

    def remove_hosts(self, domain: str) -> None:
        self.changes += 1
        self._hosts.pop(domain, None)

    def put_catalogue(self, catalogue: PublicCatalogue) -> None:
        self.changes += 1
        self._catalogues.put(catalogue)

    def remove_catalogue(self, key: str) -> None:
        self.changes += 1
        self._catalogues.remove(key)

    def find(self, name: str) -> PublicName | None:
        """The record of that very name, else of the nearest wildcard above it, else what a catalogue has."""
        found = self._names.get(name)
        dot = name.find(".")
        while found is None and dot != -1:
            found = self._names.get("*" + name[dot:])
            dot = name.find(".", dot + 1)
        return found or self._in_catalogues(name)

    def _in_catalogues(self, name: str) -> PublicName | None:
        found = self._catalogues.find(name)
        if found is None:
            return None
        return PublicName(found.name, found.service.addresses, found.ttl_seconds, found.service.origin)

    def find_hosts(self, name: str) -> PublicHosts | None:
        """The hosts whose domain `name` is, or lies in."""
        domain = name
        while domain and domain not in self._hosts:
            domain = domain.partition(".")[2]
        return self._hosts.get(domain)

    def has(self, name: str) -> bool:
        """Whether this very name is known, or a wildcard right below it, or its first label tells a region; the names
        of catalogues apart."""
        if name in self._names or "*." + name in self._names or name in self._hosts:
            return True
        return self._catalogues.has_region(name.partition(".")[0])

    def tells_by_label(self, parent: str) -> bool:
        """Whether names right below `parent` may be known, by what their first labels tell, without `has` knowing."""
        return self.find_hosts(parent) is not None or self._catalogues.has_below(parent)


def host_address(hosts: PublicHosts, name: str) -> Address | None:
    """The address that a public host name tells (`ec2-198-18-5-6.<domain>`); None for what is none of these hosts."""
    label = name.removesuffix("." + hosts.domain)
    try:
        address = IPv4Address(label.removeprefix("ec2-").replace("-", "."))
    except ValueError:
        return None
    is_its_name = label == f"ec2-{str(address).replace('.', '-')}"
    return address if is_its_name and address in hosts.network else None


def _pointers(view: NameView) -> dict[str, str]:
    """Of several names of an address the one that tells the address (`ip-10-0-0-5.…`) is its reverse name."""
    suffix = "." + view.domain
    pointers: dict[str, str] = {}
    for host in view.hosts:
        if not host.name.endswith(suffix):
            continue
        tells_address = host.name.startswith("ip-")
        for address in host.addresses:
            if tells_address or address.reverse_pointer not in pointers:
                pointers[address.reverse_pointer] = host.name
    return pointers


def _branches(view: NameView) -> Iterable[str]:
    suffix = "." + view.domain
    for host in view.hosts:
        if host.name.endswith(suffix):
            parent = host.name.partition(".")[2]
            while parent.endswith(suffix):
                yield parent
                parent = parent.partition(".")[2]
