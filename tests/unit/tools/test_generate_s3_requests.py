from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

REPOSITORY = Path(__file__).resolve().parents[3]


def load_tool() -> ModuleType:
    path = REPOSITORY / "tools" / "generate_s3_requests.py"
    spec = importlib.util.spec_from_file_location("generate_s3_requests", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load_tool()


def test_the_table_is_what_the_tool_writes() -> None:
    assert (REPOSITORY / tool.SHAPES).read_text() == tool.render(tool.generate(tool.load_model()))
