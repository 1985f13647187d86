"""`skywalk log` reads files alone."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from skywalk.access_log.entry import Endpoint
from skywalk.access_log.reader import Reader
from skywalk.cli.log import render_line, since
from skywalk.cli.main import main
from skywalk.values.clock import FixedClock
from skywalk.values.errors import AwsError
from support.access_log import (
    DENIED_BY_ENDPOINT,
    ENDPOINT,
    ENDPOINT_ID,
    NOT_BY_ENDPOINT,
    Answering,
    access_log,
    check,
    fill,
    place,
)

OTHER = Endpoint("vpce-0other", "123456789012", "s3", "us-east-1", False)


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    """Four requests, a second after the other, by two writers at two endpoints."""
    clock = FixedClock()
    first, second = (access_log(place(tmp_path, writer=name), clock) for name in ("edge-0", "edge-1"))
    fill(first.open(ENDPOINT, Answering()), [check(resource="arn:1")])
    clock.advance(1)
    fill(second.open(OTHER, Answering()), [check(resource="arn:2", decision=DENIED_BY_ENDPOINT)])
    clock.advance(1)
    fill(first.open(ENDPOINT, Answering()), [check(resource="arn:3")])
    clock.advance(1)
    refused = second.open(ENDPOINT, Answering())
    refused.error, refused.operation = AwsError("InvalidAccessKeyId", "No.", 403), "PutObject"
    first.close()
    second.close()
    return tmp_path


def log(state_dir: Path, capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    assert main(["log", "--state-dir", str(state_dir), *options]) == 0
    return capsys.readouterr().out.splitlines()


def resources(state_dir: Path, capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    events = [json.loads(line) for line in log(state_dir, capsys, "--json", *options)]
    return [one["resources"][0]["ARN"] if "resources" in one else one["errorCode"] for one in events]


def test_all_writers_in_the_order_of_time(state_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert resources(state_dir, capsys) == ["arn:1", "arn:2", "arn:3", "InvalidAccessKeyId"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--endpoint", "vpce-0other"], ["arn:2"]),
        (["--endpoint", "vpce-unknown"], []),
        (["--denied"], ["arn:2", "InvalidAccessKeyId"]),
        (["-n", "2"], ["arn:3", "InvalidAccessKeyId"]),
        (["-n", "0"], []),
        (["-n", "9"], ["arn:1", "arn:2", "arn:3", "InvalidAccessKeyId"]),
        (["--since", "2026-01-01T00:00:02"], ["arn:3", "InvalidAccessKeyId"]),
        (["--since", "2026-01-01T01:00:02+01:00", "--denied"], ["InvalidAccessKeyId"]),
        (["--since", "36500d", "-n", "1"], ["InvalidAccessKeyId"]),
        (["--since", "999999999d", "-n", "1"], ["InvalidAccessKeyId"]),
    ],
)
def test_what_is_asked_for(
    state_dir: Path, capsys: pytest.CaptureFixture[str], options: list[str], expected: list[str]
) -> None:
    assert resources(state_dir, capsys, *options) == expected


def test_lines_for_people(state_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line.split("  ") for line in log(state_dir, capsys)]
    shown = [[cell.strip() for cell in line if cell] for line in lines]
    assert shown[1] == [
        "2026-01-01T00:00:01.000Z",
        "vpce-0other",
        "123456789012:assumed-role/app/i-0123",
        "s3:GetObject",
        "arn:2",
        "denied by endpoint policy (NoPut)",
    ]
    assert shown[3][1:] == ["vpce-0aaaaaaaaaaaaaaaa", "-", "s3:PutObject", "-", "undecided InvalidAccessKeyId"]


def test_a_log_that_is_empty_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "--state-dir", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "nothing is in the access log that was asked for\n")


@pytest.mark.parametrize("width", [80, 100, 200])
def test_a_line_fits_the_terminal(tmp_path: Path, width: int) -> None:
    writer = access_log(place(tmp_path))
    fill(writer.open(ENDPOINT, Answering()), [check(resource=f"arn:aws:s3:::documents/{'long/' * 30}end")])
    fill(writer.open(ENDPOINT, Answering()), [check("s3:Put", "a\x1b[2J\n", NOT_BY_ENDPOINT)])
    writer.close()
    long, short = (
        render_line(record, width=width, with_endpoint=True) for record in Reader(tmp_path / "access-log").records()
    )
    assert len(long) <= width
    assert len(short) <= width
    assert "  s3:GetObject  …" in long
    assert "long/end  allowed by identity" in long
    assert (long.split("  ")[1] == ENDPOINT_ID) == (width > 140)
    assert "  a?[2J? " in short
    assert "  denied by endpoint" in short


def test_what_clients_choose_does_not_steer_a_terminal(tmp_path: Path) -> None:
    writer = access_log(place(tmp_path))
    fill(writer.open(ENDPOINT, Answering()), [check(resource="a\x1b[2J\nb")])
    writer.close()
    (record,) = Reader(tmp_path / "access-log").records()
    assert " a?[2J?b " in render_line(record, width=None, with_endpoint=True)


def test_several_checks_are_told_by_the_one_that_decided(tmp_path: Path) -> None:
    writer = access_log(place(tmp_path))
    fill(writer.open(ENDPOINT, Answering()), [check(), check("s3:PutObject", decision=NOT_BY_ENDPOINT)])
    writer.close()
    (record,) = Reader(tmp_path / "access-log").records()
    line = render_line(record, width=None, with_endpoint=False)
    assert " s3:PutObject " in line
    assert line.endswith("a.txt and 1 more       denied by endpoint policy")


def test_times() -> None:
    assert since("15m") == timedelta(minutes=15)
    assert since("3d") == timedelta(days=3)
    assert since("2026-01-31") == datetime(2026, 1, 31, tzinfo=UTC)
    assert since("2026-01-31T12:00:00Z") == datetime(2026, 1, 31, 12, tzinfo=UTC)
    for text in ("", "yesterday", "5", "-1m", "1w", "2026-13-01"):
        with pytest.raises(argparse.ArgumentTypeError, match="a time is 15m"):
            since(text)
