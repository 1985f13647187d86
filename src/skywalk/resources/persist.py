"""Rows to and from SQLite, in one transaction per commit. WAL with full sync: what was answered survives."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from skywalk.values.errors import SkywalkError

SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS resource (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    place INTEGER NOT NULL,
    data TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class StoredRow(NamedTuple):
    """A resource. `place` is its number in the order of creation, `data` its JSON value."""

    kind: str
    resource_id: str
    place: int
    data: dict[str, object]


class Persistence(Protocol):
    """What the store needs of a database. `load` gives rows in the order of their places; `write` is atomic, and
    durable when it returns."""

    def load(self) -> Iterator[StoredRow]: ...

    def revision(self) -> int: ...

    def write(self, revision: int, put: Iterable[StoredRow], removed: Iterable[str]) -> None: ...

    def close(self) -> None: ...


class StateTooNewError(SkywalkError):
    """The state was written by a newer skywalk."""


class SqlitePersistence:
    """One file; one writer, the daemon."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.executescript(_SCHEMA)
            self._check_version()
        except BaseException:
            self._connection.close()
            raise

    def _check_version(self) -> None:
        found = self._read_meta("schema_version")
        if found is None:
            self._connection.execute("INSERT INTO meta VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),))
        elif int(found) > SCHEMA_VERSION:
            raise StateTooNewError(f"the state has schema version {found}, this skywalk knows {SCHEMA_VERSION}")

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
        execute = self._connection.execute
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

    def close(self) -> None:
        self._connection.close()


class NoPersistence:
    """Keeps nothing; for tests and dry runs."""

    def load(self) -> Iterator[StoredRow]:
        return iter(())

    def revision(self) -> int:
        return 0

    def write(self, revision: int, put: Iterable[StoredRow], removed: Iterable[str]) -> None:
        return

    def close(self) -> None:
        return
