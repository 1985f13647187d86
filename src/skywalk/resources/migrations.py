"""The stored form's history: the step from each schema version to the next, and taking a database through them.

Schema version 1 is that of the first release. A migration changes rows (or tables) through the connection that it is
given; all steps and the new version are one transaction, so that a kill leaves the database as it was or as it shall
be. A copy of it as it was is kept beside it.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

Migration = Callable[[sqlite3.Connection], None]

MIGRATIONS: tuple[Migration, ...] = ()
"""The first takes version 1 to 2, and so on. Never changed once released; a new one is added at the end."""


def newest_version(migrations: Sequence[Migration] = MIGRATIONS) -> int:
    """The schema version that these migrations lead to."""
    return 1 + len(migrations)


def migrate(connection: sqlite3.Connection, found: int, migrations: Sequence[Migration], copy: Path) -> None:
    """From version `found` to the newest, all or nothing. The connection commits by itself (`isolation_level=None`).

    Raises OSError and sqlite3.Error, and what a migration raises; the database is then as it was.
    """
    keep_copy(connection, copy)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        for step in migrations[found - 1 :]:
            step(connection)
            if not connection.in_transaction:
                raise RuntimeError(f"{step.__name__} ended the transaction that it is part of")
        version = str(newest_version(migrations))
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('schema_version', ?)", (version,))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def keep_copy(connection: sqlite3.Connection, path: Path) -> None:
    """A copy of the database as it is now, whole under its name or not there; for its owner alone."""
    written = path.with_name(f"{path.name}.new")
    written.unlink(missing_ok=True)
    os.close(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(written)) as copy:
        connection.backup(copy)
        # It must be one file: a WAL beside it would not be renamed with it.
        copy.execute("PRAGMA journal_mode=DELETE")
    _sync(written)
    written.rename(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def change_rows(
    connection: sqlite3.Connection, kind: str, change: Callable[[dict[str, Any]], dict[str, Any] | None]
) -> None:
    """For migrations: puts what `change` makes of each stored resource of a kind in its place; None takes it away."""
    rows = connection.execute("SELECT id, data FROM resource WHERE kind = ? ORDER BY place", (kind,)).fetchall()
    for resource_id, text in rows:
        data = change(json.loads(text))
        if data is None:
            connection.execute("DELETE FROM resource WHERE id = ?", (resource_id,))
            continue
        values = (data["id"], json.dumps(data, separators=(",", ":")), resource_id)
        connection.execute("UPDATE resource SET id = ?, data = ? WHERE id = ?", values)
