"""The public names of many services in many regions, in one row: names with a place for the region, and what a host
name is by them. Written out they would be thousands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network

from skywalk.plan.origin import Origin
from skywalk.plan.services import PublicService
from skywalk.values.addresses import Address

_REGION = "{region}"


@dataclass(frozen=True, slots=True, order=True)
class CatalogueService:
    """`names` are host names with `{region}` for the region, `*.` in front for all names below. `region` is the only
    one that has the service, if only one has. `legacy_names` are known here alone, and not at endpoints."""

    service: str
    names: tuple[str, ...]
    region: str | None
    legacy_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class CatalogueSite:
    """Where all services of a catalogue are in one region."""

    region: str
    address: Address


@dataclass(frozen=True, slots=True, order=True)
class PublicCatalogue:
    """Services that answer on the same `ports` at the addresses of `sites`. Most have one name, made of their own in
    the usual way (`ecr.api`: `api.ecr.{region}.amazonaws.com`): they are in `usual` by the service alone. Names without
    a region lead to `global_region`, unless one region alone has the service."""

    name: str
    services: tuple[CatalogueService, ...]
    sites: tuple[CatalogueSite, ...]
    ports: tuple[int, ...]
    ttl_seconds: int
    origin: Origin
    usual: tuple[str, ...] = ()
    global_region: str = ""

    @property
    def key(self) -> str:
        return self.name

    def entries(self) -> Iterator[CatalogueService]:
        yield from self.services
        for service in self.usual:
            yield CatalogueService(service, (usual_name(service),), None)

    def as_services(self) -> Iterator[PublicService]:
        """One for each site, without names: what the network has to know."""
        for site in self.sites:
            networks = (ip_network(site.address),)
            yield PublicService(self.name, site.region, networks, (site.address,), (), self.ports, self.origin)


@dataclass(frozen=True, slots=True)
class NamedService:
    """A service, and which of its names a host name is: that one, or the wildcard above it."""

    service: PublicService
    name: str
    ttl_seconds: int


class PublicCatalogues:
    """Rows by key, and what they say of a name; answers are made when they are asked for."""

    def __init__(self, rows: Iterable[PublicCatalogue] = ()) -> None:
        self._rows = {row.key: row for row in rows}
        self._index()

    def put(self, row: PublicCatalogue) -> None:
        self._rows[row.key] = row
        self._index()

    def remove(self, key: str) -> None:
        self._rows.pop(key, None)
        self._index()

    def find(self, host: str) -> NamedService | None:
        """The service whose name `host` is, or below whose wildcard it lies, however deep."""
        for template, region in self._templates(host):
            name = template
            while name and name not in self._by_template:
                name = _above(name)
            if name:
                row, entry = self._by_template[name]
                service = self.service(entry.service, region or entry.region or row.global_region)
                if service is not None:
                    return NamedService(service, name.replace(_REGION, region), row.ttl_seconds)
        return None

    def has_region(self, label: str) -> bool:
        return label in self._regions

    def has_below(self, parent: str) -> bool:
        """Whether a name, or a name with a wildcard below it, is one label below `parent`, which is no wildcard."""
        return any(template in self._parents for template, _ in self._templates(parent))

    def service(self, service: str, region: str) -> PublicService | None:
        found = self._by_service.get(service)
        if found is None or found[1].region not in (None, region):
            return None
        return self._written_out(*found, region)

    def _templates(self, host: str) -> Iterator[tuple[str, str]]:
        """The host name with each of its labels that is a region replaced, and as it is."""
        labels = host.split(".")
        for place, label in enumerate(labels):
            if label in self._regions:
                yield ".".join((*labels[:place], _REGION, *labels[place + 1 :])), label
        if _REGION not in host:
            yield host, ""

    def _written_out(self, row: PublicCatalogue, entry: CatalogueService, region: str) -> PublicService | None:
        known = self._written.get((entry.service, region))
        if known is None:
            address = next((site.address for site in row.sites if site.region == region), None)
            if address is None:
                return None
            known = self._written[entry.service, region] = PublicService(
                service=entry.service,
                region=region,
                networks=(ip_network(address),),
                addresses=(address,),
                names=tuple(name.replace(_REGION, region) for name in entry.names),
                ports=row.ports,
                origin=row.origin,
            )
        return known

    def _index(self) -> None:
        self._written: dict[tuple[str, str], PublicService] = {}
        entries = [(row, entry) for row in self._rows.values() for entry in row.entries()]
        self._by_service = {entry.service: (row, entry) for row, entry in entries}
        self._by_template = {
            name: (row, entry) for row, entry in entries for name in (*entry.names, *entry.legacy_names)
        }
        self._parents = {name.removeprefix("*.").partition(".")[2] for name in self._by_template}
        self._regions = {site.region for row in self._rows.values() for site in row.sites}


def usual_name(service: str) -> str:
    """The labels of the service the other way round, in amazonaws.com."""
    return f"{'.'.join(reversed(service.split('.')))}.{_REGION}.amazonaws.com"


def _above(template: str) -> str:
    """The wildcard that covers a name, or that above a wildcard; nothing at the top."""
    _, _, rest = template.removeprefix("*.").partition(".")
    return f"*.{rest}" if rest else ""
