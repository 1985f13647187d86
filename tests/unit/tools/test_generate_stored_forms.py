"""What is stored can be read: states of every schema version since the first, and changes that need a new one."""

from __future__ import annotations

import importlib.util
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from skywalk.resources.persist import SCHEMA_VERSION, SqlitePersistence, copy_before
from skywalk.resources.store import KINDS, Store
from skywalk.values.record import encode

ROOT = Path(__file__).resolve().parents[3]
FORMS = ROOT / "tests" / "stored_forms"
ADVICE = (
    "a resource is stored in another form than before. Not released yet: run tools/generate_stored_forms.py. "
    "Released: write a migration (CONTRIBUTING.md, “The stored form”)"
)


def load_tool() -> ModuleType:
    path = ROOT / "tools" / "generate_stored_forms.py"
    spec = importlib.util.spec_from_file_location("generate_stored_forms", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load_tool()


def forms(version: int) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((FORMS / f"schema-{version}.json").read_text())
    return found


def state_of(version: int, folder: Path) -> Path:
    """The committed state of a schema version, as a database."""
    path = folder / "state.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((FORMS / f"schema-{version}.sql").read_text())
    return path


def stored(path: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT id, kind, data FROM resource ORDER BY place").fetchall()
    return {resource_id: (kind, json.loads(data)) for resource_id, kind, data in rows}


def test_a_changed_form_has_a_new_schema_version() -> None:
    committed, present = forms(SCHEMA_VERSION), tool.describe()
    changed = sorted(name for name in committed.keys() | present.keys() if committed.get(name) != present.get(name))
    assert changed == [], ADVICE


def test_the_committed_state_has_every_kind_and_every_field(tmp_path: Path) -> None:
    committed = forms(SCHEMA_VERSION)
    rows = stored(state_of(SCHEMA_VERSION, tmp_path)).values()
    fields = {kind: {name for one, data in rows if one == kind for name in data} for kind in KINDS}
    assert fields == {kind: set(committed[kind]) for kind in KINDS}, ADVICE
    filled = {(kind, name) for kind, data in rows for name, value in data.items() if value not in (None, [], {}, "")}
    assert filled == {(kind, name) for kind in KINDS for name in committed[kind]}


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_every_stored_field_of_every_version_reads(version: int, tmp_path: Path) -> None:
    path = state_of(version, tmp_path)
    before = stored(path)
    assert before
    with closing(Store(SqlitePersistence(path))) as store:
        after = stored(path)
        read = {kind.__name__: {one.id: encode(one) for one in store.of_type(kind)} for kind in KINDS.values()}
        assert store.revision == 1
    assert {resource_id: read[kind][resource_id] for resource_id, (kind, _) in after.items()} == {
        resource_id: data for resource_id, (_, data) in after.items()
    }
    # What is to be lost must be taken away by a migration that says so.
    assert before.keys() == after.keys()
    assert copy_before(path, version).exists() == (version < SCHEMA_VERSION)


def test_a_released_version_is_frozen() -> None:
    releases = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert bool(releases) == bool(tool.RELEASED), "a release adds its schema version to RELEASED in the tool"
    assert max(tool.RELEASED, default=0) in (SCHEMA_VERSION, SCHEMA_VERSION - 1), (
        "one migration step per release at most"
    )


def test_the_tool_mends_what_is_not_released_and_refuses_what_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tool.main(["--check"], tmp_path) == 1
    assert "not current: run tools/generate_stored_forms.py" in capsys.readouterr().err
    assert tool.main([], tmp_path) == 0
    assert tool.main(["--check"], tmp_path) == 0
    (tmp_path / tool.FOLDER / f"schema-{SCHEMA_VERSION}.json").write_text("{}")
    monkeypatch.setattr(tool, "RELEASED", frozenset({SCHEMA_VERSION}))
    assert tool.main([], tmp_path) == 1
    assert f"schema {SCHEMA_VERSION} is released; a change of it needs a migration" in capsys.readouterr().err
