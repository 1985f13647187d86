"""The guided tour as a newcomer takes it: the whole story on real traffic, and nothing left after it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support.warm_aws import warm_aws

pytestmark = pytest.mark.live

TOUR_SECONDS = 600.0
"""On a machine that is busy with other tests; alone it takes less than one minute."""
COMMAND = [sys.executable, "-m", "skywalk", "demo"]
WITH_ANOTHER_AWS = """
import sys
from skywalk.cli.main import main
from skywalk.demo import runner
other, *beginning = sys.argv[1:]
own = runner._program
runner._program = lambda words: own([other, *words[1:]] if words[: len(beginning)] == beginning else words)
sys.exit(main(["demo"]))
"""
"""The tour with another program for commands that begin with these words."""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A user's, with AWS settings that the tour must neither use nor touch."""
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws" / "config").write_text("[default]\nregion = mars-north-1\noutput = yaml\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {
        "HOME": str(home),
        "TMPDIR": str(tmp_path),
        "SKYWALK_STATE_DIR": str(tmp_path / "mine"),
        "AWS_PROFILE": "production",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "COLUMNS": "90",
    }


def assert_nothing_left(folder: Path) -> None:
    assert list(folder.glob("skywalk-demo-*")) == []
    assert not (folder / "mine").exists()
    assert f"{folder}/skywalk-demo-" not in Path("/proc/self/mountinfo").read_text()
    assert [command for command in running() if f"{folder}/skywalk-demo-" in command] == []


def running() -> list[str]:
    commands = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commands.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return commands


def test_the_whole_story(environment: dict[str, str], tmp_path: Path) -> None:
    """Two in three of its commands are to EC2: the AWS CLI is loaded once for those."""
    done = subprocess.run(
        [sys.executable, "-c", WITH_ANOTHER_AWS, str(warm_aws()), "aws", "ec2"],
        capture_output=True,
        text=True,
        check=False,
        timeout=TOUR_SECONDS,
        env=environment,
        cwd=tmp_path,
    )
    text = done.stdout
    assert done.returncode == 0, text + done.stderr
    assert done.stderr == ""
    assert "\x1b" not in text
    assert [line.split()[-1] for line in text.splitlines() if line.startswith("── ")] == [
        f"{n}/11" for n in range(1, 12)
    ]
    words = " ".join(text.replace("\\\n", " ").split())
    for key in (
        "--service-name com.amazonaws.us-east-1.s3 --route-table-ids rtb-",
        'Connect timeout on endpoint URL: "https://bank-documents.s3',
        "is not authorized to perform: s3:PutObject on resource:",
        "because no VPC endpoint policy allows the s3:PutObject action",
        '"arn:aws:s3:::bank-archive" because no VPC endpoint policy allows the s3:ListBucket action',
        "with an explicit deny in a resource-based policy",
        "✓ stored and read back, byte for byte the same",
        "✓ the internet gateway has not seen a single packet of it",
        'Connect timeout on endpoint URL: "https://monitoring.us-east-1.amazonaws.com/',
        "✓ the endpoint's address, to the same question",
        "by the NAT gateway by the endpoint a request took",
        "hops 4 2 hop 1 router router hop 2 NAT gateway endpoint hop 3 router hop 4 internet gateway",
        "What you have seen",
    ):
        assert key in words, key
    before, after = re.findall(r"\| +To.*?\n(.*?)\n\n? *[#$]", text, re.DOTALL)
    assert "vpce-" not in before
    assert re.search(r"\| +pl-63a5400a +\| +vpce-[0-9a-f]{17}", after)
    assert_nothing_left(tmp_path)
    assert sorted(path.name for path in (tmp_path / "home" / ".aws").iterdir()) == ["config"]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["$ skywalk up", "$ aws ec2 create-vpc "])
def test_interrupted_it_leaves_nothing(
    environment: dict[str, str], tmp_path: Path, number: signal.Signals, moment: str
) -> None:
    said = tmp_path / "said"
    with said.open("w") as output:
        process = subprocess.Popen(COMMAND, stdout=output, stderr=output, env=environment, start_new_session=True)
    try:
        until(lambda: moment in said.read_text())
        # Ctrl-C comes to the whole foreground, other signals to the one process.
        (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
        assert process.wait(120) == 130
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in said.read_text()
    assert said.read_text().endswith("Taking the tour's region away.\n")
    assert_nothing_left(tmp_path)


def test_a_demo_that_does_not_come_out_as_told_fails(environment: dict[str, str], tmp_path: Path) -> None:
    """An aws whose first call fails: the tour stops there, says what was expected and what came."""
    stock = Path(sys.executable).parent / "aws"
    broken = tmp_path / "aws"
    broken.write_text(f'#!/bin/sh\ncase "$*" in *create-vpc\\ *) echo nonsense; exit 1;; esac\nexec {stock} "$@"\n')
    broken.chmod(0o755)
    program = [sys.executable, "-c", WITH_ANOTHER_AWS, str(broken), "aws"]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=180, env=environment)
    assert done.returncode == 1
    assert "  nonsense\n  ✗ not what was expected\n    expected: the command succeeds\n" in done.stdout
    assert "    came: exit status 1: nonsense\n" in done.stdout
    assert "What you have seen" not in done.stdout
    assert_nothing_left(tmp_path)
