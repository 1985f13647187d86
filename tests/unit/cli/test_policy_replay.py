"""`skywalk policy replay` asks a policy about files alone."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from skywalk.cli.main import main
from support.access_log import (
    ALLOWED,
    ENDPOINT,
    ENDPOINT_ID,
    NOT_BY_ENDPOINT,
    SESSION,
    Answering,
    access_log,
    check,
    fill,
    place,
)

ANYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    """Two reads that were allowed, and a write that the endpoint's policy alone refused."""
    log = access_log(place(tmp_path))
    for _ in range(2):
        fill(log.open(ENDPOINT, Answering()), [check()])
    fill(log.open(ENDPOINT, Answering()), [check("s3:PutObject", decision=NOT_BY_ENDPOINT, otherwise=ALLOWED)])
    log.close()
    return tmp_path


def replay(state_dir: Path, policy: object, *options: str, endpoint: str = ENDPOINT_ID) -> int:
    file = state_dir / "new.json"
    file.write_text(policy if isinstance(policy, str) else json.dumps(policy))
    return main(["policy", "replay", "--state-dir", str(state_dir), "--endpoint", endpoint, *options, str(file)])


def statements(*listed: dict[str, Any]) -> dict[str, Any]:
    return {"Statement": listed}


def test_what_would_change(state_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(state_dir, statements({**ANYTHING, "Sid": "Writes", "Action": "s3:Put*"})) == 3
    assert capsys.readouterr().out == (
        f"3 of 3 requests through {ENDPOINT_ID} would be decided otherwise\n"
        "\n"
        "allowed -> denied  s3:GetObject on arn:aws:s3:::documents/a.txt\n"
        f"    by {SESSION.arn}\n"
        "    2 times, last at 2026-01-01T00:00:00.000Z; no statement allows it\n"
        "\n"
        "denied -> allowed  s3:PutObject on arn:aws:s3:::documents/a.txt\n"
        f"    by {SESSION.arn}\n"
        "    once, last at 2026-01-01T00:00:00.000Z; Writes allows it\n"
    )


def test_what_clients_choose_does_not_steer_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = access_log(place(tmp_path))
    fill(log.open(ENDPOINT, Answering()), [check(resource="arn:aws:s3:::documents/\x1b[2J\na.txt")])
    log.close()
    assert replay(tmp_path, statements({**ANYTHING, "Action": "s3:Put*"})) == 3
    assert "s3:GetObject on arn:aws:s3:::documents/?[2J?a.txt\n" in capsys.readouterr().out


def test_for_programs(state_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    denied = statements({**ANYTHING, "Action": ["s3:Get*"]}, {**ANYTHING, "Effect": "Deny", "Action": "s3:GetObject"})
    assert replay(state_dir, denied, "--json") == 3
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "was": "allowed",
        "would_be": "denied",
        "principal": SESSION.arn,
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::documents/a.txt",
        "by": "endpoint_policy",
        "statement": 1,
        "times": 2,
        "last_seen": "2026-01-01T00:00:00.000Z",
    }


def test_nothing_would_change(
    state_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    same = json.dumps(statements({**ANYTHING, "Action": "s3:GetObject"}))
    assert replay(state_dir, same) == 0
    assert capsys.readouterr().out == f"0 of 3 requests through {ENDPOINT_ID} would be decided otherwise\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(same.encode())))
    assert main(["policy", "replay", "--json", "--state-dir", str(state_dir), "--endpoint", ENDPOINT_ID, "-"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("policy", "place"),
    [
        ("{", "not valid JSON"),
        (statements({**ANYTHING, "Effect": "Maybe"}), "Statement[0].Effect: must be Allow or Deny"),
        (statements({"Effect": "Allow", "Action": "*", "Resource": "*"}), "Statement[0].Principal"),
    ],
)
def test_a_policy_that_no_endpoint_takes(
    state_dir: Path, capsys: pytest.CaptureFixture[str], policy: object, place: str
) -> None:
    assert replay(state_dir, policy) == 1
    said = capsys.readouterr().err
    assert "new.json is no policy that an endpoint takes: " in said
    assert place in said


def test_an_endpoint_that_nothing_has_come_through(state_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(state_dir, statements(ANYTHING), endpoint="vpce-0unknown") == 1
    assert "no request through vpce-0unknown is in the access log" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        replay(state_dir, statements(ANYTHING), endpoint="../..")
    assert ended.value.code == 2
