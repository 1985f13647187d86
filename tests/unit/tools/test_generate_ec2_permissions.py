"""The table's lines from the reference's entries."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]


def load_tool() -> ModuleType:
    path = REPOSITORY / "tools" / "generate_ec2_permissions.py"
    spec = importlib.util.spec_from_file_location("generate_ec2_permissions", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load_tool()
ACTIONS = {
    "createsubnet": {
        "name": "CreateSubnet",
        "resourceTypes": [
            {"name": "ipam-pool", "required": False},
            {"name": "vpc", "required": True},
            {"name": "subnet", "required": True},
        ],
    },
    "createtags": {"name": "CreateTags", "resourceTypes": [{"name": "vpc", "required": False}]},
    "describevpcs": {"name": "DescribeVpcs", "resourceTypes": []},
}


def test_a_line_per_action(tmp_path: Path) -> None:
    reference = tmp_path / "ec2.json"
    reference.write_text(json.dumps(ACTIONS))
    assert tool.main([str(reference)], tmp_path) == 0
    assert json.loads((tmp_path / tool.TABLE).read_text()) == {
        "CreateSubnet": "subnet vpc ?ipam-pool",
        "CreateTags": "?*",
        "DescribeVpcs": "",
    }


def test_the_reference_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_the_committed_table_is_of_the_tool_s_making() -> None:
    text = (REPOSITORY / tool.TABLE).read_text()
    table = json.loads(text)
    assert len(table) > 700
    actions = {
        name: {
            "name": name,
            "resourceTypes": [{"name": word.removeprefix("?"), "required": word[0] != "?"} for word in types.split()],
        }
        for name, types in table.items()
    }
    assert tool.generate(actions) == text
