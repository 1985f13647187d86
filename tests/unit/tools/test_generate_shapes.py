"""The committed tables and types are those that the tool makes now."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_shapes", REPOSITORY / "tools" / "generate_shapes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load_tool()


def committed_operations() -> dict[str, dict[str, Any]]:
    listed: dict[str, dict[str, Any]] = json.loads((REPOSITORY / tool.OPERATIONS).read_text())
    return listed


def test_committed_files_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main(["--check"]) == 0, capsys.readouterr().err


def test_check_finds_a_stale_file_and_writing_mends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = {"sts": {"version": "2011-06-15", "operations": ["GetCallerIdentity"]}}
    (tmp_path / tool.OPERATIONS).parent.mkdir()
    (tmp_path / tool.OPERATIONS).write_text(json.dumps(listed))
    assert tool.main(["--check"], tmp_path) == 1
    assert "src/skywalk/api/shapes/sts.json is not current: run tools/generate_shapes.py" in capsys.readouterr().err
    assert not (tmp_path / tool.TABLES / "sts.json").exists()
    assert tool.main([], tmp_path) == 0
    assert tool.main(["--check"], tmp_path) == 0
    (tmp_path / tool.TYPES / "sts.py").write_text("")
    assert tool.main(["--check"], tmp_path) == 1


def test_operations_are_listed_once_and_in_order() -> None:
    for listed in committed_operations().values():
        assert listed["operations"] == sorted(set(listed["operations"]))


def test_a_table_has_only_what_its_operations_reach() -> None:
    model = tool.Model("sts", "2011-06-15", ["GetCallerIdentity"])
    table = tool.make_table(model)
    assert table["operations"] == {
        "GetCallerIdentity": {
            "in": "GetCallerIdentityRequest",
            "out": "GetCallerIdentityResponse",
            "wrap": "GetCallerIdentityResult",
        }
    }
    assert table["in"] == {"GetCallerIdentityRequest": {"m": {}}}
    assert sorted(table["out"]) == ["GetCallerIdentityResponse", "accountType", "arnType", "userIdType"]
    assert json.loads(tool.render_table(table)) == table


def test_names_on_the_wire() -> None:
    model = tool.Model("ec2", "2016-11-15", ["CreateVpc", "DescribeVpcEndpoints", "RunInstances"])
    table = tool.make_table(model)
    assert table["in"]["CreateVpcRequest"]["m"]["TagSpecifications"] == ["TagSpecificationList", "TagSpecification"]
    assert table["in"]["DescribeVpcEndpointsRequest"]["m"]["VpcEndpointIds"] == ["VpcEndpointIdList", "VpcEndpointId"]
    assert table["in"]["FilterList"] == {"l": "Filter"}
    assert table["out"]["VpcEndpoint"]["m"]["RouteTableIds"] == ["ValueStringList", "routeTableIdSet"]
    assert table["out"]["VpcEndpointSet"] == {"l": "VpcEndpoint", "i": "item"}
    assert table["in"]["RunInstancesRequest"]["r"] == ["MaxCount", "MinCount"]


class FakeModel:
    """Stands for a model with shapes that no served operation uses."""

    service = "x"

    def __init__(self, shapes: dict[str, dict[str, Any]], *, is_ec2: bool = False) -> None:
        self.shapes = shapes
        self.is_ec2 = is_ec2


def entry(shapes: dict[str, dict[str, Any]], name: str, *, is_input: bool, is_ec2: bool = False) -> dict[str, Any]:
    made: dict[str, Any] = tool._shape_entry(FakeModel(shapes, is_ec2=is_ec2), name, is_input=is_input)
    return made


def test_names_of_the_ec2_protocol_are_capitalised_or_given() -> None:
    shapes: dict[str, dict[str, Any]] = {
        "S": {"type": "string"},
        "Request": {
            "type": "structure",
            "members": {
                "Plain": {"shape": "S"},
                "Located": {"shape": "S", "locationName": "wireName"},
                "Queried": {"shape": "S", "locationName": "wireName", "queryName": "OnQuery"},
            },
        },
    }
    asked = entry(shapes, "Request", is_input=True, is_ec2=True)
    assert asked == {"m": {"Plain": ["S", "Plain"], "Located": ["S", "WireName"], "Queried": ["S", "OnQuery"]}}
    answered = entry(shapes, "Request", is_input=False, is_ec2=True)
    assert answered == {"m": {"Plain": ["S", "Plain"], "Located": ["S", "wireName"], "Queried": ["S", "wireName"]}}


def test_flat_lists_and_maps() -> None:
    shapes: dict[str, dict[str, Any]] = {
        "S": {"type": "string"},
        "Flat": {"type": "list", "flattened": True, "member": {"shape": "S", "locationName": "Item"}},
        "Map": {"type": "map", "key": {"shape": "S"}, "value": {"shape": "S", "locationName": "Value"}},
        "FlatMap": {"type": "map", "flattened": True, "key": {"shape": "S"}, "value": {"shape": "S"}},
        "Request": {"type": "structure", "members": {"Items": {"shape": "Flat"}}},
    }
    assert entry(shapes, "Flat", is_input=True) == {"l": "S"}
    assert entry(shapes, "Request", is_input=True) == {"m": {"Items": ["Flat", "Item"]}}
    assert entry(shapes, "Map", is_input=False) == {"k": ["S", "key"], "v": ["S", "Value"], "i": "entry"}
    assert entry(shapes, "FlatMap", is_input=False) == {"k": ["S", "key"], "v": ["S", "value"]}


def test_traits_that_the_codec_does_not_carry_are_refused() -> None:
    shapes: dict[str, dict[str, Any]] = {
        "S": {"type": "string"},
        "Request": {"type": "structure", "members": {"A": {"shape": "S", "xmlAttribute": True}}},
    }
    with pytest.raises(SystemExit, match=r"x.Request: the codec does not carry xmlAttribute"):
        entry(shapes, "Request", is_input=False)


def test_types_mark_required_members_of_requests() -> None:
    text = tool.render_types(tool.Model("sts", "2011-06-15", ["AssumeRole"]))
    assert "class AssumeRoleRequest(TypedDict, total=False):\n    RoleArn: Required[str]\n" in text
    assert "class Credentials(TypedDict, total=False):\n    AccessKeyId: str\n" in text
    assert "    Expiration: datetime\n" in text
