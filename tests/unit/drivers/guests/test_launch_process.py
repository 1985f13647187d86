from __future__ import annotations

import json
import subprocess
import sys

_COMMAND = (sys.executable, "-I", "-m", "skywalk.drivers.linux.guests.launch_process")


def test_it_ends_with_its_daemon() -> None:
    assert subprocess.run(_COMMAND, input=b"", capture_output=True, timeout=120, check=True).stdout == b""


def test_a_guest_that_cannot_be_is_an_error_and_no_end() -> None:
    places = {"namespace": "/nowhere", "record": "/nowhere/i-1.json", "launched": "/nowhere/launched"}
    request = json.dumps({**places, "region": "us-east-1"})
    served = subprocess.run(_COMMAND, input=f"{request}\n".encode(), capture_output=True, timeout=120, check=False)
    assert "No such file or directory" in json.loads(served.stdout)["error"]
    assert served.returncode == 0
