from __future__ import annotations

import subprocess
import sys

_ASK = "from skywalk.cli.terminal import sits_at_terminal; print(sits_at_terminal())"


def test_a_pipe_is_no_terminal() -> None:
    asked = subprocess.run([sys.executable, "-c", _ASK], input=b"", capture_output=True, check=True)
    assert asked.stdout == b"False\n"
