"""How far requests are mapped, and that the reference page says so."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from skywalk.edge.services.modelled.access import checked_services

REPOSITORY = Path(__file__).resolve().parents[3]
LIMITS = REPOSITORY / "docs/reference/limits.md"


def load_tool() -> ModuleType:
    path = REPOSITORY / "tools" / "report_request_mapping.py"
    spec = importlib.util.spec_from_file_location("report_request_mapping", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load_tool()


def test_the_page_has_the_figures() -> None:
    operations, with_action, with_resource = tool.whole()
    sentence = f"Of {operations:,} operations of {len(tool.services())} services {with_action:,} have an action"
    assert sentence in " ".join(LIMITS.read_text().split())
    assert f"and of {with_resource:,} the resource is known" in " ".join(LIMITS.read_text().split())


@pytest.mark.parametrize("service", sorted(checked_services()))
def test_nearly_all_of_the_services_with_a_backend(service: str) -> None:
    operations, with_action, with_resource = tool.coverage_of(service)
    assert with_action >= operations - 10
    assert with_resource >= operations - 13


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    tool.main(["states"])
    heading, line = capsys.readouterr().out.splitlines()
    assert heading.split() == ["service", "operations", "action", "resource"]
    assert line.split()[0] == "states"
    assert len(set(line.split()[1:])) == 1
