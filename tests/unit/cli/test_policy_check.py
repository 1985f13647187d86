"""What is told of documents, and how."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from skywalk.cli.main import main
from skywalk.cli.policy_check import render
from skywalk.policy.review.remark import error, warning

_GOOD = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}}
_BAD = {"Statement": {**_GOOD["Statement"], "Action": ["sqs:SendMessages", "sqs:ReceiveMessage"]}}


def _file(folder: Path, text: str) -> str:
    path = folder / "policy.json"
    path.write_text(text)
    return str(path)


def test_nothing_to_tell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "check", _file(tmp_path, json.dumps(_GOOD))]) == 0
    assert capsys.readouterr().out == "nothing to tell\n"
    assert main(["policy", "check", "--json", _file(tmp_path, json.dumps(_GOOD))]) == 0
    assert capsys.readouterr().out == ""


def test_what_there_is_to_tell_is_told_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "check", _file(tmp_path, json.dumps(_BAD))]) == 1
    expected = "error  Statement.Action[0]  (unknown-action)\n    sqs has no action SendMessages\n"
    assert capsys.readouterr().out == expected


def test_lines_for_programs_from_the_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(_BAD).encode())))
    assert main(["policy", "check", "--json", "-"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "place": "Statement.Action[0]",
        "severity": "error",
        "code": "unknown-action",
        "text": "sqs has no action SendMessages",
    }


def test_the_kind_may_be_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(tmp_path, json.dumps(_GOOD))
    assert main(["policy", "check", "--kind", "identity", path]) == 1
    assert "an identity-based policy has no Principal" in capsys.readouterr().out


def test_a_document_does_not_steer_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    resource = "arn:aws:s3:::b/\x1b[2J"
    statement = {**_GOOD["Statement"], "Resource": resource}
    assert main(["policy", "check", _file(tmp_path, json.dumps({"Statement": statement}))]) == 1
    told = capsys.readouterr().out
    assert "arn:aws:s3:::b/?[2J" in told
    assert "\x1b" not in told


def test_what_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "check", str(tmp_path / "none.json")]) == 1
    assert "No such file or directory" in capsys.readouterr().err
    path = tmp_path / "policy.json"
    path.write_bytes(b"\xff\xfe")
    assert main(["policy", "check", str(path)]) == 1
    assert capsys.readouterr().err == f"skywalk: {path} is not text in UTF-8\n"


def test_long_texts_are_wrapped_and_severities_coloured() -> None:
    shown = render([error("", "refused", "word " * 30), warning("Statement", "wide", "all")], in_colour=True)
    assert shown.splitlines() == [
        "\x1b[31merror\x1b[0m  the document  (refused)",
        "    " + " ".join(["word"] * 19),
        "    " + " ".join(["word"] * 11),
        "\x1b[33mwarning\x1b[0m  Statement  (wide)",
        "    all",
    ]
