"""Rows to and from SQLite, in one transaction per commit. WAL with full sync: what was answered survives."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from skywalk.resources.migrations import MIGRATIONS, Migration, migrate, newest_version
from skywalk.values.errors import SkywalkError

SCHEMA_VERSION = newest_version()
"""Of the stored form of all resources: raised by a migration whenever one of them is stored differently."""

_TABLES = (
    """CREATE TABLE IF NOT EXISTS resource (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    place INTEGER NOT NULL,
    data TEXT NOT NULL
) WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)


class StoredRow(NamedTuple):
    """A resource. `place` is its number in the order of creation, `data` its JSON value."""

    kind: str
    resource_id: str
    place: int
    data: dict[str, object]


class Persistence(Protocol):
    """What the store needs of a database. `load` gives rows in the order of their places; `write` is atomic, and
    durable when it returns. It raises NotKeptError where the disk does not take the change."""

    def load(self) -> Iterator[StoredRow]: ...

    def revision(self) -> int: ...

    def write(self, revision: int, put: Iterable[StoredRow], removed: Iterable[str]) -> None: ...

    def try_writing(self) -> None:
        """Raises NotKeptError where the disk takes no change now; nothing is changed."""
        ...

    def close(self) -> None: ...


class NotKeptError(SkywalkError):
    """A change could not be written and has not been made: the disk is full, for one. It may be tried again."""


class StateTooNewError(SkywalkError):
    """The state was written by a newer skywalk."""


class StateUnreadableError(SkywalkError):
    """The file is no state of a region, is damaged, or cannot be brought to this skywalk's form."""


class SqlitePersistence:
    """One file; one writer, the daemon. Opening it brings the state of an older skywalk to the present form."""

    def __init__(self, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
        """Raises StateTooNewError, StateUnreadableError; the file is then as it was."""
        self._path = path
        self._migrations = migrations
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._open(migrations)
        except (sqlite3.Error, OSError) as error:
            self._connection.close()
            raise StateUnreadableError(f"the state in {path} cannot be opened: {_why(error, path)}") from error
        except BaseException:
            self._connection.close()
            raise

    def _open(self, migrations: Sequence[Migration]) -> None:
        """Looks before it touches: what a newer skywalk has written stays as it is."""
        found, newest = stored_version(self._connection), newest_version(migrations)
        if found is not None and found > newest:
            raise StateTooNewError(
                f"the state in {self._path} was written by a newer skywalk: it has schema version {found}, "
                f"this skywalk knows {newest}; use the newer one, or restore a backup of before"
            )
        _close_to_others(self._path)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("PRAGMA temp_store=MEMORY")  # a commit needs no descriptor that it has not got
        if found is None:
            self._create(newest)
        elif found < newest:
            migrate(self._connection, found, migrations, copy_before(self._path, found))

    def _create(self, version: int) -> None:
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        for table in _TABLES:
            execute(table)
        execute("INSERT INTO meta VALUES ('schema_version', ?)", (str(version),))
        execute("COMMIT")

    def _read_meta(self, name: str) -> str | None:
        row = self._connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def load(self) -> Iterator[StoredRow]:
        query = "SELECT kind, id, place, data FROM resource ORDER BY place"
        for kind, resource_id, place, data in self._connection.execute(query):
            yield StoredRow(kind, resource_id, place, json.loads(data))

    def revision(self) -> int:
        return int(self._read_meta("revision") or 0)

    def write(self, revision: int, put: Iterable[StoredRow], removed: Iterable[str]) -> None:
        try:
            self._write(revision, put, removed)
        except sqlite3.Error as error:
            raise NotKeptError(f"the change cannot be kept in {self._path}: {_why(error, self._path)}") from error

    def _write(self, revision: int, put: Iterable[StoredRow], removed: Iterable[str]) -> None:
        execute = self._connection.execute
        if self._connection.in_transaction:
            execute("ROLLBACK")  # what an earlier failure could not even undo
        execute("BEGIN IMMEDIATE")
        try:
            for row in put:
                text = json.dumps(row.data, separators=(",", ":"))
                values = (row.resource_id, row.kind, row.place, text)
                execute("INSERT OR REPLACE INTO resource VALUES (?, ?, ?, ?)", values)
            for resource_id in removed:
                execute("DELETE FROM resource WHERE id = ?", (resource_id,))
            execute("INSERT OR REPLACE INTO meta VALUES ('revision', ?)", (str(revision),))
            execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                execute("ROLLBACK")
            raise

    def try_writing(self) -> None:
        try:
            self._try_writing()
        except sqlite3.Error as error:
            raise NotKeptError(f"nothing can be kept in {self._path}: {_why(error, self._path)}") from error

    def _try_writing(self) -> None:
        execute = self._connection.execute
        if self._connection.in_transaction:
            execute("ROLLBACK")
        execute("BEGIN IMMEDIATE")
        try:
            # Put in the place of itself alone it would be seen to be the same, and not be written.
            execute("DELETE FROM meta WHERE name = 'schema_version'")
            execute("INSERT INTO meta VALUES ('schema_version', ?)", (str(newest_version(self._migrations)),))
            execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                execute("ROLLBACK")
            raise

    def close(self) -> None:
        self._connection.close()


def _why(error: Exception, path: Path) -> str:
    """SQLite calls much of what a full disk does to it an I/O error."""
    try:
        room = os.statvfs(path.parent)
    except OSError:
        return str(error)
    return f"{error} (its disk is full)" if room.f_bavail * room.f_frsize < _LITTLE_BYTES else str(error)


_LITTLE_BYTES = 64 << 10
"""Less than SQLite needs to open a file: 32 KiB of index for its log, and some pages."""


def _close_to_others(path: Path) -> None:
    """It holds all keys, and the folder that it lies in may be open to everybody: the user may have made it."""
    for suffix in ("", "-wal", "-shm"):  # new ones have the mode of the database
        with suppress(FileNotFoundError, PermissionError):
            os.chmod(f"{path}{suffix}", 0o600)


def stored_version(connection: sqlite3.Connection) -> int | None:
    """The schema version of an open database; None where nothing is stored yet."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone() is None:
        return None
    row = connection.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()
    return None if row is None else int(row[0])


def copy_before(path: Path, version: int) -> Path:
    """Where the state as it was with an older schema version is kept: `state.sqlite.schema-1`."""
    return path.with_name(f"{path.name}.schema-{version}")


class NoPersistence:
    """Keeps nothing; for tests and dry runs."""

    def load(self) -> Iterator[StoredRow]:
        return iter(())

    def revision(self) -> int:
        return 0

    def write(self, revision: int, put: Iterable[StoredRow], removed: Iterable[str]) -> None:
        return

    def try_writing(self) -> None:
        return

    def close(self) -> None:
        return
