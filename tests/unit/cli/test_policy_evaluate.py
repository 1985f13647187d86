from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from skywalk.cli.main import main
from skywalk.cli.policy_evaluate import lines_of
from skywalk.policy.cases.answer import MAXIMUM_BYTES

CASE = json.dumps({"request": {"action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "principal": None}})
REFUSED = '{"decision": "ImplicitDeny", "by": "resource_policy", "statement": null}'


def test_cases_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text(f"{CASE}\n{CASE}")
    assert main(["policy", "evaluate", str(cases)]) == 0
    assert capsys.readouterr().out == f"{REFUSED}\n{REFUSED}\n"


def test_a_line_that_cannot_be_decided_is_told_by_the_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text(f"{{}}\n{CASE}\n")
    assert main(["policy", "evaluate", str(cases)]) == 1
    assert capsys.readouterr().out == f'{{"error": "request: missing", "line": 1}}\n{REFUSED}\n'


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "evaluate", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err == f"skywalk: [Errno 2] No such file or directory: '{tmp_path}/none'\n"


def test_each_answer_comes_before_the_next_case_is_written() -> None:
    command = [sys.executable, "-m", "skywalk", "policy", "evaluate", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(3):
            process.stdin.write(CASE + "\n")
            process.stdin.flush()
            assert process.stdout.readline() == f"{REFUSED}\n"
        process.stdin.close()
        assert process.wait(timeout=120) == 0


def test_lines_that_are_too_long_are_passed_over() -> None:
    file = io.BytesIO(b"a\n" + b"x" * (3 * MAXIMUM_BYTES) + b"\nb\n" + b"y" * (MAXIMUM_BYTES + 1))
    assert [line[:2] for line in lines_of(file)] == [b"a\n", b"xx", b"b\n", b"yy"]
