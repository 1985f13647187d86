"""From an old schema version to the newest, with made-up migrations: all of it or nothing, and a copy of before."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from skywalk.resources.migrations import change_rows, newest_version
from skywalk.resources.persist import (
    SqlitePersistence,
    StateTooNewError,
    StateUnreadableError,
    StoredRow,
    copy_before,
    stored_version,
)
from skywalk.resources.store import Store

ROWS = [
    StoredRow("Vpc", "vpc-b", 0, {"id": "vpc-b", "size": 1}),
    StoredRow("Subnet", "subnet-a", 1, {"id": "subnet-a", "size": 5}),
    StoredRow("Vpc", "vpc-a", 2, {"id": "vpc-a", "size": 2}),
]


def rename_size(connection: sqlite3.Connection) -> None:
    def renamed(data: dict[str, Any]) -> dict[str, Any]:
        return {"id": data["id"], "length": data["size"]}

    change_rows(connection, "Vpc", renamed)


def forget_small_ones(connection: sqlite3.Connection) -> None:
    change_rows(connection, "Vpc", lambda data: None if data["length"] < 2 else data | {"id": f"{data['id']}-2"})


def fail(connection: sqlite3.Connection) -> None:
    change_rows(connection, "Vpc", lambda data: data | {"half": True})
    raise ValueError("it cannot be")


def die(connection: sqlite3.Connection) -> None:
    change_rows(connection, "Vpc", lambda data: data | {"half": True})
    os.kill(os.getpid(), signal.SIGKILL)


def end_the_transaction(connection: sqlite3.Connection) -> None:
    connection.execute("COMMIT")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A state of schema version 1."""
    path = tmp_path / "state.sqlite"
    first = SqlitePersistence(path, ())
    first.write(7, ROWS, [])
    first.close()
    return path


def content(path: Path) -> tuple[int | None, list[tuple[str, dict[str, Any]]]]:
    """Schema version and rows, past all of skywalk's own reading."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT id, data FROM resource ORDER BY place").fetchall()
        return stored_version(connection), [(resource_id, json.loads(data)) for resource_id, data in rows]


BEFORE = (1, [(row.resource_id, row.data) for row in ROWS])


def test_steps_run_in_order_and_once(path: Path) -> None:
    with closing(SqlitePersistence(path, (rename_size, forget_small_ones))) as migrated:
        assert list(migrated.load()) == [
            ROWS[1],
            StoredRow("Vpc", "vpc-a-2", 2, {"id": "vpc-a-2", "length": 2}),
        ]
        assert migrated.revision() == 7
    assert content(path)[0] == newest_version((rename_size, forget_small_ones)) == 3
    with closing(SqlitePersistence(path, (rename_size, forget_small_ones))) as again:
        assert len(list(again.load())) == 2


def test_only_the_steps_that_are_missing_run(path: Path) -> None:
    SqlitePersistence(path, (rename_size,)).close()
    assert content(path) == (
        2,
        [("vpc-b", {"id": "vpc-b", "length": 1}), BEFORE[1][1], ("vpc-a", {"id": "vpc-a", "length": 2})],
    )
    SqlitePersistence(path, (fail, forget_small_ones)).close()
    assert content(path)[0] == 3


def test_a_copy_of_before_is_kept_for_the_owner_alone(path: Path) -> None:
    SqlitePersistence(path, (rename_size,)).close()
    copy = copy_before(path, 1)
    assert copy.name == "state.sqlite.schema-1"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert content(copy) == BEFORE
    assert sorted(one.name for one in path.parent.iterdir()) == ["state.sqlite", "state.sqlite.schema-1"]


def test_nothing_is_copied_where_nothing_is_to_be_done(path: Path) -> None:
    SqlitePersistence(path, ()).close()
    assert not copy_before(path, 1).exists()


def test_a_step_that_fails_leaves_everything_as_it_was(path: Path) -> None:
    with pytest.raises(ValueError, match="it cannot be"):
        SqlitePersistence(path, (rename_size, fail))
    assert content(path) == BEFORE
    SqlitePersistence(path, (rename_size,)).close()
    assert content(path)[0] == 2


def test_a_step_cannot_end_the_transaction(path: Path) -> None:
    with pytest.raises(RuntimeError, match="end_the_transaction ended the transaction"):
        SqlitePersistence(path, (end_the_transaction,))
    assert content(path) == BEFORE


def test_a_kill_in_the_middle_leaves_everything_as_it_was(path: Path) -> None:
    child = os.fork()
    if child == 0:
        try:
            SqlitePersistence(path, (rename_size, die))
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert content(copy_before(path, 1)) == BEFORE
    with closing(SqlitePersistence(path, ())) as same:
        assert list(same.load()) == ROWS
    SqlitePersistence(path, (rename_size, forget_small_ones)).close()
    assert content(path)[0] == 3


def test_without_room_for_the_copy_nothing_is_touched(path: Path, tmp_path: Path) -> None:
    copy_before(path, 1).with_name("state.sqlite.schema-1.new").mkdir()
    with pytest.raises(StateUnreadableError, match=r"state\.sqlite cannot be opened: .*schema-1\.new"):
        SqlitePersistence(path, (rename_size,))
    assert content(path) == BEFORE


def test_a_newer_state_is_refused_and_stays_as_it_is(path: Path) -> None:
    SqlitePersistence(path, (rename_size,)).close()
    before = path.read_bytes()
    with pytest.raises(StateTooNewError) as refused:
        SqlitePersistence(path, ())
    assert str(refused.value) == (
        f"the state in {path} was written by a newer skywalk: it has schema version 2, this skywalk knows 1; "
        "use the newer one, or restore a backup of before"
    )
    assert path.read_bytes() == before


def test_what_is_no_state_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"no database " * 100)
    with pytest.raises(StateUnreadableError, match="cannot be opened: file is not a database"):
        SqlitePersistence(path)
    assert path.read_bytes() == b"no database " * 100


def test_a_row_that_cannot_be_read_is_named(path: Path) -> None:
    with closing(SqlitePersistence(path, ())) as persistence, pytest.raises(StateUnreadableError) as refused:
        Store(persistence)
    assert str(refused.value).startswith("the stored Vpc vpc-b cannot be read: TypeError(")
