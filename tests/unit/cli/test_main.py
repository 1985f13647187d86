"""The parser: what a user types, and what becomes of it."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from skywalk.cli.exec_ import command_words
from skywalk.cli.main import EXIT_FAILED, EXIT_USAGE, build_parser, main
from skywalk.config import DEFAULT_PORT, DEFAULT_QUOTAS, DEFAULT_REGION


def parse(*words: str) -> argparse.Namespace:
    return build_parser().parse_args(words)


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["i-1", "--", "ls", "-l"], ["ls", "-l"]),
        (["i-1", "ls", "-l"], ["ls", "-l"]),
        (["i-1", "ls", "--detach", "--bind", "/x"], ["ls", "--detach", "--bind", "/x"]),
        (["i-1", "--", "--detach"], ["--detach"]),
        (["i-1", "sh", "-c", "echo --", "--"], ["sh", "-c", "echo --", "--"]),
        (["i-1", "tool", "--state-dir", "/other"], ["tool", "--state-dir", "/other"]),
        (["i-1", "tool", "--help"], ["tool", "--help"]),
    ],
)
def test_the_options_of_a_command_are_its_own(words: list[str], command: list[str]) -> None:
    parsed = parse("exec", *words)
    assert command_words(parsed) == command
    assert (parsed.instance_id, parsed.detach, parsed.bind, parsed.state_dir) == ("i-1", False, [], None)


def test_options_of_exec_come_before_the_instance() -> None:
    parsed = parse("exec", "--detach", "--bind", "/a", "--bind", "b", "--state-dir", "/s", "i-1", "--", "run")
    assert (parsed.detach, parsed.bind, parsed.state_dir) == (True, ["/a", "b"], "/s")
    assert (parsed.instance_id, command_words(parsed)) == ("i-1", ["run"])


def test_exec_asks_for_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exec", "i-1", "--"]) == EXIT_USAGE
    assert capsys.readouterr().err == "skywalk exec: which command?\n"


@pytest.mark.parametrize(
    "words",
    [
        ["fly"],
        ["up", "--port", "none"],
        ["up", "--port", "0"],
        ["up", "--port", "65536"],
        ["up", "--quotas", "some"],
        ["up", "--det"],
        ["account"],
        ["account", "add"],
        ["account", "remove", "1"],
        ["exec"],
        ["env", "extra"],
    ],
)
def test_wrong_usage_is_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        main(words)
    assert ending.value.code == EXIT_USAGE


def test_nothing_typed_is_answered_with_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == EXIT_USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert "the guided tour" in said.err


def test_a_reader_that_has_seen_enough_is_no_reason_for_noise() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    program = "import sys; from skywalk.cli.main import main; sys.exit(main(['status', '--state-dir', '/nowhere']))"
    done = subprocess.run([sys.executable, "-c", program], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (EXIT_FAILED, b"")


def test_what_the_system_refuses_is_said_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    too_long = tmp_path / ("x" * 300)
    assert main(["down", "--state-dir", str(too_long)]) == 1
    assert capsys.readouterr().err == f"skywalk: [Errno 36] File name too long: '{too_long}/lock'\n"


def test_a_wrong_port_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["up", "--port", "-1"])
    with pytest.raises(SystemExit):
        main(["up", "--port", "7e3"])
    assert "a port is a number from 1 to 65535, not '7e3'" in capsys.readouterr().err


def test_the_defaults_of_up_are_the_contract_s() -> None:
    parsed = parse("up")
    assert (parsed.port, parsed.region, parsed.quotas) == (None, None, None)  # what is not asked for is left alone
    assert (DEFAULT_PORT, DEFAULT_REGION, DEFAULT_QUOTAS) == (4599, "us-east-1", "aws")
    assert (parsed.detach, parsed.uplink, parsed.state_dir) == (False, False, None)


def test_the_state_directory_may_stand_on_either_side_of_an_account_command() -> None:
    assert parse("account", "--state-dir", "/s", "list").state_dir == "/s"
    assert parse("account", "list", "--state-dir", "/s").state_dir == "/s"
    assert parse("account", "--state-dir", "/s", "add", "111122223333").id == "111122223333"
    assert parse("account", "list").state_dir is None


@pytest.mark.parametrize("words", [["env"], ["wait"], ["account", "list"], ["exec", "i-1", "--", "true"]])
def test_without_a_region_a_command_fails_and_says_how_to_start_one(
    words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYWALK_STATE_DIR", str(tmp_path))
    assert main(words) == EXIT_FAILED
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "skywalk: no region runs here; start one with: skywalk up --detach\n"


def test_status_of_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYWALK_STATE_DIR", str(tmp_path))
    assert main(["status"]) == 3
    assert capsys.readouterr().out == "stopped; start it with: skywalk up --detach\n"
    assert main(["status", "--json"]) == 3
    assert capsys.readouterr().out == '{"running": false, "daemon": "stopped", "instances": []}\n'
