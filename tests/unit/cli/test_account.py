"""Accounts, as lines and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from skywalk.cli.control_client import ControlClient, RegionRefused
from skywalk.cli.main import main

ACCOUNT = {"account_id": "111122223333", "access_key_id": "AKIA2", "secret_access_key": "other"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []

    def ask(_self: ControlClient, operation: str, asked: Mapping[str, Any] | None = None) -> Any:
        found.append((operation, asked))
        if asked and asked["account_id"] == "12":
            raise RegionRefused("an account id has twelve digits, not '12'")
        return ACCOUNT if asked else [ACCOUNT]

    monkeypatch.setattr(ControlClient, "ask", ask)
    return found


def test_add_prints_the_account_and_its_keys(asked: list[tuple[str, Any]], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["account", "add", "111122223333", "--access-key-id", "AKIA2", "--secret-access-key", "other"]) == 0
    assert capsys.readouterr().out == "111122223333  AKIA2  other\n"
    assert asked == [("accounts/add", ACCOUNT)]


def test_keys_are_drawn_by_the_region(asked: list[tuple[str, Any]]) -> None:
    assert main(["account", "add", "111122223333"]) == 0
    assert asked[0][1]["access_key_id"] is None


@pytest.mark.usefixtures("asked")
def test_a_refusal_is_1_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["account", "add", "12"]) == 1
    assert capsys.readouterr().err == "skywalk: an account id has twelve digits, not '12'\n"


@pytest.mark.usefixtures("asked")
def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["account", "list"]) == 0
    assert capsys.readouterr().out == "111122223333  AKIA2  other\n"
    assert main(["account", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [ACCOUNT]
