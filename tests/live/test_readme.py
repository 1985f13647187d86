"""The commands of README.md's first endpoint, run in order as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.live_region import ROOT, free_port, live_region
from support.warm_aws import warm_aws

pytestmark = pytest.mark.live


def first_endpoint() -> str:
    """The blocks from the start of the region to the end of the section, as one script."""
    text = (ROOT / "README.md").read_text()
    section = text.split("## Your first endpoint")[1].split("## What is where")[0]
    return "\n".join(re.findall(r"^```\n(.*?)^```", section, re.MULTILINE | re.DOTALL))


def patiently(script: str) -> str:
    """Where somebody answers, a busy machine may take longer than a reader would wait."""
    lines = script.splitlines()
    return "\n".join(line if "no route" in line else line.replace("--max-time 2 ", "--max-time 60 ") for line in lines)


def test_first_endpoint() -> None:
    with live_region(started=False) as region:
        # The region of a test has a port of its own; everything else is as a newcomer types it.
        script = patiently(first_endpoint()).replace("up --detach", f"up --detach --port {free_port()}")
        binaries = Path(sys.executable).parent
        environment = {
            "PATH": f"{warm_aws().parent}:{binaries}:{os.environ['PATH']}",
            "HOME": str(region.state_dir),
            "SKYWALK_STATE_DIR": str(region.state_dir / "region"),
            "AWS_PAGER": "",
        }
        region.state_dir /= "region"
        done = subprocess.run(
            ["bash", "-ec", script], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False, env=environment
        )
        assert done.returncode == 0, done.stdout + done.stderr
        lines = done.stdout.splitlines()
        assert "no route" in lines
        assert lines.index("no route") < lines.index("hello from S3")
        assert lines[-2].startswith("10.0.1.")
        assert "<Code>MissingAction</Code>" in lines[-1], "SQS itself has answered"
