from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from skywalk.resources.interface_services import InterfaceService

REPOSITORY = Path(__file__).resolve().parents[3]


def load_tool() -> ModuleType:
    path = REPOSITORY / "tools" / "generate_interface_services.py"
    spec = importlib.util.spec_from_file_location("generate_interface_services", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load_tool()
HOSTS = {"kms.{region}.amazonaws.com", "omics.{region}.amazonaws.com"}


def a_service(name: str, *names: str) -> InterfaceService:
    return InterfaceService(name, name, None, names, True, True, (443,), True)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("kms.{region}.amazonaws.com", True),
        ("*.kms.{region}.amazonaws.com", True),
        ("analytics-omics.{region}.amazonaws.com", True),
        ("api.kms.{region}.amazonaws.com", True),
        ("x.kms.{region}.amazonaws.com", False),
    ],
)
def test_names_that_clients_call(name: str, known: bool) -> None:
    assert tool.is_known(name, HOSTS) is known


def test_what_is_unconfirmed() -> None:
    services = (
        a_service("kms", "kms.{region}.amazonaws.com"),
        a_service("q", "q.{region}.amazonaws.com"),
        a_service("half", "kms.{region}.amazonaws.com", "half.{region}.amazonaws.com"),
        a_service("told", "told.{region}.amazonaws.com"),
    )
    assert tool.unconfirmed(services, ["told"], HOSTS) == ["half", "q"]


def test_the_committed_file_is_current() -> None:
    assert tool.main(["--check"]) == 0
