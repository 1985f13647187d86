"""The committed catalogue is the one that the tool makes now."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from skywalk.policy.errors import PolicyError

REPOSITORY = Path(__file__).resolve().parents[3]


def load_tool() -> ModuleType:
    path = REPOSITORY / "tools" / "generate_aws_managed_policies.py"
    spec = importlib.util.spec_from_file_location("generate_aws_managed_policies", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load_tool()


def test_the_catalogue_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main(["--check"]) == 0, capsys.readouterr().err


def test_check_finds_a_stale_catalogue_and_writing_mends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main(["--check"], tmp_path) == 1
    assert "is not current: run tools/generate_aws_managed_policies.py" in capsys.readouterr().err
    assert tool.main([], tmp_path) == 0
    assert tool.main(["--check"], tmp_path) == 0


def test_a_policy_that_is_not_evaluated_whole_is_refused() -> None:
    with pytest.raises(PolicyError, match="cloudformation:createaction: not supported yet"):
        tool.generate(["SecretsManagerReadWrite"])
