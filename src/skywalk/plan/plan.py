"""Plan: everything one VPC needs of those that carry traffic; InternetPlan: what lies outside every VPC."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.plan.control_policies import ControlPolicies
from skywalk.plan.filters import FilterRule, GroupMembers, PrefixSet
from skywalk.plan.guests import Guest
from skywalk.plan.name_views import NameView, PublicHosts, PublicName
from skywalk.plan.nat_gateways import NatGateway
from skywalk.plan.network_acls import AclRule
from skywalk.plan.peerings import Peering
from skywalk.plan.principals import AccessKey, Role, User
from skywalk.plan.public_catalogue import PublicCatalogue
from skywalk.plan.routes import Route
from skywalk.plan.segments import ConntrackZone, EndpointPort, Port, Router, Segment
from skywalk.plan.services import GatewayEndpoint, InterfaceEndpoint, PublicService, ServiceResource
from skywalk.plan.translations import Translation


@dataclass(frozen=True, slots=True)
class Plan:
    """One VPC. Every tuple is sorted by `key`; applying the same plan twice changes nothing. `public_names` are those
    of its endpoints, which everybody resolves."""

    vpc_id: str
    router: Router
    segments: tuple[Segment, ...]
    ports: tuple[Port, ...]
    routes: tuple[Route, ...]
    group_members: tuple[GroupMembers, ...]
    prefix_sets: tuple[PrefixSet, ...]
    filter_rules: tuple[FilterRule, ...]
    acl_rules: tuple[AclRule, ...]
    translations: tuple[Translation, ...]
    conntrack_zones: tuple[ConntrackZone, ...]
    nat_gateways: tuple[NatGateway, ...]
    peerings: tuple[Peering, ...]
    gateway_endpoints: tuple[GatewayEndpoint, ...]
    guests: tuple[Guest, ...]
    name_view: NameView
    interface_endpoints: tuple[InterfaceEndpoint, ...] = ()
    endpoint_ports: tuple[EndpointPort, ...] = ()
    public_names: tuple[PublicName, ...] = ()

    @property
    def endpoints(self) -> tuple[GatewayEndpoint | InterfaceEndpoint, ...]:
        """Those at which the edge listens."""
        return (*self.gateway_endpoints, *self.interface_endpoints)


@dataclass(frozen=True, slots=True)
class InternetPlan:
    """The services at their public addresses, and the names that everybody resolves to them and to instances.
    `catalogues` are the many that no region serves itself, with their names. With an uplink all other addresses are
    those of the machine's network, and its resolvers are asked for all other names."""

    public_services: tuple[PublicService, ...]
    public_names: tuple[PublicName, ...]
    public_hosts: tuple[PublicHosts, ...]
    catalogues: tuple[PublicCatalogue, ...] = ()
    has_uplink: bool = False

    @property
    def sites(self) -> tuple[PublicService, ...]:
        """All that has public addresses: the services, and for each region of a catalogue one without names."""
        return (*self.public_services, *(site for row in self.catalogues for site in row.as_services()))


@dataclass(frozen=True, slots=True)
class CallerPlan:
    """One account's keys, users and roles, and the service resources that it owns."""

    account_id: str
    access_keys: tuple[AccessKey, ...]
    users: tuple[User, ...]
    roles: tuple[Role, ...]
    service_resources: tuple[ServiceResource, ...]
    control_policies: ControlPolicies | None = None
    """Where the account is in an organization."""
