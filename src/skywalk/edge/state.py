"""What a worker knows: the feed's rows, indexed for requests, with every policy compiled when its row arrives."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from skywalk.feed.rows import Row, RowChange, RowId, row_id
from skywalk.plan.control_policies import ControlPolicies
from skywalk.plan.places import Place
from skywalk.plan.principals import AccessKey, Role, User
from skywalk.plan.public_catalogue import PublicCatalogue, PublicCatalogues
from skywalk.plan.services import GatewayEndpoint, InterfaceEndpoint, PublicService, ServiceResource
from skywalk.policy.compiled import CompiledPolicy, compile_policy
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.errors import PolicyError
from skywalk.policy.organization import Member, compile_rcps, compile_scps

log = logging.getLogger(__name__)

_HOSTS_REMEMBERED = 4096
PUBLIC_KINDS = frozenset({"PublicCatalogue", "PublicService"})
"""Of the rows that say what public names mean."""
_DENY_ALL = {
    PolicyKind.IDENTITY: '{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}',
    PolicyKind.ENDPOINT: '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}',
    PolicyKind.RESOURCE: '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}',
}
DENIES_ALL = compile_policy(parse_policy(_DENY_ALL[PolicyKind.ENDPOINT], PolicyKind.ENDPOINT))


@dataclass(frozen=True, slots=True)
class KnownIdentity:
    """A user or role, with its policies."""

    row: Role | User
    unique_id: str
    identity_policies: tuple[CompiledPolicy, ...]
    permission_boundary: CompiledPolicy | None


@dataclass(frozen=True, slots=True)
class KnownEndpoint:
    row: GatewayEndpoint | InterfaceEndpoint
    endpoint_policy: CompiledPolicy

    @property
    def own_names(self) -> tuple[str, ...]:
        """Of an interface endpoint."""
        return self.row.names if isinstance(self.row, InterfaceEndpoint) else ()

    @property
    def certificate_names(self) -> tuple[str, ...]:
        """Beside the service's public ones."""
        return self.row.certificate_names if isinstance(self.row, InterfaceEndpoint) else ()


@dataclass(frozen=True, slots=True)
class KnownResource:
    """A bucket or a table with a policy: whose it is, and its policy, if any."""

    row: ServiceResource
    resource_policy: CompiledPolicy | None


class EdgeState:
    """Rows by kind and key. Changes are applied whole, between two requests."""

    def __init__(self) -> None:
        self._rows: dict[RowId, Row] = {}
        self.access_keys: dict[str, AccessKey] = {}
        self.members: dict[str, Member] = {}
        """The accounts of the organization, if there is one."""
        self.roles: dict[str, KnownIdentity] = {}
        self.users: dict[str, KnownIdentity] = {}
        self.endpoints: dict[str, KnownEndpoint] = {}
        self.places: dict[str, Place] = {}
        self.public_services: dict[str, PublicService] = {}
        self.catalogue_rows: dict[str, PublicCatalogue] = {}
        self.catalogues = PublicCatalogues()
        """Services whose names are not written out."""
        self.resources: dict[str, KnownResource] = {}
        self.services_by_name: dict[str, PublicService] = {}
        """Every service of a row of its own by each of its base names."""
        self._services_of_hosts: dict[str, PublicService | None] = {}
        self._indexes: dict[str, dict[str, Any]] = {
            "AccessKey": self.access_keys,
            "ControlPolicies": self.members,
            "Role": self.roles,
            "GatewayEndpoint": self.endpoints,
            "InterfaceEndpoint": self.endpoints,
            "Place": self.places,
            "PublicCatalogue": self.catalogue_rows,
            "PublicService": self.public_services,
            "ServiceResource": self.resources,
            "User": self.users,
        }

    def apply(self, change: RowChange) -> None:
        """A row that equals the one that is known is left alone, its compiled policies with it."""
        put = {row_id(row): row for row in change.put}
        removed = tuple(change.removed)
        if change.is_full:
            removed = tuple(known for known in self._rows if known not in put)
        for gone in removed:
            self._rows.pop(gone, None)
            self._index_of(gone).pop(gone[1], None)
        for key, row in put.items():
            if self._rows.get(key) != row:
                self._rows[key] = row
                self._index_of(key)[key[1]] = _known(row)
        if change.is_full or any(kind in PUBLIC_KINDS for kind, _ in (*put, *removed)):
            services = self.public_services.values()
            self.catalogues = PublicCatalogues(self.catalogue_rows.values())
            self.services_by_name = {name: service for service in services for name in base_names(service.names)}
            self._services_of_hosts.clear()

    def service(self, service: str, region: str) -> PublicService | None:
        return self.public_services.get(f"{region} {service}") or self.catalogues.service(service, region)

    def service_of_host(self, host: str) -> PublicService | None:
        """The service that a host name means: one of its names, or any label in front of a name that has `*.`."""
        try:
            return self._services_of_hosts[host]
        except KeyError:
            if len(self._services_of_hosts) >= _HOSTS_REMEMBERED:
                self._services_of_hosts.clear()
            found = _find_service(self.services_by_name, host)
            if found is None and (named := self.catalogues.find(host)) is not None:
                found = named.service
            self._services_of_hosts[host] = found
            return found

    def _index_of(self, key: RowId) -> dict[str, Any]:
        # Rows of other kinds are for other subscribers; what is kept of them is seen by nobody.
        return self._indexes.setdefault(key[0], {})


def _find_service(by_name: Mapping[str, PublicService], host: str) -> PublicService | None:
    exact = by_name.get(host)
    if exact is not None:
        return exact if host in exact.names else None
    rest = host
    while "." in rest:
        _, _, rest = rest.partition(".")
        service = by_name.get(rest)
        if service is not None:
            return service if f"*.{rest}" in service.names else None
    return None


def _known(row: Row) -> Any:
    if isinstance(row, Role):
        return _known_identity(row, row.role_id)
    if isinstance(row, User):
        return _known_identity(row, row.user_id)
    if isinstance(row, (GatewayEndpoint, InterfaceEndpoint)):
        is_interface = isinstance(row, InterfaceEndpoint)
        return KnownEndpoint(row, _compiled(row.policy, PolicyKind.ENDPOINT, row, is_of_interface=is_interface))
    if isinstance(row, ServiceResource):
        policy = None if row.policy is None else _compiled(row.policy, PolicyKind.RESOURCE, row)
        return KnownResource(row, policy)
    if isinstance(row, ControlPolicies):
        return Member(row.organization_id, row.path, compile_scps(row.scps), compile_rcps(row.rcps))
    return row


def _known_identity(row: Role | User, unique_id: str) -> KnownIdentity:
    policies = (_compiled(text, PolicyKind.IDENTITY, row) for text in row.identity_policies)
    boundary = row.permissions_boundary
    cap = None if boundary is None else _compiled(boundary, PolicyKind.IDENTITY, row)
    return KnownIdentity(row, unique_id, tuple(policies), cap)


def _compiled(text: str, kind: PolicyKind, row: Row, *, is_of_interface: bool = False) -> CompiledPolicy:
    """The API takes no policy that cannot be compiled; should one arrive all the same, it allows nothing."""
    try:
        return compile_policy(parse_policy(text, kind), is_of_interface=is_of_interface)
    except PolicyError as error:
        log.error("the policy of %s cannot be evaluated and denies everything: %s", row.key, error)
        return compile_policy(parse_policy(_DENY_ALL[kind], kind))


@lru_cache(maxsize=256)
def base_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of a service without those that only stand for labels in front of them."""
    return tuple(dict.fromkeys(name.removeprefix("*.") for name in names))
