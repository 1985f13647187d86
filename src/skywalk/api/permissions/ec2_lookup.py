"""What a request names without saying so: the resources that an association joins, a profile's role, tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from skywalk.actions.default_vpcs import default_subnet_of, default_vpc_of
from skywalk.policy.context import tag_context
from skywalk.policy.keys.names import EC2_RESOURCE_TAG, RESOURCE_TAG
from skywalk.resources.instance import Instance
from skywalk.resources.key_pair import KeyPair
from skywalk.resources.network_acl import NetworkAcl
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.regions import zones_of
from skywalk.resources.resource import Resource
from skywalk.resources.role import InstanceProfile, Role
from skywalk.resources.route_table import RouteTable
from skywalk.resources.security_group import SecurityGroup
from skywalk.resources.subnet import Subnet
from skywalk.resources.vpc import Vpc
from skywalk.resources.vpc_peering_connection import VpcPeeringConnection
from skywalk.values.arn import iam_arn
from skywalk.values.scope import GLOBAL_REGION, Scope

if TYPE_CHECKING:
    from skywalk.resources.store import Store
    from skywalk.values.tags import Tag

R = TypeVar("R", bound=Resource)


class Ec2Lookup:
    """Looks into one account's resources in one region; others' are as unknown as those that never were."""

    def __init__(self, store: Store, scope: Scope) -> None:
        self._store = store
        self._scope = scope

    @property
    def scope(self) -> Scope:
        return self._scope

    @property
    def region(self) -> str:
        return self._scope.region

    def role_of_profile(self, profile: Mapping[str, str]) -> str | None:
        """The ARN of the role in the profile that `{"Name": …}` or `{"Arn": …}` means; None where there is none."""
        found = self._profile(profile)
        return None if found is None else found.role_arn

    def tags_of_role(self, role_arn: str) -> Sequence[Tag]:
        role = self._store.get(Role, role_arn)
        return () if role is None else role.tags

    def profile_arn(self, profile: Mapping[str, str]) -> str | None:
        """Of the profile that is meant, whether it is there or not; None where none is."""
        found = self._profile(profile)
        if found is not None:
            return found.id
        name = profile.get("Name")
        return profile.get("Arn") or (iam_arn(self._scope.account_id, f"instance-profile/{name}") if name else None)

    def _profile(self, profile: Mapping[str, str]) -> InstanceProfile | None:
        name, arn = profile.get("Name"), profile.get("Arn")
        profiles = self._store.of_owner(InstanceProfile, Scope(self._scope.account_id, GLOBAL_REGION))
        return next((one for one in profiles if one.name == name or one.id == arn), None)

    def joined_by(self, association_id: str) -> list[str]:
        """The ids of the resources that an association or attachment joins."""
        return list(dict.fromkeys(self._joined(association_id)))

    def accepter_of(self, peering_connection_id: str) -> str | None:
        """The VPC that is asked for, if it is the account's."""
        found = self._store.get(VpcPeeringConnection, peering_connection_id)
        return found.accepter_vpc_id if found is not None and found.accepter_scope == self._scope else None

    def key_name(self, key_pair_id: str) -> str:
        """Key pairs are asked about by name; an id that nobody has stays as it is."""
        found = self._store.get(KeyPair, key_pair_id)
        return found.name if found is not None and found.scope == self._scope else key_pair_id

    def group_named(self, name: str) -> str | None:
        """The id of the group that a name means: one of the default VPC."""
        vpc = default_vpc_of(self._store, self._scope)
        return None if vpc is None else self._group_of_vpc(vpc.id, name)

    def default_vpc_id(self) -> str | None:
        vpc = default_vpc_of(self._store, self._scope)
        return None if vpc is None else vpc.id

    def default_subnet_id(self, placement: Mapping[str, str]) -> str | None:
        """That of the zone that a launch asks for by name or id, or of the first."""
        zone, zone_id = placement.get("AvailabilityZone"), placement.get("AvailabilityZoneId")
        if zone_id:
            zone = next((one.name for one in zones_of(self._scope.region) if one.zone_id == zone_id), zone_id)
        subnet = default_subnet_of(self._store, self._scope, zone or None)
        return None if subnet is None else subnet.id

    def default_group_id(self, subnet_id: str) -> str | None:
        """The default group of a subnet's VPC."""
        subnet = self._store.owned(Subnet, self._scope, subnet_id)
        return None if subnet is None else self._group_of_vpc(subnet.vpc_id, "default")

    def parts_of_interface(self, network_interface_id: str) -> list[str]:
        """The ids of its subnet and its groups."""
        eni = self._store.owned(NetworkInterface, self._scope, network_interface_id)
        return [] if eni is None else [eni.subnet_id, *eni.security_group_ids]

    def _group_of_vpc(self, vpc_id: str, name: str) -> str | None:
        groups = self._store.of_vpc(SecurityGroup, vpc_id)
        return next((group.id for group in groups if group.name == name), None)

    def owned(self, kind: type[R], resource_id: str) -> R | None:
        return self._store.owned(kind, self._scope, resource_id)

    def resource(self, resource_type: str, resource_id: str) -> Resource | None:
        """A key pair is known by its name; a peering connection is both sides'."""
        if resource_type == "key-pair":
            return next(iter(self._owned(KeyPair, resource_id)), None)
        found: Resource | None = self._store.get(Resource, resource_id)
        if isinstance(found, VpcPeeringConnection):
            return found if found.is_of(self._scope) else None
        return None if found is None or found.scope != self._scope else found

    def tag_keys(self, resource_type: str, resource_id: str) -> Mapping[str, str | tuple[str, ...]]:
        """The condition keys of a resource's tags."""
        return tag_context(self._tags(resource_type, resource_id), RESOURCE_TAG, EC2_RESOURCE_TAG)

    def _tags(self, resource_type: str, resource_id: str) -> Iterable[Tag]:
        if resource_type == "security-group-rule":
            groups = self._owned(SecurityGroup, resource_id)
            return next((one.tags for group in groups for one in group.rules if one.rule_id == resource_id), ())
        found = self.resource(resource_type, resource_id)
        if isinstance(found, VpcPeeringConnection):
            return found.tags_of(self._scope)
        return () if found is None else found.tags

    def _joined(self, wanted: str) -> Iterator[str]:
        prefix = wanted.rpartition("-")[0]
        if prefix == "rtbassoc":
            for table in self._owned(RouteTable, wanted):
                yield table.id
                found = (one for one in table.associations if one.association_id == wanted)
                yield from (joined for one in found if (joined := one.subnet_id or one.gateway_id))
        elif prefix == "aclassoc":
            for acl in self._owned(NetworkAcl, wanted):
                yield acl.id
                yield from (one.subnet_id for one in acl.associations if one.association_id == wanted)
        elif prefix == "eni-attach":
            for eni in self._owned(NetworkInterface, wanted):
                yield eni.id
                if eni.attachment is not None and eni.attachment.instance_id is not None:
                    yield eni.attachment.instance_id
        elif prefix == "eipassoc":
            for eni in self._owned(NetworkInterface, wanted):
                yield eni.id
                publics = (one.public for one in eni.addresses if one.public is not None)
                yield from (one.allocation_id for one in publics if one.association_id == wanted and one.allocation_id)
        elif prefix == "vpc-cidr-assoc":
            yield from (vpc.id for vpc in self._owned(Vpc, wanted))
        elif prefix == "iip-assoc":
            yield from (instance.id for instance in self._owned(Instance, wanted))

    def _owned(self, kind: type[R], reference: str) -> list[R]:
        return [one for one in self._store.referring(kind, reference) if one.scope == self._scope]
