"""The store: resources in memory with their indexes, transactions, change notices.

One thread reads and writes. A transaction changes memory at once and remembers how to undo it; at its end it is
written to the database, durably, and then announced. If anything fails, memory is as it was before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from skywalk.resources.access_key import AccessKey
from skywalk.resources.account import Account
from skywalk.resources.dhcp_options import DhcpOptions
from skywalk.resources.elastic_address import ElasticAddress
from skywalk.resources.group import Group
from skywalk.resources.hosted_zone import HostedZone, HostedZoneChange, RecordSet
from skywalk.resources.idempotency_token import IdempotencyToken
from skywalk.resources.instance import Instance
from skywalk.resources.internet_gateway import InternetGateway
from skywalk.resources.key_pair import KeyPair
from skywalk.resources.managed_policy import ManagedPolicy
from skywalk.resources.managed_prefix_list import ManagedPrefixList
from skywalk.resources.nat_gateway import NatGateway
from skywalk.resources.network_acl import NetworkAcl
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.persist import NoPersistence, Persistence, StateUnreadableError, StoredRow
from skywalk.resources.region_opening import RegionOpening
from skywalk.resources.resolver_endpoint import ResolverEndpoint
from skywalk.resources.resource import Resource
from skywalk.resources.returning import Returning
from skywalk.resources.role import InstanceProfile, Role
from skywalk.resources.route_table import RouteTable
from skywalk.resources.security_group import SecurityGroup
from skywalk.resources.service_resource import ServiceResource
from skywalk.resources.shards import shards_of
from skywalk.resources.snapshot import Snapshot, take_snapshot
from skywalk.resources.subnet import Subnet
from skywalk.resources.tables import Tables
from skywalk.resources.user import User
from skywalk.resources.views import Views
from skywalk.resources.vpc import Vpc
from skywalk.resources.vpc_endpoint import VpcEndpoint
from skywalk.resources.vpc_peering_connection import VpcPeeringConnection
from skywalk.values.record import decode, encode

R = TypeVar("R", bound=Resource)

KINDS: dict[str, type[Resource]] = {
    kind.__name__: kind
    for kind in (
        AccessKey,
        Account,
        DhcpOptions,
        ElasticAddress,
        Group,
        HostedZone,
        HostedZoneChange,
        IdempotencyToken,
        Instance,
        InstanceProfile,
        InternetGateway,
        KeyPair,
        ManagedPolicy,
        ManagedPrefixList,
        NatGateway,
        NetworkAcl,
        NetworkInterface,
        RecordSet,
        RegionOpening,
        ResolverEndpoint,
        Role,
        RouteTable,
        SecurityGroup,
        ServiceResource,
        Subnet,
        User,
        Vpc,
        VpcEndpoint,
        VpcPeeringConnection,
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
        self.views = Views(self)
        self._persistence = persistence or NoPersistence()
        self._listeners: list[Callable[[Change], None]] = []
        self.returning = Returning()
        self._former: dict[str, tuple[Resource, int] | None] | None = None
        """What an open transaction has touched, as it was: the resource with its place, None where there was none."""
        self.revision = self._persistence.revision()
        for row in self._persistence.load():
            self._insert(_read(row), row.place)

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
        return take_snapshot(self, self.revision, vpc_id)

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
        shards = {shard for resource in involved for shard in shards_of(self, resource)}
        return Change(
            revision=self.revision,
            touched=tuple((type(now or former).__name__, key) for former, now, key in pairs),
            vpc_ids=frozenset(shards),
            account_ids=frozenset(resource.scope.account_id for resource in involved),
        )


def _read(row: StoredRow) -> Resource:
    try:
        return decode(KINDS[row.kind], row.data)
    except (KeyError, TypeError, ValueError) as error:
        raise StateUnreadableError(f"the stored {row.kind} {row.resource_id} cannot be read: {error!r}") from error


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
        self.oldest_first = store.oldest_first
        self.as_they_are = store.returning.as_they_are
        self.views = store.views

    def put(self, resource: Resource) -> None:
        """Creates or replaces."""
        self._store._put(resource)

    def remove(self, resource_id: str) -> None:
        self._store._remove(resource_id)
