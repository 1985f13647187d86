"""A shell that types what a page shows, and compares what comes back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.guide import Step, is_shown
from support.live_region import ROOT, LiveRegion
from support.warm_aws import warm_aws

END = "end-of-the-answer"


class Shell:
    """A bash that is typed to; what programs say on either output comes back, and how each ended."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            ["bash", "-o", "pipefail"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def type(self, command: str) -> tuple[str, int]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        # The command reads nothing: what it left of the shell's own input would be the next command.
        self._process.stdin.write(f"{{ {command}\n}} </dev/null; echo; echo {END} $?\n")
        self._process.stdin.flush()
        said = ""
        for line in self._process.stdout:
            if line.startswith(END):
                return said, int(line.split()[1])
            said += line
        raise AssertionError(f"the shell ended at: {command}\n{said}")

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


@contextmanager
def shell_of(region: LiveRegion) -> Iterator[Shell]:
    shell = Shell(
        {
            "PATH": f"{warm_aws().parent}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(region.state_dir),
            "LANG": "C.UTF-8",
            "SKYWALK_STATE_DIR": str(region.state_dir / "region"),
        }
    )
    region.state_dir /= "region"
    try:
        yield shell
    finally:
        shell.end()


def problem(shell: Shell, step: Step, port: int) -> str | None:
    """What is not as the page says; a command may fail only where the page shows what it says then."""
    # The region of a test has a port of its own; everything else is as a reader types it.
    typed = step.command.replace("up --detach", f"up --detach --port {port}").replace(
        "127.0.0.1:4599", f"127.0.0.1:{port}"
    )
    said, status = shell.type(typed)
    said = said.replace(f"127.0.0.1:{port}", "127.0.0.1:4599")
    if is_shown(said, step.shown) and (status == 0 or step.shown):
        return None
    return f"{step.page.name}: $ {step.command}\nended with {status} and said:\n{said}"
