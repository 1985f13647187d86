"""The store: resources in memory with their indexes, transactions, change notices.

One thread reads and writes. A transaction changes memory at once and remembers how to undo it; at its end it is
written to the database, durably, and then announced. If anything fails, memory is as it was before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from skywalk.resources.account import Account
from skywalk.resources.idempotency_token import IdempotencyToken
from skywalk.resources.instance import Instance
from skywalk.resources.internet_gateway import InternetGateway
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.persist import NoPersistence, Persistence, StoredRow
from skywalk.resources.resource import Resource
from skywalk.resources.role import InstanceProfile, Role
from skywalk.resources.route_table import RouteTable
from skywalk.resources.security_group import SecurityGroup
from skywalk.resources.service_resource import ServiceResource
from skywalk.resources.snapshot import Snapshot
from skywalk.resources.subnet import Subnet
from skywalk.resources.tables import Tables
from skywalk.resources.vpc import Vpc
from skywalk.resources.vpc_endpoint import VpcEndpoint
from skywalk.values.record import decode, encode

R = TypeVar("R", bound=Resource)

_KINDS: dict[str, type[Resource]] = {
    kind.__name__: kind
    for kind in (
        Account,
        IdempotencyToken,
        Instance,
        InstanceProfile,
        InternetGateway,
        NetworkInterface,
        Role,
        RouteTable,
        SecurityGroup,
        ServiceResource,
        Subnet,
        Vpc,
        VpcEndpoint,
    )
}


@dataclass(frozen=True, slots=True)
class Change:
    """What one commit touched: resource ids by type name, the VPCs whose shards it changed, the accounts."""

    revision: int
    touched: tuple[tuple[str, str], ...]
    vpc_ids: frozenset[str]
    account_ids: frozenset[str]


class Store(Tables):
    """The region's resources, read directly and changed in transactions."""

    def __init__(self, persistence: Persistence | None = None) -> None:
        super().__init__()
        self._persistence = persistence or NoPersistence()
        self._listeners: list[Callable[[Change], None]] = []
        self._former: dict[str, tuple[Resource, int] | None] | None = None
        """What an open transaction has touched, as it was: the resource with its place, None where there was none."""
        self.revision = self._persistence.revision()
        for row in self._persistence.load():
            self._insert(decode(_KINDS[row.kind], row.data), row.place)

    def on_change(self, listener: Callable[[Change], None]) -> None:
        """`listener` is called after every commit, in the order of revisions; it must not raise or write."""
        self._listeners.append(listener)

    @contextmanager
    def transaction(self, *, keep: bool = True) -> Iterator[Transaction]:
        """All or nothing. Without `keep` everything is undone at the end (a dry run). Not to be nested."""
        if self._former is not None:
            raise RuntimeError("a transaction is open already")
        self._former = {}
        transaction = Transaction(self)
        try:
            yield transaction
            if keep:
                transaction.change = self._commit()
            else:
                self._undo()
        except BaseException:
            self._undo()
            raise
        finally:
            self._former = None
        if transaction.change is not None:
            for listener in self._listeners:
                listener(transaction.change)

    def close(self) -> None:
        self._persistence.close()

    def snapshot(self, vpc_id: str) -> Snapshot | None:
        """The VPC's shard as it is now; None if there is no such VPC."""
        vpc = self.get(Vpc, vpc_id)
        if vpc is None:
            return None
        instances = self._shard(Instance, vpc_id)
        profiles = self._instance_profiles(instances.values())
        return Snapshot(
            revision=self.revision,
            vpc=vpc,
            subnets=self._shard(Subnet, vpc_id),
            route_tables=self._shard(RouteTable, vpc_id),
            internet_gateways=self._shard(InternetGateway, vpc_id),
            security_groups=self._shard(SecurityGroup, vpc_id),
            network_interfaces=self._shard(NetworkInterface, vpc_id),
            instances=instances,
            vpc_endpoints=self._shard(VpcEndpoint, vpc_id),
            instance_profiles=profiles,
            roles=self._roles(profiles.values()),
        )

    def _shard(self, kind: type[R], vpc_id: str) -> dict[str, R]:
        return {resource.id: resource for resource in self.of_vpc(kind, vpc_id)}

    def _instance_profiles(self, instances: Iterable[Instance]) -> dict[str, InstanceProfile]:
        arns = {instance.instance_profile_arn for instance in instances if instance.instance_profile_arn}
        found = (self.get(InstanceProfile, arn) for arn in sorted(arns))
        return {profile.id: profile for profile in found if profile is not None}

    def _roles(self, profiles: Iterable[InstanceProfile]) -> dict[str, Role]:
        found = (self.get(Role, profile.role_arn) for profile in profiles if profile.role_arn)
        return {role.id: role for role in found if role is not None}

    def _put(self, resource: Resource) -> None:
        former = self._remember(resource.id)
        self._insert(resource, former and former[1])

    def _remove(self, resource_id: str) -> None:
        if resource_id in self._by_id:
            self._remember(resource_id)
            self._delete(resource_id)

    def _remember(self, resource_id: str) -> tuple[Resource, int] | None:
        """Keeps what was there before the transaction, and answers it with its place."""
        if self._former is None:
            raise RuntimeError("changes need a transaction")
        present = self._by_id.get(resource_id)
        return self._former.setdefault(resource_id, None if present is None else (present, self._places[resource_id]))

    def _undo(self) -> None:
        for resource_id, former in (self._former or {}).items():
            if former is None:
                self._delete(resource_id)
            else:
                self._insert(*former)

    def _commit(self) -> Change | None:
        touched = [(former and former[0], self._by_id.get(key), key) for key, former in (self._former or {}).items()]
        pairs = [(former, now, key) for former, now, key in touched if former != now]
        if not pairs:
            return None
        put = [StoredRow(type(now).__name__, key, self._places[key], encode(now)) for _, now, key in pairs if now]
        removed = [key for _, now, key in pairs if now is None]
        self._persistence.write(self.revision + 1, put, removed)
        self.revision += 1
        involved = [resource for former, now, _ in pairs for resource in (former, now) if resource is not None]
        shards = {shard for resource in involved for shard in self._shards_of(resource)}
        return Change(
            revision=self.revision,
            touched=tuple((type(now or former).__name__, key) for former, now, key in pairs),
            vpc_ids=frozenset(shards),
            account_ids=frozenset(resource.scope.account_id for resource in involved),
        )

    def _shards_of(self, resource: Resource) -> set[str]:
        """The VPCs whose plans a change of this resource may change: its own, or those of its instances."""
        if resource.shard is not None:
            return {resource.shard}
        profiles: list[str] = []
        if isinstance(resource, Role):
            profiles = [profile.id for profile in self.referring(InstanceProfile, resource.id)]
        elif isinstance(resource, InstanceProfile):
            profiles = [resource.id]
        return {instance.vpc_id for profile in profiles for instance in self.referring(Instance, profile)}


class Transaction:
    """Reads what is there, its own writes included, and writes. Made by `Store.transaction` alone."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.change: Change | None = None
        """What the commit touched; None until then, and where nothing changed."""
        self.get = store.get
        self.owned = store.owned
        self.of_owner = store.of_owner
        self.of_vpc = store.of_vpc
        self.of_type = store.of_type
        self.referring = store.referring
        self.holds = store.holds

    def put(self, resource: Resource) -> None:
        """Creates or replaces."""
        self._store._put(resource)

    def remove(self, resource_id: str) -> None:
        self._store._remove(resource_id)
