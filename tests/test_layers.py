"""The import table of ARCHITECTURE.md, checked against the imports."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "skywalk"
ROW = re.compile(r"\| `(\w+)` \| (.*?) \| (.*?) \|")
ENTRY_POINTS = {"__init__", "__main__"}


def read_table() -> dict[str, tuple[set[str] | None, str]]:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    table = text.split("<!-- layers -->")[1].split("<!-- /layers -->")[0]
    rows = [ROW.match(line) for line in table.splitlines()]
    return {
        row[1]: (None if row[2] == "everything" else set(re.findall(r"`(\w+)`", row[2])), row[3]) for row in rows if row
    }


def packages() -> list[str]:
    found = {path.stem if path.is_file() else path.name for path in SOURCE.iterdir()}
    return sorted(found - ENTRY_POINTS - {"__pycache__", "py"} - {"py.typed"})


def imports_of(path: Path) -> set[tuple[str, int]]:
    """Packages of skywalk that a module imports, with lines; relative imports are not used here."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module] if node.module != "skywalk" else [f"skywalk.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found |= {(name.split(".")[1], node.lineno) for name in names if name.startswith("skywalk.")}
    return found


def modules(package: str) -> list[Path]:
    single = SOURCE / f"{package}.py"
    return [single] if single.exists() else sorted((SOURCE / package).rglob("*.py"))


def test_every_package_is_in_the_table() -> None:
    assert set(packages()) - {"py"} == set(read_table())


@pytest.mark.parametrize("package", packages())
def test_imports(package: str) -> None:
    allowed, reason = read_table()[package]
    if allowed is None:
        return
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {imported}: "
        f"{package} may import {sorted(allowed)} only, so that {reason}"
        for path in modules(package)
        for imported, line in sorted(imports_of(path))
        if imported in packages() and imported != package and imported not in allowed
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("package", [name for name in packages() if (SOURCE / name).is_dir()])
def test_every_package_says_what_it_is(package: str) -> None:
    docstring = ast.get_docstring(ast.parse((SOURCE / package / "__init__.py").read_text()))
    assert docstring, f"src/skywalk/{package}/__init__.py needs a docstring: its few words and its contract"
