"""The database under the store: whole commits or none, in the order of creation, for its owner alone."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from skywalk.resources.internet_gateway import InternetGateway
from skywalk.resources.persist import SCHEMA_VERSION, NoPersistence, NotKeptError, SqlitePersistence, StoredRow
from skywalk.resources.store import Store
from skywalk.resources.vpc import CidrAssociation, Vpc
from skywalk.values.scope import Scope

HERE = Scope("123456789012", "us-east-1")
ROWS = [StoredRow("Vpc", "vpc-b", 0, {"n": 1}), StoredRow("Vpc", "vpc-a", 1, {"n": 2})]


def vpc(vpc_id: str) -> Vpc:
    network = CidrAssociation(association_id="a-1", network=IPv4Network("10.0.0.0/16"))
    return Vpc(id=vpc_id, scope=HERE, cidr_associations=(network,), dhcp_options_id="dopt-1")


def put(store: Store, *vpc_ids: str) -> None:
    with store.transaction() as tx:
        for vpc_id in vpc_ids:
            tx.put(vpc(vpc_id))


def ids(store: Store) -> list[str]:
    return [one.id for one in store.of_owner(Vpc, HERE)]


def reopened(path: Path) -> Store:
    return Store(SqlitePersistence(path))


def ids_after_restart(path: Path) -> list[str]:
    with closing(reopened(path)) as store:
        return ids(store)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.sqlite"


@pytest.mark.parametrize("made_before", [False, True])
def test_in_a_folder_that_everybody_can_read_nobody_else_reads_it(path: Path, made_before: bool) -> None:
    path.parent.chmod(0o755)
    if made_before:
        SqlitePersistence(path).close()
        path.chmod(0o644)
    with closing(SqlitePersistence(path)) as opened:
        opened.write(1, ROWS, [])
        modes = {one.name: one.stat().st_mode & 0o777 for one in path.parent.iterdir()}
    assert modes == {"state.sqlite": 0o600, "state.sqlite-wal": 0o600, "state.sqlite-shm": 0o600}


def test_rows_come_back_in_their_places_and_replaced_ones_stay_there(path: Path) -> None:
    first = SqlitePersistence(path)
    first.write(1, ROWS, [])
    first.write(2, [ROWS[0]._replace(data={"n": 3})], [])
    first.close()
    again = SqlitePersistence(path)
    assert list(again.load()) == [StoredRow("Vpc", "vpc-b", 0, {"n": 3}), ROWS[1]]
    assert again.revision() == 2
    again.write(3, [], ["vpc-b", "vpc-unknown"])
    assert list(again.load()) == [ROWS[1]]
    again.close()


def test_a_write_that_fails_halfway_leaves_nothing(path: Path) -> None:
    persistence = SqlitePersistence(path)
    persistence.write(1, ROWS, [])

    def rows() -> Iterator[StoredRow]:
        yield StoredRow("Vpc", "vpc-c", 2, {})
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        persistence.write(2, rows(), ["vpc-a"])
    assert [row.resource_id for row in persistence.load()] == ["vpc-b", "vpc-a"]
    assert persistence.revision() == 1
    persistence.write(2, [], ["vpc-a"])
    assert persistence.revision() == 2
    persistence.close()


def test_what_was_committed_survives_a_kill_and_what_was_not_is_nowhere(path: Path) -> None:
    """A child commits, opens another transaction in the database and is killed inside it."""
    child = os.fork()
    if child == 0:
        try:
            persistence = SqlitePersistence(path)
            put(Store(persistence), "vpc-b", "vpc-a")
            persistence.write(2, _then_kill(), ["vpc-a"])
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL
    store = reopened(path)
    assert ids(store) == ["vpc-b", "vpc-a"]
    assert store.revision == 1
    put(store, "vpc-c")
    store.close()
    assert ids_after_restart(path) == ["vpc-b", "vpc-a", "vpc-c"]


def _then_kill() -> Iterator[StoredRow]:
    yield StoredRow("Vpc", "vpc-half", 2, {})
    os.kill(os.getpid(), signal.SIGKILL)


def test_order_is_that_of_creation_before_and_after_a_restart(path: Path) -> None:
    store = reopened(path)
    put(store, "vpc-9", "vpc-5")
    put(store, "vpc-7")
    with store.transaction() as tx:
        tx.put(replace(vpc("vpc-9"), enable_dns_hostnames=True))
    assert ids(store) == ["vpc-9", "vpc-5", "vpc-7"]
    store.close()
    again = reopened(path)
    assert ids(again) == ["vpc-9", "vpc-5", "vpc-7"]
    put(again, "vpc-1")
    again.close()
    assert ids_after_restart(path) == ["vpc-9", "vpc-5", "vpc-7", "vpc-1"]


def test_what_is_deleted_and_made_again_is_the_youngest(path: Path) -> None:
    store = reopened(path)
    put(store, "vpc-2", "vpc-1")
    with store.transaction() as tx:
        tx.remove("vpc-2")
    put(store, "vpc-2")
    assert ids(store) == ["vpc-1", "vpc-2"]
    store.close()
    assert ids_after_restart(path) == ["vpc-1", "vpc-2"]


def test_a_dry_run_and_a_failure_leave_the_order_as_it_was(path: Path) -> None:
    store = reopened(path)
    put(store, "vpc-3", "vpc-2", "vpc-1")
    with store.transaction(keep=False) as tx:
        tx.remove("vpc-3")
        tx.remove("vpc-2")
    assert ids(store) == ["vpc-3", "vpc-2", "vpc-1"]
    with pytest.raises(ValueError, match="stop"), store.transaction() as tx:
        tx.remove("vpc-2")
        tx.put(vpc("vpc-2"))
        raise ValueError("stop")
    assert ids(store) == ["vpc-3", "vpc-2", "vpc-1"]
    store.close()


def test_an_attached_gateway_keeps_its_place(path: Path) -> None:
    store = reopened(path)
    gateways = [InternetGateway(id=f"igw-{number}", scope=HERE) for number in (3, 2, 1)]
    with store.transaction() as tx:
        for gateway in gateways:
            tx.put(gateway)
    with store.transaction() as tx:
        tx.put(replace(gateways[0], vpc_id="vpc-1"))
    expected = ["igw-3", "igw-2", "igw-1"]
    assert [one.id for one in store.of_owner(InternetGateway, HERE)] == expected
    assert [one.id for one in store.of_vpc(InternetGateway, "vpc-1")] == ["igw-3"]
    store.close()
    with closing(reopened(path)) as again:
        assert [one.id for one in again.of_type(InternetGateway)] == expected


def test_every_commit_is_synced_to_the_disk(path: Path) -> None:
    persistence = SqlitePersistence(path)
    assert persistence._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert persistence._connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    persistence.close()


def test_a_new_file_says_its_schema(path: Path) -> None:
    persistence = SqlitePersistence(path)
    persistence.close()
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()
    connection.close()
    assert found == (str(SCHEMA_VERSION),)


def limit_pages(persistence: SqlitePersistence, more: int) -> None:
    """As if the disk had room for so many pages more."""
    (count,) = persistence._connection.execute("PRAGMA page_count").fetchone()
    persistence._connection.execute(f"PRAGMA max_page_count = {count + more}")


def test_a_change_that_the_disk_does_not_take_is_nowhere_and_the_next_one_may_be(path: Path) -> None:
    """Memory, with all its indexes and its order, is what the database gives, after every failure."""
    persistence = SqlitePersistence(path)
    store = Store(persistence)
    told: list[int] = []
    store.on_change(lambda change: told.append(change.revision))
    put(store, "vpc-3", "vpc-1", "vpc-2")
    with store.transaction() as tx:
        tx.put(InternetGateway(id="igw-1", scope=HERE, vpc_id="vpc-1"))
    before, places = everything(store), dict(store._places)
    limit_pages(persistence, 0)
    for _ in range(3):
        with pytest.raises(NotKeptError, match=r"state\.sqlite: database or disk is full"), store.transaction() as tx:
            tx.remove("vpc-1")
            tx.put(replace(vpc("vpc-2"), enable_dns_hostnames=True))
            tx.put(InternetGateway(id="igw-1", scope=HERE, vpc_id="vpc-2"))
            for number in range(200):
                tx.put(vpc(f"vpc-new-{number}"))
        assert tx.change is None
        assert (everything(store), store._places) == (before, places)
    assert (told, store.revision, persistence.revision()) == ([1, 2], 2, 2)
    with closing(reopened(path)) as other:
        assert everything(other) == before
    limit_pages(persistence, 1000)
    put(store, *(f"vpc-new-{number}" for number in range(200)))
    assert told == [1, 2, 3]
    after = everything(store)
    store.close()
    with closing(reopened(path)) as other:
        assert everything(other) == after


def everything(store: Store) -> dict[object, list[str]]:
    """Every index entry with the ids in it, in their order."""
    return {key: list(entry) for key, entry in store._entries.items()}


def test_a_change_that_could_not_even_be_undone_does_not_hold_up_the_next_one(path: Path) -> None:
    persistence = SqlitePersistence(path)
    persistence._connection.execute("BEGIN IMMEDIATE")
    persistence._connection.execute("INSERT INTO resource VALUES ('vpc-half', 'Vpc', 9, '{}')")
    persistence.write(1, ROWS, [])
    assert [row.resource_id for row in persistence.load()] == ["vpc-b", "vpc-a"]
    persistence.close()


def test_a_commit_needs_no_descriptor(path: Path) -> None:
    persistence = SqlitePersistence(path)
    store = Store(persistence)
    put(store, "vpc-1")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        put(store, *(f"vpc-{number}" for number in range(2, 300)))
        with store.transaction() as tx:
            for number in range(2, 300):
                tx.remove(f"vpc-{number}")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    store.close()
    assert ids_after_restart(path) == ["vpc-1"]


def test_no_persistence_keeps_nothing() -> None:
    nothing = NoPersistence()
    nothing.write(1, ROWS, [])
    assert (list(nothing.load()), nothing.revision()) == ([], 0)


def test_a_trial_writes_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    persistence = SqlitePersistence(path)
    persistence.write(3, [], [])
    log = path.with_name(f"{path.name}-wal")
    before = log.stat().st_size
    for _ in range(2):
        persistence.try_writing()
        assert log.stat().st_size > before
        before = log.stat().st_size
    assert persistence.revision() == 3
    persistence.close()
    again = SqlitePersistence(path)
    assert (again.revision(), list(again.load())) == (3, [])
    again.close()


def test_a_trial_tells_of_a_disk_that_takes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    persistence = SqlitePersistence(path)
    (pages,) = persistence._connection.execute("PRAGMA page_count").fetchone()
    persistence._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(NotKeptError, match=r"nothing can be kept in .*state\.sqlite: "):
        persistence.try_writing()
    persistence._connection.execute("PRAGMA query_only = OFF")
    persistence.try_writing()
    assert persistence._connection.execute("PRAGMA page_count").fetchone() == (pages,)
    persistence.close()
