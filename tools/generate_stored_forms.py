"""Writes tests/stored_forms/: what the resources of the present schema version look like in the database.

    schema-N.json   the stored fields of every kind of resource, with their types
    schema-N.sql    a state that holds every kind, every field and every member of every enumeration

Both are made from the dataclasses in `skywalk.resources` alone, with values drawn from nothing but the fields' names.
When a resource is stored differently than before, `tests/unit/tools/test_generate_stored_forms.py` fails. What to do
is told in CONTRIBUTING.md ("The stored form"): until the version is released, this tool is run again; afterwards it
refuses, and the change needs a migration.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sqlite3
import sys
import tempfile
import types
import typing
from contextlib import closing
from datetime import UTC, datetime
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path

from skywalk.resources.persist import SCHEMA_VERSION, SqlitePersistence
from skywalk.resources.resource import Resource
from skywalk.resources.store import KINDS, Store

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path("tests/stored_forms")

RELEASED: frozenset[int] = frozenset()
"""Schema versions that a released skywalk has written: their files are never written again."""

_PLAIN = {
    int: 7,
    float: 7.5,
    datetime: datetime(2026, 11, 22, 10, 30, tzinfo=UTC),
    IPv4Address: IPv4Address("10.0.0.7"),
    IPv6Address: IPv6Address("2001:db8::7"),
    IPv4Network: IPv4Network("10.0.7.0/24"),
    IPv6Network: IPv6Network("2001:db8:7::/48"),
}


def describe() -> dict[str, dict[str, str]]:
    """Field → type, of every kind of resource and of every record within one."""
    found: dict[str, dict[str, str]] = {}
    for kind in KINDS.values():
        _describe(kind, found)
    return dict(sorted(found.items()))


def _describe(record: type, found: dict[str, dict[str, str]]) -> None:
    if record.__name__ in found:
        return
    hints = typing.get_type_hints(record)
    found[record.__name__] = {}
    fields = sorted(field.name for field in dataclasses.fields(record))
    found[record.__name__].update((name, _name(hints[name], found)) for name in fields)


def _name(annotation: typing.Any, found: dict[str, dict[str, str]]) -> str:
    """The annotation in words that do not depend on how it was written; records are described on the way."""
    members = typing.get_args(annotation)
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        return " | ".join(sorted(_name(member, found) for member in members))
    if origin is not None:
        inner = ", ".join("..." if member is Ellipsis else _name(member, found) for member in members)
        return f"{origin.__name__}[{inner}]"
    if isinstance(annotation, typing.NewType):
        return _name(annotation.__supertype__, found)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return f"{annotation.__name__}({', '.join(str(member.value) for member in annotation)})"
    if dataclasses.is_dataclass(annotation):
        _describe(typing.cast("type", annotation), found)
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def samples(kind: type[Resource]) -> list[Resource]:
    """Resources that have every field filled, every member of its enumerations, and (the second) all that may be
    missing missing."""
    members = max((len(one) for one in _enumerations(kind)), default=1)
    made = [_sample(kind, kind.__name__, number, is_full=number != 1) for number in range(max(2, members + 1))]
    return [dataclasses.replace(one, id=f"{kind.__name__}-{number}") for number, one in enumerate(made)]


def _enumerations(record: type) -> list[type[Enum]]:
    hints = typing.get_type_hints(record).values()
    return [hint for hint in hints if isinstance(hint, type) and issubclass(hint, Enum)]


def _sample(annotation: typing.Any, name: str, number: int, *, is_full: bool) -> typing.Any:
    origin, members = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        real = [member for member in members if member is not types.NoneType]
        if not is_full and len(real) < len(members):
            return None
        return _sample(real[number % len(real)], name, number, is_full=is_full)
    if origin is typing.Literal:
        return members[number % len(members)]
    if origin is tuple:
        return (_sample(members[0], name, number, is_full=is_full),) if is_full else ()
    if origin is frozenset:
        return frozenset({_sample(members[0], name, number, is_full=is_full)} if is_full else ())
    if origin is not None:  # a mapping
        return {f"{name}-key": _sample(members[1], name, number, is_full=is_full)} if is_full else {}
    if isinstance(annotation, typing.NewType):
        return _sample(annotation.__supertype__, name, number, is_full=is_full)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return list(annotation)[number % len(annotation)]
    if dataclasses.is_dataclass(annotation):
        hints = typing.get_type_hints(annotation)
        fields = dataclasses.fields(annotation)
        made: typing.Any = annotation
        return made(**{one.name: _sample(hints[one.name], one.name, number, is_full=is_full) for one in fields})
    if annotation is bool:
        return is_full
    return _PLAIN.get(annotation, f"{name} ä {number}")


def dump() -> str:
    """The state as SQL."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.sqlite"
        with closing(Store(SqlitePersistence(path))) as store, store.transaction() as tx:
            for kind in KINDS.values():
                for sample in samples(kind):
                    tx.put(sample)
        with closing(sqlite3.connect(path)) as connection:
            # Not SQLite's own dump: its form differs between versions.
            tables = [row[0] for row in connection.execute("SELECT sql FROM sqlite_master ORDER BY name DESC")]
            inserts = []
            for table, order in (("meta", "name"), ("resource", "place")):
                for row in connection.execute(f"SELECT * FROM {table} ORDER BY {order}"):  # noqa: S608
                    values = ", ".join(str(one) if isinstance(one, int) else _quote(one) for one in row)
                    inserts.append(f"INSERT INTO {table} VALUES ({values})")  # noqa: S608
    return "".join(f"{statement};\n" for statement in [*tables, *inserts])


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def render(version: int) -> dict[Path, str]:
    """The files of the present version."""
    return {
        FOLDER / f"schema-{version}.json": json.dumps(describe(), indent=1, ensure_ascii=False) + "\n",
        FOLDER / f"schema-{version}.sql": dump(),
    }


def main(argv: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(description="writes what resources look like in the database")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is not current")
    options = parser.parse_args(argv)
    files = render(SCHEMA_VERSION)
    stale = [path for path, text in files.items() if not (root / path).exists() or (root / path).read_text() != text]
    if not stale:
        return 0
    names = ", ".join(map(str, stale))
    if SCHEMA_VERSION in RELEASED:
        print(f"{names}: schema {SCHEMA_VERSION} is released; a change of it needs a migration", file=sys.stderr)
        return 1
    if options.check:
        print(f"{names}: not current: run tools/generate_stored_forms.py", file=sys.stderr)
        return 1
    for path in stale:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(files[path])
    return 0


if __name__ == "__main__":
    sys.exit(main())
