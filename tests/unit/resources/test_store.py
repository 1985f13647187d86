"""The store: transactions are whole, indexes agree, what was committed survives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from skywalk.resources.internet_gateway import InternetGateway
from skywalk.resources.persist import SqlitePersistence, StateTooNewError
from skywalk.resources.role import InstanceProfile
from skywalk.resources.store import Change, Store
from skywalk.resources.subnet import Subnet
from skywalk.resources.vpc import CidrAssociation, Vpc
from skywalk.values.scope import Scope
from skywalk.values.tags import Tag

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE = Scope("123456789012", "us-east-1")
ELSEWHERE = Scope("123456789012", "eu-west-1")


def vpc(vpc_id: str = "vpc-1", scope: Scope = HERE) -> Vpc:
    network = CidrAssociation(association_id="a-1", network=IPv4Network("10.0.0.0/16"))
    return Vpc(id=vpc_id, scope=scope, cidr_associations=(network,), dhcp_options_id="dopt-1")


def subnet(subnet_id: str = "subnet-1", vpc_id: str = "vpc-1") -> Subnet:
    network = IPv4Network("10.0.1.0/24")
    return Subnet(id=subnet_id, scope=HERE, vpc_id=vpc_id, network=network, availability_zone="us-east-1a")


def store_with(*resources: Vpc | Subnet | InternetGateway) -> Store:
    store = Store()
    with store.transaction() as tx:
        for resource in resources:
            tx.put(resource)
    return store


def test_reads_by_owner_by_vpc_and_by_id() -> None:
    store = store_with(vpc(), vpc("vpc-2", ELSEWHERE), subnet(), subnet("subnet-2"))
    assert [one.id for one in store.of_owner(Vpc, HERE)] == ["vpc-1"]
    assert [one.id for one in store.of_vpc(Subnet, "vpc-1")] == ["subnet-1", "subnet-2"]
    assert store.get(Subnet, "vpc-1") is None
    assert store.owned(Vpc, HERE, "vpc-2") is None
    assert store.owned(Vpc, ELSEWHERE, "vpc-2") == vpc("vpc-2", ELSEWHERE)


def test_a_failing_transaction_leaves_nothing() -> None:
    store = store_with(vpc(), subnet())
    with pytest.raises(ValueError, match="stop"), store.transaction() as tx:
        tx.put(vpc("vpc-9"))
        tx.put(replace(subnet(), availability_zone="us-east-1b"))
        tx.remove("vpc-1")
        assert [one.id for one in tx.of_owner(Vpc, HERE)] == ["vpc-9"]
        raise ValueError("stop")
    assert [one.id for one in store.of_owner(Vpc, HERE)] == ["vpc-1"]
    assert store.get(Subnet, "subnet-1") == subnet()
    assert store.revision == 1


def test_a_dry_run_is_undone_and_tells_nobody() -> None:
    store, changes = store_with(vpc()), list[Change]()
    store.on_change(changes.append)
    with store.transaction(keep=False) as tx:
        tx.remove("vpc-1")
    assert store.holds("vpc-1")
    assert changes == []


def test_a_failing_database_leaves_memory_as_it_was(tmp_path: Path) -> None:
    persistence = SqlitePersistence(tmp_path / "state.sqlite")
    store = Store(persistence)
    with store.transaction() as tx:
        tx.put(vpc())
    persistence.close()
    with pytest.raises(Exception, match="closed"), store.transaction() as tx:
        tx.put(vpc("vpc-2"))
    assert [one.id for one in store.of_type(Vpc)] == ["vpc-1"]


def test_what_was_committed_is_there_after_a_restart(tmp_path: Path) -> None:
    store = Store(SqlitePersistence(tmp_path / "state.sqlite"))
    tagged = replace(vpc(), tags=(Tag("Name", "documents"),))
    with store.transaction() as tx:
        tx.put(tagged)
        tx.put(subnet())
        tx.put(vpc("vpc-2"))
    with store.transaction() as tx:
        tx.remove("vpc-2")
    store.close()
    again = Store(SqlitePersistence(tmp_path / "state.sqlite"))
    assert again.of_type(Vpc) == [tagged]
    assert again.of_vpc(Subnet, "vpc-1") == [subnet()]
    assert again.revision == 2
    again.close()


def test_a_change_names_what_it_touched() -> None:
    store, changes = store_with(vpc(), subnet()), list[Change]()
    store.on_change(changes.append)
    gateway = InternetGateway(id="igw-1", scope=HERE)
    with store.transaction() as tx:
        tx.put(gateway)
        tx.put(subnet())  # as it was: no change
    with store.transaction() as tx:
        tx.put(replace(gateway, vpc_id="vpc-1"))
    assert [change.vpc_ids for change in changes] == [frozenset(), frozenset({"vpc-1"})]
    assert changes[1].touched == (("InternetGateway", "igw-1"),)
    assert [change.revision for change in changes] == [2, 3]


def test_a_resource_that_leaves_a_vpc_is_gone_from_its_shard() -> None:
    attached = InternetGateway(id="igw-1", scope=HERE, vpc_id="vpc-1")
    store = store_with(vpc(), attached)
    with store.transaction() as tx:
        tx.put(replace(attached, vpc_id=None))
    assert store.of_vpc(InternetGateway, "vpc-1") == []
    assert store.of_owner(InternetGateway, HERE) == [replace(attached, vpc_id=None)]


def test_a_snapshot_is_one_vpc_and_stays_as_it_was() -> None:
    store = store_with(vpc(), vpc("vpc-2"), subnet(), subnet("subnet-2", "vpc-2"))
    snapshot = store.snapshot("vpc-1")
    assert snapshot is not None
    with store.transaction() as tx:
        tx.remove("subnet-1")
    assert list(snapshot.subnets) == ["subnet-1"]
    assert store.snapshot("vpc-9") is None


def test_a_state_of_a_newer_skywalk_is_refused(tmp_path: Path) -> None:
    persistence = SqlitePersistence(tmp_path / "state.sqlite")
    persistence._connection.execute("UPDATE meta SET value = '99' WHERE name = 'schema_version'")
    persistence.close()
    with pytest.raises(StateTooNewError, match="schema version 99"):
        SqlitePersistence(tmp_path / "state.sqlite")


def test_what_is_referred_to_is_found_without_a_search() -> None:
    profile = InstanceProfile(
        id="profile-1", scope=HERE, name="p", path="/", unique_id="AIPA1", created_at=NOW, role_arn="role-1"
    )
    store = Store()
    with store.transaction() as tx:
        tx.put(profile)
    assert store.referring(InstanceProfile, "role-1") == [profile]
    with store.transaction() as tx:
        tx.put(replace(profile, role_arn="role-2"))
    assert store.referring(InstanceProfile, "role-1") == []
    assert [one.id for one in store.referring(InstanceProfile, "role-2")] == ["profile-1"]
