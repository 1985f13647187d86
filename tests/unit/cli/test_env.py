"""Lines for a shell."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from skywalk.cli.control_client import ControlClient
from skywalk.cli.env import client_environment
from skywalk.cli.main import main
from skywalk.values.errors import SkywalkError

ANSWERS: dict[str, Any] = {
    "status": {"endpoint_url": "http://127.0.0.1:4599", "region": "eu-west-1"},
    "accounts/list": [
        {"account_id": "123456789012", "access_key_id": "AKIA1", "secret_access_key": "se/cret+ $1"},
        {"account_id": "111122223333", "access_key_id": "AKIA2", "secret_access_key": "other"},
    ],
}


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(_self: ControlClient, operation: str, _asked: Mapping[str, Any] | None = None) -> Any:
        return ANSWERS[operation]

    monkeypatch.setattr(ControlClient, "ask", ask)


def test_it_prints_export_lines_that_a_shell_can_take(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["env", "--state-dir", "/nowhere"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "export AWS_ENDPOINT_URL=http://127.0.0.1:4599",
        "export AWS_DEFAULT_REGION=eu-west-1",
        "export AWS_REGION=eu-west-1",
        "export AWS_ACCESS_KEY_ID=AKIA1",
        "export AWS_SECRET_ACCESS_KEY='se/cret+ $1'",
    ]


def test_another_account_has_its_own_keys() -> None:
    assert client_environment(ControlClient(Path("/x")), "111122223333")["AWS_ACCESS_KEY_ID"] == "AKIA2"


def test_an_unknown_account_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SkywalkError, match="there is no account 999999999999"):
        client_environment(ControlClient(Path("/x")), "999999999999")
    assert main(["env", "--account", "999999999999"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == ("skywalk: there is no account 999999999999; make it with: skywalk account add 999999999999\n")
